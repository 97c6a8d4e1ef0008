// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/device.h"

#include <torch/cuda.h>

#include <stdexcept>

#include "learning/options.h"
#include "learning/runtime/process.h"

namespace gradwave::learning {
namespace {

constexpr const char* kWords = "expected \"auto\", \"cpu\", \"cuda\" or \"cuda:N\"";

std::string gpus_here(std::int64_t count) {
  if (count > 0) return "this machine has " + std::to_string(count) + " GPU(s), from cuda:0";
  return "LibTorch " + torch_version() +
         " sees no GPU here (either it was built without CUDA or there is none)";
}

}  // namespace

at::Device device_of(const std::string& word) {
  if (word == "cpu") return at::kCPU;
  const auto gpus = static_cast<std::int64_t>(torch::cuda::device_count());
  if (word == "auto") return gpus > 0 ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);

  const std::string prefix = "cuda:";
  std::string number = "0";
  if (word.compare(0, prefix.size(), prefix) == 0) {
    number = word.substr(prefix.size());
  } else if (word != "cuda") {
    throw OptionError({"host.device"}, "host.device = \"" + word + "\": " + kWords);
  }
  if (number.empty() || number.size() > 2 ||
      number.find_first_not_of("0123456789") != std::string::npos) {
    throw OptionError({"host.device"}, "host.device = \"" + word + "\": " + kWords);
  }
  const int index = std::stoi(number);
  if (index >= gpus) {
    throw OptionError({"host.device"}, "host.device = \"" + word + "\": " + gpus_here(gpus));
  }
  return {at::kCUDA, static_cast<at::DeviceIndex>(index)};
}

}  // namespace gradwave::learning
