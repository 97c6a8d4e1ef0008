// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/autograd.h"

#include "learning/runtime/tensor.h"

namespace gradwave::learning {

at::Tensor images_of(const Batches& batches, const ImageShape& image, std::int64_t first,
                     std::int64_t workers, const at::Device& device) {
  const std::int64_t count = workers * batches.batch;
  return view_of(batches.inputs.data() + first * batches.batch * image.pixels(),
                 {count, image.channels, image.height, image.width})
      .to(device);
}

at::Tensor labels_of(const Batches& batches, std::int64_t first, std::int64_t workers,
                     const at::Device& device) {
  const std::int64_t* labels = batches.labels.data() + first * batches.batch;
  return at::from_blob(const_cast<std::int64_t*>(labels), {workers * batches.batch}, at::kLong)
      .to(device);
}

at::Tensor mean_losses(const at::Tensor& logits, const at::Tensor& labels, std::int64_t workers) {
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::None)
      .view({workers, -1})
      .mean(1, false, at::kDouble);
}

std::vector<double> to_host(const std::vector<at::Tensor>& losses) {
  const at::Tensor all = at::cat(losses).cpu();
  const auto* begin = all.data_ptr<double>();
  return {begin, begin + all.numel()};
}

Model::Score score_of(const at::Tensor& logits, const at::Tensor& labels) {
  const at::Tensor truth = labels.view({-1, 1});
  Model::Score score;
  score.loss = -at::log_softmax(logits, 1).gather(1, truth).sum(at::kDouble).item<double>();
  score.right = logits.argmax(1, true).eq(truth).sum().item<std::int64_t>();
  return score;
}

}  // namespace gradwave::learning
