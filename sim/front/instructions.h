// SPDX-License-Identifier: GPL-2.0-only
// Variables of the environment that make a numerical library use instructions which the processor
// does not have: OpenBLAS and ATen take them at their word, and the process dies of SIGILL.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace gradwave {

// Whether the processor has a feature, by GCC's name: "avx512f".
using HasFeature = std::function<bool(const std::string& feature)>;
bool this_processor_has(const std::string& feature);

struct Demand {
  std::string variable, value;  // as the environment has them
  std::string missing;          // "avx512f, avx512bw"
};

// Those of the environment ("NAME=value" each) that the processor cannot meet.
std::vector<Demand> unmet_demands(const std::vector<std::string>& environment,
                                  const HasFeature& has);

// Takes them out of this process's environment and says so on stderr, so that the libraries choose
// by themselves.
void ignore_unmet_demands();

}  // namespace gradwave
