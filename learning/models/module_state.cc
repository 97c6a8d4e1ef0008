// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/module_state.h"

#include <ATen/MemoryOverlap.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <map>
#include <utility>

#include "learning/models/constants.h"
#include "learning/models/marks.h"
#include "learning/options.h"

namespace gradwave::learning {
namespace {

std::string shape_and_type(const at::Tensor& tensor) {
  return c10::str(tensor.sizes(), " of ", tensor.scalar_type());
}

// The same part of memory that was moved as a whole, so that what lay together still does.
at::Tensor moved(const at::Tensor& tensor, const at::Device& device,
                 std::map<const c10::StorageImpl*, at::Tensor>& storages) {
  at::Tensor& whole = storages[tensor.storage().unsafeGetStorageImpl()];
  if (!whole.defined()) {
    const auto bytes = static_cast<std::int64_t>(tensor.storage().nbytes());
    whole = at::empty({0}, tensor.options().dtype(at::kByte))
                .set_(tensor.storage(), 0, {bytes}, {1})
                .to(device);
  }
  return at::empty({0}, tensor.options().device(device))
      .set_(whole.storage(), tensor.storage_offset(), tensor.sizes(), tensor.strides());
}

constexpr const char* kExpectedBuffers =
    ", of which each worker would need its own; expected what forward changes to be tensors that "
    "are buffers (register_buffer)";

std::string in_mode(bool training) { return training ? "" : " in evaluation"; }

}  // namespace

ModuleState::ModuleState(const torch::jit::Module& module, std::string file)
    : module_(module), file_(std::move(file)) {
  const c10::NoGradGuard no_autograd;
  sort(module_._ivalue(), "");
  if (trained_.empty()) {
    refuse("has no parameters to train" +
           (parameters_.empty()
                ? std::string()
                : ": none of its " + std::to_string(parameters_.size()) + " has requires_grad"));
  }
  add_constants();
  check_memory();
  fix_values();
}

void ModuleState::refuse(const std::string& sentence) const {
  throw OptionError({"model.file"}, "model.file: " + file_ + " " + sentence);
}

void ModuleState::sort(const Object& object, const std::string& prefix) {
  if (std::find(seen_.begin(), seen_.end(), object) != seen_.end()) return;
  seen_.push_back(object);
  const auto& type = object->type();
  for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
    const c10::IValue value = object->getSlot(slot);
    const std::string name = prefix + type->getAttributeName(slot);
    if (value.isModule()) {
      sort(value.toObject(), name + ".");
      continue;
    }
    const bool tensor = value.isTensor() && value.toTensor().defined();
    const bool parameter = tensor && type->is_parameter(slot);
    if (parameter) sort_parameter(name, value.toTensor());
    if (parameter || !tensor) {
      const bool is_mode = value.isBool() && type->getAttributeName(slot) == "training";
      const std::string what =
          "its \"" + name + "\" (" + type->getAttribute(slot)->repr_str() + ")";
      rest_.push_back({object, slot, {}, what, is_mode, {}});
      continue;
    }
    at::Tensor home = value.toTensor().detach();
    if (home.layout() != at::kStrided || home.is_quantized()) {
      refuse("has a tensor \"" + name + "\" that is sparse or quantised; expected a dense one");
    }
    if (at::has_internal_overlap(home) != at::MemOverlap::No) home = home.clone().contiguous();
    buffers_.push_back({object, slot, name, home.clone().contiguous(), home, {}, false});
  }
}

// A tensor that two layers share counts once, as in PyTorch's parameters().
void ModuleState::sort_parameter(const std::string& name, const at::Tensor& parameter) {
  const bool known =
      std::any_of(parameters_.begin(), parameters_.end(),
                  [&](const Parameter& other) { return other.tensor.is_same(parameter); });
  if (known) return;
  parameters_.push_back({name, parameter});
  if (!parameter.requires_grad()) return;
  if (parameter.scalar_type() != at::kFloat || parameter.layout() != at::kStrided) {
    refuse("has a parameter \"" + name + "\" that is " + c10::toString(parameter.scalar_type()) +
           ", expected Float");
  }
  trained_.push_back(parameter);
}

