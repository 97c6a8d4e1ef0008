// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/arithmetic.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "learning/table.h"

namespace gradwave::learning {
namespace {

enum class Arithmetic { kReproducible, kFastest };

const std::vector<Entry<Arithmetic>>& arithmetic_table() {
  static const std::vector<Entry<Arithmetic>> entries = {
      {"reproducible", "with AVX2 and FMA: the same bits on every x86-64 processor that has them",
       Arithmetic::kReproducible},
      {"fastest", "with all that the processor has: another processor may give other bits",
       Arithmetic::kFastest},
  };
  return entries;
}

Arithmetic arithmetic_of(const std::string& word) {
  return look_up(arithmetic_table(), "arithmetic", word, "host.arithmetic");
}

struct Variable {
  const char* name;
  const char* value;  // null: not to be there
};

// Runs share a machine; LibTorch's own threads are prepare_torch()'s.
constexpr Variable kOneThread[] = {
    {"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}, {"MKL_NUM_THREADS", "1"}};

constexpr Variable kOnePath[] = {
    {"ATEN_CPU_CAPABILITY", "avx2"},
    // oneDNN reads the older names where the newer ones are not there.
    {"ONEDNN_MAX_CPU_ISA", "AVX2"},
    {"ONEDNN_CPU_ISA_HINTS", "NO_HINTS"},
    {"ONEDNN_DEFAULT_FPMATH_MODE", "STRICT"},
    // Kernels and block sizes of Haswell's, which need AVX2 and FMA. A version that asks for the
    // size of the second cache gets one answer.
    {"OPENBLAS_CORETYPE", "Haswell"},
    {"OPENBLAS_L2_SIZE", "256"},
    {"OPENBLAS_BLOCK_FACTOR", nullptr},
    // MKL's one path that it takes on processors of every maker: under AVX2, one that is not
    // Intel's gets what suits it best.
    {"MKL_CBWR", "COMPATIBLE"},
    {"MKL_ENABLE_INSTRUCTIONS", nullptr},
};

void set(std::vector<std::string>& variables, const Variable& variable) {
  const std::string head = std::string(variable.name) + '=';
  const auto is_it = [&](const std::string& text) { return text.rfind(head, 0) == 0; };
  if (variable.value == nullptr) {
    variables.erase(std::remove_if(variables.begin(), variables.end(), is_it), variables.end());
    return;
  }
  const auto found = std::find_if(variables.begin(), variables.end(), is_it);
  if (found == variables.end()) {
    variables.push_back(head + variable.value);
  } else {
    *found = head + variable.value;
  }
}

// libm has versions of its functions with and without FMA, and glibc can be told that a processor
// has none: what GLIBC_TUNABLES says of the processor goes, the rest stays.
void let_libm_see_the_processor(std::vector<std::string>& variables) {
  const std::string head = "GLIBC_TUNABLES=", of_the_processor = "glibc.cpu.";
  for (std::string& text : variables) {
    if (text.rfind(head, 0) != 0) continue;
    std::string kept, tunable;
    for (std::istringstream tunables(text.substr(head.size())); getline(tunables, tunable, ':');) {
      if (tunable.rfind(of_the_processor, 0) == 0) continue;
      kept += (kept.empty() ? "" : ":") + tunable;
    }
    text = head + kept;
  }
}

std::vector<std::string> environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  return variables;
}

// With a null pointer at the end, as exec wants them.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> arguments() {
  std::ifstream stream("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> all;
  for (std::string argument; getline(stream, argument, '\0');) all.push_back(argument);
  return all;
}

bool is_x86_64() {
#ifdef __x86_64__
  return true;
#else
  return false;
#endif
}

}  // namespace

std::vector<std::pair<std::string, std::string>> arithmetics() {
  return words_of(arithmetic_table());
}

bool is_reproducible(const std::string& arithmetic) {
  return arithmetic_of(arithmetic) == Arithmetic::kReproducible;
}

std::vector<std::string> environment_for(const std::string& arithmetic,
                                         const std::vector<std::string>& variables) {
  std::vector<std::string> all = variables;
  for (const Variable& variable : kOneThread) set(all, variable);
  if (arithmetic_of(arithmetic) == Arithmetic::kFastest || !is_x86_64()) return all;
  for (const Variable& variable : kOnePath) set(all, variable);
  let_libm_see_the_processor(all);
  return all;
}

std::vector<std::string> environment_for(const std::string& arithmetic) {
  return environment_for(arithmetic, environment());
}

void start_with(const std::string& arithmetic) {
  std::vector<std::string> variables = environment_for(arithmetic), words = arguments();
  if (variables == environment()) return;
  execve("/proc/self/exe", pointers(words).data(), pointers(variables).data());
  throw std::system_error(errno, std::generic_category(), "this program could not start anew");
}

void check_arithmetic(const std::string& arithmetic) {
  if (arithmetic_of(arithmetic) == Arithmetic::kFastest) return;
#ifdef __x86_64__
  const std::string sentence =
      lacking(__builtin_cpu_supports("avx2") != 0, __builtin_cpu_supports("fma") != 0);
  if (!sentence.empty()) throw OptionError({"host.arithmetic"}, sentence);
#endif
}

std::string lacking(bool avx2, bool fma) {
  if (avx2 && fma) return "";
  const std::string what = avx2 ? "FMA" : fma ? "AVX2" : "neither AVX2 nor FMA";
  return "this processor has " + std::string(avx2 || fma ? "no " : "") + what +
         ", with which host.arithmetic = \"reproducible\" gives the same bits on every machine; "
         "\"fastest\" computes with what there is, without that promise";
}

}  // namespace gradwave::learning
