// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/tr38901.h"

#include <ns3/boolean.h>
#include <ns3/channel-condition-model.h>
#include <ns3/constant-position-mobility-model.h>
#include <ns3/double.h>
#include <ns3/mobility-model.h>
#include <ns3/node.h>
#include <ns3/object-factory.h>
#include <ns3/pointer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <unordered_map>

#include "channel-models/ns3/streams.h"
#include "channel-models/radio/indoor_factory.h"
#include "channel-models/radio/random_field.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

using ns3::ChannelCondition;
using ns3::MobilityModel;
using ns3::Ptr;

// Table 7.2-4 and, where it leaves a range, the values of the calibration, Table 7.8-7.
struct Clutter {
  double density, size_m, height_m;
};

struct Path {
  double distance_m, high_m, low_m;  // on the ground; of the ends' heights
};

struct Deployment {
  std::string ns3_type;  // "": an indoor factory
  IndoorFactory hall;
  Clutter clutter;  // of a hall
  double (*line_of_sight)(const Path& path, const Clutter& clutter);
  double clear_sigma_db, blocked_sigma_db;
  double clear_correlation_m, blocked_correlation_m;  // of shadowing
  double state_correlation_m;                         // of line of sight; 0: half a clutter's size
  double lowest_m, highest_m;                         // of robots
  double least_m, most_m;                             // distances, Table 7.4.1-1
};

// ---- Table 7.4.2-1

double umi(const Path& path, const Clutter&) {
  const double d = path.distance_m;
  return d <= 18 ? 1 : 18 / d + std::exp(-d / 36) * (1 - 18 / d);
}

double uma(const Path& path, const Clutter&) {
  const double d = path.distance_m;
  if (d <= 18) return 1;
  const double above = path.low_m <= 13 ? 0 : std::pow((path.low_m - 13) / 10, 1.5);
  return (18 / d + std::exp(-d / 63) * (1 - 18 / d)) *
         (1 + above * 1.25 * std::pow(d / 100, 3) * std::exp(-d / 150));
}

double rma(const Path& path, const Clutter&) {
  return path.distance_m <= 10 ? 1 : std::exp(-(path.distance_m - 10) / 1000);
}

double mixed_office(const Path& path, const Clutter&) {
  const double d = path.distance_m;
  if (d <= 1.2) return 1;
  return d < 6.5 ? std::exp(-(d - 1.2) / 4.7) : 0.32 * std::exp(-(d - 6.5) / 32.6);
}

double open_office(const Path& path, const Clutter&) {
  const double d = path.distance_m;
  if (d <= 5) return 1;
  return d <= 49 ? std::exp(-(d - 5) / 70.8) : 0.54 * std::exp(-(d - 49) / 211.7);
}

double low_station(const Path& path, const Clutter& clutter) {
  return std::exp(path.distance_m * std::log1p(-clutter.density) / clutter.size_m);
}

double high_station(const Path& path, const Clutter& clutter) {
  const double over = (path.high_m - path.low_m) / (clutter.height_m - path.low_m);
  return std::exp(path.distance_m * std::log1p(-clutter.density) / (clutter.size_m * over));
}

double always(const Path&, const Clutter&) { return 1; }

