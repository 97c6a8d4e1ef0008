// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/latency_parts.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

namespace gradwave::channel {
namespace {

constexpr std::int64_t kMs = 1000000;
using Parts = LatencyParts;

void expect(Parts& flow, std::int64_t at_ms, std::int64_t free_ms,
            const std::array<double, Parts::kParts>& known_ms) {
  const auto& found = flow.until(at_ms * kMs, free_ms * kMs);
  for (int i = 0; i < Parts::kParts; ++i) EXPECT_NEAR(1e3 * found[i], known_ms[i], 1e-9) << i;
  EXPECT_NEAR(std::accumulate(found.begin(), found.end(), 0.0), 1e-3 * at_ms, 1e-12);
}

// Window, backhaul, queue, retransmission, contention, air, acknowledgement.
TEST(LatencyParts, GiveEachMomentToTheFirstThatApplies) {
  Parts flow;
  flow.enter(3 * kMs);  // 3 ms of window
  flow.enter(4 * kMs);
  flow.send(10 * kMs, 15 * kMs, 0, 7 * kMs);  // the radio sent to others until 7 ms
  expect(flow, 12, 7, {3, 0, 4, 0, 3, 2, 0});
  flow.leave(17 * kMs);
  flow.answer(17 * kMs);
  expect(flow, 17, 17, {3, 0, 4, 0, 3, 5, 2});
  flow.send(20 * kMs, 22 * kMs, 1, 17 * kMs);  // the other one again
  flow.leave(23 * kMs);
  flow.answer(23 * kMs);
  expect(flow, 30, 23, {10, 0, 4, 5, 3, 5, 3});
}

TEST(LatencyParts, ShareAFrameBetweenWhatIsNewAndWhatIsSentAgain) {
  Parts flow;
  flow.enter(0);
  flow.send(2 * kMs, 10 * kMs, 0.25, 0);
  expect(flow, 10, 0, {0, 0, 0, 2, 2, 6, 0});
}

TEST(LatencyParts, KnowTheBackhaulWhereTheRadioHasNothing) {
  Parts flow;
  flow.move_on_backhaul(1 * kMs, 1);
  flow.move_on_backhaul(2 * kMs, 1);
  flow.enter(4 * kMs);  // the first arrives at the access point, the second is still behind it
  flow.move_on_backhaul(4 * kMs, -1);
  flow.send(5 * kMs, 6 * kMs, 0, 0);
  flow.leave(7 * kMs);
  flow.answer(7 * kMs);
  flow.move_on_backhaul(9 * kMs, -1);
  expect(flow, 12, 7, {4, 5, 0, 0, 1, 1, 1});
}

TEST(LatencyParts, LeaveWhatIsDroppedBehind) {
  Parts flow;
  flow.enter(0);
  flow.leave(5 * kMs);
  expect(flow, 8, 0, {3, 0, 0, 0, 5, 0, 0});
}

}  // namespace
}  // namespace gradwave::channel
