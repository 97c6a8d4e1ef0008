// SPDX-License-Identifier: GPL-2.0-only
#include "learning/autograd.h"

#include <ATen/record_function.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstring>
#include <string>

namespace gradwave::learning {
namespace {

// What the callbacks of the one counting that is under way on this thread add up.
thread_local double macs = 0;
thread_local int inside_convolution = 0;

// LibTorch wants to be given something to hold between an operator's start and its end.
struct Nothing final : at::ObserverContext {};

bool is_convolution(const at::RecordFunction& op) {
  return std::strcmp(op.name(), "aten::_convolution") == 0;
}

std::unique_ptr<at::ObserverContext> begin_operator(const at::RecordFunction& op) {
  if (is_convolution(op)) ++inside_convolution;
  return std::make_unique<Nothing>();
}

// Each element of a convolution's output is a sum over one output channel's weights; of a
// product's, over the columns of the left factor.
void end_operator(const at::RecordFunction& op, at::ObserverContext* /*context*/) {
  const auto inputs = op.inputs();
  const auto products = [&](std::size_t left) {
    const at::Tensor& a = inputs[left].toTensor();
    const at::Tensor& b = inputs[left + 1].toTensor();
    return static_cast<double>(a.numel()) * static_cast<double>(b.size(-1));
  };
  const std::string name = op.name();
  if (is_convolution(op)) {
    const at::Tensor& weight = inputs[1].toTensor();
    const double out = static_cast<double>(op.outputs()[0].toTensor().numel());
    macs += out * static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0));
    --inside_convolution;
  } else if (inside_convolution == 0) {
    if (name == "aten::mm" || name == "aten::bmm") macs += products(0);
    if (name == "aten::addmm" || name == "aten::baddbmm") macs += products(1);
  }
}

}  // namespace

at::Tensor view_of(const float* data, at::IntArrayRef sizes) {
  return at::from_blob(const_cast<float*>(data), sizes, at::kFloat);
}

at::Tensor view_of(const std::int64_t* data, at::IntArrayRef sizes) {
  return at::from_blob(const_cast<std::int64_t*>(data), sizes, at::kLong);
}

double loss_and_gradient(const at::Tensor& logits, const at::Tensor& labels,
                         const std::vector<at::Tensor>& parameters, float* gradient) {
  const at::Tensor loss = at::cross_entropy_loss(logits, labels);
  const std::vector<at::Tensor> of_parameters =
      torch::autograd::grad({loss}, parameters, {}, c10::nullopt, false, /*allow_unused=*/true);
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const at::Tensor out = at::from_blob(gradient, parameters[p].sizes(), at::kFloat);
    if (of_parameters[p].defined()) {
      out.copy_(of_parameters[p]);
    } else {
      out.zero_();
    }
    gradient += out.numel();
  }
  return loss.item<double>();
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