const Table<Deployment>& table() {
  using Hall = IndoorFactory;
  constexpr Hall kNone = Hall::kHighHigh;
  constexpr Clutter kSparse = {0.2, 10, 2}, kDense = {0.6, 2, 6};
  static const Table<Deployment> deployments = {
      {"umi",
       "TR 38.901, street canyon: a station below the roofs, 10 m high",
       {"ns3::ThreeGppUmiStreetCanyonPropagationLossModel",
        kNone,
        {},
        umi,
        4,
        7.82,
        10,
        13,
        50,
        1.5,
        22.5,
        10,
        5000}},
      {"uma",
       "TR 38.901, town: a station above the roofs, 25 m high",
       {"ns3::ThreeGppUmaPropagationLossModel",
        kNone,
        {},
        uma,
        4,
        6,
        37,
        50,
        50,
        1.5,
        13,
        10,
        5000}},
      {"rma",
       "TR 38.901, country: a station on a mast of 10 to 150 m",
       {"ns3::ThreeGppRmaPropagationLossModel",
        kNone,
        {},
        rma,
        4,
        8,
        37,
        120,
        60,
        1,
        10,
        10,
        10000}},
      {"office",
       "TR 38.901, indoor office, rooms and corridors",
       {"ns3::ThreeGppIndoorOfficePropagationLossModel",
        kNone,
        {},
        mixed_office,
        3,
        8.03,
        10,
        6,
        10,
        0,
        100,
        1,
        150}},
      {"open-office",
       "TR 38.901, indoor office, without rooms",
       {"ns3::ThreeGppIndoorOfficePropagationLossModel",
        kNone,
        {},
        open_office,
        3,
        8.03,
        10,
        6,
        10,
        0,
        100,
        1,
        150}},
      {"inf-sl",
       "TR 38.901, indoor factory, sparse clutter, station below its top",
       {"", Hall::kSparseLow, kSparse, low_station, 4.3, 5.7, 10, 10, 0, 0, 100, 1, 600}},
      {"inf-dl",
       "TR 38.901, indoor factory, dense clutter, station below its top",
       {"", Hall::kDenseLow, kDense, low_station, 4.3, 7.2, 10, 10, 0, 0, 100, 1, 600}},
      {"inf-sh",
       "TR 38.901, indoor factory, sparse clutter, station above its top",
       {"", Hall::kSparseHigh, kSparse, high_station, 4.3, 5.9, 10, 10, 0, 0, 100, 1, 600}},
      {"inf-dh",
       "TR 38.901, indoor factory, dense clutter, station above its top",
       {"", Hall::kDenseHigh, kDense, high_station, 4.3, 4.0, 10, 10, 0, 0, 100, 1, 600}},
      {"inf-hh",
       "TR 38.901, indoor factory, station and robots above the clutter",
       {"", Hall::kHighHigh, kSparse, always, 4.3, 4.3, 10, 10, 0, 0, 100, 1, 600}},
  };
  return deployments;
}

Deployment deployment(const RadioOptions& options) {
  Deployment of = look_up(table(), "radio.path_loss", options.path_loss);
  if (options.clutter_density > 0) of.clutter.density = options.clutter_density;
  if (options.clutter_size_m > 0) of.clutter.size_m = options.clutter_size_m;
  if (options.clutter_height_m > 0) of.clutter.height_m = options.clutter_height_m;
  if (options.line_of_sight == "always") of.line_of_sight = always;
  if (options.line_of_sight == "never") {
    of.line_of_sight = [](const Path&, const Clutter&) { return 0.0; };
  }
  if (of.state_correlation_m == 0) of.state_correlation_m = of.clutter.size_m / 2;
  return of;
}

// Fields are looked up at the nearest point of a fine grid, so that a frame need not sum their
// waves anew for every step of a robot.
constexpr double kSteps = 100;  // a correlation distance

class Field {
 public:
  Field(double correlation_m, std::int64_t stream)
      : field_(correlation_m, stream), step_m_(correlation_m / kSteps) {}

  double at(const ns3::Vector& a, const ns3::Vector& b, std::uint64_t pair) const {
    const Cells cells = {cell(a.x), cell(a.y), cell(b.x), cell(b.y)};
    Known& known = known_[pair];
    if (known.cells != cells || !known.valid) {
      const auto middle = [&](std::int64_t x, std::int64_t y) {
        return ns3::Vector(step_m_ * static_cast<double>(x), step_m_ * static_cast<double>(y), 0);
      };
      known = {cells, true, field_.at(middle(cells[0], cells[1]), middle(cells[2], cells[3]))};
    }
    return known.value;
  }

 private:
  using Cells = std::array<std::int64_t, 4>;
  struct Known {
    Cells cells = {};
    bool valid = false;
    double value = 0;
  };

  std::int64_t cell(double metres) const { return std::llround(metres / step_m_); }

  RandomField field_;
  double step_m_;
  mutable std::unordered_map<std::uint64_t, Known> known_;  // by pair of nodes
};

// The ends of a path, the one whose node came first in front.
struct Ends {
  Ends(Ptr<const MobilityModel> a, Ptr<const MobilityModel> b) {
    std::uint64_t first = node(a), second = node(b);
    if (first > second) {
      std::swap(first, second);
      std::swap(a, b);
    }
    from = a->GetPosition();
    to = b->GetPosition();
    pair = first << 32 | second;
  }

  Path path() const {
    return {std::hypot(from.x - to.x, from.y - to.y), std::max(from.z, to.z),
            std::min(from.z, to.z)};
  }

