// SPDX-License-Identifier: GPL-2.0-only
// Which tensors operators write to in place, while they run: as their schemas declare it, also
// where what they write changes no value. Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace gradwave::learning {

// Of all that `run` does on this thread. `written` is called after each write, and must not throw.
void watch_writes(const std::function<void()>& run,
                  const std::function<void(const at::Tensor&)>& written);

}  // namespace gradwave::learning
