// SPDX-License-Identifier: GPL-2.0-only
// LibTorch as a whole: how it uses this machine.
#pragma once

#include <ATen/core/Generator.h>

#include <cstdint>
#include <exception>
#include <string>

#include "learning/runtime/checkpoint.h"

namespace gradwave::learning {

// From here on, operators run on one thread, so that their sums are taken in one order whatever the
// machine has, and parallel runs do not fight over its cores; a GPU's convolutions, by algorithms
// that give the same bits each time; and memory that they free is kept for the next ones.
void prepare_torch();

// What an error of LibTorch's says, without where in LibTorch it arose.
std::string reason(const std::exception& error);

// The numbers that operators draw themselves (dropout in a TorchScript file) from here on.
void seed_operators(std::uint64_t seed);
void keep_operators(const at::Device& device, const std::string& name, Keeper& keeper);

// After its life they draw as if whatever drew during it had not.
class KeptNumbers {
 public:
  explicit KeptNumbers(const at::Device& device);
  ~KeptNumbers();
  KeptNumbers(const KeptNumbers&) = delete;
  KeptNumbers& operator=(const KeptNumbers&) = delete;

 private:
  at::Generator generator_;
  at::Tensor state_;
};

}  // namespace gradwave::learning
