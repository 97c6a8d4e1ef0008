// SPDX-License-Identifier: GPL-2.0-only
// A robot on rails: where it is at every moment is known beforehand. Straight lines between points
// in time, which begin again after `period_s`, or end in a rest at both ends. Time 0 is the start
// of round 0. No event of ns-3's is needed.
#pragma once

#include <ns3/mobility-model.h>
#include <ns3/vector.h>

#include <optional>
#include <vector>

namespace gradwave::channel {

struct Path {
  std::vector<double> times_s;      // at least one, the first at 0 if it repeats; never running
                                    // back, and two that are equal are a jump
  std::vector<ns3::Vector> places;  // at these times
  double period_s = 0;              // 0: it does not repeat
  double may_be_early_s = 0;               // at time 0 the robot is where the path is then

  ns3::Vector at(double time_s) const;
  ns3::Vector velocity(double time_s) const;  // m/s; of the line that begins at a point in time
  double fastest_mps() const;
};

// The same path with its clock shifted: `origin_s` becomes time 0.
Path path_from(Path path, double origin_s);

// Its time 0 is that of the simulation, or, after wait(), that of begin(): the network starts
// before round 0, to associate and connect. Until then the robot waits at its place of time 0. If
// that takes longer than kWaiting_s, as where a robot starts out of reach, the robot walks along
// its path meanwhile, and is back at its place of time 0 when round 0 begins.
class PathMobilityModel final : public ns3::MobilityModel {
 public:
  static constexpr double kWaiting_s = 0.3;

  static ns3::TypeId GetTypeId();

  PathMobilityModel() = default;
  explicit PathMobilityModel(Path path) : path_(std::move(path)) {}

  void wait() { begin_s_ = std::nullopt; }
  void begin();  // now is time 0

 private:
  double time_s() const;

  ns3::Vector DoGetPosition() const override;
  void DoSetPosition(const ns3::Vector& position) override;  // a programming error
  ns3::Vector DoGetVelocity() const override;

  Path path_;
  std::optional<double> begin_s_ = 0;
};

}  // namespace gradwave::channel
