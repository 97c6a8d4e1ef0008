// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ns3/channel.h>
#include <ns3/config.h>
#include <ns3/data-rate.h>
#include <ns3/point-to-point-net-device.h>
#include <ns3/queue.h>
#include <ns3/simulator.h>
#include <ns3/tcp-socket-base.h>
#include <ns3/uinteger.h>

#include <functional>
#include <stdexcept>
#include <string>

#include "channel-models/link.h"
#include "tests/channel-models/heights.h"
#include "tests/channel-models/walks.h"

namespace gradwave::channel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// The sentence with which the options are refused, "" if they are applied.
std::string refusal(const std::function<void(LinkOptions&)>& change) {
  LinkOptions options;
  change(options);
  try {
    check_link(options);
    apply_defaults(options);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

std::uint64_t segment_bytes() {
  ns3::UintegerValue value;
  ns3::CreateObject<ns3::TcpSocketBase>()->GetAttribute("SegmentSize", value);
  return value.Get();
}

TEST(Configure, AcceptsTheDefaults) {
  EXPECT_EQ(refusal([](LinkOptions&) {}), "");
}

TEST(Configure, AcceptsEveryWordOfEveryTable) {
  const std::vector<std::pair<Words, std::function<void(LinkOptions&, const std::string&)>>>
      tables = {
          {links(),
           [](auto& o, auto& word) {
             o.technology = word;
             o.trace.uplink = o.trace.downlink = {{"file", "1\n2\n"}};
           }},
          {trace_endings(), [](auto& o, auto& word) { o.trace.ending = word; }},
          {trace_betweens(), [](auto& o, auto& word) { o.trace.between = word; }},
          {wifi_standards(), [](auto& o, auto& word) { o.wifi.standard = word; }},
          {wifi_bands(), [](auto& o, auto& word) { o.wifi.band = word; }},
          {rate_controls(), [](auto& o, auto& word) { o.wifi.rate_control = word; }},
          {path_losses(),
           [](auto& o, auto& word) {
             o.radio.path_loss = word;
             stand_where_it_holds(o.placement, word);
           }},
          {lines_of_sight(), [](auto& o, auto& word) { o.radio.line_of_sight = word; }},
          {fadings(), [](auto& o, auto& word) { o.radio.fading = word; }},
          {server_places(), [](auto& o, auto& word) { o.wifi.server = word; }},
          {congestion_controls(), [](auto& o, auto& word) { o.tcp.congestion_control = word; }},
          {placements(),
           [](auto& o, auto& word) {
             o.placement.layout = word;
             if (word == "list") o.placement.positions_m.assign(8, {1, 2});
           }},
          {mobilities(), [](auto& o, auto& word) { walk_by(o, word); }},
          {endings(), [](auto& o, auto& word) { o.mobility.ending = word; }},
      };
  for (const auto& [words, choose] : tables) {
    EXPECT_FALSE(words.empty());
    for (const auto& word : words) {
      EXPECT_FALSE(word.second.empty()) << word.first;
      EXPECT_EQ(refusal([&, choose = choose](LinkOptions& o) { choose(o, word.first); }), "");
    }
  }
}

TEST(Configure, NamesTheRightWordsForAWrongOne) {
  EXPECT_EQ(refusal([](LinkOptions& o) { o.technology = "wfi"; }),
            "link.technology = \"wfi\": unknown word, expected one of \"wifi\", \"nr\", \"lte\", "
            "\"mesh\", \"trace\", \"wire\"");
  EXPECT_THAT(refusal([](LinkOptions& o) { o.wifi.standard = "802.11z"; }),
              AllOf(HasSubstr("802.11z"), HasSubstr("802.11ax")));
  EXPECT_THAT(refusal([](LinkOptions& o) { o.tcp.congestion_control = "reno"; }),
              HasSubstr("\"newreno\""));
}

TEST(Configure, RefusesModesThatOneRobotsStreamsCannotSend) {
  const auto with = [](const char* mode, std::vector<std::int64_t> streams) {
    return refusal([&](LinkOptions& o) {
      o.workers = static_cast<std::int64_t>(streams.size());
      o.wifi.standard = "802.11n";
      o.wifi.rate_control = "constant";
      o.wifi.constant_mode = mode;
      o.wifi.robot_streams = streams;
    });
  };
  EXPECT_EQ(with("HtMcs12", {2, 2}), "");
  EXPECT_THAT(with("HtMcs12", {2, 1}), HasSubstr("wifi.robot_streams"));
  EXPECT_EQ(with("HtMcs5", {2, 1}), "");
}

TEST(Configure, SaysWhatHasNoEffect) {
  LinkOptions options;
  options.technology = "nr";
  EXPECT_TRUE(remarks(options).empty());
  options.nr.pattern = "DU";
  options.nr.special_downlink_symbols = 6;
  options.nr.handover_margin_db = 5;
  EXPECT_EQ(remarks(options).size(), 2u);
  options.nr.pattern = "DDDSU";
  options.nr.stations = 3;
  EXPECT_TRUE(remarks(options).empty());
  options.radio.path_loss = "inf-dh";
  options.radio.line_of_sight = "never";
  options.radio.clutter_density = 0.7;
  EXPECT_EQ(remarks(options).size(), 1u);
}

TEST(Configure, RefusesChannelsTheStandardDoesNotHave) {
  EXPECT_EQ(
      refusal([](LinkOptions& o) {
        o.wifi.standard = "802.11n";
        o.wifi.channel_width_mhz = 80;
      }),
      "wifi.channel_width_mhz: 802.11n has no channels of 80 MHz at 5GHz; expected one of 20, 40");
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.wifi.standard = "802.11ac";
              o.wifi.band = "2.4GHz";
            }),
            "wifi.band: 802.11ac is not used at 2.4GHz");
  EXPECT_EQ(refusal([](LinkOptions& o) { o.wifi.channel_width_mhz = 30; }),
            "wifi.channel_width_mhz: 802.11ax has no channels of 30 MHz at 5GHz; expected one of "
            "20, 40, 80, 160");
}

