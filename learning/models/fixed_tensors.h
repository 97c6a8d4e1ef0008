// SPDX-License-Identifier: GPL-2.0-only
// Tensors whose values must stay as they are, and copies of them by which a change shows. They are
// compared bit by bit: what is written through `.data` counts no version, and a NaN stays a NaN.
// Includes ATen; only for learning/*.cc.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

namespace gradwave::learning {

// Whether some element of the one lies between the first and the last of the other in memory.
bool share_memory(const at::Tensor& a, const at::Tensor& b);

// Whether two tensors of one shape and type, on one device, hold the same bits.
bool same_bits(const at::Tensor& a, const at::Tensor& b);

class FixedTensors {
 public:
  // `name` is what sharing() and changed() return of it. A tensor that is known already is not
  // added.
  void add(const at::Tensor& tensor, std::string name);

  // Takes copies of all, as they are now.
  void remember();

  // The name of the first that shares memory with this one; null: none does.
  const std::string* sharing(const at::Tensor& tensor) const;

  // The name of the first that has changed since; null: none has.
  const std::string* changed() const;

 private:
  struct Fixed {
    at::Tensor tensor;
    std::string name;
    at::Tensor copy;
  };
  std::vector<Fixed> all_;
};

}  // namespace gradwave::learning
