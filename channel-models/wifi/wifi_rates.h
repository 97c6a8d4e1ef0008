// SPDX-License-Identifier: GPL-2.0-only
// What a Wi-Fi radio gets over to another one without interference and fading: by ns-3's own error
// rates, noise and detection of preambles.
#pragma once

#include <ns3/error-rate-model.h>
#include <ns3/wifi-mode.h>

#include <optional>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

class WifiRates {
 public:
  // After apply_defaults(): what ns3.defaults says counts.
  explicit WifiRates(const WifiOptions& options);

  struct Rate {
    std::string mode;     // "HeMcs5"
    double rate_bps = 0;  // of the physical layer, one stream
    double arrives = 0;   // probability of a packet of 1,500 bytes
    double airtime_s =
        0;  // expected, of such a packet until it has arrived: frames, waiting, answers
  };
  // The one of the least airtime at this received power; nothing if it is not heard, or half of the
  // packets are lost at every rate.
  std::optional<Rate> best(double received_dbm) const;

  double snr_db(double received_dbm) const { return received_dbm - noise_dbm_; }

 private:
  struct Mode {
    ns3::WifiMode mode;
    double rate_bps, frame_s;
  };

  ns3::WifiTxVector tx_vector(const ns3::WifiMode& mode) const;

  WifiOptions options_;
  double noise_dbm_, least_dbm_, least_snr_db_;
  ns3::Ptr<ns3::ErrorRateModel> errors_;
  std::vector<Mode> modes_;
};

}  // namespace gradwave::channel
