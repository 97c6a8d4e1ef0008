// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/learning_hash.h"

#include <unistd.h>

#include "learning/runtime/arithmetic.h"
#include "learning/runtime/process.h"
#include "sim/scenario/fnv1a.h"
#include "sim/version.h"

namespace gradwave {
namespace {

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace

std::string depends_on_network(const Settings& settings) {
  return channel::influence_on_learning(link_options(settings));
}

std::string learning_hash(const Settings& settings, const learning::Description& description) {
  if (!depends_on_network(settings).empty()) return "";
  std::string text = std::string(sources()) + '\n' + learning::torch_version() + '\n' +
                     text_for(settings, kLearning) + '\n' + std::to_string(settings.learning.seed) +
                     '\n' + std::to_string(settings.learning.training.evaluate_every) + '\n' +
                     description.device + '\n' + description.inputs;
  // What is not the same on every machine is so on this one.
  if (description.device != "cpu" ||
      !learning::is_reproducible(settings.learning.host.arithmetic)) {
    text += '\n' + host_name();
  }
  return fnv1a(text);
}

}  // namespace gradwave
