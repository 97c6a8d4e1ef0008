// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/carrier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel-models/options.h"

namespace gradwave::channel::nr {
namespace {

using testing::HasSubstr;

std::string refusal(double frequency_ghz, double bandwidth_mhz, int numerology) {
  try {
    resource_blocks(frequency_ghz, bandwidth_mhz, numerology);
  } catch (const OptionError& error) {
    return error.what();
  }
  return "";
}

// TS 38.101-1 and -2, Table 5.3.2-1. 0: there is no such channel.
TEST(Carrier, HasTheStandardsResourceBlocks) {
  const std::vector<double> fr1_mhz = {5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100};
  const std::vector<std::vector<std::int64_t>> fr1 = {
      {25, 52, 79, 106, 133, 160, 188, 216, 242, 270, 0, 0, 0, 0, 0},
      {11, 24, 38, 51, 65, 78, 92, 106, 119, 133, 162, 189, 217, 245, 273},
      {0, 11, 18, 24, 31, 38, 44, 51, 58, 65, 79, 93, 107, 121, 135}};
  const std::vector<double> fr2_mhz = {50, 100, 200, 400};
  const std::vector<std::vector<std::int64_t>> fr2 = {{66, 132, 264, 0}, {32, 66, 132, 264}};
  const auto expect = [](double ghz, double mhz, int numerology, std::int64_t blocks) {
    if (blocks > 0) {
      EXPECT_EQ(resource_blocks(ghz, mhz, numerology), blocks) << mhz << " MHz, " << numerology;
    } else {
      EXPECT_NE(refusal(ghz, mhz, numerology), "") << mhz << " MHz, " << numerology;
    }
  };
  for (int numerology = 0; numerology <= 2; ++numerology) {
    for (std::size_t i = 0; i < fr1_mhz.size(); ++i) {
      expect(3.5, fr1_mhz[i], numerology, fr1[numerology][i]);
    }
  }
  for (int numerology = 2; numerology <= 3; ++numerology) {
    for (std::size_t i = 0; i < fr2_mhz.size(); ++i) {
      expect(28, fr2_mhz[i], numerology, fr2[numerology - 2][i]);
    }
  }
}

TEST(Carrier, SaysWhatIsPossible) {
  EXPECT_THAT(refusal(3.5, 60, 0),
              HasSubstr("expected one of 5, 10, 15, 20, 25, 30, 35, 40, 45, 50"));
  EXPECT_THAT(refusal(28, 20, 3), HasSubstr("expected one of 50, 100, 200, 400"));
  EXPECT_THAT(refusal(3.5, 100, 3), HasSubstr("numerology 3 (120 kHz) is not used at 3.5 GHz"));
  EXPECT_THAT(refusal(12, 100, 1), HasSubstr("0.41 to 7.125"));
  EXPECT_THAT(refusal(3.5, 12.5, 1), HasSubstr("no channels of 12.5 MHz"));
}

TEST(Carrier, GroupsItsBlocks) {
  EXPECT_EQ(resource_block_group(11), 2);
  EXPECT_EQ(resource_block_group(51), 4);
  EXPECT_EQ(resource_block_group(106), 8);
  EXPECT_EQ(resource_block_group(273), 16);
}

TEST(Slots, FollowThePattern) {
  const Slots slots(1, "DDDSU", 10);
  EXPECT_EQ(slots.slot_ns(), 500000);
  EXPECT_EQ(slots.next_uplink(0), 4);
  EXPECT_EQ(slots.next_uplink(4), 4);
  EXPECT_EQ(slots.next_uplink(5), 9);
  EXPECT_EQ(slots.next_downlink(4), 5);
  EXPECT_EQ(slots.next_downlink(3), 3);
  EXPECT_EQ(slots.latest_downlink(9), 8);
  EXPECT_EQ(slots.downlink_symbols(3), 10);
  EXPECT_EQ(slots.downlink_symbols(4), 0);
  EXPECT_EQ(Slots(1, "DDDSU", 0).next_downlink(3), 5);
}

TEST(Slots, GoBothWaysWithFdd) {
  const Slots slots(0, "FDD", 10);
  EXPECT_EQ(slots.slot_ns(), 1000000);
  EXPECT_EQ(slots.next_uplink(7), 7);
  EXPECT_EQ(slots.next_downlink(7), 7);
  EXPECT_EQ(slots.downlink_symbols(7), 14);
}

TEST(Slots, RefuseWhatIsNoPattern) {
  for (const char* pattern : {"", "DDDXU", "DDDD", "UUU", "SU", "fdd", "DDDS U"}) {
    EXPECT_THROW(Slots(1, pattern, 10), OptionError) << pattern;
  }
}

// Widely quoted data sheets, computed from TS 38.306.
TEST(Carrier, AdvertisesWhatDataSheetsSay) {
  EXPECT_NEAR(advertised_rate_bps(1, 273, 8, 4, 0.14), 2337.00e6, 5e3);
  EXPECT_NEAR(advertised_rate_bps(1, 273, 8, 2, 0.08), 1250.02e6, 5e3);
  EXPECT_NEAR(advertised_rate_bps(1, 51, 8, 2, 0.14), 218.29e6, 5e3);
  EXPECT_NEAR(advertised_rate_bps(1, 51, 6, 1, 0.08), 87.57e6, 5e3);
  EXPECT_NEAR(advertised_rate_bps(3, 66, 6, 2, 0.18), 808.07e6, 5e3);
  EXPECT_NEAR(advertised_rate_bps(3, 264, 6, 2, 0.18), 3232.26e6, 5e3);
  EXPECT_NEAR(advertised_rate_bps(0, 270, 8, 4, 0.14), 1155.66e6, 5e3);
}

}  // namespace
}  // namespace gradwave::channel::nr
