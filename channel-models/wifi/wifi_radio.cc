// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/wifi_radio.h"

#include <ns3/he-phy.h>
#include <ns3/ht-phy.h>
#include <ns3/string.h>
#include <ns3/vht-phy.h>
#include <ns3/wifi-phy-operating-channel.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/version.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

struct Standard {
  ns3::WifiStandard standard;
  std::string mode_prefix;  // "HeMcs": its modes are HeMcs0 to HeMcs<highest_mcs>
  int highest_mcs;
  int widest_mhz;  // channel
  ns3::WifiMode (*mode)(std::uint8_t mcs);
  ns3::WifiPreamble preamble;
  std::vector<int> guard_intervals_ns;  // the usual one first
  int fewest_frames, most_frames;       // that a block acknowledgment may cover; the most is usual
  std::int64_t most_aggregate_bytes;
  bool streams_in_mode;  // HtMcs8 is HtMcs0 over two streams
};

const Table<Standard>& standards() {
  static const Table<Standard> table = {
      {"802.11n",
       "Wi-Fi 4, at 2.4 and 5 GHz",
       {ns3::WIFI_STANDARD_80211n,
        "HtMcs",
        7,
        40,
        ns3::HtPhy::GetHtMcs,
        ns3::WIFI_PREAMBLE_HT_MF,
        {400, 800},
        64,
        64,
        65535,
        true}},
      {"802.11ac",
       "Wi-Fi 5, at 5 GHz",
       {ns3::WIFI_STANDARD_80211ac,
        "VhtMcs",
        9,
        160,
        ns3::VhtPhy::GetVhtMcs,
        ns3::WIFI_PREAMBLE_VHT_SU,
        {400, 800},
        64,
        64,
        1048575,
        false}},
      {"802.11ax",
       "Wi-Fi 6, at 2.4, 5 and 6 GHz",
       {ns3::WIFI_STANDARD_80211ax,
        "HeMcs",
        11,
        160,
        ns3::HePhy::GetHeMcs,
        ns3::WIFI_PREAMBLE_HE_SU,
        {800, 1600, 3200},
        64,
        256,
        6500631,
        false}},
  };
  return table;
}

struct Band {
  ns3::WifiPhyBand band;
  std::string name;  // in ns-3's attributes
};

const Table<Band>& bands() {
  static const Table<Band> table = {
      {"2.4GHz", "from 2412 MHz", {ns3::WIFI_PHY_BAND_2_4GHZ, "BAND_2_4GHZ"}},
      {"5GHz", "from 5180 MHz", {ns3::WIFI_PHY_BAND_5GHZ, "BAND_5GHZ"}},
      {"6GHz", "from 5955 MHz", {ns3::WIFI_PHY_BAND_6GHZ, "BAND_6GHZ"}},
  };
  return table;
}

struct RateControl {
  std::string manager;  // of ns-3
  bool is_constant;
  bool settles;  // on rates, for as long as a run
};

const Table<RateControl>& rate_control_table() {
  static const Table<RateControl> table = {
      {"ideal",
       "the fastest rate that the signal of the last frame that arrived would carry; under fading "
       "it "
       "hopes too much",
       {"ns3::IdealWifiManager", false, false}},
      {"minstrel-ht",
       "tries rates and keeps statistics, as Linux does",
       {"ns3::MinstrelHtWifiManager", false, true}},
      {"constant",
       "constant_mode, whatever the channel",
       {"ns3::ConstantRateWifiManager", true, false}},
  };
  return table;
}

RateControl rate_control(const WifiOptions& options) {
  return look_up(rate_control_table(), "wifi.rate_control", options.rate_control);
}

Standard standard(const WifiOptions& options) {
  return look_up(standards(), "wifi.standard", options.standard);
}
Band band(const WifiOptions& options) { return look_up(bands(), "wifi.band", options.band); }

