// SPDX-License-Identifier: GPL-2.0-only
// Where ns-3 3.37 (Debian 12) and 3.43 (Debian 13) ask for different code: nothing else looks at
// the version.
#pragma once

#include <ns3/nstime.h>
#include <ns3/version-defines.h>

#include <cstdint>
#include <string>

#include "channel-models/ns3/attributes.h"

namespace gradwave::channel {

#if NS3_VERSION_MINOR < 43

// A mode of Westwood, which is another by default.
constexpr const char* kWestwoodPlus = "ns3::TcpWestwood";
inline void choose_westwood_plus() {
  set_default("ns3::TcpWestwood::ProtocolType", std::string("WestwoodPlus"));
}

constexpr const char* kBlockAckFrames = "ns3::HeConfiguration::MpduBufferSize";

// As WifiTxVector takes it.
inline std::uint16_t guard_interval(int nanoseconds) {
  return static_cast<std::uint16_t>(nanoseconds);
}

#else

// A class of its own.
constexpr const char* kWestwoodPlus = "ns3::TcpWestwoodPlus";
inline void choose_westwood_plus() {}

constexpr const char* kBlockAckFrames = "ns3::WifiMac::MpduBufferSize";

inline ns3::Time guard_interval(int nanoseconds) { return ns3::NanoSeconds(nanoseconds); }

#endif

}  // namespace gradwave::channel
