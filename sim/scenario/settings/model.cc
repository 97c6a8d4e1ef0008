// SPDX-License-Identifier: GPL-2.0-only
#include "learning/words.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> model_settings() {
  return {
      {"model.architecture", FIELD(learning.model.model), "network to train",
       words(learning::models), kLearning},
      {"model.hidden", FIELD(learning.model.hidden),
       "units of each hidden layer; []: softmax regression", range(1, 1e6), kLearning,
       when("model.architecture", {"mlp"})},
      {"model.file", FIELD(learning.model.file),
       "TorchScript file (torch.jit.save); training starts from its parameters", any(), kLearning,
       when("model.architecture", {"torchscript"})},
      {"model.forward_macs", FIELD(learning.model.forward_macs),
       "multiply-adds of one sample's forward pass, from which compute times follow; 0: counted "
       "from the layers",
       range(0, 1e18), kLearning},
  };
}

}  // namespace gradwave