  ns3::Vector from, to;
  std::uint64_t pair;

 private:
  static std::uint64_t node(Ptr<const MobilityModel> end) {
    const auto of = end->GetObject<ns3::Node>();
    return of ? of->GetId() : 0;
  }
};

class LineOfSight final : public ns3::ChannelConditionModel {
 public:
  explicit LineOfSight(const Deployment& deployment)
      : deployment_(deployment), field_(deployment.state_correlation_m, kShadowingStreams) {
    clear_ = ns3::CreateObject<ChannelCondition>(ChannelCondition::LOS);
    blocked_ = ns3::CreateObject<ChannelCondition>(ChannelCondition::NLOS);
  }

  bool clear(const Ends& ends) const {
    const double probability = deployment_.line_of_sight(ends.path(), deployment_.clutter);
    if (probability >= 1) return true;
    if (probability <= 0) return false;
    const double uniform = 0.5 * std::erfc(-field_.at(ends.from, ends.to, ends.pair) / M_SQRT2);
    return uniform < probability;
  }

 private:
  Ptr<ChannelCondition> GetChannelCondition(Ptr<const MobilityModel> a,
                                            Ptr<const MobilityModel> b) const override {
    return clear(Ends(a, b)) ? clear_ : blocked_;
  }
  std::int64_t AssignStreams(std::int64_t) override { return 0; }

  Deployment deployment_;
  Field field_;
  Ptr<ChannelCondition> clear_, blocked_;
};

class DeploymentLoss final : public ns3::PropagationLossModel {
 public:
  DeploymentLoss(const RadioOptions& options, double frequency_hz)
      : deployment_(deployment(options)),
        shadowing_(options.shadowing),
        frequency_hz_(frequency_hz),
        country_(options.path_loss == "rma"),
        line_of_sight_(ns3::CreateObject<LineOfSight>(deployment_)),
        clear_(deployment_.clear_correlation_m, kShadowingStreams + 1),
        blocked_(deployment_.blocked_correlation_m, kShadowingStreams + 2) {
    if (deployment_.ns3_type.empty()) {
      mean_ =
          ns3::CreateObject<IndoorFactoryLossModel>(deployment_.hall, frequency_hz, line_of_sight_);
      least_db_ = indoor_factory_loss_db(deployment_.hall, true, deployment_.least_m, frequency_hz);
      return;
    }
    ns3::ObjectFactory factory(deployment_.ns3_type);
    factory.Set("Frequency", ns3::DoubleValue(frequency_hz));
    factory.Set("ShadowingEnabled", ns3::BooleanValue(false));
    factory.Set("ChannelConditionModel", ns3::PointerValue(line_of_sight_));
    mean_ = factory.Create<ns3::PropagationLossModel>();
    factory.Set("ChannelConditionModel",
                ns3::PointerValue(ns3::CreateObject<ns3::AlwaysLosChannelConditionModel>()));
    const auto clear = factory.Create<ns3::PropagationLossModel>();
    const auto at = [&](double x) {
      const auto end = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
      end->SetPosition({x, 0, std::max(10.0, deployment_.lowest_m)});  // in the range of all
      return end;
    };
    least_db_ = -clear->CalcRxPower(0, at(0), at(deployment_.least_m));
  }

 private:
  double DoCalcRxPower(double tx_power_dbm, Ptr<MobilityModel> a,
                       Ptr<MobilityModel> b) const override {
    double power_dbm = mean_->CalcRxPower(tx_power_dbm, a, b);
    if (!(power_dbm <= tx_power_dbm - least_db_)) power_dbm = tx_power_dbm - least_db_;  // NaN too
    if (!shadowing_) return power_dbm;
    const Ends ends(a, b);
    const bool clear = line_of_sight_->clear(ends);
    const double sigma_db = clear ? clear_sigma_db(ends.path()) : deployment_.blocked_sigma_db;
    return power_dbm + sigma_db * (clear ? clear_ : blocked_).at(ends.from, ends.to, ends.pair);
  }
  std::int64_t DoAssignStreams(std::int64_t) override { return 0; }

