// SPDX-License-Identifier: GPL-2.0-only
// A network that PyTorch exported (torch.jit.script or trace, then save): its parameters are
// trained, from where the file has them, whatever the seed; its buffers are kept for each worker,
// as floats, whatever their type is in the network.
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "learning/models/autograd.h"
#include "learning/models/model.h"
#include "learning/runtime/torch_runtime.h"

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
    const at::Tensor copy = tensor.to(at::kFloat).contiguous();
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
  for_parts(parameters, gradient, [&](std::size_t i, const at::Tensor& part) {
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
      module_ = torch::jit::load(file_, at::kCPU);
    } catch (const c10::Error& error) {
      refuse("model.file: " + file_ + " is not a TorchScript file: " + reason(error));
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
      place_buffers(buffers[i]);
      const at::Tensor logits = forward(images_of(batches, image_, i, 1, device));
      take_buffers(buffers[i]);
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
    place_buffers(buffers);
    module_.eval();
    // A few megabytes of images at a time: how much the layers make of them is not known.
    const std::int64_t together =
        std::max<std::int64_t>(1, (std::int64_t{1} << 20) / (image_.pixels() * samples.batch));
    Score total;
    for (std::int64_t first = 0; first < samples.workers; first += together) {
      const std::int64_t count = std::min(together, samples.workers - first);
      const Score score = score_of(forward(images_of(samples, image_, first, count, device)),
                                   labels_of(samples, first, count, device));
      total.loss += score.loss;
      total.right += score.right;
    }
    return total;
  }

 private:
  [[noreturn]] static void refuse(const std::string& sentence) {
    throw std::invalid_argument(sentence);
  }

  // The rest of the network, its counters and masks, moves to where the weights are.
  void place_parameters(const at::Tensor& weights) const {
    if (parameters_.front().device() != weights.device()) {
      module_.to(weights.device());
      find_tensors();
    }
    place(parameters_, weights);
  }

  // A tensor that two layers share counts once, as in PyTorch's parameters().
  void find_tensors() const {
    const auto append = [](std::vector<at::Tensor>& tensors, const at::Tensor& tensor) {
      const bool known = std::any_of(tensors.begin(), tensors.end(), [&](const at::Tensor& other) {
        return other.is_same(tensor);
      });
      if (!known) tensors.push_back(tensor);
    };
    parameters_.clear();
    buffers_.clear();
    for (const at::Tensor& parameter : module_.parameters()) append(parameters_, parameter);
    for (const at::Tensor& buffer : module_.buffers()) append(buffers_, buffer);
    for (at::Tensor& parameter : parameters_) parameter.requires_grad_(true);
  }

  // Floats lie in the flat vector while the network runs; what is of another type is copied there
  // and back.
  void place_buffers(const at::Tensor& flat) const {
    const c10::NoGradGuard no_autograd;
    for_parts(buffers_, flat, [&](std::size_t i, const at::Tensor& part) {
      at::Tensor& buffer = buffers_[i];
      if (buffer.scalar_type() == at::kFloat) {
        buffer.set_data(part);
      } else {
        buffer.copy_(buffer.is_floating_point() ? part : part.round());
      }
    });
  }

  void take_buffers(const at::Tensor& flat) const {
    const c10::NoGradGuard no_autograd;
    for_parts(buffers_, flat, [&](std::size_t i, const at::Tensor& part) {
      if (buffers_[i].scalar_type() != at::kFloat) part.copy_(buffers_[i]);
    });
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

  // Two images tell whether the network is one for batches of them and for so many classes.
  void check_output(std::int64_t classes) {
    module_.eval();
    const at::Tensor two = at::zeros({2, image_.channels, image_.height, image_.width});
    c10::IValue out;
    try {
      macs_ = count_macs([&] { out = module_.forward({two}); }) / 2;
    } catch (const std::exception& error) {  // of the interpreter, or of an operator
      refuse("model.file: " + file_ + " does not take images of " + to_string(image_) + ": " +
             reason(error));
    }
    if (!out.isTensor()) refuse("model.file: " + file_ + " gives no tensor but " + out.tagKind());
    const at::Tensor logits = out.toTensor();
    if (logits.dim() != 2 || logits.size(0) != 2 || logits.size(1) != classes) {
      refuse("model.file: " + file_ + " turns two images of " + to_string(image_) + " into " +
             c10::str(logits.sizes()) + ", expected [2, " + std::to_string(classes) +
             "], a number for each class");
    }
    if (!logits.requires_grad()) {
      refuse("model.file: " + file_ +
             " cannot be trained: its output does not depend on its "
             "parameters by operations that have derivatives");
    }
  }

  at::Tensor forward(const at::Tensor& images) const {
    return module_.forward({images}).toTensor();
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
