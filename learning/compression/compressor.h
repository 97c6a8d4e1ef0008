// SPDX-License-Identifier: GPL-2.0-only
// One worker's half of a compressed step (Ruan et al. 2023), on flat vectors [d]:
//
//   without error compensation   sends C_k[grad]                                        Algorithm 1
//   with it                      g = m + eta_t grad;  sends C_k[g];  m <- g - C_k[g]    Algorithm 2
//   and momentum correction      u <- beta u + grad;  g = m + eta_t u;  sends C_k[g];
//                                m <- g - C_k[g];  u <- 0 where an entry was sent
//                                      Deep Gradient Compression (Lin et al. 2018), 3.1 and 3.2
//
// Every entry of g is either sent or kept, to the bit: what is in the message plus what is in the
// memory is g, exactly. m and u start at zero.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "learning/compression/codec.h"
#include "learning/compression/sparsifier.h"
#include "learning/runtime/checkpoint.h"

namespace gradwave::learning {

class Compressor {
 public:
  // `momentum_correction` is beta; 0: none. It needs error compensation.
  Compressor(std::int64_t model_size, bool error_compensation, double momentum_correction,
             const at::Device& device);
  Compressor(Compressor&&) = default;
  Compressor(const Compressor&) = delete;  // would share its memory: tensors copy as pointers do

  void compress(const at::Tensor& gradient, double learning_rate, std::int64_t k,
                Sparsifier& sparsifier, Random& random, Sparse& sent);

  // A message of the round just compressed did not arrive: with error compensation its entries
  // return to the memory and are sent another time, without they are lost.
  void take_back(const Sparse& lost);

  void keep(const std::string& name, Keeper& keeper) const;

  const at::Tensor& memory() const { return memory_; }      // m [d]; undefined without
  const at::Tensor& momentum() const { return momentum_; }  // u [d]; undefined without

 private:
  double beta_;
  at::Tensor memory_, momentum_;
};

}  // namespace gradwave::learning
