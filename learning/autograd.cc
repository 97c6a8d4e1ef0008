// SPDX-License-Identifier: GPL-2.0-only
#include "learning/autograd.h"

#include <ATen/record_function.h>

#include <string>

#include "learning/sparse.h"

namespace gradwave::learning {
namespace {

// What the callbacks of the one counting that is under way on this thread add up.
thread_local double macs = 0;
thread_local int inside_convolution = 0;

// Of a convolution: what each element of its output is a sum over, one output channel's weights.
// Its inputs are there when it starts, its output when it has ended.
struct Convolution final : at::ObserverContext {
  double terms = 0;
};

// Each element of a product is a sum over the columns of the left factor.
double product_macs(const at::Tensor& a, const at::Tensor& b) {
  return static_cast<double>(a.numel()) * static_cast<double>(b.size(-1));
}

std::unique_ptr<at::ObserverContext> begin_operator(const at::RecordFunction& op) {
  const std::string name = op.name();
  const auto inputs = op.inputs();
  auto convolution = std::make_unique<Convolution>();  // LibTorch wants something in any case
  if (name == "aten::_convolution") {
    const at::Tensor& weight = inputs[1].toTensor();
    convolution->terms = static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0));
    ++inside_convolution;
  } else if (inside_convolution == 0) {
    if (name == "aten::mm" || name == "aten::bmm") {
      macs += product_macs(inputs[0].toTensor(), inputs[1].toTensor());
    }
    if (name == "aten::addmm" || name == "aten::baddbmm") {
      macs += product_macs(inputs[1].toTensor(), inputs[2].toTensor());
    }
  }
  return convolution;
}

void end_operator(const at::RecordFunction& op, at::ObserverContext* context) {
  const double terms = static_cast<Convolution*>(context)->terms;
  if (terms == 0) return;
  macs += terms * static_cast<double>(op.outputs()[0].toTensor().numel());
  --inside_convolution;
}

}  // namespace

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

double count_macs(const std::function<void()>& run) {
  macs = 0;
  inside_convolution = 0;
  struct Removed {  // even if `run` throws
    at::CallbackHandle handle;
    ~Removed() { at::removeCallback(handle); }
  };
  const Removed callback{
      at::addThreadLocalCallback(at::RecordFunctionCallback(begin_operator, end_operator)
                                     .needsInputs(true)
                                     .needsOutputs(true)
                                     .scopes({at::RecordScope::FUNCTION}))};
  run();
  return macs;
}

}  // namespace gradwave::learning
