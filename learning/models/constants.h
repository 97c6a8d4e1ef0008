// SPDX-License-Identifier: GPL-2.0-only
// The constants in a TorchScript file's code that forward could write to: tensors, which tracing
// makes of what is neither parameter nor buffer, and whatever holds tensors or changes itself
// (lists, dicts, objects). Includes torch; only for learning/*.cc.
#pragma once

#include <torch/script.h>

#include <string>
#include <vector>

namespace gradwave::learning {

struct Constant {
  c10::IValue value;
  std::string description;  // "Tensor [784] of Float, net.py:12"
};

// Of all functions and methods that the module's file has, in no stated order.
std::vector<Constant> constants_of(const torch::jit::Module& module);

}  // namespace gradwave::learning
