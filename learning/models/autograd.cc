// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/autograd.h"

#include <ATen/record_function.h>

#include <string>

#include "learning/compression/sparse.h"

namespace gradwave::learning {
namespace {

// What the callbacks of the one counting that is under way on this thread add up.
thread_local double macs = 0;
thread_local int inside_counted = 0;  // operators that are counted as a whole

// What is known of an operator when it starts, for when it has ended.
struct Operator final : at::ObserverContext {
  bool counted_as_a_whole = false;
  double terms = 0;  // of the sum that each element of its output is; 0: counted already
};

double size_of(const c10::IValue& value) { return static_cast<double>(value.toTensor().numel()); }

// Multiply-adds of a [..., columns] and b [..., columns, n]: each element of a meets n of b.
double product_macs(const c10::IValue& a, const c10::IValue& b) {
  return size_of(a) * static_cast<double>(b.toTensor().size(-1));
}

std::unique_ptr<at::ObserverContext> begin_operator(const at::RecordFunction& op) {
  const std::string name = op.name();
  const auto inputs = op.inputs();
  auto context = std::make_unique<Operator>();
  if (inside_counted > 0) return context;
  if (name == "aten::mm" || name == "aten::bmm") macs += product_macs(inputs[0], inputs[1]);
  if (name == "aten::addmm" || name == "aten::baddbmm") macs += product_macs(inputs[1], inputs[2]);
  if (name == "aten::_convolution") {
    // The weights [out, in / groups, ...] of one output channel make an element of the output;
    // transposed, each element of the input meets those [in, out / groups, ...] of its channel.
    const double of_a_channel =
        size_of(inputs[1]) / static_cast<double>(inputs[1].toTensor().size(0));
    const bool transposed = inputs[6].toBool();
    if (transposed) macs += size_of(inputs[0]) * of_a_channel;
    if (!transposed) context->terms = of_a_channel;
    context->counted_as_a_whole = true;
  }
  if (name == "aten::scaled_dot_product_attention") {  // queries by keys, and weights by values
    const double keys = static_cast<double>(inputs[1].toTensor().size(-2));
    const double queries = size_of(inputs[0]) / static_cast<double>(inputs[0].toTensor().size(-1));
    macs += keys * size_of(inputs[0]) +
            keys * queries * static_cast<double>(inputs[2].toTensor().size(-1));
    context->counted_as_a_whole = true;
  }
  if (context->counted_as_a_whole) ++inside_counted;
  return context;
}

// Also of an operator that threw, which has no outputs, or of whose start LibTorch kept nothing.
void end_operator(const at::RecordFunction& op, at::ObserverContext* context) {
  const auto* const begun = static_cast<Operator*>(context);
  if (begun == nullptr || !begun->counted_as_a_whole) return;
  --inside_counted;
  if (begun->terms > 0 && !op.outputs().empty()) macs += begun->terms * size_of(op.outputs()[0]);
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
  inside_counted = 0;
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
