// SPDX-License-Identifier: GPL-2.0-only
// A convolutional network small enough to train on a CPU: 206,922 parameters and 1.2 million
// multiply-adds a sample on 28 x 28 grey pixels.
#include "learning/models/network.h"

namespace gradwave::learning {

std::unique_ptr<Model> make_cnn(const ModelOptions& /*options*/, const ImageShape& image,
                                std::int64_t classes) {
  return make_network(
      [classes](Pass& pass, const at::Tensor& images) {
        at::Tensor x = images;
        for (const std::int64_t channels : {16, 32}) {
          x = at::max_pool2d(at::relu(pass.convolution(x, channels, 3)), 2);
        }
        x = at::relu(pass.linear(x.flatten(1), 128));
        return pass.linear(x, classes);
      },
      image);
}

}  // namespace gradwave::learning
