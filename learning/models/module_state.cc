// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/module_state.h"

#include <ATen/MemoryOverlap.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <utility>

#include "learning/options.h"

namespace gradwave::learning {
namespace {

// From the first to the last element, in bytes.
struct Range {
  const c10::StorageImpl* storage = nullptr;
  std::int64_t begin = 0, end = 0;
};

Range range_of(const at::Tensor& tensor) {
  if (!tensor.defined() || tensor.layout() != at::kStrided || tensor.numel() == 0) return {};
  std::int64_t last = tensor.storage_offset();
  for (std::int64_t i = 0; i < tensor.dim(); ++i) last += (tensor.size(i) - 1) * tensor.stride(i);
  const auto bytes = static_cast<std::int64_t>(tensor.itemsize());
  return {tensor.storage().unsafeGetStorageImpl(), tensor.storage_offset() * bytes,
          (last + 1) * bytes};
}

bool share_memory(const at::Tensor& a, const at::Tensor& b) {
  const Range x = range_of(a), y = range_of(b);
  return x.storage != nullptr && x.storage == y.storage && x.begin < y.end && y.begin < x.end;
}

std::string shape_and_type(const at::Tensor& tensor) {
  return c10::str(tensor.sizes(), " of ", tensor.scalar_type());
}

// What changes with a value: of a tensor its identity and the count of its changes in place.
void mark(const c10::IValue& value, std::vector<std::uint64_t>& marks,
          std::vector<at::Tensor>& alive) {
  const auto add = [&marks](auto number) {
    static_assert(sizeof number <= sizeof(std::uint64_t));
    std::uint64_t word = 0;
    std::memcpy(&word, &number, sizeof number);
    marks.push_back(word);
  };
  const auto mark_all = [&](const auto& values) {
    add(values.size());
    for (const c10::IValue& each : values) mark(each, marks, alive);
  };
  add(std::hash<std::string>()(value.tagKind()));
  if (value.isTensor()) {
    const at::Tensor& tensor = value.toTensor();
    add(tensor.unsafeGetTensorImpl());
    if (!tensor.defined()) return;
    add(tensor._version());
    alive.push_back(tensor);
  } else if (value.isInt()) {
    add(value.toInt());
  } else if (value.isDouble()) {
    add(value.toDouble());
  } else if (value.isBool()) {
    add(value.toBool());
  } else if (value.isComplexDouble()) {
    add(value.toComplexDouble().real());
    add(value.toComplexDouble().imag());
  } else if (value.isString()) {
    add(std::hash<std::string>()(value.toStringRef()));
  } else if (value.isDevice()) {
    add(std::hash<std::string>()(value.toDevice().str()));
  } else if (value.isList()) {
    mark_all(value.toListRef());
  } else if (value.isTuple()) {
    mark_all(value.toTupleRef().elements());
  } else if (value.isGenericDict()) {
    const auto dict = value.toGenericDict();
    add(dict.size());
    for (const auto& entry : dict) {
      mark(entry.key(), marks, alive);
      mark(entry.value(), marks, alive);
    }
  } else if (value.isObject()) {
    add(value.toObjectRef().slots().size());
    for (const c10::IValue& slot : value.toObjectRef().slots()) mark(slot, marks, alive);
  } else if (value.isPtrType()) {
    add(value.internalToPointer());
  }
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

}  // namespace

ModuleState::ModuleState(const torch::jit::Module& module, std::string file)
    : module_(module), file_(std::move(file)) {
  const c10::NoGradGuard no_autograd;
  sort(module_._ivalue(), "");
  if (trained_.empty()) {
    refuse("has no parameters to train" +
           (fixed_.empty()
                ? std::string()
                : ": none of its " + std::to_string(fixed_.size()) + " has requires_grad"));
  }
  check_memory();
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
      rest_.push_back({object, slot, name, is_mode, {}});
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
  const bool known = std::any_of(fixed_.begin(), fixed_.end(), [&](const Fixed& other) {
    return other.tensor.is_same(parameter);
  });
  if (known) return;
  fixed_.push_back({name, parameter, {}});
  if (!parameter.requires_grad()) return;
  if (parameter.scalar_type() != at::kFloat || parameter.layout() != at::kStrided) {
    refuse("has a parameter \"" + name + "\" that is " + c10::toString(parameter.scalar_type()) +
           ", expected Float");
  }
  trained_.push_back(parameter);
}

// The trained parameters move to the flat weights: nothing that lies in their memory could follow.
void ModuleState::check_memory() {
  std::vector<std::pair<std::string, at::Tensor>> all;
  for (const Fixed& each : fixed_) all.emplace_back(each.name, each.tensor);
  for (const Buffer& each : buffers_) all.emplace_back(each.name, each.home);
  for (const Rest& each : rest_) {
    std::vector<at::Tensor> tensors;
    mark(each.owner->getSlot(each.slot), after_, tensors);
    for (const at::Tensor& tensor : tensors) all.emplace_back(each.name, tensor);
  }
  for (const at::Tensor& parameter : trained_) {
    for (const auto& [name, tensor] : all) {
      if (tensor.is_same(parameter) || !share_memory(tensor, parameter)) continue;
      refuse("has a tensor in \"" + name +
             "\" that shares its memory with a parameter that is trained; expected a copy, or the "
             "parameter itself");
    }
  }
  for (Buffer& a : buffers_) {
    for (const Buffer& b : buffers_) a.shares |= &a != &b && share_memory(a.home, b.home);
  }
}

Buffers ModuleState::buffers() const {
  Buffers all;
  all.reserve(buffers_.size());
  for (const Buffer& buffer : buffers_) all.push_back(buffer.start);
  return all;
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
}

void ModuleState::before_forward(const Buffers& of_worker, bool training) {
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
    if (!each.is_mode) mark(each.owner->getSlot(each.slot), each.before, alive_);
  }
  if (!training || trained_once_) return;
  for (Fixed& each : fixed_) each.before = each.tensor.detach().clone();
}

void ModuleState::after_forward(const Buffers& of_worker, bool training) {
  const c10::NoGradGuard no_autograd;
  for (const Rest& each : rest_) {
    const c10::IValue value = each.owner->getSlot(each.slot);
    after_.clear();
    if (!each.is_mode) mark(value, after_, alive_);
    if (each.is_mode ? value.toBool() == training : after_ == each.before) continue;
    refuse(
        "changes its \"" + each.name + "\" (" +
        each.owner->type()->getAttribute(each.slot)->repr_str() +
        ") in forward, of which each worker would need its own; expected what forward changes to "
        "be tensors that are buffers");
  }
  if (!training) return;
  if (!trained_once_) {  // not every way of writing to a tensor counts as a change
    for (Fixed& each : fixed_) {
      if (!at::allclose(each.tensor, each.before, 0, 0, true)) {
        refuse("changes its parameter \"" + each.name +
               "\" in forward; expected it to be trained by its gradient alone");
      }
      each.before.reset();
    }
    trained_once_ = true;
  }
  for (std::size_t i = 0; i < buffers_.size(); ++i) take(buffers_[i], of_worker[i]);
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
         std::any_of(fixed_.begin(), fixed_.end(),
                     [&](const Fixed& other) { return share_memory(other.tensor, assigned); });
}

}  // namespace gradwave::learning
