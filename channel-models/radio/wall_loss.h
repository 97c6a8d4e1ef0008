// SPDX-License-Identifier: GPL-2.0-only
// What the walls between two ends take off a signal, each its own, added up (multi-wall model; COST
// 231 final report 4.7 without its correction for many floors). An ordinary ns-3 model that stands
// in a chain before the loss over distance.
#pragma once

#include <ns3/mobility-model.h>
#include <ns3/propagation-loss-model.h>

#include <map>

#include "channel-models/plan/floor_plan.h"

namespace gradwave::channel {

class WallLoss final : public ns3::PropagationLossModel {
 public:
  static ns3::TypeId GetTypeId();

  WallLoss() = default;
  explicit WallLoss(FloorPlan plan) : plan_(std::move(plan)) {}

  double loss_db(const ns3::Vector& one, const ns3::Vector& other) const;

 private:
  struct Known {
    ns3::Vector one, other;
    double loss_db;
  };

  double DoCalcRxPower(double power_dbm, ns3::Ptr<ns3::MobilityModel> one,
                       ns3::Ptr<ns3::MobilityModel> other) const override;
  std::int64_t DoAssignStreams(std::int64_t) override { return 0; }

  FloorPlan plan_;
  // What stood still since it was last asked for.
  mutable std::map<std::pair<ns3::MobilityModel*, ns3::MobilityModel*>, Known> known_;
};

}  // namespace gradwave::channel
