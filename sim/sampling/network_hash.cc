// SPDX-License-Identifier: GPL-2.0-only
#include "sim/sampling/network_hash.h"

#include <nlohmann/json.hpp>

#include "sim/scenario/fnv1a.h"

namespace gradwave {

std::string needs_packets(const Settings& settings) {
  if (settings.link.technology == "mesh" && settings.link.mesh.unreached == "leave-out") {
    return "mesh.unreached = \"leave-out\" loses messages where routes end, packet by packet";
  }
  if (!channel::has_server(link_options(settings))) {
    return "mesh.aggregation = \"gossip\" is simulated packet by packet";
  }
  const channel::World world = channel::world_of(link_options(settings));
  // Measured (tests/benchmarks/sampling.py, "mesh, wandering"): the packets' time lies in 17 of 23
  // intervals of 95 %, and one round in fourteen is drawn.
  if (world.routed && world.wanders) {
    return "mobility.model = \"" + settings.link.mobility.model +
           "\" in a mesh: how long a message waits for a route depends on where robots happen to "
           "be, "
           "and nothing can be told from some rounds about others";
  }
  // Measured (tests/benchmarks/sampling.py, 50 m): equal runs differ by a fifth, and no run shows
  // it.
  const std::string& technology = settings.link.technology;
  if ((technology == "wifi" || technology == "mesh") &&
      settings.link.wifi.rate_control.rfind("minstrel", 0) == 0) {
    return "wifi.rate_control = \"minstrel-ht\" stays with rates it has settled on for as long as "
           "a "
           "run, and nothing can be told from some rounds about others";
  }
  if (settings.link.ns3_defaults.count("ns3::TcpSocketBase::MinRto") > 0) {
    return "how long a time-out takes has to be known, by tcp.min_rto_s instead of ns3.defaults";
  }
  return "";
}

std::string network_hash(const Settings& settings, double forward_macs) {
  if (settings.sampling.fidelity != "sampled") return "";
  const channel::LinkOptions link = link_options(settings);
  const channel::World world = channel::world_of(link);
  // Whose message goes which way is not known beforehand.
  if (world.routed || !channel::has_server(link)) return "";
  std::string text = text_for(settings, kChannel);
  for (const Setting& setting : settings_table()) {
    if (setting.key.rfind("compute.", 0) != 0) continue;
    text += setting.key + value_of(setting, settings).dump();
  }
  const learning::TrainingOptions& training = settings.learning.training;
  text += std::to_string(training.workers) + ' ' + std::to_string(training.batch) + ' ' +
          std::to_string(forward_macs);
  if (!world.same_for_every_seed) text += " seed " + std::to_string(settings.learning.seed);
  return fnv1a(text);
}

}  // namespace gradwave