void ModuleState::add_constants() {
  for (Constant& constant : constants_of(module_)) {
    const std::string kind = constant.value.isTensor()
                                 ? "a tensor that is a constant of its code, as tracing makes of "
                                   "what is no parameter and no buffer ("
                                 : "a constant of its code (";
    rest_.push_back({{}, 0, constant.value, kind + constant.description + ")", false, {}});
  }
}

std::vector<at::Tensor> ModuleState::tensors_in(const Rest& rest) {
  std::vector<at::Tensor> tensors;
  after_.clear();
  mark(rest.value(), after_, tensors);
  return tensors;
}

// The trained parameters move to the flat weights: nothing that lies in their memory could follow.
void ModuleState::check_memory() {
  std::vector<std::pair<std::string, at::Tensor>> all;
  const auto quoted = [](const std::string& name) { return '"' + name + '"'; };
  for (const Parameter& each : parameters_) all.emplace_back(quoted(each.name), each.tensor);
  for (const Buffer& each : buffers_) all.emplace_back(quoted(each.name), each.home);
  for (const Rest& each : rest_) {
    for (const at::Tensor& tensor : tensors_in(each)) all.emplace_back(each.what, tensor);
  }
  for (const at::Tensor& parameter : trained_) {
    for (const auto& [name, tensor] : all) {
      if (tensor.is_same(parameter) || !share_memory(tensor, parameter)) continue;
      refuse("has a tensor in " + name +
             " that shares its memory with a parameter that is trained; expected a copy, or the "
             "parameter itself");
    }
  }
  for (Buffer& a : buffers_) {
    for (const Buffer& b : buffers_) a.shares |= &a != &b && share_memory(a.home, b.home);
  }
}

void ModuleState::fix_values() {
  for (const Parameter& each : parameters_) {
    if (each.tensor.requires_grad()) continue;
    fixed_.add(each.tensor, "its parameter \"" + each.name + "\"");
  }
  for (const Rest& each : rest_) {
    for (const at::Tensor& tensor : tensors_in(each)) {
      const bool is_trained =
          std::any_of(trained_.begin(), trained_.end(),
                      [&](const at::Tensor& parameter) { return parameter.is_same(tensor); });
      if (!is_trained && tensor.defined()) fixed_.add(tensor, each.what);
    }
  }
  fixed_.remember();
}

Buffers ModuleState::buffers() const {
  Buffers all;
  all.reserve(buffers_.size());
  for (const Buffer& buffer : buffers_) all.push_back(buffer.start);
  return all;
}

void ModuleState::place(const at::Tensor& weights) {
  move_to(weights.device());
  std::int64_t begin = 0;
  for (const at::Tensor& parameter : trained_) {
    parameter.set_data(weights.narrow(0, begin, parameter.numel()).view(parameter.sizes()));
    begin += parameter.numel();
  }
  weights_ = weights;
  if (!weights_before_.defined() || weights_before_.device() != weights.device()) {
    weights_before_ = at::empty_like(weights);
  }
  weights_before_.copy_(weights);
}

void ModuleState::move_to(const at::Device& device) {
  if (device == device_) return;
  module_.to(device);
  std::map<const c10::StorageImpl*, at::Tensor> storages;
  const c10::NoGradGuard no_autograd;
  for (Buffer& buffer : buffers_) {
    // Alive until all are moved: two storages must not have one address.
    if (buffer.home.numel() == 0) {
      buffer.home = buffer.home.to(device);
    } else {
      alive_.push_back(buffer.home);
      buffer.home = moved(buffer.home, device, storages);
    }
  }
  alive_.clear();
  device_ = device;
  fixed_.remember();
}

