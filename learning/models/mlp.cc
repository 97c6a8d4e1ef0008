// SPDX-License-Identifier: GPL-2.0-only
// Multilayer perceptron: a_0 = x,  z_l = a_{l-1} W_l^T + b_l,  a_l = max(0, z_l),  and the softmax
// cross-entropy of the last z. No hidden layers: softmax regression.
#include <sstream>
#include <string>

#include "learning/models/network.h"

namespace gradwave::learning {

std::unique_ptr<Model> make_mlp(const ModelOptions& options, const ImageShape& image,
                                std::int64_t classes) {
  for (const std::int64_t units : options.hidden) {
    if (units >= 1) continue;
    throw OptionError({"model.hidden"}, "model.hidden has a layer of " + std::to_string(units) +
                                            " units; expected at least 1");
  }
  // Indices of entries are 32 bits, and memory ends sooner.
  double size = 0, inputs = static_cast<double>(image.pixels());
  for (const std::int64_t units : options.hidden) {
    size += (inputs + 1) * static_cast<double>(units);
    inputs = static_cast<double>(units);
  }
  size += (inputs + 1) * static_cast<double>(classes);
  if (size > 4e9) {
    std::ostringstream sentence;
    sentence << "model.hidden makes a network of " << size << " parameters; expected at most 4e9";
    throw OptionError({"model.hidden"}, sentence.str());
  }
  return make_network(
      [hidden = options.hidden, classes](Pass& pass, const at::Tensor& images) {
        at::Tensor x = images.flatten(1);
        for (const std::int64_t units : hidden) x = at::relu(pass.linear(x, units));
        return pass.linear(x, classes);
      },
      image);
}

}  // namespace gradwave::learning
