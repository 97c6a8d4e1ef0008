// SPDX-License-Identifier: GPL-2.0-only
// A robot on rails: where it is at every moment is known beforehand. Straight lines between points
// in time, which begin anew after `period_s`, or stand at both ends. No event of ns-3's is needed.
#pragma once

#include <ns3/mobility-model.h>
#include <ns3/vector.h>

#include <vector>

namespace gradwave::channel {

struct Path {
  std::vector<double> times_s;      // ascending, at least one, the first at 0 if it repeats
  std::vector<ns3::Vector> places;  // at these times
  double period_s = 0;              // 0: it does not repeat
  double ahead_s = 0;               // at time 0 the robot is where the path is then

  ns3::Vector at(double time_s) const;
  ns3::Vector velocity(double time_s) const;  // m/s; of the line that begins at a point in time
  double fastest_mps() const;
};

class PathMobilityModel final : public ns3::MobilityModel {
 public:
  static ns3::TypeId GetTypeId();

  PathMobilityModel() = default;
  explicit PathMobilityModel(Path path) : path_(std::move(path)) {}

 private:
  ns3::Vector DoGetPosition() const override;
  void DoSetPosition(const ns3::Vector& position) override;  // a programming error
  ns3::Vector DoGetVelocity() const override;

  Path path_;
};

}  // namespace gradwave::channel
