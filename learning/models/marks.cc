// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/marks.h"

#include <cstring>
#include <functional>
#include <string>

namespace gradwave::learning {

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

}  // namespace gradwave::learning
