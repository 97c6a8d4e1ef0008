// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi_rates.h"

#include <ns3/table-based-error-rate-model.h>
#include <ns3/wifi-phy.h>
#include <ns3/wifi-tx-vector.h>

#include <cmath>

#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/version.h"
#include "channel-models/wifi/wifi_radio.h"

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
      errors_(ns3::CreateObject<ns3::TableBasedErrorRateModel>()) {
  for (const ns3::WifiMode& mode : modes_of(options)) {
    const ns3::WifiTxVector vector = tx_vector(mode);
    modes_.push_back(
        {mode, static_cast<double>(mode.GetDataRate(vector)),
         ns3::WifiPhy::CalculateTxDuration(kPacketBytes, vector, wifi_band(options)).GetSeconds()});
  }
}

ns3::WifiTxVector WifiRates::tx_vector(const ns3::WifiMode& mode) const {
  ns3::WifiTxVector vector;
  vector.SetMode(mode);
  vector.SetPreambleType(preamble_of(options_));
  vector.SetChannelWidth(static_cast<std::uint16_t>(options_.channel_width_mhz));
  vector.SetGuardInterval(guard_interval(options_.standard == "802.11ax" ? 3200 : 800));
  vector.SetNTx(1);
  vector.SetNss(1);
  return vector;
}

std::optional<WifiRates::Rate> WifiRates::best(double received_dbm) const {
  if (received_dbm < least_dbm_ || snr_db(received_dbm) < least_snr_db_) return std::nullopt;
  const double snr = std::pow(10, snr_db(received_dbm) / 10);
  std::optional<Rate> best;
  for (const Mode& mode : modes_) {
    const double arrives =
        errors_->GetChunkSuccessRate(mode.mode, tx_vector(mode.mode), snr, 8 * kPacketBytes);
    if (arrives < 0.5) continue;
    const double airtime_s = (mode.frame_s + kAround_s) / arrives;
    if (best && best->airtime_s <= airtime_s) continue;
    best = Rate{mode.mode.GetUniqueName(), mode.rate_bps, arrives, airtime_s};
  }
  return best;
}

}  // namespace gradwave::channel
