// SPDX-License-Identifier: GPL-2.0-only
// A gradwave run without the learning: the main loop over planned rounds, for comparison with
// bare_ns3.cc, which sends the same bytes over the same cell.
//
//   coupling ROUNDS UPLINK_BYTES DOWNLINK_BYTES COMPUTE_S
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "learning/rounds.h"
#include "sim/compute.h"
#include "sim/loop.h"
#include "sim/network.h"

int main(int argc, char** argv) {
  using namespace gradwave;
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s ROUNDS UPLINK_BYTES DOWNLINK_BYTES COMPUTE_S\n", argv[0]);
    return 2;
  }
  const std::int64_t rounds = std::atoll(argv[1]);
  const channel::LinkOptions link;

  learning::RoundPlan plan;
  plan.uplink_bytes.assign(link.workers, std::atoll(argv[2]));
  learning::PlannedRounds learner({plan}, {{std::atoll(argv[3]), 0}});

  ComputeOptions options;  // one multiply-add a round is six operations
  options.rate_flops = 6 / std::atof(argv[4]);
  options.efficiency = 1;
  options.jitter = "none";
  ComputeTimes compute(options, 1, 1, link.workers, link.seed);

  Network network(link, {});
  double end_s = 0;
  std::int64_t transfers = 0;
  Journal journal;
  journal.round = [&](const results::Round&, const std::vector<results::Transfer>& of_round) {
    transfers += of_round.size();
    end_s = network.now_s();
  };
  journal.evaluation = [](const results::Evaluation&) {};
  run_rounds(learner, network, compute, rounds, rounds, journal);
  std::printf("%.9f simulated seconds, %lld transfers\n", end_s, static_cast<long long>(transfers));
}