void ModuleState::before_forward(const Buffers& of_worker) {
  const c10::NoGradGuard no_autograd;
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    Buffer& buffer = buffers_[i];
    buffer.home.copy_(of_worker[i]);
    buffer.placed = buffer.home.detach();
    buffer.owner->setSlot(buffer.slot, buffer.placed);
  }
  alive_.clear();
  for (Rest& each : rest_) {
    each.before.clear();
    if (!each.is_mode) mark(each.value(), each.before, alive_);
  }
}

void ModuleState::after_forward(const Buffers& of_worker, bool training) {
  const c10::NoGradGuard no_autograd;
  check_rest(training);
  check_values(training);
  const bool replaced = std::exchange(replaces_, false);
  const std::string written = std::exchange(written_, "");
  if (!written.empty() && !replaced) {
    refuse("writes to " + written + " in forward" + in_mode(training) +
           ", even where no value changes; expected no write to it at all");
  }
  if (!training) return;
  for (std::size_t i = 0; i < buffers_.size(); ++i) take(buffers_[i], of_worker[i]);
}

void ModuleState::wrote(const at::Tensor& tensor) {
  if (const std::string* const name = fixed_.sharing(tensor)) written_ = *name;
  for (const Parameter& each : parameters_) {
    if (!each.tensor.requires_grad() || !share_memory(each.tensor, tensor)) continue;
    written_ = "its parameter \"" + each.name + "\"";
  }
  if (written_.empty()) return;
  replaces_ |= fixed_.changed() != nullptr || !same_bits(weights_, weights_before_);
}

void ModuleState::check_rest(bool training) {
  for (const Rest& each : rest_) {
    const c10::IValue value = each.value();
    after_.clear();
    if (!each.is_mode) mark(value, after_, alive_);
    if (each.is_mode ? value.toBool() == training : after_ == each.before) continue;
    refuse("changes " + each.what + " in forward" + in_mode(training) + kExpectedBuffers);
  }
}

void ModuleState::check_values(bool training) const {
  if (const std::string* const name = fixed_.changed()) {
    refuse("changes " + *name + " in forward" + in_mode(training) + kExpectedBuffers);
  }
  if (same_bits(weights_, weights_before_)) return;
  std::int64_t begin = 0;
  for (const Parameter& each : parameters_) {
    if (!each.tensor.requires_grad()) continue;
    const at::Tensor before = weights_before_.narrow(0, begin, each.tensor.numel());
    begin += each.tensor.numel();
    if (same_bits(each.tensor.flatten(), before)) continue;
    refuse("changes its parameter \"" + each.name + "\" in forward" + in_mode(training) +
           "; expected it to be trained by its gradient alone");
  }
}

void ModuleState::take(const Buffer& buffer, const at::Tensor& row) const {
  const c10::IValue value = buffer.owner->getSlot(buffer.slot);
  if (!value.isTensor() || !value.toTensor().defined()) {
    refuse("makes its \"" + buffer.name + "\" " + value.tagKind() + " in forward, expected " +
           shape_and_type(row));
  }
  const at::Tensor& now = value.toTensor();
  if (now.sizes() != row.sizes() || now.scalar_type() != row.scalar_type() ||
      now.layout() != row.layout()) {
    refuse("makes its \"" + buffer.name + "\" " + shape_and_type(now) + " in forward, expected " +
           shape_and_type(row) + " as before");
  }
  if (!now.is_same(buffer.placed) && (buffer.shares || is_elsewhere(buffer, now))) {
    refuse("assigns to its \"" + buffer.name +
           "\" in forward what shares memory with another of its tensors; expected a copy");
  }
  row.copy_(now.detach());
}

bool ModuleState::is_elsewhere(const Buffer& buffer, const at::Tensor& assigned) const {
  return std::any_of(buffers_.begin(), buffers_.end(),
                     [&](const Buffer& other) {
                       const c10::IValue value = other.owner->getSlot(other.slot);
                       return &other != &buffer && value.isTensor() &&
                              share_memory(value.toTensor(), assigned);
                     }) ||
         std::any_of(parameters_.begin(), parameters_.end(),
                     [&](const Parameter& other) { return share_memory(other.tensor, assigned); });
}

}  // namespace gradwave::learning