bool has_channel(const Standard& of, const Band& in, std::int64_t width_mhz) {
  const auto& channels = ns3::WifiPhyOperatingChannel::m_frequencyChannels;
  return width_mhz <= of.widest_mhz && ns3::WifiPhyOperatingChannel::FindFirst(
                                           0, 0, width_mhz, of.standard, in.band) != channels.end();
}

void check_channel(const WifiOptions& options) {
  const Standard of = standard(options);
  const auto& in = ns3::wifiStandards.at(of.standard);
  if (std::find(in.begin(), in.end(), band(options).band) == in.end()) {
    throw OptionError({"wifi.band", "wifi.standard"},
                      "wifi.band: " + options.standard + " is not used at " + options.band);
  }
  if (has_channel(of, band(options), options.channel_width_mhz)) return;
  std::string widths;
  for (const int width_mhz : {20, 40, 80, 160}) {
    if (!has_channel(of, band(options), width_mhz)) continue;
    widths += (widths.empty() ? "" : ", ") + std::to_string(width_mhz);
  }
  throw OptionError({"wifi.channel_width_mhz", "wifi.band", "wifi.standard"},
                    "wifi.channel_width_mhz: " + options.standard + " has no channels of " +
                        std::to_string(options.channel_width_mhz) + " MHz at " + options.band +
                        "; expected one of " + widths);
}

int highest_mcs(const Standard& of, std::int64_t streams) {
  return of.streams_in_mode ? static_cast<int>(8 * streams) - 1 : of.highest_mcs;
}

void check_guard_interval(const WifiOptions& options) {
  if (options.guard_interval_us == 0) return;
  std::string expected;
  for (const int ns : standard(options).guard_intervals_ns) {
    if (std::abs(1000 * options.guard_interval_us - ns) < 1e-6) return;
    char text[16];
    std::snprintf(text, sizeof text, "%s%g", expected.empty() ? "" : ", ", 1e-3 * ns);
    expected += text;
  }
  throw OptionError({"wifi.guard_interval_us", "wifi.standard"},
                    "wifi.guard_interval_us: " + options.standard + " has guard intervals of " +
                        expected + " us; expected one of them, or 0 for the first");
}

void check_block_ack_frames(const WifiOptions& options) {
  const Standard of = standard(options);
  const std::int64_t frames = options.block_ack_frames;
  if (frames == 0 || (frames >= of.fewest_frames && frames <= of.most_frames)) return;
  throw OptionError(
      {"wifi.block_ack_frames", "wifi.standard"},
      "wifi.block_ack_frames: a block acknowledgment of " + options.standard + " covers " +
          std::to_string(of.fewest_frames) +
          (of.most_frames > of.fewest_frames ? " to " + std::to_string(of.most_frames) : "") +
          " frames, found " + std::to_string(frames));
}

void check_constant_mode(const WifiOptions& options, std::int64_t most_streams, const char* key) {
  const Standard of = standard(options);
  const int highest = highest_mcs(of, most_streams);
  for (int mcs = 0; mcs <= highest; ++mcs) {
    if (options.constant_mode != of.mode_prefix + std::to_string(mcs)) continue;
    const int streams = of.streams_in_mode ? 1 + mcs / 8 : static_cast<int>(most_streams);
    if (of.mode(mcs).IsAllowed(options.channel_width_mhz, static_cast<std::uint8_t>(streams))) {
      return;
    }
    throw OptionError({"wifi.constant_mode", "wifi.channel_width_mhz", key},
                      "wifi.constant_mode: " + options.constant_mode +
                          " is not possible at a width of " +
                          std::to_string(options.channel_width_mhz) + " MHz with " +
                          std::to_string(streams) + " streams");
  }
  throw OptionError(
      {"wifi.constant_mode", "wifi.standard", key},
      "wifi.constant_mode: \"" + options.constant_mode + "\" is not a mode of " + options.standard +
          "; expected " + of.mode_prefix + "0 to " + of.mode_prefix + std::to_string(highest) +
          (of.streams_in_mode ? " with " + std::to_string(most_streams) + " streams (" + key + ")"
                              : ""));
}

}  // namespace

