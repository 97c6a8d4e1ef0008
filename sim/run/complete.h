// SPDX-License-Identifier: GPL-2.0-only
// Prefetching, replay and resume assume that every worker's message arrives in every round.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace gradwave {

// Throws std::logic_error unless all of `workers` are among `present`, each once: what was learned
// without asking the network would silently be another run's.
inline void require_all(const std::vector<int>& present, std::size_t workers, const char* who) {
  if (present.size() == workers) return;
  throw std::logic_error(std::string(who) +
                         " need every worker in every round: " + std::to_string(present.size()) +
                         " of " + std::to_string(workers) + " took part");
}

}  // namespace gradwave
