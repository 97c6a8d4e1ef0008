// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/indoor_factory.h"

#include <ns3/mobility-model.h>

#include <algorithm>
#include <cmath>

namespace gradwave::channel {

double indoor_factory_loss_db(IndoorFactory hall, bool line_of_sight, double distance3d_m,
                              double frequency_hz) {
  const double distance = std::log10(std::max(1.0, distance3d_m));
  const double frequency = std::log10(frequency_hz / 1e9);
  const auto loss = [&](double at_1_m, double by_distance, double by_frequency) {
    return at_1_m + by_distance * distance + by_frequency * frequency;
  };
  const double clear = loss(31.84, 21.50, 19);
  if (line_of_sight) return clear;
  const double sparse_low = std::max(clear, loss(33.00, 25.5, 20));
  switch (hall) {
    case IndoorFactory::kSparseLow:
      return sparse_low;
    case IndoorFactory::kDenseLow:
      return std::max(sparse_low, loss(18.60, 35.7, 20));
    case IndoorFactory::kSparseHigh:
      return std::max(clear, loss(32.40, 23.0, 20));
    case IndoorFactory::kDenseHigh:
      return std::max(clear, loss(33.63, 21.9, 20));
    case IndoorFactory::kHighHigh:
      break;
  }
  return clear;
}

ns3::TypeId IndoorFactoryLossModel::GetTypeId() {
  static const ns3::TypeId type = ns3::TypeId("gradwave::IndoorFactoryLossModel")
                                      .SetParent<ns3::PropagationLossModel>()
                                      .SetGroupName("Propagation");
  return type;
}

IndoorFactoryLossModel::IndoorFactoryLossModel(IndoorFactory hall, double frequency_hz,
                                               ns3::Ptr<ns3::ChannelConditionModel> condition)
    : hall_(hall), frequency_hz_(frequency_hz), condition_(condition) {}

double IndoorFactoryLossModel::DoCalcRxPower(double tx_power_dbm, ns3::Ptr<ns3::MobilityModel> a,
                                             ns3::Ptr<ns3::MobilityModel> b) const {
  const bool line_of_sight = condition_->GetChannelCondition(a, b)->IsLos();
  return tx_power_dbm -
         indoor_factory_loss_db(hall_, line_of_sight, a->GetDistanceFrom(b), frequency_hz_);
}

}  // namespace gradwave::channel
