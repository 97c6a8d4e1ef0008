// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/torch_runtime.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <mutex>
#include <regex>

#include "learning/runtime/process.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace gradwave::learning {
namespace {

void use_one_thread() {
  at::set_num_threads(1);
  // LibTorch does not pass the wish on to OpenBLAS, which has threads of its own in Debian's build;
  // which BLAS was loaded is known only now.
  using SetThreads = void (*)(int);
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (symbol != nullptr) reinterpret_cast<SetThreads>(symbol)(1);
}

// Layers' outputs are megabytes, which glibc would map anew, page by page, for every operator.
void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

}  // namespace

void prepare_torch() {
  use_one_thread();
  keep_freed_memory();
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
}

void prepare_thread() { use_one_thread(); }

std::string reason(const std::exception& error) {
  const auto* const of_torch = dynamic_cast<const c10::Error*>(&error);
  std::string text = of_torch != nullptr ? of_torch->what_without_backtrace() : error.what();
  // The interpreter of TorchScript puts the lines that led there before it, and of an error that
  // the network raised itself the class in Python: "builtins.ValueError: ".
  static const std::regex mark("(^|\\n)([A-Za-z_.]*(Error|Exception): )+");
  for (std::smatch match; std::regex_search(text, match, mark);) text = match.suffix();
  text.erase(0, text.find_first_not_of(" \n"));
  return text.substr(0, text.find('\n'));
}

void seed_operators(std::uint64_t seed) { at::manual_seed(seed); }

void keep_operators(const at::Device& device, const std::string& name, Keeper& keeper) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::lock_guard lock(generator.mutex());
  const at::Tensor state = generator.get_state();
  keeper.keep(name, state);
  generator.set_state(state);
}

KeptNumbers::KeptNumbers(const at::Device& device)
    : generator_(at::globalContext().defaultGenerator(device)) {
  const std::lock_guard lock(generator_.mutex());
  state_ = generator_.get_state();
}

KeptNumbers::~KeptNumbers() {
  const std::lock_guard lock(generator_.mutex());
  generator_.set_state(state_);
}

std::string torch_version() { return TORCH_VERSION; }

}  // namespace gradwave::learning
