// SPDX-License-Identifier: GPL-2.0-only
// A network that PyTorch exported (torch.jit.script or trace, then save): its parameters are
// trained, from where the file has them, whatever the seed; its buffers of floats are kept for each
// worker; other buffers (counts of batches) stay with the network and change nothing.
#include <c10/core/InferenceMode.h>
#include <torch/script.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/autograd.h"
#include "learning/model.h"

namespace gradwave::learning {
namespace {

std::int64_t elements(const std::vector<at::Tensor>& tensors) {
  std::int64_t sum = 0;
  for (const at::Tensor& tensor : tensors) sum += tensor.numel();
  return sum;
}

float* copy_out(const std::vector<at::Tensor>& tensors, float* flat) {
  for (const at::Tensor& tensor : tensors) {
    at::from_blob(flat, tensor.sizes(), at::kFloat).copy_(tensor);
    flat += tensor.numel();
  }
  return flat;
}

// Lets the tensors, which the network holds as well, lie in the flat array.
void place(std::vector<at::Tensor>& tensors, const float* flat) {
  for (at::Tensor& tensor : tensors) {
    const at::Tensor where = view_of(flat, tensor.sizes());
    flat += tensor.numel();
    tensor.set_data(where);
  }
}

class TorchScript final : public Model {
 public:
  TorchScript(const ModelOptions& options, const ImageShape& image, std::int64_t classes)
      : file_(options.file.string()), image_(image) {
    if (file_.empty()) refuse("model.architecture = \"torchscript\" needs model.file");
    torch::jit::getExecutorMode() = false;  // the graph as it is, the same in every round
    try {
      module_ = torch::jit::load(file_);
    } catch (const c10::Error& error) {
      refuse("model.file: " + file_ + " is not a TorchScript file: " + first_line(error));
    }
    read_tensors();
    check_output(classes);
  }

  std::int64_t size() const override { return elements(parameters_); }
  std::int64_t buffers_size() const override { return elements(buffers_); }
  double forward_macs() const override { return macs_; }

  void initialise(Random& /*random*/, float* weights, float* buffers) const override {
    std::copy(initial_weights_.begin(), initial_weights_.end(), weights);
    std::copy(initial_buffers_.begin(), initial_buffers_.end(), buffers);
  }

  void gradients(const float* weights, const Batches& batches, float* buffers, float* gradient,
                 const Take& take) const override {
    const std::int64_t batch = batches.batch;
    place(parameters_, weights);
    module_.train();
    for (std::int64_t i = 0; i < batches.workers; ++i) {
      place(buffers_, buffers + i * buffers_size());
      const at::Tensor logits = forward(images(batches.inputs.data(), i * batch, batch));
      const at::Tensor labels = view_of(batches.labels.data() + i * batch, {batch});
      take(i, loss_and_gradient(logits, labels, parameters_, gradient));
    }
  }

  Score score(const float* weights, const float* buffers, const float* inputs,
              const std::int64_t* labels, std::int64_t count) const override {
    const at::NoGradGuard no_autograd;
    place(parameters_, weights);
    place(buffers_, buffers);
    module_.eval();
    return score_of(forward(images(inputs, 0, count)), view_of(labels, {count}));
  }

 private:
  [[noreturn]] static void refuse(const std::string& sentence) {
    throw std::invalid_argument(sentence);
  }

  static std::string first_line(const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    return text.substr(0, text.find('\n'));
  }

  void read_tensors() {
    for (const auto& parameter : module_.named_parameters()) {
      if (parameter.value.scalar_type() != at::kFloat) {
        refuse("model.file: " + file_ + ": parameter \"" + parameter.name + "\" is " +
               c10::toString(parameter.value.scalar_type()) + ", expected Float");
      }
      parameters_.push_back(parameter.value);
      parameters_.back().requires_grad_(true);
    }
    if (parameters_.empty()) refuse("model.file: " + file_ + " has no parameters to train");
    for (const at::Tensor& buffer : module_.buffers()) {
      if (buffer.scalar_type() == at::kFloat) buffers_.push_back(buffer);
    }
    initial_weights_.resize(size());
    initial_buffers_.resize(buffers_size());
    const at::NoGradGuard no_autograd;
    copy_out(parameters_, initial_weights_.data());
    copy_out(buffers_, initial_buffers_.data());
  }

  // One image tells whether the network is one for such images and so many classes.
  void check_output(std::int64_t classes) {
    const at::NoGradGuard no_autograd;
    module_.eval();
    const at::Tensor one = at::zeros({1, image_.channels, image_.height, image_.width});
    at::Tensor logits;
    try {
      macs_ = count_macs([&] { logits = forward(one); });
    } catch (const std::exception& error) {  // of the interpreter, or of an operator
      const std::string text = error.what();
      refuse("model.file: " + file_ + " does not take images of " + to_string(image_) + ": " +
             text.substr(text.rfind("RuntimeError: ") == std::string::npos
                             ? 0
                             : text.rfind("RuntimeError: ") + 14));
    }
    if (logits.dim() == 2 && logits.size(0) == 1 && logits.size(1) == classes) return;
    refuse("model.file: " + file_ + " turns an image of " + to_string(image_) + " into " +
           c10::str(logits.sizes()) + ", expected [1, " + std::to_string(classes) +
           "], a number for each class");
  }

  at::Tensor forward(const at::Tensor& images) const {
    const c10::IValue out = module_.forward({images});
    if (!out.isTensor()) refuse("model.file: " + file_ + " gives no tensor");
    return out.toTensor();
  }

  at::Tensor images(const float* inputs, std::int64_t first, std::int64_t count) const {
    return view_of(inputs + first * image_.pixels(),
                   {count, image_.channels, image_.height, image_.width});
  }

  std::string file_;
  ImageShape image_;
  // Scratch, as a forward pass sees it: where the tensors lie, and training or not.
  mutable torch::jit::Module module_;
  mutable std::vector<at::Tensor> parameters_, buffers_;
  std::vector<float> initial_weights_, initial_buffers_;
  double macs_ = 0;
};

}  // namespace

std::unique_ptr<Model> make_torchscript(const ModelOptions& options, const ImageShape& image,
                                        std::int64_t classes) {
  return std::make_unique<TorchScript>(options, image, classes);
}

}  // namespace gradwave::learning
