// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/path.h"

#include <ns3/simulator.h>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace gradwave::channel {
namespace {

// Within the period.
double phase(const Path& path, double time_s) {
  const double at_s = time_s + path.may_be_early_s;
  return path.period_s > 0 ? std::fmod(at_s, path.period_s) : at_s;
}

// The first point in time after this one; 0 before the first, their number after the last.
std::size_t next_point(const Path& path, double at_s) {
  return std::upper_bound(path.times_s.begin(), path.times_s.end(), at_s) - path.times_s.begin();
}

ns3::Vector speed(const Path& path, std::size_t next) {
  const double took_s = path.times_s[next] - path.times_s[next - 1];
  const ns3::Vector &from = path.places[next - 1], &to = path.places[next];
  return {(to.x - from.x) / took_s, (to.y - from.y) / took_s, (to.z - from.z) / took_s};
}

}  // namespace

ns3::Vector Path::at(double time_s) const {
  const double at_s = phase(*this, time_s);
  const std::size_t next = next_point(*this, at_s);
  if (next == 0) return places.front();
  if (next == times_s.size()) return places.back();
  const double share = (at_s - times_s[next - 1]) / (times_s[next] - times_s[next - 1]);
  const ns3::Vector &from = places[next - 1], &to = places[next];
  return {from.x + share * (to.x - from.x), from.y + share * (to.y - from.y),
          from.z + share * (to.z - from.z)};
}

ns3::Vector Path::velocity(double time_s) const {
  const std::size_t next = next_point(*this, phase(*this, time_s));
  if (next == 0 || next == times_s.size()) return {};
  return speed(*this, next);
}

double Path::fastest_mps() const {
  double fastest = 0;
  for (std::size_t next = 1; next < times_s.size(); ++next) {
    if (times_s[next] == times_s[next - 1]) continue;
    const ns3::Vector v = speed(*this, next);
    fastest = std::max(fastest, std::hypot(v.x, v.y, v.z));
  }
  return fastest;
}

Path path_from(Path path, double origin_s) {
  Path rest;
  rest.period_s = path.period_s;
  rest.may_be_early_s = path.may_be_early_s;
  if (path.times_s.front() < origin_s) {
    rest.times_s.push_back(0);
    rest.places.push_back(path.at(origin_s));
  }
  for (std::size_t i = 0; i < path.times_s.size(); ++i) {
    const double time_s = path.times_s[i] - origin_s;
    if (time_s < 0 || (time_s == 0 && !rest.times_s.empty())) continue;
    rest.times_s.push_back(time_s);
    rest.places.push_back(path.places[i]);
  }
  return rest;
}

NS_OBJECT_ENSURE_REGISTERED(PathMobilityModel);

ns3::TypeId PathMobilityModel::GetTypeId() {
  static const ns3::TypeId id = ns3::TypeId("gradwave::PathMobilityModel")
                                    .SetParent<ns3::MobilityModel>()
                                    .SetGroupName("Mobility");
  return id;
}

void PathMobilityModel::begin() { begin_s_ = ns3::Simulator::Now().GetSeconds(); }

double PathMobilityModel::time_s() const {
  const double now_s = ns3::Simulator::Now().GetSeconds();
  return begin_s_ ? now_s - *begin_s_ : std::max(0.0, now_s - kWaiting_s);
}

ns3::Vector PathMobilityModel::DoGetPosition() const { return path_.at(time_s()); }

void PathMobilityModel::DoSetPosition(const ns3::Vector&) {
  assert(!"a robot on a path is where the path is");
}

ns3::Vector PathMobilityModel::DoGetVelocity() const {
  const bool waits = !begin_s_ && time_s() == 0;
  return waits ? ns3::Vector() : path_.velocity(time_s());
}

}  // namespace gradwave::channel
