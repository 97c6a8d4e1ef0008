// SPDX-License-Identifier: GPL-2.0-only
// A network that PyTorch exported (torch.jit.script or trace, then save): its parameters are
// trained, from where the file has them, whatever the seed; its buffers of floats are kept for each
// worker; other buffers (counts of batches) stay with the network and change nothing.
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
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

std::vector<float> flattened(const std::vector<at::Tensor>& tensors) {
  const c10::NoGradGuard no_autograd;
  std::vector<float> flat;
  for (const at::Tensor& tensor : tensors) {
    const at::Tensor copy = tensor.contiguous();
    flat.insert(flat.end(), copy.data_ptr<float>(), copy.data_ptr<float>() + copy.numel());
  }
  return flat;
}

// Their parts of the flat vector, one after the other.
template <class Each>
void for_parts(const std::vector<at::Tensor>& tensors, const at::Tensor& flat, const Each& each) {
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    each(i, flat.narrow(0, begin, tensors[i].numel()).view(tensors[i].sizes()));
    begin += tensors[i].numel();
  }
}

// Lets the tensors, which the network holds as well, lie in the flat vector.
void place(std::vector<at::Tensor>& tensors, const at::Tensor& flat) {
  for_parts(tensors, flat,
            [&](std::size_t i, const at::Tensor& part) { tensors[i].set_data(part); });
}

// Zero for a parameter that the loss does not depend on.
void write_gradient(const at::Tensor& loss, const std::vector<at::Tensor>& parameters,
                    const at::Tensor& gradient) {
  const std::vector<at::Tensor> by_parameters =
      torch::autograd::grad({loss}, parameters, {}, {}, false, /*allow_unused=*/true);
  for_parts(parameters, gradient, [&](std::size_t i, at::Tensor part) {
    if (by_parameters[i].defined()) {
      part.copy_(by_parameters[i]);
    } else {
      part.zero_();
    }
  });
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

  // One worker after the other: what the network does with a batch, only the network knows.
  std::vector<double> gradients(const at::Tensor& weights, const Batches& batches,
                                const at::Tensor& buffers, const at::Tensor& gradient,
                                const Take& take) const override {
    const at::Device device = weights.device();
    place_parameters(weights);
    module_.train();
    std::vector<at::Tensor> losses;
    for (std::int64_t i = 0; i < batches.workers; ++i) {
      place(buffers_, buffers[i]);
      const at::Tensor logits = forward(images_of(batches, image_, i, 1, device));
      const at::Tensor loss = mean_losses(logits, labels_of(batches, i, 1, device), 1);
      write_gradient(loss.sum(), parameters_, gradient);
      take(i);
      losses.push_back(loss.detach());
    }
    return to_host(losses);
  }

  Score score(const at::Tensor& weights, const at::Tensor& buffers,
              const Batches& samples) const override {
    const c10::NoGradGuard no_autograd;
    const at::Device device = weights.device();
    place_parameters(weights);
    place(buffers_, buffers);
    module_.eval();
    return score_of(forward(images_of(samples, image_, 0, samples.workers, device)),
                    labels_of(samples, 0, samples.workers, device));
  }

 private:
  [[noreturn]] static void refuse(const std::string& sentence) {
    throw std::invalid_argument(sentence);
  }

  static std::string first_line(const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    return text.substr(0, text.find('\n'));
  }

  // The rest of the network, its counters and masks, moves to where the weights are.
  void place_parameters(const at::Tensor& weights) const {
    if (parameters_.front().device() != weights.device()) {
      module_.to(weights.device());
      find_tensors();
    }
    place(parameters_, weights);
  }

  void find_tensors() const {
    parameters_.clear();
    buffers_.clear();
    for (const at::Tensor& parameter : module_.parameters()) {
      parameters_.push_back(parameter);
      parameters_.back().requires_grad_(true);
    }
    for (const at::Tensor& buffer : module_.buffers()) {
      if (buffer.scalar_type() == at::kFloat) buffers_.push_back(buffer);
    }
  }

  void read_tensors() {
    for (const auto& parameter : module_.named_parameters()) {
      if (parameter.value.scalar_type() != at::kFloat) {
        refuse("model.file: " + file_ + ": parameter \"" + parameter.name + "\" is " +
               c10::toString(parameter.value.scalar_type()) + ", expected Float");
      }
    }
    find_tensors();
    if (parameters_.empty()) refuse("model.file: " + file_ + " has no parameters to train");
    initial_weights_ = flattened(parameters_);
    initial_buffers_ = flattened(buffers_);
  }

  // One image tells whether the network is one for such images and so many classes.
  void check_output(std::int64_t classes) {
    const c10::NoGradGuard no_autograd;
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
