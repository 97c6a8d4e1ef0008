// SPDX-License-Identifier: GPL-2.0-only
// Rounds drawn from others: whether the clock keeps what its interval says, in worlds whose
// distributions are known.
#include "sim/sampling/sampled_transport.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/random/lognormal_distribution.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "tests/sim/sampling/synthetic.h"

namespace gradwave::testing_sampling {
namespace {

constexpr int kRounds = 600;

std::pair<std::int64_t, std::int64_t> always(int) { return {1000, 4000}; }

SamplingOptions sampled(double max_error) { return {"sampled", max_error, 0.95}; }

// A world under one seed.
using World = std::function<Latency(std::uint64_t seed)>;

struct Scatter {
  learning::Random random;
  double uniform() { return boost::random::uniform_01<double>()(random); }
  double normal() { return boost::random::normal_distribution<double>()(random); }
};

double line_s(double bytes) { return 0.01 + 2e-6 * bytes; }

Latency scattered(std::uint64_t seed, double cv, double event_share = 0, double event_s = 0.2) {
  return [=, s = Scatter{learning::random_stream(seed, "test")}](Direction, double bytes,
                                                                 double) mutable {
    const double event = s.uniform() < event_share ? event_s : 0;
    return line_s(bytes) * std::max(0.1, 1 + cv * s.normal()) + event;
  };
}

// Neighbours in time are alike.
Latency drifting(std::uint64_t seed, double cv, double memory) {
  return [=, s = Scatter{learning::random_stream(seed, "test")}, state = 0.0](
             Direction, double bytes, double) mutable {
    state = memory * state + std::sqrt(1 - memory * memory) * s.normal();
    return line_s(bytes) * std::max(0.1, 1 + cv * state);
  };
}

struct Kept {
  double share = 0;       // of the seeds whose packets' time lay in the interval
  double mean_error = 0;  // of the sampled time, relative
  double mean_half_width = 0;
  double drawn = 0;  // share of the halves
};

Kept over_seeds(int seeds, const World& world, const Sizes& sizes, double max_error,
                bool still = true) {
  Kept kept;
  for (int seed = 1; seed <= seeds; ++seed) {
    SyntheticTransport packets(world(2 * seed)), underneath(world(2 * seed + 1));
    SampledTransport transport(underneath, sampled(max_error), {still, true, false, false, 0.2},
                               seed);
    const double packets_s = run(packets, kRounds, sizes);
    const double sampled_s = run(transport, kRounds, sizes);
    const Sampling sampling = transport.sampling().value();
    const bool inside = sampled_s - sampling.may_be_early_s <= packets_s &&
                        packets_s <= sampled_s + sampling.may_be_late_s;
    // Whoever draws nothing has the packets' time: other chances are no error of it.
    const bool all = underneath.halves == 2 * kRounds;
    kept.share += (inside || all ? 1.0 : 0.0) / seeds;
    kept.mean_error += (sampled_s / packets_s - 1) / seeds;
    kept.mean_half_width += sampling.error_s / sampled_s / seeds;
    kept.drawn += (1 - underneath.halves / (2.0 * kRounds)) / seeds;
  }
  return kept;
}

struct Named {
  const char* name;
  World world;
  Sizes sizes = always;
  bool still = true;
};

class Interval : public testing::TestWithParam<Named> {};

INSTANTIATE_TEST_SUITE_P(
    Of, Interval,
    testing::Values(
        Named{"Scatter", [](auto seed) { return scattered(seed, 0.2); }},
        Named{"RareEvents", [](auto seed) { return scattered(seed, 0.1, 0.004); }},
        Named{"ManyEvents", [](auto seed) { return scattered(seed, 0.3, 0.1); }},
        Named{"Drift", [](auto seed) { return drifting(seed, 0.1, 0.8); }},
        Named{"TwoSizes", [](auto seed) { return scattered(seed, 0.2, 0.02); },
              [](int round) {
                return round % 300 < 100 ? std::pair<std::int64_t, std::int64_t>{3000, 9000}
                                         : std::pair<std::int64_t, std::int64_t>{1000, 4000};
              }},
        Named{"GrowingSizes", [](auto seed) { return scattered(seed, 0.2, 0.02); },
              [](int round) {
                return std::pair<std::int64_t, std::int64_t>{1000, 4000 + 5 * (round % 97)};
              }},
        Named{"AWorldThatMoves",
              [](auto seed) {
                return [scatter = scattered(seed, 0.1)](Direction way, double bytes,
                                                        double time_s) mutable {
                  return scatter(way, bytes, time_s) * (1 + 0.5 * std::sin(time_s / 3));
                };
              },
              always, false}),
    [](const auto& named) { return named.param.name; });

TEST_P(Interval, HoldsThePacketsTimeAsOftenAsItSays) {
  const Kept kept = over_seeds(120, GetParam().world, GetParam().sizes, 0.05, GetParam().still);
  EXPECT_GE(kept.share, 0.90);  // of 95 %, with 120 seeds
  EXPECT_LT(std::abs(kept.mean_error), 0.03);
  EXPECT_LE(kept.mean_half_width, 0.051);
  EXPECT_GT(kept.drawn, 0.05);
}

// n rounds of equal weight say the mean of N with an error of z cv sqrt((N - n) / (N n)).
TEST(SampledTransport, SimulatesAtMostAThirdMoreRoundsThanTheVarianceDemands) {
  constexpr int kMany = 3000;
  constexpr double kError = 0.02, kCv = 0.2, kZ = 1.96;
  SyntheticTransport packets(scattered(1, kCv));
  SampledTransport transport(packets, sampled(kError), {true, true, false, false, 0}, 1);
  const auto up_alone = [&] {
    std::int64_t id = 0;
    transport.connect();
    for (int round = 0; round < kMany; ++round) {
      transport.begin_round();
      transport.begin_half(Direction::kUplink, 1);
      transport.send({id++, 0, Direction::kUplink, 4000}, 0);
      transport.next(std::numeric_limits<double>::infinity());
    }
  };
  up_alone();
  const double at_once = kZ * kZ * kCv * kCv / (kError * kError);
  const double demanded = at_once / (1 + at_once / kMany);
  EXPECT_LE(packets.halves, 1.3 * demanded);
  EXPECT_GE(packets.halves, 0.7 * demanded);
}

TEST(SampledTransport, IsExactWhereNothingIsLeftToChance) {
  SyntheticTransport alone(scattered(1, 0)), packets(scattered(1, 0));
  SampledTransport transport(packets, sampled(0.01), {true, true, false, false, 0}, 1);
  EXPECT_NEAR(run(transport, kRounds, always), run(alone, kRounds, always), 1e-9);
  EXPECT_LE(packets.halves, 2 * (56 + kRounds / 100 + 1));
  EXPECT_NEAR(transport.sampling()->may_be_late_s, 0, 1e-9);
}

TEST(SampledTransport, SimulatesEverythingWhereTooMuchIsLeftToChance) {
  SyntheticTransport alone(scattered(1, 0.2, 0.1, 2)), packets(scattered(1, 0.2, 0.1, 2));
  SampledTransport transport(packets, sampled(0.001), {true, true, false, false, 0.2}, 1);
  EXPECT_DOUBLE_EQ(run(transport, 200, always), run(alone, 200, always));
  EXPECT_EQ(packets.halves, 400);
  EXPECT_EQ(transport.sampling()->error_s, 0);
  EXPECT_EQ(transport.sampling()->may_be_late_s, 0);
}

TEST(SampledTransport, DoesNotConcludeThatThereAreNoEventsFromSeeingNone) {
  SyntheticTransport packets(scattered(1, 0));
  SampledTransport transport(packets, sampled(0.02), {true, true, false, false, 0.2}, 1);
  const double time_s = run(transport, kRounds, always);
  const Sampling sampling = transport.sampling().value();
  EXPECT_GT(packets.halves, 400);  // of 1200
  EXPECT_LT(sampling.may_be_early_s, 1e-9);
  EXPECT_GT(sampling.may_be_late_s, 0.01 * time_s);
}

TEST(SampledTransport, SimulatesSizesThatItHasNotSeen) {
  SyntheticTransport packets(scattered(1, 0));
  SampledTransport transport(packets, sampled(0.05), {true, true, false, false, 0}, 1);
  const auto sizes = [](int round) {
    return std::pair<std::int64_t, std::int64_t>{1000, round < 100 ? 4000 : 40000};
  };
  run(transport, 101, sizes);
  const int before = packets.halves;
  EXPECT_LT(before, 100);
  run(transport, 110, [](int) { return std::pair<std::int64_t, std::int64_t>{1000, 40000}; });
  EXPECT_GE(packets.halves - before, 16);
}

TEST(SampledTransport, DrawsFromRoundsOfOtherRuns) {
  Past past;
  past.workers = 4;
  Latency latency = scattered(7, 0.1);
  for (int i = 0; i < 3000; ++i) {
    past.rounds.push_back({0.1 * i, 0.1 * i, 4000, 16000, latency(Direction::kUplink, 4000, 0),
                           latency(Direction::kDownlink, 16000, 0)});
  }
  SyntheticTransport packets(scattered(1, 0.1));
  SampledTransport transport(packets, sampled(0.02), {true, true, false, false, 0.2}, 1, past);
  run(transport, kRounds, always);
  EXPECT_LE(packets.halves, 2 * (16 + kRounds / 100 + 1));
  EXPECT_LE(transport.sampling()->error_s, 0.02 * transport.now_s());
}

TEST(SampledTransport, GivesEveryMessageOfADrawnRoundItsTimes) {
  SyntheticTransport packets(scattered(1, 0.1));
  SampledTransport transport(packets, sampled(0.2), {true, true, false, false, 0}, 1);
  run(transport, 100, always);
  const std::int64_t wire_bytes = transport.wire_bytes();
  transport.begin_round();
  double begin_s = transport.now_s();
  std::vector<Delivery> deliveries;
  transport.begin_half(Direction::kUplink, 4);
  for (int i = 0; i < 4; ++i) transport.send({i, i, Direction::kUplink, 1000}, 0.01 * (i + 1));
  for (int i = 0; i < 4; ++i) {
    deliveries.push_back(transport.next(std::numeric_limits<double>::infinity()).value());
  }
  EXPECT_EQ(transport.sampling()->fidelity, "drawn");
  EXPECT_EQ(transport.wire_bytes() - wire_bytes, 2 * 4000);
  double last_s = begin_s;
  for (const Delivery& delivery : deliveries) {
    EXPECT_TRUE(delivery.drawn);
    EXPECT_EQ(delivery.message.bytes, 1000);
    EXPECT_NEAR(delivery.start_s, begin_s + 0.01 * (delivery.message.worker + 1), 1e-12);
    EXPECT_GE(delivery.end_s, delivery.start_s);
    EXPECT_GE(delivery.end_s, last_s);
    EXPECT_EQ(delivery.counters[0].first, "waiting_s");
    EXPECT_NEAR(delivery.counters[0].second, (delivery.end_s - delivery.start_s) / 2, 1e-12);
    EXPECT_EQ(delivery.counters[1].second, 3);
    last_s = delivery.end_s;
  }
  EXPECT_DOUBLE_EQ(transport.now_s(), last_s);
  EXPECT_GT(last_s, begin_s + 0.04);
}

TEST(SampledTransport, LetsThePacketsWorldMoveOnWhereItMoves) {
  for (const bool still : {true, false}) {
    SyntheticTransport packets(scattered(1, 0));
    SampledTransport transport(packets, sampled(0.05), {still, true, false, false, 0}, 1);
    const double time_s = run(transport, kRounds, always);
    EXPECT_EQ(packets.now_s() < 0.5 * time_s, still);
  }
}

}  // namespace
}  // namespace gradwave::testing_sampling
