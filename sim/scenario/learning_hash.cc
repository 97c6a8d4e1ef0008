// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/learning_hash.h"

#include <unistd.h>

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
  if (settings.link.technology != "mesh") return "";
  const channel::MeshOptions& mesh = settings.link.mesh;
  if (mesh.aggregation == "relays") {
    return "mesh.aggregation = \"relays\" adds gradients up along the mesh's routes";
  }
  if (mesh.aggregation == "gossip") {
    return "mesh.aggregation = \"gossip\" averages along the mesh's links";
  }
  if (mesh.unreached == "leave-out") {
    return "mesh.unreached = \"leave-out\" goes on without robots that have no route";
  }
  return "";
}

std::string learning_hash(const Settings& settings, const learning::Description& description) {
  if (!depends_on_network(settings).empty()) return "";
  std::string text = std::string(sources()) + '\n' + learning::torch_version() + '\n' +
                     text_for(settings, kLearning) + '\n' + std::to_string(settings.learning.seed) +
                     '\n' + std::to_string(settings.learning.training.evaluate_every) + '\n' +
                     description.device + '\n' + description.inputs;
  // What is not the same on every machine is so on this one.
  if (description.device != "cpu" || settings.learning.host.arithmetic != "reproducible") {
    text += '\n' + host_name();
  }
  return fnv1a(text);
}

}  // namespace gradwave
