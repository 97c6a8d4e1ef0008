// SPDX-License-Identifier: GPL-2.0-only
#include "learning/torch_runtime.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <torch/version.h>

#include "learning/learner.h"

namespace gradwave::learning {

void use_one_thread() {
  at::set_num_threads(1);
  // LibTorch does not pass the wish on to OpenBLAS, which has threads of its own in Debian's build;
  // which BLAS was loaded is known only now.
  using SetThreads = void (*)(int);
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (symbol != nullptr) reinterpret_cast<SetThreads>(symbol)(1);
}

void seed_operators(std::uint64_t seed) { at::manual_seed(seed); }

std::string torch_version() { return TORCH_VERSION; }

}  // namespace gradwave::learning
