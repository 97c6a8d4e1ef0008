// SPDX-License-Identifier: GPL-2.0-only
// What a network carries and what simulating it costs: rounds in which each robot of a scenario's
// team uploads, or downloads, one message, nothing else. Prints one line: mean latency of a round
// in s, its throughput in Mbit/s, this process's seconds for each delivered MB, for each idle
// simulated second, and microseconds for each event. Used by links.py and lena.py.
//
//   links SCENARIO.toml TECHNOLOGY DIRECTION BYTES ROUNDS [group.key=value ...]
#include <ns3/simulator.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"
#include "sim/transport/packet_transport.h"

namespace {

double used_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace gradwave;
  const std::string direction = argc > 3 ? argv[3] : "";
  if (argc < 6 || (direction != "uplink" && direction != "downlink")) {
    std::fprintf(stderr,
                 "usage: links SCENARIO.toml TECHNOLOGY uplink|downlink BYTES ROUNDS "
                 "[group.key=value ...]\n");
    return 2;
  }
  // Each round begins at another phase of whatever has a period.
  constexpr double kComputing_s = 0.1, kStep_s = 0.00173, kIdle_s = 10;
  try {
    const Scenario scenario = read_scenario(argv[1], {argv + 6, argv + argc});
    const auto run = std::find_if(
        scenario.runs.begin(), scenario.runs.end(),
        [&](const PlannedRun& each) { return each.settings.link.technology == argv[2]; });
    if (run == scenario.runs.end()) throw ScenarioError(std::string("no run over ") + argv[2]);
    const Settings& settings = run->settings;
    const channel::LinkOptions options = link_options(settings);
    const std::int64_t bytes = std::atoll(argv[4]);
    const int rounds = std::atoi(argv[5]);
    const Direction way = direction == "uplink" ? Direction::kUplink : Direction::kDownlink;
    PacketTransport network(options, settings.limits);
    network.connect();
    const double start_s = used_s();
    const std::uint64_t start_events = ns3::Simulator::GetEventCount();
    std::int64_t id = 0;
    double latency_s = 0;
    for (int round = 0; round < rounds; ++round) {
      const double computing_s = kComputing_s + kStep_s * round;
      const double begin_s = network.now_s() + computing_s;
      for (int i = 0; i < options.workers; ++i) {
        network.send({id++, i, way, bytes}, computing_s);
      }
      double end_s = 0;
      for (int i = 0; i < options.workers; ++i) end_s = network.next()->end_s;
      latency_s += (end_s - begin_s) / rounds;
    }
    const double sent_s = used_s();
    const std::uint64_t events = ns3::Simulator::GetEventCount() - start_events;
    network.send({id++, 0, Direction::kUplink, 100}, kIdle_s);
    network.next();
    const double megabytes = 1e-6 * static_cast<double>(bytes * options.workers) * rounds;
    std::printf("%.6f,%.4f,%.5f,%.6f,%.3f\n", latency_s, 8 * megabytes / rounds / latency_s,
                (sent_s - start_s) / megabytes, (used_s() - sent_s) / kIdle_s,
                1e6 * (sent_s - start_s) / static_cast<double>(events));
  } catch (const ScenarioError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  } catch (const std::exception& error) {  // out of reach
    std::fprintf(stderr, "%s\n", error.what());
    std::printf(",0,,,\n");
  }
  return 0;
}
