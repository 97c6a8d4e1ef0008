// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/unused_defaults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradwave::channel {
namespace {

std::vector<std::string> unused(const std::string& technology,
                                std::map<std::string, std::string> defaults) {
  LinkOptions options;
  options.technology = technology;
  options.ns3_defaults = std::move(defaults);
  check_link(options);
  return unused_defaults(options);
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(UnusedDefaults, AreThoseOfTypesThatTheLinkDoesNotMake) {
  EXPECT_THAT(
      unused("wire", {{"ns3::TcpSocket::DelAckCount", "1"}, {"ns3::WifiPhy::RxNoiseFigure", "9"}}),
      ElementsAre("ns3::WifiPhy::RxNoiseFigure"));
  EXPECT_THAT(unused("wifi", {{"ns3::TcpSocket::DelAckCount", "1"},
                              {"ns3::WifiPhy::RxNoiseFigure", "9"},
                              {"ns3::PointToPointChannel::Delay", "1ms"}}),
              ElementsAre("ns3::PointToPointChannel::Delay"));
}

TEST(UnusedDefaults, AreNotThoseOfWhateverSendsBytes) {
  EXPECT_THAT(unused("wifi", {{"ns3::TcpSocketBase::Timestamp", "false"},
                              {"ns3::TcpL4Protocol::SocketType", "ns3::TcpNewReno"},
                              {"ns3::RttEstimator::InitialEstimation", "2s"},
                              {"ns3::FqCoDelQueueDisc::MaxSize", "2000p"},
                              {"ns3::WifiMacQueue::MaxDelay", "2s"},
                              {"ns3::ArpCache::AliveTimeout", "2s"}}),
              IsEmpty());
}

TEST(UnusedDefaults, AreThoseOfWhateverIsToldOtherwise) {
  EXPECT_THAT(unused("wifi", {{"ns3::CoDelQueueDisc::Interval", "50ms"}}),
              ElementsAre("ns3::CoDelQueueDisc::Interval"));
  LinkOptions options;
  options.technology = "wire";
  options.ns3_defaults = {{"ns3::RateErrorModel::ErrorRate", "0.5"}};
  EXPECT_THROW(check_link(options), OptionError);
}

}  // namespace
}  // namespace gradwave::channel
