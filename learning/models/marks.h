// SPDX-License-Identifier: GPL-2.0-only
// Words that change with a value of TorchScript: with numbers and texts themselves, with the
// lengths and elements of lists, tuples and dicts, with what objects hold, with a tensor's identity
// and its count of changes in place (not with what is written through `.data`: fixed_tensors.h).
// Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/ATen.h>
#include <ATen/core/ivalue.h>

#include <cstdint>
#include <vector>

namespace gradwave::learning {

// Appends to `marks`, and to `alive` each tensor that it meets, so that no address is used twice
// until the marks have been compared.
void mark(const c10::IValue& value, std::vector<std::uint64_t>& marks,
          std::vector<at::Tensor>& alive);

}  // namespace gradwave::learning