std::int64_t streams_of(const WifiOptions& options) {
  return options.streams == 0 ? kUsualStreams : options.streams;
}

Words wifi_standards() { return words_of(standards()); }
Words wifi_bands() { return words_of(bands()); }
bool is_constant(const WifiOptions& options) { return rate_control(options).is_constant; }
bool settles(const WifiOptions& options) { return rate_control(options).settles; }

Words rate_controls() { return words_of(rate_control_table()); }

void check_radio(const WifiOptions& options) {
  check_channel(options);
  check_guard_interval(options);
  check_block_ack_frames(options);
  if (!is_constant(options)) return;
  check_constant_mode(options, streams_of(options), "wifi.streams");
  for (const std::int64_t streams : options.robot_streams) {
    check_constant_mode(options, std::min(streams, streams_of(options)), "wifi.robot_streams");
  }
}

void apply_radio(const WifiOptions& options) {
  const Standard of = standard(options);
  if (is_constant(options)) {
    set_default("ns3::ConstantRateWifiManager::DataMode", options.constant_mode);
  }
  set_default("ns3::WifiPhy::ChannelSettings", "{0, " + std::to_string(options.channel_width_mhz) +
                                                   ", " + band(options).name + ", 0}");
  set_default("ns3::WifiPhy::TxPowerStart", options.tx_power_dbm);
  set_default("ns3::WifiPhy::TxPowerEnd", options.tx_power_dbm);
  const int guard_ns = options.guard_interval_us == 0
                           ? of.guard_intervals_ns.front()
                           : static_cast<int>(std::lround(1000 * options.guard_interval_us));
  set_default("ns3::HtConfiguration::ShortGuardIntervalSupported",
              std::string(guard_ns == 400 ? "true" : "false"));
  if (guard_ns >= 800) {
    set_default_time("ns3::HeConfiguration::GuardInterval", 1e-9 * guard_ns);
  }
  for (const char* attribute :
       {"Antennas", "MaxSupportedTxSpatialStreams", "MaxSupportedRxSpatialStreams"}) {
    set_default(std::string("ns3::WifiPhy::") + attribute, streams_of(options));
  }
  set_default(kBlockAckFrames, options.block_ack_frames == 0 ? std::int64_t{of.most_frames}
                                                             : options.block_ack_frames);
  set_default("ns3::WifiMac::BE_MaxAmpduSize", of.most_aggregate_bytes);
  set_default("ns3::WifiRemoteStationManager::MaxSsrc", std::int64_t{30});
  set_default("ns3::WifiMacQueue::MaxDelay", std::string("10s"));
  set_default("ns3::QosTxop::AddBaResponseTimeout", std::string("1s"));
  set_default("ns3::WifiMac::BE_BlockAckThreshold", std::int64_t{1});
  set_default("ns3::StaWifiMac::MaxMissedBeacons", std::int64_t{4294967295});
}

double centre_frequency_hz(const WifiOptions& options) {
  const auto channel = ns3::WifiPhyOperatingChannel::FindFirst(
      0, 0, options.channel_width_mhz, standard(options).standard, band(options).band);
  const auto& [number, centre_mhz, width_mhz, type, in] = *channel;
  return 1e6 * centre_mhz;
}

