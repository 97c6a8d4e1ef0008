// SPDX-License-Identifier: GPL-2.0-only
// A network that PyTorch exported (torch.jit.script or trace, then save): its parameters are
// trained, but for those without requires_grad, from where the file has them, whatever the seed.
// What else it holds, module_state.h says.
#include <c10/core/GradMode.h>
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "learning/models/autograd.h"
#include "learning/models/model.h"
#include "learning/models/module_state.h"
#include "learning/models/multiply_adds.h"
#include "learning/models/writes.h"
#include "learning/runtime/process.h"
#include "learning/runtime/torch_runtime.h"

namespace gradwave::learning {
namespace {

[[noreturn]] void refuse(const std::string& file, const std::string& sentence) {
  throw OptionError({"model.file"}, "model.file: " + file + " " + sentence);
}

// What torch.export.save writes: a zip, whose list of names lies at its end. The names are those of
// PyTorch 2.1 to 2.6 and of later versions.
bool is_of_torch_export(const std::string& file) {
  constexpr std::streamoff kMost = 1 << 20;
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  if (size < 2) return false;
  std::string begin(2, '\0'), end(static_cast<std::size_t>(std::min(size, kMost)), '\0');
  in.seekg(0).read(begin.data(), 2);
  in.seekg(size - static_cast<std::streamoff>(end.size())).read(end.data(), std::min(size, kMost));
  const auto lists = [&](const char* name) { return end.find(name) != std::string::npos; };
  return begin == "PK" && (lists("serialized_exported_program.json") || lists("models/model.json"));
}

// Python's torch.save writes tensors and the names of classes, but no code: a zip of one pickle, or
// since long ago the pickle alone.
bool is_of_torch_save(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const int first = in.get();
  if (first == 0x80) return true;  // how a pickle begins
  if (first != 'P') return false;
  try {
    caffe2::serialize::PyTorchStreamReader archive(file);
    const std::vector<std::string> records = archive.getAllRecords();
    return archive.hasRecord("data.pkl") &&
           std::none_of(records.begin(), records.end(), [](const std::string& record) {
             return record.compare(0, 5, "code/") == 0;
           });
  } catch (const std::exception&) {
    return false;  // no archive of PyTorch's at all
  }
}

torch::jit::Module load(const std::string& file) {
  if (is_of_torch_save(file)) {
    refuse(file,
           "was written by torch.save, which leaves out the network's code; expected "
           "torch.jit.script(net).save(...)");
  }
  if (is_of_torch_export(file)) {
    refuse(file,
           "was written by torch.export, which keeps a network in another form; expected "
           "torch.jit.script(net).save(...), or torch.jit.trace(net, images).save(...)");
  }
  try {
    return torch::jit::load(file, at::kCPU);
  } catch (const std::exception& error) {  // also of the compiler: an operator that is not there
    refuse(file, "is not a TorchScript file that LibTorch " + torch_version() +
                     " can load: " + reason(error));
  }
}

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

// Zero for a parameter that the loss does not depend on.
void write_gradient(const at::Tensor& loss, const std::vector<at::Tensor>& parameters,
                    const at::Tensor& gradient) {
  const std::vector<at::Tensor> by_parameters =
      torch::autograd::grad({loss}, parameters, {}, {}, false, /*allow_unused=*/true);
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const at::Tensor& derivative = by_parameters[i];
    const std::int64_t size = parameters[i].numel();
    const at::Tensor part = gradient.narrow(0, begin, size).view(parameters[i].sizes());
    begin += size;
    if (!derivative.defined()) {
      part.zero_();
    } else if (derivative.layout() == at::kStrided) {
      part.copy_(derivative);
    } else {  // an embedding's, say
      part.copy_(derivative.to_dense());
    }
  }
}

class TorchScript final : public Model {
 public:
  TorchScript(const std::string& file, const ImageShape& image, std::int64_t classes)
      : file_(file), image_(image), classes_(classes), module_(load(file)), state_(module_, file) {
    torch::jit::getExecutorMode() = false;  // the graph as it is, the same in every round
    initial_weights_ = flattened(state_.trained());
    // Two images tell whether the network is one for batches of them and for so many classes.
    const c10::NoGradGuard no_autograd;
    module_.eval();
    const at::Tensor two = at::zeros({2, image.channels, image.height, image.width});
    state_.place(at::tensor(initial_weights_));
    counted_ = count_multiply_adds([&] { forward(two, state_.buffers(), false); });
  }

  std::int64_t size() const override { return elements(state_.trained()); }
  Buffers buffers() const override { return state_.buffers(); }
  double forward_macs() const override { return counted_.count / 2; }
  std::int64_t forward_operators() const override { return counted_.operators; }
  std::vector<std::string> uncounted() const override { return counted_.unknown; }

  void initialise(Random& /*random*/, float* weights) const override {
    std::copy(initial_weights_.begin(), initial_weights_.end(), weights);
  }

