// SPDX-License-Identifier: GPL-2.0-only
#include "learning/model.h"

#include "learning/learner.h"
#include "learning/table.h"

namespace gradwave::learning {

std::unique_ptr<Model> make_mlp(const ModelOptions&, std::int64_t pixels,
                                std::int64_t classes);  // mlp.cc

namespace {

using Make = std::unique_ptr<Model> (*)(const ModelOptions&, std::int64_t, std::int64_t);

const std::vector<Entry<Make>>& table() {
  static const std::vector<Entry<Make>> entries = {
      {"mlp", "multilayer perceptron with ReLU; no hidden layers: softmax regression", make_mlp},
  };
  return entries;
}

}  // namespace

std::unique_ptr<Model> make_model(const ModelOptions& options, std::int64_t pixels,
                                  std::int64_t classes) {
  return look_up(table(), "model", options.model)(options, pixels, classes);
}

Words models() { return words_of(table()); }

}  // namespace gradwave::learning
