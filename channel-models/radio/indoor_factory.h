// SPDX-License-Identifier: GPL-2.0-only
// Path loss in a factory hall, TR 38.901 Table 7.4.1-1, InF, which ns-3 lacks: sparse (S) or dense
// (D) clutter, the base station below (L) or above (H) it, or both ends above (HH). Without
// shadowing. 1 to 600 m, 0.5 to 100 GHz; nearer than 1 m is as 1 m.
#pragma once

#include <ns3/channel-condition-model.h>
#include <ns3/propagation-loss-model.h>

namespace gradwave::channel {

enum class IndoorFactory { kSparseLow, kDenseLow, kSparseHigh, kDenseHigh, kHighHigh };

// In dB over distance3d_m.
double indoor_factory_loss_db(IndoorFactory hall, bool line_of_sight, double distance3d_m,
                              double frequency_hz);

class IndoorFactoryLossModel final : public ns3::PropagationLossModel {
 public:
  static ns3::TypeId GetTypeId();
  IndoorFactoryLossModel(IndoorFactory hall, double frequency_hz,
                         ns3::Ptr<ns3::ChannelConditionModel> condition);

 private:
  double DoCalcRxPower(double tx_power_dbm, ns3::Ptr<ns3::MobilityModel> a,
                       ns3::Ptr<ns3::MobilityModel> b) const override;
  std::int64_t DoAssignStreams(std::int64_t) override { return 0; }

  IndoorFactory hall_;
  double frequency_hz_;
  ns3::Ptr<ns3::ChannelConditionModel> condition_;
};

}  // namespace gradwave::channel
