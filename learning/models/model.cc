// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/model.h"

#include <stdexcept>
#include <string>

#include "learning/table.h"
#include "learning/words.h"

namespace gradwave::learning {

using Make = std::unique_ptr<Model>(const ModelOptions& options, const ImageShape& image,
                                    std::int64_t classes);
Make make_mlp;          // mlp.cc
Make make_cnn;          // cnn.cc
Make make_resnet18;     // resnet.cc
Make make_resnet34;     // resnet.cc
Make make_torchscript;  // torchscript.cc

namespace {

const std::vector<Entry<Make*>>& table() {
  static const std::vector<Entry<Make*>> entries = {
      {"mlp", "multilayer perceptron with ReLU; no hidden layers: softmax regression", make_mlp},
      {"cnn", "two convolutions of 3 x 3, pooled, and a hidden layer of 128: for a CPU", make_cnn},
      {"resnet18", "ResNet-18 in its form for small images (CIFAR)", make_resnet18},
      {"resnet34", "ResNet-34 in its form for small images (CIFAR)", make_resnet34},
      {"torchscript", "a network that PyTorch saved: model.file", make_torchscript},
  };
  return entries;
}

}  // namespace

std::unique_ptr<Model> make_model(const ModelOptions& options, const ImageShape& image,
                                  std::int64_t classes) {
  Make* make = look_up(table(), "model", options.model, "model.architecture");
  if (!options.file.empty() && make != make_torchscript) {
    throw OptionError(
        {"model.file", "model.architecture"},
        "model.file is of model.architecture = \"torchscript\", not \"" + options.model + "\"");
  }
  return make(options, image, classes);
}

Words models() { return words_of(table()); }

}  // namespace gradwave::learning