TEST(Configure, RefusesModesTheStandardCannotSend) {
  EXPECT_EQ(
      refusal([](LinkOptions& o) {
        o.wifi.rate_control = "constant";
        o.wifi.constant_mode = "HeMcs12";
      }),
      "wifi.constant_mode: \"HeMcs12\" is not a mode of 802.11ax; expected HeMcs0 to HeMcs11");
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.wifi.standard = "802.11ac";
              o.wifi.rate_control = "constant";
              o.wifi.constant_mode = "VhtMcs9";  // not whole symbols at 20 MHz
            }),
            "wifi.constant_mode: VhtMcs9 is not possible at a width of 20 MHz with 2 streams");
  EXPECT_EQ(refusal([](LinkOptions& o) { o.wifi.constant_mode = "unused"; }), "");
}

TEST(Configure, RefusesWalksThatCannotGoOn) {
  EXPECT_THAT(refusal([](LinkOptions& o) {
                o.mobility.model = "random-waypoint";
                o.mobility.speed_min_mps = 0;
              }),
              HasSubstr("above 0 m/s"));
  EXPECT_THAT(refusal([](LinkOptions& o) {
                o.mobility.model = "random-waypoint";
                o.mobility.speed_min_mps = 2;
                o.mobility.speed_max_mps = 1;
              }),
              HasSubstr("mobility.speed_min_mps is above mobility.speed_max_mps"));
  EXPECT_THAT(refusal([](LinkOptions& o) {
                o.mobility.model = "random-waypoint";
                o.placement.radius_m = 0;
              }),
              HasSubstr("no room"));
}

TEST(Configure, RefusesAListOfPositionsOfTheWrongLength) {
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.placement.layout = "list";
              o.placement.positions_m = {{1, 2}};
            }),
            "placement.positions_m has 1 positions for 8 robots");
}

TEST(Configure, RefusesBuffersBelowASegment) {
  EXPECT_THAT(refusal([](LinkOptions& o) { o.tcp.buffer_bytes = 1000; }),
              HasSubstr("does not hold one segment of 1448"));
}

TEST(Configure, RefusesSegmentsThatTheMtuDoesNotHold) {
  const auto of_segment = [](std::int64_t bytes) {
    return refusal([&](LinkOptions& o) {
      o.technology = "wire";
      o.wire.mtu_bytes = 1000;
      o.tcp.segment_bytes = bytes;
    });
  };
  EXPECT_EQ(of_segment(948), "");
  EXPECT_EQ(segment_bytes(), 948u);
  EXPECT_EQ(of_segment(949),
            "tcp.segment_bytes = 949 does not fit this link's packets of 1000 bytes; expected at "
            "most 948");
}

TEST(Configure, SaysWhichKeysAreAtFault) {
  LinkOptions options;
  options.wifi.standard = "802.11n";
  options.wifi.channel_width_mhz = 80;
  try {
    check_link(options);
    FAIL() << "accepted";
  } catch (const OptionError& error) {
    EXPECT_THAT(error.keys,
                ::testing::ElementsAre("wifi.channel_width_mhz", "wifi.band", "wifi.standard"));
  }
}

TEST(Configure, KnowsTheLeastRoundTripOfThePath) {
  LinkOptions options;
  EXPECT_EQ(round_trip_s(options), 0);
  options.wifi.server = "backhaul";
  options.wifi.backhaul_delay_s = 0.2;
  EXPECT_EQ(round_trip_s(options), 0.4);
  options.technology = "wire";
  options.wire.delay_s = 3;
  EXPECT_EQ(round_trip_s(options), 6);
}

TEST(Configure, FillsTheMtuWithSegmentsOfUsualLength) {
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.technology = "wire";
              o.wire.mtu_bytes = 600;
            }),
            "");
  EXPECT_EQ(segment_bytes(), 548u);
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.technology = "wire";
              o.wire.mtu_bytes = 9000;
            }),
            "");
  EXPECT_EQ(segment_bytes(), 1448u);
}

