// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi_rates.h"

#include <ns3/table-based-error-rate-model.h>
#include <ns3/wifi-phy.h>
#include <ns3/wifi-tx-vector.h>

#include <algorithm>
#include <cmath>

#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/version.h"

namespace gradwave::channel {
namespace {

constexpr std::uint32_t kPacketBytes = 1500 + 36;  // with LLC and 802.11's own headers
// 802.11: AIFS of best effort, half of the least contention window, SIFS, and an acknowledgment at
// 24 Mbit/s.
constexpr double kAround_s = 43e-6 + 7.5 * 9e-6 + 16e-6 + 28e-6;

}  // namespace

WifiRates::WifiRates(const WifiOptions& options)
    : options_(options),
      noise_dbm_(-174 + 10 * std::log10(1e6 * static_cast<double>(options.channel_width_mhz)) +
                 default_number("ns3::WifiPhy::RxNoiseFigure")),
      least_dbm_(default_number("ns3::ThresholdPreambleDetectionModel::MinimumRssi")),
      least_snr_db_(default_number("ns3::ThresholdPreambleDetectionModel::Threshold")),
      errors_(ns3::CreateObject<ns3::TableBasedErrorRateModel>()) {}

const std::vector<WifiRates::Timed>& WifiRates::modes(int streams) const {
  const auto known = modes_.find(streams);
  if (known != modes_.end()) return known->second;
  std::vector<Timed>& modes = modes_[streams];
  for (const Mode& mode : modes_of(options_, streams)) {
    const ns3::WifiTxVector vector = tx_vector(mode);
    modes.push_back({mode, static_cast<double>(mode.mode.GetDataRate(vector)),
                     ns3::WifiPhy::CalculateTxDuration(kPacketBytes, vector, wifi_band(options_))
                         .GetSeconds()});
  }
  return modes;
}

ns3::WifiTxVector WifiRates::tx_vector(const Mode& mode) const {
  ns3::WifiTxVector vector;
  vector.SetMode(mode.mode);
  vector.SetPreambleType(preamble_of(options_));
  vector.SetChannelWidth(static_cast<std::uint16_t>(options_.channel_width_mhz));
  vector.SetGuardInterval(guard_interval(guard_interval_ns(options_)));
  vector.SetNTx(static_cast<std::uint8_t>(mode.streams));
  vector.SetNss(static_cast<std::uint8_t>(mode.streams));
  return vector;
}

// As ns-3's receiver, which adds up what antennas beyond the streams receive.
std::optional<WifiRates::Rate> WifiRates::best(double received_dbm, const Antennas& sender,
                                               const Antennas& receiver) const {
  const double one_antenna = std::pow(10, snr_db(received_dbm) / 10);
  const double one_stream_db = snr_db(received_dbm) + 10 * std::log10(receiver.antennas);
  if (received_dbm < least_dbm_ || one_stream_db < least_snr_db_) return std::nullopt;
  std::optional<Rate> best;
  double least_s = HUGE_VAL;
  for (const Timed& each : modes(std::min(sender.streams, receiver.streams))) {
    const double snr = one_antenna * receiver.antennas / each.mode.streams;
    const double arrives =
        errors_->GetChunkSuccessRate(each.mode.mode, tx_vector(each.mode), snr, 8 * kPacketBytes);
    if (arrives < 0.5) continue;
    least_s = std::min(least_s, (each.frame_s + kAround_s) / arrives);
    if (best && best->rate_bps * best->arrives >= each.rate_bps * arrives) continue;
    best = Rate{each.mode.mode.GetUniqueName(), each.mode.streams, each.rate_bps, arrives};
  }
  if (best) best->airtime_s = least_s;
  return best;
}

}  // namespace gradwave::channel
