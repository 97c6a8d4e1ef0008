// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/wall_loss.h"

namespace gradwave::channel {

NS_OBJECT_ENSURE_REGISTERED(WallLoss);

ns3::TypeId WallLoss::GetTypeId() {
  static const ns3::TypeId id = ns3::TypeId("gradwave::WallLoss")
                                    .SetParent<ns3::PropagationLossModel>()
                                    .SetGroupName("Propagation");
  return id;
}

double WallLoss::loss_db(const ns3::Vector& one, const ns3::Vector& other) const {
  return crossing(plan_, {one.x, one.y, one.z}, {other.x, other.y, other.z}).loss_db;
}

double WallLoss::DoCalcRxPower(double power_dbm, ns3::Ptr<ns3::MobilityModel> one,
                               ns3::Ptr<ns3::MobilityModel> other) const {
  const ns3::Vector here = one->GetPosition(), there = other->GetPosition();
  const auto [at, is_new] =
      known_.try_emplace({ns3::PeekPointer(one), ns3::PeekPointer(other)}, Known{{}, {}, 0});
  Known& known = at->second;
  if (is_new || known.one != here || known.other != there) {
    known = {here, there, loss_db(here, there)};
  }
  return power_dbm - known.loss_db;
}

}  // namespace gradwave::channel
