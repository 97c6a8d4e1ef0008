// SPDX-License-Identifier: GPL-2.0-only
// How many rounds a network needs to find back to its rhythm after a pause, which sampled fidelity
// makes of the rounds that it draws (sim/sampling/): rounds of equal bytes in blocks of eight with a
// pause before each. Prints what the first, second, ... of a block take, up and down, in shares of
// the mean of the last four of all blocks; with its standard error.
//
//   settling SCENARIO.toml UPLINK_BYTES DOWNLINK_BYTES BLOCKS PAUSE_S [group.key=value ...]
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "sim/run/collect.h"
#include "sim/scenario/scenario.h"
#include "sim/transport/packet_transport.h"

int main(int argc, char** argv) {
  using namespace gradwave;
  if (argc < 6) {
    std::fprintf(stderr,
                 "usage: settling SCENARIO.toml UPLINK_BYTES DOWNLINK_BYTES BLOCKS PAUSE_S "
                 "[group.key=value ...]\n");
    return 2;
  }
  constexpr int kBlock = 8;
  constexpr double kComputing_s = 0.002;
  try {
    const Scenario scenario = read_scenario(argv[1], {argv + 6, argv + argc});
    const Settings& settings = scenario.runs.front().settings;
    const channel::LinkOptions options = link_options(settings);
    const std::array<std::int64_t, 2> bytes = {std::atoll(argv[2]), std::atoll(argv[3])};
    const int blocks = std::atoi(argv[4]);
    const double pause_s = std::atof(argv[5]);
    PacketTransport network(options, settings.limits);
    network.connect();
    std::int64_t id = 0;
    // By direction, then place in the block.
    std::array<std::vector<std::vector<double>>, 2> latencies;
    for (auto& each : latencies) each.resize(kBlock);
    for (int block = 0; block < blocks; ++block) {
      if (pause_s > 0) network.next(network.now_s() + pause_s);
      for (int place = 0; place < kBlock; ++place) {
        for (const Direction direction : {Direction::kUplink, Direction::kDownlink}) {
          const bool up = direction == Direction::kUplink;
          const double begin_s = network.now_s() + (up ? kComputing_s : 0);
          for (int i = 0; i < options.workers; ++i) {
            network.send({id++, i, direction, bytes[up ? 0 : 1]}, up ? kComputing_s : 0);
          }
          collect(network, id, options.workers);
          if (block > 0) latencies[up ? 0 : 1][place].push_back(network.now_s() - begin_s);
        }
      }
    }
    for (std::size_t way = 0; way < 2; ++way) {
      double settled_s = 0, count = 0;
      for (int place = kBlock / 2; place < kBlock; ++place) {
        for (const double latency_s : latencies[way][place]) settled_s += latency_s, ++count;
      }
      settled_s /= count;
      std::printf("%s %.5f s:", way == 0 ? "up" : "down", settled_s);
      for (const std::vector<double>& place : latencies[way]) {
        double sum = 0, squares = 0;
        for (const double latency_s : place) {
          sum += latency_s / settled_s;
          squares += latency_s * latency_s / settled_s / settled_s;
        }
        const auto n = static_cast<double>(place.size());
        std::printf(" %.3f+-%.3f", sum / n,
                    std::sqrt(std::max(0.0, squares / n - sum * sum / n / n) / n));
      }
      std::printf("\n");
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
