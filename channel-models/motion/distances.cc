// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/distances.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "channel-models/motion/mobility.h"
#include "channel-models/plan/geometry.h"
#include "channel-models/radio/propagation.h"

namespace gradwave::channel {
namespace {

struct Extremes {
  double least_m = HUGE_VAL, most_m = 0;
};

// Of the way between two places, which may be one.
void add(Extremes& all, const ns3::Vector& from, const ns3::Vector& to,
         const std::vector<ns3::Vector>& stations, bool on_ground) {
  double end_m = HUGE_VAL;
  for (const ns3::Vector& station : stations) {
    const Point one = {from.x, from.y}, other = {to.x, to.y}, at = {station.x, station.y};
    const double along = one == other ? 1 : std::clamp(projection(one, other, at).first, 0.0, 1.0);
    const auto away_m = [&](double share) {
      const double x = from.x + share * (to.x - from.x), y = from.y + share * (to.y - from.y);
      const double z = from.z + share * (to.z - from.z);
      return std::hypot(x - station.x, y - station.y, on_ground ? 0 : z - station.z);
    };
    all.least_m = std::min(all.least_m, away_m(along));
    end_m = std::min(end_m, away_m(1));
  }
  all.most_m = std::max(all.most_m, end_m);
}

std::vector<Extremes> extremes_of(const LinkOptions& options, const std::vector<Point>& stations,
                                  bool on_ground) {
  const std::vector<ns3::Vector> places = starts(options);
  const std::vector<Path> paths = known_paths(options);
  std::vector<Extremes> all(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::vector<ns3::Vector> others;
    for (const auto& [x, y] : stations) {
      others.emplace_back(x, y, options.placement.access_point_height_m);
    }
    if (stations.empty()) {
      others = places;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (others.empty()) continue;
    add(all[i], places[i], places[i], others, on_ground);
    if (paths.empty() || stations.empty()) continue;
    const Path& path = paths[i];
    for (std::size_t k = 1; k < path.places.size(); ++k) {
      const bool jumps = path.times_s[k] == path.times_s[k - 1];
      add(all[i], jumps ? path.places[k] : path.places[k - 1], path.places[k], others, on_ground);
    }
  }
  return all;
}

}  // namespace

std::vector<std::string> remarks_on_distances(const LinkOptions& options,
                                              const std::vector<Point>& stations) {
  const DistanceRange range = range_of(options.radio);
  const std::vector<Extremes> all = extremes_of(options, stations, range.on_ground);
  std::vector<std::string> sentences;
  const auto note = [&](const auto& is_outside, double Extremes::*distance, const char* what,
                        double limit_m) {
    const auto first = std::find_if(all.begin(), all.end(), is_outside);
    if (first == all.end()) return;
    const auto count = std::count_if(all.begin(), all.end(), is_outside);
    char text[300];
    std::snprintf(text, sizeof text,
                  "radio.path_loss: \"%s\" holds %s %g m%s: robot %d%s is as %s as %.3g m%s",
                  options.radio.path_loss.c_str(), limit_m == range.least_m ? "from" : "up to",
                  limit_m, range.on_ground ? " on the ground" : "",
                  static_cast<int>(first - all.begin()),
                  count > 1 ? (" (and " + std::to_string(count - 1) + " more)").c_str() : "", what,
                  (*first).*distance,
                  limit_m == range.least_m ? ", where the loss is at least that of the limit" : "");
    sentences.emplace_back(text);
  };
  note([&](const Extremes& e) { return e.least_m < range.least_m; }, &Extremes::least_m, "near",
       range.least_m);
  note([&](const Extremes& e) { return e.most_m > range.most_m; }, &Extremes::most_m, "far",
       range.most_m);
  return sentences;
}

}  // namespace gradwave::channel
