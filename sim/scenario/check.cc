// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/check.h"

#include <nlohmann/json.hpp>

namespace gradwave {
namespace {

// The settings whose key begins with one of `groups`, as text; the seed changes no answer.
std::string part(const Settings& settings, std::initializer_list<const char*> groups) {
  nlohmann::json object;
  for (const Setting& setting : settings_table()) {
    for (const std::string group : groups) {
      if (setting.key.compare(0, group.size(), group) == 0) {
        object[setting.key] = value_of(setting, settings);
      }
    }
  }
  return object.dump();
}

}  // namespace

const learning::Description& Check::operator()(const Settings& settings) {
  const std::string learning_part =
      part(settings, {"team.", "data.", "model.", "training.", "compression.", "host."});
  auto learned = learned_.find(learning_part);
  if (learned == learned_.end()) {
    learned = learned_.emplace(learning_part, learning::describe(learning_options(settings))).first;
  }

  const auto& training = settings.learning.training;
  const ComputeTimes possible(settings.compute, learned->second.forward_macs, training.batch,
                              training.workers, settings.learning.seed);

  const std::string link_part = part(
      settings, {"team.", "link.", "wifi.", "wire.", "tcp.", "placement.", "mobility.", "ns3."});
  if (linked_.insert(link_part).second) channel::configure(link_options(settings));
  return learned->second;
}

}  // namespace gradwave
