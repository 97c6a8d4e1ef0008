// SPDX-License-Identifier: GPL-2.0-only
// Which of a processor's instructions the learning computes with. A sum of floats depends on its
// order, and a product of matrices on where it is cut; numerical libraries choose both by the
// vectors and caches of the processor that they meet.
//
//   reproducible  AVX2 and FMA, one thread and constant block sizes: the same bits on every x86-64
//                 processor that has the two, with the same libraries
//   fastest       whatever the libraries choose
//
// They choose by variables of the environment, some of them (OpenBLAS, libm) before main(): hence a
// process takes a path by being started with its variables. A user's own ones give way under
// "reproducible" and count under "fastest".
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gradwave::learning {

std::vector<std::pair<std::string, std::string>> arithmetics();  // words and what they mean

bool is_reproducible(const std::string& arithmetic);

// The environment ("NAME=value" each) of a process that computes so, made of another one. Made of
// itself it is the same.
std::vector<std::string> environment_for(const std::string& arithmetic,
                                         const std::vector<std::string>& variables);
std::vector<std::string> environment_for(const std::string& arithmetic);  // made of this process's

// Starts this program anew, with its arguments and open files, unless the environment is the right
// one already. For the beginning of main(): neither destructors nor other threads go on. Throws
// std::system_error.
void start_with(const std::string& arithmetic);

// Throws OptionError that names host.arithmetic: of a word that is none, and of "reproducible" on
// an x86-64 processor that lacks what it needs.
void check_arithmetic(const std::string& arithmetic);

// The sentence about a processor that has not both; empty if it has.
std::string lacking(bool avx2, bool fma);

}  // namespace gradwave::learning
