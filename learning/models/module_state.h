// SPDX-License-Identifier: GPL-2.0-only
// What a TorchScript module holds beside its code, submodules and all:
//
//   trained   parameters with requires_grad, float32: they lie in the flat weights [d]
//   buffers   tensors that are no parameters; forward may write them in place or assign them, and
//             each worker has its own
//   the rest  parameters without requires_grad, numbers, texts, lists, None: as the file has it. No
//             worker could have its own, so forward must leave it alone
//
// Includes torch; only for learning/*.cc.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <string>
#include <vector>

#include "learning/models/buffers.h"

namespace gradwave::learning {

class ModuleState {
 public:
  // `file` is named in sentences. This and the functions below throw OptionError, key model.file,
  // for what the module holds or does that cannot be reproduced for each worker.
  ModuleState(const torch::jit::Module& module, std::string file);

  const std::vector<at::Tensor>& trained() const { return trained_; }  // each one once
  Buffers buffers() const;                                             // as the file has them

  // Moves the module, where it is not there yet.
  void move_to(const at::Device& device);

  // Around a forward pass, with the buffers of the worker whose pass it is and the mode in which
  // the module is. Training brings the buffers up to date, evaluation leaves them as they are; a
  // change of the rest is refused.
  void before_forward(const Buffers& of_worker, bool training);
  void after_forward(const Buffers& of_worker, bool training);

 private:
  using Object = c10::intrusive_ptr<c10::ivalue::Object>;
  struct Buffer {
    Object owner;
    std::size_t slot;
    std::string name;
    at::Tensor start;     // as the file has it
    at::Tensor home;      // where it lies during a pass, on memory of the file's layout
    at::Tensor placed;    // what the module has of that
    bool shares = false;  // memory, with another buffer
  };
  struct Rest {
    Object owner;
    std::size_t slot;
    std::string name;
    bool is_mode;  // "training"
    std::vector<std::uint64_t> before;
  };
  // A tensor that forward must not touch.
  struct Fixed {
    std::string name;
    at::Tensor tensor, before;
  };

  void sort(const Object& object, const std::string& prefix);
  void sort_parameter(const std::string& name, const at::Tensor& parameter);
  void check_memory();
  void take(const Buffer& buffer, const at::Tensor& row) const;
  bool is_elsewhere(const Buffer& buffer, const at::Tensor& assigned) const;
  [[noreturn]] void refuse(const std::string& sentence) const;

  torch::jit::Module module_;
  std::string file_;
  at::Device device_ = at::kCPU;
  std::vector<Object> seen_;
  std::vector<at::Tensor> trained_;
  std::vector<Buffer> buffers_;
  std::vector<Rest> rest_;
  std::vector<Fixed> fixed_;          // trained and frozen parameters
  std::vector<at::Tensor> alive_;     // during a pass, so that no address is used twice
  std::vector<std::uint64_t> after_;  // scratch
  bool trained_once_ = false;
};

}  // namespace gradwave::learning