TEST(Configure, LetsTheScenarioSetAnyNs3Attribute) {
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.ns3_defaults = {{"ns3::TcpSocket::SegmentSize", "700"}};
            }),
            "");
  EXPECT_EQ(segment_bytes(), 700u);
}

// Also where a setting of the scenario has set it, at the device itself.
TEST(Configure, LeavesTheLastWordToNs3Defaults) {
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.technology = "wire";
              o.workers = 1;
              o.ns3_defaults = {{"ns3::PointToPointChannel::Delay", "7ms"},
                                {"ns3::PointToPointNetDevice::DataRate", "3Mbps"},
                                {"ns3::PointToPointNetDevice::Mtu", "1400"},
                                {"ns3::DropTailQueue<Packet>::MaxSize", "9p"}};
            }),
            "");
  LinkOptions options;
  options.technology = "wire";
  options.workers = 1;
  const auto link = make_link(options);
  const auto device = ns3::DynamicCast<ns3::PointToPointNetDevice>(
      link->robots().Get(0)->GetDevice(1));  // 0: the loopback
  ns3::DataRateValue rate;
  device->GetAttribute("DataRate", rate);
  EXPECT_EQ(rate.Get().GetBitRate(), 3000000u);
  EXPECT_EQ(device->GetMtu(), 1400);
  ns3::TimeValue delay;
  device->GetChannel()->GetAttribute("Delay", delay);
  EXPECT_EQ(delay.Get(), ns3::MilliSeconds(7));
  EXPECT_EQ(device->GetQueue()->GetMaxSize().GetValue(), 9u);
  ns3::Simulator::Destroy();
}

TEST(Configure, RefusesAttributesThatAreDecidedElsewhere) {
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.ns3_defaults = {{"ns3::RandomWaypointMobilityModel::Pause",
                                 "ns3::ConstantRandomVariable[Constant=1]"}};
            }),
            "ns3.defaults: \"ns3::RandomWaypointMobilityModel::Pause\" is decided by "
            "mobility.pause_s");
}

TEST(Configure, ForgetsTheRunBefore) {
  EXPECT_EQ(refusal([](LinkOptions& o) {
              o.ns3_defaults = {{"ns3::TcpSocket::InitialCwnd", "3"}};
            }),
            "");
  EXPECT_EQ(refusal([](LinkOptions&) {}), "");
  ns3::UintegerValue value;
  ns3::CreateObject<ns3::TcpSocketBase>()->GetAttribute("InitialCwnd", value);
  EXPECT_EQ(value.Get(), 10u);
}

TEST(Ns3Defaults, TellATypeFromAnAttributeFromAValueThatNs3DoesNotKnow) {
  const auto refusal_of = [](const std::string& name, const std::string& value) {
    return refusal([&](LinkOptions& o) { o.ns3_defaults = {{name, value}}; });
  };
  EXPECT_EQ(refusal_of("ns3::TcpSockte::SegmentSize", "1"),
            "ns3.defaults: \"ns3::TcpSockte::SegmentSize\": ns-3 has no type \"ns3::TcpSockte\" "
            "(did you mean "
            "\"ns3::TcpSocket\"?)");
  EXPECT_EQ(refusal_of("ns3::TcpSocket::SegmentSiz", "1"),
            "ns3.defaults: \"ns3::TcpSocket::SegmentSiz\": ns3::TcpSocket has no attribute "
            "\"SegmentSiz\" (did "
            "you mean \"ns3::TcpSocket::SegmentSize\"?)");
  EXPECT_EQ(refusal_of("ns3::TcpSocketBase::SegmentSize", "1"),
            "ns3.defaults: \"ns3::TcpSocketBase::SegmentSize\" is an attribute that "
            "ns3::TcpSocketBase inherits; "
            "set \"ns3::TcpSocket::SegmentSize\"");
  EXPECT_THAT(refusal_of("ns3::TcpSocket::SegmentSize", "abc"),
              AllOf(HasSubstr("does not take \"abc\""), HasSubstr("uint32_t")));
  EXPECT_THAT(refusal_of("SegmentSize", "1"), HasSubstr("not the name of an ns-3 attribute"));
}

// ns-3 itself ends the process over these.
TEST(Ns3Defaults, SurviveValuesThatNs3DoesNot) {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"ns3::ArpCache::AliveTimeout", "3 parsecs"},
           {"ns3::WifiRemoteStationManager::NonUnicastMode", "Fast"},
           {"ns3::RandomDirection2dMobilityModel::Speed", "ns3::Nonsense[Min=1]"}}) {
    EXPECT_THAT(refusal([&, n = name, v = value](LinkOptions& o) {
                  o.ns3_defaults = {{n, v}};
                }),
                HasSubstr("does not take"));
  }
}

TEST(Ns3Version, IsThatOfTheLibrary) { EXPECT_THAT(ns3_version(), HasSubstr("3.")); }

}  // namespace
}  // namespace gradwave::channel
