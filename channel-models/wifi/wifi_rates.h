// SPDX-License-Identifier: GPL-2.0-only
// What a Wi-Fi radio gets over to another one without interference and fading: by ns-3's own error
// rates, noise and detection of preambles.
#pragma once

#include <ns3/error-rate-model.h>
#include <ns3/wifi-mode.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "channel-models/options.h"
#include "channel-models/wifi/wifi_radio.h"

namespace gradwave::channel {

class WifiRates {
 public:
  // After apply_defaults(): what ns3.defaults says counts.
  explicit WifiRates(const WifiOptions& options);

  struct Rate {
    std::string mode;  // "HeMcs5"
    int streams = 1;
    double rate_bps = 0;  // of the physical layer, all streams
    double arrives = 0;   // probability of a packet of 1,500 bytes
    // Expected, of one such packet alone until it has arrived: frames, waiting, answers. The least
    // of all rates: a short frame may take longer at the fastest, whose preamble trains more
    // streams.
    double airtime_s = 0;
  };
  // The one that gets the most bits over in a second at this received power, between radios of
  // such antennas; nothing if it is not heard, or half of the packets are lost at every
  // rate.
  std::optional<Rate> best(double received_dbm, const Antennas& sender,
                           const Antennas& receiver) const;

  double snr_db(double received_dbm) const { return received_dbm - noise_dbm_; }

 private:
  struct Timed {
    Mode mode;
    double rate_bps, frame_s;
  };

  ns3::WifiTxVector tx_vector(const Mode& mode) const;
  const std::vector<Timed>& modes(int streams) const;

  WifiOptions options_;
  double noise_dbm_, least_dbm_, least_snr_db_;
  ns3::Ptr<ns3::ErrorRateModel> errors_;
  mutable std::map<int, std::vector<Timed>> modes_;  // by the streams that both ends have
};

}  // namespace gradwave::channel
