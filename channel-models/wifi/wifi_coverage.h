// SPDX-License-Identifier: GPL-2.0-only
// What robots get from the one radio that stands at the access point's place.
#pragma once

#include <vector>

#include "channel-models/coverage.h"

namespace gradwave::channel {

// After apply_defaults().
// "802.11ax, 20 MHz at 5GHz, 2 streams, guard interval 0.8 us, rate control ideal".
std::string wifi_summary(const LinkOptions& options);

CoverageNow cover_by_wifi(const LinkOptions& options);

// For the rows of technologies over Wi-Fi (technology.h).
World wifi_world(const LinkOptions& options);
HostWork wifi_host_work(double robots);  // each station hears each frame
std::string wifi_fading(const LinkOptions& options);
double wifi_power_dbm(const LinkOptions& options);
// Why rounds under this rate control cannot be sampled; "": they can.
std::string unsampled_rate_control(const LinkOptions& options);

}  // namespace gradwave::channel