  // One worker after the other: what the network does with a batch, only the network knows.
  std::vector<double> gradients(const at::Tensor& weights, const Batches& batches,
                                const Buffers& buffers, const at::Tensor& gradient,
                                const Take& take) const override {
    const at::Device device = weights.device();
    state_.place(weights);
    module_.train();
    std::vector<at::Tensor> losses;
    for (std::int64_t i = 0; i < batches.workers; ++i) {
      const at::Tensor logits =
          forward(images_of(batches, image_, i, 1, device), of_worker(buffers, i), true);
      const at::Tensor loss = mean_losses(logits, labels_of(batches, i, 1, device), 1);
      try {
        write_gradient(loss.sum(), state_.trained(), gradient);
      } catch (const std::exception& error) {
        refuse(file_, "cannot be trained: " + reason(error));
      }
      take(i);
      losses.push_back(loss.detach());
    }
    return to_host(losses);
  }

  Score score(const at::Tensor& weights, const Buffers& buffers,
              const Batches& samples) const override {
    const c10::NoGradGuard no_autograd;
    const at::Device device = weights.device();
    state_.place(weights);
    module_.eval();
    // A few megabytes of images at a time: how much the layers make of them is not known.
    const std::int64_t together =
        std::max<std::int64_t>(1, (std::int64_t{1} << 20) / (image_.pixels() * samples.batch));
    Score total;
    for (std::int64_t first = 0; first < samples.workers; first += together) {
      const std::int64_t count = std::min(together, samples.workers - first);
      const Score score =
          score_of(forward(images_of(samples, image_, first, count, device), buffers, false),
                   labels_of(samples, first, count, device));
      total.loss += score.loss;
      total.right += score.right;
    }
    return total;
  }

 private:
  // Logits [n, classes] of images [n, ...], with one worker's buffers.
  at::Tensor forward(const at::Tensor& images, const Buffers& buffers, bool training) const {
    state_.before_forward(buffers);
    c10::IValue out;
    try {
      if (std::exchange(was_watched_[training ? 1 : 0], true)) {
        out = result_of(images);
      } else {
        watch_writes([&] { out = result_of(images); },
                     [&](const at::Tensor& tensor) { state_.wrote(tensor); });
      }
    } catch (const std::exception& error) {  // of the interpreter, or of an operator
      refuse(file_, "does not take images of " + to_string(image_) + ": " + reason(error) +
                        where(images, training));
    }
    state_.after_forward(buffers, training);
    return checked(out, images, training);
  }

  // What torch.jit.fork begins runs at once, on this thread: random numbers are drawn in one order.
  // The network has images of its own, which it may write to.
  c10::IValue result_of(const at::Tensor& images) const {
    const auto at_once = [](const std::function<void()>& task) { task(); };
    const auto result =
        module_.get_method("forward").run_async({images.clone()}, torch::jit::Kwargs(), at_once);
    result->waitAndThrow();
    return result->value();
  }

  at::Tensor checked(const c10::IValue& out, const at::Tensor& images, bool training) const {
    if (!out.isTensor()) {
      refuse(file_, "gives no tensor but " + out.tagKind() + where(images, training));
    }
    const at::Tensor& logits = out.toTensor();
    const std::vector<std::int64_t> expected = {images.size(0), classes_};
    if (logits.sizes() != at::IntArrayRef(expected)) {
      refuse(file_, "turns " + std::to_string(images.size(0)) + " images of " + to_string(image_) +
                        " into " + c10::str(logits.sizes()) + ", expected " +
                        c10::str(at::IntArrayRef(expected)) + ", a number for each class" +
                        where(images, training));
    }
    if (!logits.is_floating_point() || logits.layout() != at::kStrided) {
      refuse(file_, std::string("gives numbers of type ") + c10::toString(logits.scalar_type()) +
                        ", expected Float" + where(images, training));
    }
    if (training && !logits.requires_grad()) {
      refuse(file_,
             "cannot be trained: its output does not depend on its parameters by operations that "
             "have derivatives");
    }
    // The loss is not defined for the short types on a CPU.
    return logits.scalar_type() == at::kDouble ? logits : logits.to(at::kFloat);
  }

  static std::string where(const at::Tensor& images, bool training) {
    return std::string(training ? " (in training" : " (in evaluation") + ", batch of " +
           std::to_string(images.size(0)) + ")";
  }

  std::string file_;
  ImageShape image_;
  std::int64_t classes_;
  // Scratch, as a forward pass sees it: where the tensors lie, and training or not.
  mutable torch::jit::Module module_;
  mutable ModuleState state_;
  std::vector<float> initial_weights_;
  MultiplyAdds counted_;                          // of two images
  mutable std::array<bool, 2> was_watched_ = {};  // a pass in evaluation, and one in training
};

}  // namespace

std::unique_ptr<Model> make_torchscript(const ModelOptions& options, const ImageShape& image,
                                        std::int64_t classes) {
  if (options.file.empty()) {
    throw OptionError({"model.file", "model.architecture"},
                      "model.architecture = \"torchscript\" needs model.file");
  }
  return std::make_unique<TorchScript>(options.file.string(), image, classes);
}

}  // namespace gradwave::learning