  // In the country it grows beyond the distance where the ground's echo breaks in.
  double clear_sigma_db(const Path& path) const {
    constexpr double kSpeedOfLight = 299792458;
    if (!country_) return deployment_.clear_sigma_db;
    const double breakpoint_m = 2 * M_PI * path.high_m * path.low_m * frequency_hz_ / kSpeedOfLight;
    return path.distance_m <= breakpoint_m ? 4 : 6;
  }

  Deployment deployment_;
  bool shadowing_;
  double frequency_hz_;
  double least_db_ = 0;  // in its range
  bool country_;
  Ptr<LineOfSight> line_of_sight_;
  Ptr<ns3::PropagationLossModel> mean_;
  Field clear_, blocked_;
};

std::string metres(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g m", value);
  return text;
}

}  // namespace

Words deployments() { return words_of(table()); }

bool is_deployment(const std::string& path_loss) {
  const auto& all = table();
  return std::any_of(all.begin(), all.end(),
                     [&](const Entry<Deployment>& entry) { return entry.word == path_loss; });
}

std::string deployment_height_fault(const RadioOptions& options, double height_m,
                                    double station_height_m) {
  const Deployment of = deployment(options);
  const std::string expects = "path loss \"" + options.path_loss + "\" expects robots ";
  const double top_m = of.clutter.height_m;
  const bool is_hall = of.ns3_type.empty();
  if (height_m < of.lowest_m || height_m > of.highest_m) {
    return expects + "at " + metres(of.lowest_m) + " to " + metres(of.highest_m);
  }
  if (is_hall && of.hall == IndoorFactory::kHighHigh && height_m <= top_m) {
    return expects + "above the clutter's top at " + metres(top_m);
  }
  const bool is_high =
      of.hall == IndoorFactory::kSparseHigh || of.hall == IndoorFactory::kDenseHigh;
  if (is_hall && is_high && height_m >= top_m) {
    return expects + "below the clutter's top at " + metres(top_m);
  }
  if (height_m > station_height_m) {
    return expects + "no higher than the station, at " + metres(station_height_m);
  }
  return "";
}

DistanceRange deployment_range(const RadioOptions& options) {
  const Deployment of = deployment(options);
  return {of.least_m, of.most_m, of.least_m > 1};
}

void check_deployment(const RadioOptions& options, const PlacementOptions& placement) {
  const Deployment of = deployment(options);
  const double low_m = placement.height_m, high_m = placement.access_point_height_m;
  const auto refuse = [&](const char* key, const std::string& expected) {
    throw OptionError({key, "radio.path_loss"}, std::string(key) + ": path loss \"" +
                                                    options.path_loss + "\" expects " + expected);
  };
  const std::string fault = deployment_height_fault(options, low_m, HUGE_VAL);
  if (!fault.empty()) {
    throw OptionError({"placement.height_m", "radio.path_loss"}, "placement.height_m: " + fault);
  }
  if (high_m < low_m) refuse("placement.access_point_height_m", "it no lower than the robots");
  if (options.path_loss == "rma" && (high_m < 10 || high_m > 150)) {
    refuse("placement.access_point_height_m", "10 m to 150 m");
  }
  if (!of.ns3_type.empty()) return;
  const bool dense = of.hall == IndoorFactory::kDenseLow || of.hall == IndoorFactory::kDenseHigh;
  if (dense != (of.clutter.density >= 0.4) && of.hall != IndoorFactory::kHighHigh) {
    refuse("radio.clutter_density", dense ? "0.4 at the least" : "less than 0.4");
  }
  const std::string top = "the clutter's top at " + metres(of.clutter.height_m);
  const bool is_low = of.hall == IndoorFactory::kSparseLow || of.hall == IndoorFactory::kDenseLow;
  if (is_low && high_m >= of.clutter.height_m) {
    refuse("placement.access_point_height_m", "it below " + top);
  }
  if (!is_low && of.hall != IndoorFactory::kHighHigh && high_m <= of.clutter.height_m) {
    refuse("placement.access_point_height_m", "it above " + top);
  }
}

double line_of_sight_probability(const RadioOptions& options, double distance_m, double high_m,
                                 double low_m) {
  const Deployment of = deployment(options);
  return of.line_of_sight({distance_m, high_m, low_m}, of.clutter);
}

ns3::Ptr<ns3::PropagationLossModel> make_deployment(const RadioOptions& options,
                                                    double frequency_hz) {
  return ns3::CreateObject<DeploymentLoss>(options, frequency_hz);
}

}  // namespace gradwave::channel
