// SPDX-License-Identifier: GPL-2.0-only
// What a TorchScript module holds beside its code, submodules and all:
//
//   trained   parameters with requires_grad, float32: they lie in the flat weights [d]
//   buffers   tensors that are no parameters; forward may write them in place or assign them, and
//             each worker has its own
//   the rest  parameters without requires_grad, numbers, texts, None, lists and what is in them,
//             tensors that are constants of the code: as the file has it. No worker could have its
//             own, so forward must leave it alone
//
// Forward must leave the trained parameters alone as well. Both is checked after every pass, in
// training and in evaluation, by values: a write through `.data` shows nowhere else.
//
// Includes torch; only for learning/*.cc.
#pragma once

#include <torch/script.h>

#include <cstdint>
#include <string>
#include <vector>

#include "learning/models/buffers.h"
#include "learning/models/fixed_tensors.h"

namespace gradwave::learning {

class ModuleState {
 public:
  // `file` is named in sentences. This and the functions below throw OptionError, key model.file,
  // for what the module holds or does that cannot be reproduced for each worker.
  ModuleState(const torch::jit::Module& module, std::string file);

  const std::vector<at::Tensor>& trained() const { return trained_; }  // each one once
  Buffers buffers() const;                                             // as the file has them

  // Lets the trained parameters lie in the flat weights [d], and the rest on their device. To be
  // called again when the weights have changed.
  void place(const at::Tensor& weights);

  // Around a forward pass, with the buffers of the worker whose pass it is and the mode in which
  // the module is. Training brings the buffers up to date, evaluation leaves them as they are; any
  // other change is refused.
  void before_forward(const Buffers& of_worker);
  void after_forward(const Buffers& of_worker, bool training);

  // For the first pass of each mode, between the two: an operator has written to this tensor. A
  // network that clips weights which are small as yet is refused before it changes one; one that
  // replaces them and puts them back is not.
  void wrote(const at::Tensor& tensor);

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
    Object owner;  // null: of a constant
    std::size_t slot;
    c10::IValue constant;
    std::string what;  // "its \"steps\" (int)"
    bool is_mode;      // "training"
    std::vector<std::uint64_t> before;
    c10::IValue value() const { return owner ? owner->getSlot(slot) : constant; }
  };
  struct Parameter {
    std::string name;
    at::Tensor tensor;
  };

  void sort(const Object& object, const std::string& prefix);
  void sort_parameter(const std::string& name, const at::Tensor& parameter);
  void add_constants();
  void check_memory();
  void fix_values();
  void move_to(const at::Device& device);
  void check_rest(bool training);
  void check_values(bool training) const;
  void take(const Buffer& buffer, const at::Tensor& row) const;
  bool is_elsewhere(const Buffer& buffer, const at::Tensor& assigned) const;
  std::vector<at::Tensor> tensors_in(const Rest& rest);
  [[noreturn]] void refuse(const std::string& sentence) const;

  torch::jit::Module module_;
  std::string file_;
  at::Device device_ = at::kCPU;
  std::vector<Object> seen_;
  std::vector<at::Tensor> trained_;
  std::vector<Buffer> buffers_;
  std::vector<Rest> rest_;
  std::vector<Parameter> parameters_;  // trained and frozen
  FixedTensors fixed_;                 // frozen parameters and the tensors in the rest
  at::Tensor weights_, weights_before_;
  std::string written_;               // of what wrote() was told, what must not change
  bool replaces_ = false;             // and it had other values then
  std::vector<at::Tensor> alive_;     // during a pass, so that no address is used twice
  std::vector<std::uint64_t> after_;  // scratch
};

}  // namespace gradwave::learning