// Subcarriers of data times bits and code rate of the highest scheme, each symbol and stream.
double highest_rate_bps(const WifiOptions& options, const ns3::WifiPhy& phy) {
  struct Symbol {
    std::map<std::int64_t, int> subcarriers;  // by width in MHz
    double bits, seconds;
  };
  static const std::map<std::string, Symbol> symbols = {
      {"802.11n", {{{20, 52}, {40, 108}}, 6 * 5.0 / 6, 3.6e-6}},
      {"802.11ac", {{{20, 52}, {40, 108}, {80, 234}, {160, 468}}, 8 * 5.0 / 6, 3.6e-6}},
      {"802.11ax", {{{20, 234}, {40, 468}, {80, 980}, {160, 1960}}, 10 * 5.0 / 6, 13.6e-6}}};
  const Symbol& symbol = symbols.at(options.standard);
  const auto width_mhz = static_cast<std::int64_t>(phy.GetChannelWidth());
  return symbol.subcarriers.at(width_mhz) * symbol.bits / symbol.seconds *
         phy.GetMaxSupportedTxSpatialStreams();
}

std::vector<Mode> modes_of(const WifiOptions& options, int streams) {
  const Standard of = standard(options);
  const bool constant = is_constant(options);
  std::vector<Mode> modes;
  for (int mcs = 0; mcs <= highest_mcs(of, streams); ++mcs) {
    const ns3::WifiMode mode = of.mode(static_cast<std::uint8_t>(mcs));
    if (constant &&
        mode.GetUniqueName() != default_text("ns3::ConstantRateWifiManager::DataMode")) {
      continue;
    }
    const int own = of.streams_in_mode ? 1 + mcs / 8 : 0;  // 0: any
    const int fewest = own > 0 ? own : constant ? streams : 1;
    for (int each = fewest; each <= (own > 0 ? own : streams); ++each) {
      if (mode.IsAllowed(options.channel_width_mhz, static_cast<std::uint8_t>(each))) {
        modes.push_back({mode, each});
      }
    }
  }
  return modes;
}

Antennas default_antennas() {
  return {static_cast<int>(default_number("ns3::WifiPhy::MaxSupportedTxSpatialStreams")),
          static_cast<int>(default_number("ns3::WifiPhy::Antennas"))};
}

int guard_interval_ns(const WifiOptions& options) {
  if (standard(options).guard_intervals_ns.front() < 800) {  // before 802.11ax
    return default_text("ns3::HtConfiguration::ShortGuardIntervalSupported") == "true" ? 400 : 800;
  }
  return static_cast<int>(
      ns3::Time(default_text("ns3::HeConfiguration::GuardInterval")).GetNanoSeconds());
}

ns3::WifiPreamble preamble_of(const WifiOptions& options) { return standard(options).preamble; }

ns3::WifiPhyBand wifi_band(const WifiOptions& options) { return band(options).band; }

void set_robots_radio(ns3::WifiPhy& phy, const LinkOptions& options, int robot) {
  const RadioOptions& radio = options.radio;
  if (!radio.robot_powers_dbm.empty()) {
    phy.SetTxPowerStart(radio.robot_powers_dbm[robot]);
    phy.SetTxPowerEnd(radio.robot_powers_dbm[robot]);
  }
  if (!radio.robot_gains_dbi.empty()) {
    phy.SetTxGain(radio.robot_gains_dbi[robot]);
    phy.SetRxGain(radio.robot_gains_dbi[robot]);
  }
  if (!options.wifi.robot_streams.empty()) {
    const auto streams = static_cast<std::uint8_t>(options.wifi.robot_streams[robot]);
    phy.SetNumberOfAntennas(streams);
    phy.SetMaxSupportedTxSpatialStreams(streams);
    phy.SetMaxSupportedRxSpatialStreams(streams);
  }
}

std::vector<Antennas> antennas_of_robots(const LinkOptions& options) {
  std::vector<Antennas> all(options.workers, default_antennas());
  for (std::size_t i = 0; i < options.wifi.robot_streams.size(); ++i) {
    const auto streams = static_cast<int>(options.wifi.robot_streams[i]);
    all[i] = {streams, streams};
  }
  return all;
}

void set_standard(ns3::WifiHelper& wifi, const WifiOptions& options) {
  wifi.SetStandard(standard(options).standard);
  wifi.SetRemoteStationManager(rate_control(options).manager);
}

}  // namespace gradwave::channel
