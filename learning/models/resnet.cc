// SPDX-License-Identifier: GPL-2.0-only
// ResNet-18 and ResNet-34 (He, Zhang, Ren, Sun, "Deep residual learning for image recognition",
// 2016, Table 1) in the form that is usual for small images: a first convolution of 3 x 3 without
// stride, no pooling after it, projections of 1 x 1 where the shape changes. Parameters in the
// order of PyTorch's parameters().
#include <array>

#include "learning/models/network.h"

namespace gradwave::learning {
namespace {

using Depth = std::array<int, 4>;  // blocks of each stage

at::Tensor block(Pass& pass, const at::Tensor& x, std::int64_t channels, std::int64_t stride) {
  at::Tensor y = pass.convolution(x, channels, 3, stride, false);
  y = at::relu(pass.batch_norm(y));
  y = pass.batch_norm(pass.convolution(y, channels, 3, 1, false));
  const bool same_shape = stride == 1 && x.size(1) == channels;
  return at::relu(
      y + (same_shape ? x : pass.batch_norm(pass.convolution(x, channels, 1, stride, false))));
}

std::unique_ptr<Model> make_resnet(const Depth& depth, const ImageShape& image,
                                   std::int64_t classes) {
  return make_network(
      [=](Pass& pass, const at::Tensor& images) {
        std::int64_t channels = 64;
        at::Tensor x = at::relu(pass.batch_norm(pass.convolution(images, channels, 3, 1, false)));
        for (const int blocks : depth) {
          for (int i = 0; i < blocks; ++i) {
            x = block(pass, x, channels, i == 0 && channels > 64 ? 2 : 1);
          }
          channels *= 2;
        }
        return pass.linear(x.mean({2, 3}), classes);
      },
      image);
}

}  // namespace

std::unique_ptr<Model> make_resnet18(const ModelOptions& /*options*/, const ImageShape& image,
                                     std::int64_t classes) {
  return make_resnet({2, 2, 2, 2}, image, classes);
}

std::unique_ptr<Model> make_resnet34(const ModelOptions& /*options*/, const ImageShape& image,
                                     std::int64_t classes) {
  return make_resnet({3, 4, 6, 3}, image, classes);
}

}  // namespace gradwave::learning
