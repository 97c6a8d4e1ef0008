// SPDX-License-Identifier: GPL-2.0-only
// A gradwave run without the learning: the main loop over planned rounds, with every row written to
// a results file, for comparison with bare_ns3.cc, which sends the same bytes over the same cell.
//
//   coupling ROUNDS UPLINK_BYTES DOWNLINK_BYTES COMPUTE_S
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "learning/rounds.h"
#include "results/database.h"
#include "sim/compute/compute.h"
#include "sim/run/loop.h"
#include "sim/transport/packet_transport.h"

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

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("gradwave-coupling-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  double end_s = 0;
  std::int64_t transfers = 0;
  {
    results::Database database(folder / "results.sqlite");
    results::Run run;
    run.experiment_id = database.add_experiment({});
    run.workers = link.workers;
    run.rounds_planned = rounds;
    results::Recorder recorder(folder / "results.sqlite", database.add_run(run));
    PacketTransport transport(link, {});
    RoundSink sink;
    sink.round = [&](const results::Round& round, const std::vector<results::Transfer>& sent) {
      recorder.round(round, sent);
      transfers += sent.size();
      end_s = transport.now_s();
    };
    sink.evaluation = [&](const results::Evaluation& e) { recorder.evaluation(e); };
    run_rounds(learner, transport, compute, rounds, rounds, sink,
               *exchange_through_server(static_cast<int>(link.workers)));
    recorder.finish("complete");
  }
  std::filesystem::remove_all(folder);
  std::printf("%.9f simulated seconds, %lld transfers\n", end_s, static_cast<long long>(transfers));
}
