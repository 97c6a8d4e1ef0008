// SPDX-License-Identifier: GPL-2.0-only
// Where each consumer of ns-3's random numbers has its streams, so that what one draws moves nobody
// else's numbers: two compression methods under one seed see the same positions and walks, and two
// radios see the same positions. Fading is drawn once per frame and receiver, hence equal between
// two methods only as long as both send the same frames.
//
// Streams nobody pins are numbered by ns-3 from 2^63 in order of construction; we leave none.
#pragma once

#include <cstdint>

namespace gradwave::channel {

constexpr std::int64_t kPlacementStream = 0;        // one for all robots, drawn in their order
constexpr std::int64_t kMobilityStreams = 1 << 20;  // kMobilityStreamsEach per robot
constexpr std::int64_t kMobilityStreamsEach = 8;
constexpr std::int64_t kFadingStreams = 2 << 20;
constexpr std::int64_t kRadioStreams = 3 << 20;      // backoff, beacons, rate control, reception
constexpr std::int64_t kErrorStreams = 4 << 20;      // two per wire
constexpr std::int64_t kInternetStreams = 5 << 20;   // jitter of address resolution
constexpr std::int64_t kShadowingStreams = 6 << 20;  // lines of sight, shadows

}  // namespace gradwave::channel
