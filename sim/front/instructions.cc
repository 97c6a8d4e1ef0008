// SPDX-License-Identifier: GPL-2.0-only
#include "sim/front/instructions.h"

#include <strings.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace gradwave {
namespace {

struct Needs {
  const char* variable;
  const char* value;
  std::vector<const char*> features;
};

const std::vector<Needs>& table() {
  static const std::vector<const char*> avx512 = {"avx512f", "avx512bw", "avx512cd", "avx512dq",
                                                  "avx512vl"};
  static const std::vector<const char*> bf16 = {"avx512f",  "avx512bw", "avx512cd",
                                                "avx512dq", "avx512vl", "avx512bf16"};
  static const std::vector<Needs> needs = {
      {"OPENBLAS_CORETYPE", "SapphireRapids", bf16},
      {"OPENBLAS_CORETYPE", "Cooperlake", bf16},
      {"OPENBLAS_CORETYPE", "SkylakeX", avx512},
      {"OPENBLAS_CORETYPE", "Haswell", {"avx2", "fma"}},
      {"OPENBLAS_CORETYPE", "Zen", {"avx2", "fma"}},
      {"OPENBLAS_CORETYPE", "Excavator", {"avx", "fma"}},
      {"OPENBLAS_CORETYPE", "Steamroller", {"avx", "fma"}},
      {"OPENBLAS_CORETYPE", "Piledriver", {"avx", "fma"}},
      {"OPENBLAS_CORETYPE", "Bulldozer", {"avx", "fma4"}},
      {"OPENBLAS_CORETYPE", "Sandybridge", {"avx"}},
      {"OPENBLAS_CORETYPE", "Nehalem", {"sse4.2"}},
      {"ATEN_CPU_CAPABILITY", "avx512", avx512},
      {"ATEN_CPU_CAPABILITY", "avx2", {"avx2", "fma"}},
  };
  return needs;
}

}  // namespace

bool this_processor_has(const std::string& feature) {
#ifdef __x86_64__
  // The builtin takes literals alone.
  if (feature == "sse4.2") return __builtin_cpu_supports("sse4.2") != 0;
  if (feature == "avx") return __builtin_cpu_supports("avx") != 0;
  if (feature == "avx2") return __builtin_cpu_supports("avx2") != 0;
  if (feature == "fma") return __builtin_cpu_supports("fma") != 0;
  if (feature == "fma4") return __builtin_cpu_supports("fma4") != 0;
  if (feature == "avx512f") return __builtin_cpu_supports("avx512f") != 0;
  if (feature == "avx512bw") return __builtin_cpu_supports("avx512bw") != 0;
  if (feature == "avx512cd") return __builtin_cpu_supports("avx512cd") != 0;
  if (feature == "avx512dq") return __builtin_cpu_supports("avx512dq") != 0;
  if (feature == "avx512vl") return __builtin_cpu_supports("avx512vl") != 0;
  if (feature == "avx512bf16") return __builtin_cpu_supports("avx512bf16") != 0;
#endif
  return false;
}

std::vector<Demand> unmet_demands(const std::vector<std::string>& environment,
                                  const HasFeature& has) {
  std::vector<Demand> unmet;
  for (const std::string& entry : environment) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos) continue;
    const std::string variable = entry.substr(0, equals), value = entry.substr(equals + 1);
    for (const Needs& needs : table()) {
      const bool any_case = variable == "OPENBLAS_CORETYPE";
      const bool asks =
          any_case ? strcasecmp(value.c_str(), needs.value) == 0 : value == needs.value;
      if (variable != needs.variable || !asks) continue;
      std::string missing;
      for (const char* feature : needs.features) {
        if (!has(feature)) missing += (missing.empty() ? "" : ", ") + std::string(feature);
      }
      if (!missing.empty()) unmet.push_back({variable, value, missing});
    }
  }
  return unmet;
}

void ignore_unmet_demands() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  for (const Demand& demand : unmet_demands(environment, this_processor_has)) {
    std::cerr << "gradwave: " << demand.variable << '=' << demand.value
              << " is ignored: this processor does not have " << demand.missing << '\n';
    unsetenv(demand.variable.c_str());
  }
}

}  // namespace gradwave
