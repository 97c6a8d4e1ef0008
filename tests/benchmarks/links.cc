// SPDX-License-Identifier: GPL-2.0-only
// What a link technology carries and what simulating it costs: rounds in which each of M robots, on
// a circle in a hall (TR 38.901, InF-DH), uploads one message. Prints one line: technology, robots,
// bytes, radius in m, mean latency of a round in s, its throughput in Mbit/s, this process's
// seconds for each delivered MB, for each idle simulated second, and microseconds for each event.
// Used by links.py.
//
//   links nr|wifi|lte|wire robots bytes radius rounds
#include <ns3/simulator.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

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
  if (argc != 6) {
    std::fprintf(stderr, "usage: links technology robots bytes radius rounds\n");
    return 2;
  }
  channel::LinkOptions options;
  options.technology = argv[1];
  options.workers = std::atoll(argv[2]);
  const std::int64_t bytes = std::atoll(argv[3]);
  options.placement.layout = "circle";
  options.placement.radius_m = std::atof(argv[4]);
  options.placement.access_point_height_m = 8;
  const int rounds = std::atoi(argv[5]);
  options.radio.path_loss = "inf-dh";
  options.radio.shadowing = false;
  options.wifi.rate_control = "minstrel-ht";
  options.wifi.server = "backhaul";
  options.nr.bandwidth_mhz = 20;
  options.nr.server = "core";

  constexpr double kComputing_s = 0.05, kIdle_s = 10;
  const double robots = static_cast<double>(options.workers);
  try {
    PacketTransport network(options, {60, 1e3});
    network.connect();
    const double start_s = used_s();
    const std::uint64_t start_events = ns3::Simulator::GetEventCount();
    std::int64_t id = 0;
    double latency_s = 0;
    for (int round = 0; round < rounds; ++round) {
      const double begin_s = network.now_s() + kComputing_s;
      for (int i = 0; i < options.workers; ++i) {
        network.send({id++, i, Direction::kUplink, bytes}, kComputing_s);
      }
      double end_s = 0;
      for (int i = 0; i < options.workers; ++i) end_s = network.next()->end_s;
      latency_s += (end_s - begin_s) / rounds;
    }
    const double sent_s = used_s();
    const std::uint64_t events = ns3::Simulator::GetEventCount() - start_events;
    network.send({id++, 0, Direction::kUplink, 100}, kIdle_s);
    network.next();
    const double megabytes = 1e-6 * static_cast<double>(bytes) * robots * rounds;
    std::printf("%s,%s,%s,%s,%.6f,%.4f,%.5f,%.6f,%.3f\n", argv[1], argv[2], argv[3], argv[4],
                latency_s, 8e-6 * static_cast<double>(bytes) * robots / latency_s,
                (sent_s - start_s) / megabytes, (used_s() - sent_s) / kIdle_s,
                1e6 * (sent_s - start_s) / static_cast<double>(events));
  } catch (const std::exception& error) {  // out of reach
    std::fprintf(stderr, "%s\n", error.what());
    std::printf("%s,%s,%s,%s,,0,,,\n", argv[1], argv[2], argv[3], argv[4]);
  }
  return 0;
}
