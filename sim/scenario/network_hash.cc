// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/network_hash.h"

#include <nlohmann/json.hpp>

#include "sim/scenario/fnv1a.h"

namespace gradwave {

std::string needs_packets(const Settings& settings) {
  const std::string reason = channel::unsampled(link_options(settings));
  if (!reason.empty()) return reason;
  if (settings.link.ns3_defaults.count("ns3::TcpSocketBase::MinRto") > 0) {
    return "how long a timeout takes has to be known, by tcp.min_rto_s instead of ns3.defaults";
  }
  return "";
}

std::string network_hash(const Settings& settings, double forward_macs) {
  if (!samples(settings.sampling)) return "";
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
