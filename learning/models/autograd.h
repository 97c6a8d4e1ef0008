// SPDX-License-Identifier: GPL-2.0-only
// What models have in common whose gradients autograd takes. Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "learning/models/model.h"

namespace gradwave::learning {

// The samples of `workers` workers from `first` on, on a device: images [W B, channels, height,
// width] and labels [W B].
at::Tensor images_of(const Batches& batches, const ImageShape& image, std::int64_t first,
                     std::int64_t workers, const at::Device& device);
at::Tensor labels_of(const Batches& batches, std::int64_t first, std::int64_t workers,
                     const at::Device& device);

// Of logits [W B, classes] and labels of `workers` W: each one's mean cross-entropy [W], double.
at::Tensor mean_losses(const at::Tensor& logits, const at::Tensor& labels, std::int64_t workers);

// What several of them gave, one after the other.
std::vector<double> to_host(const std::vector<at::Tensor>& losses);

Model::Score score_of(const at::Tensor& logits, const at::Tensor& labels);

}  // namespace gradwave::learning
