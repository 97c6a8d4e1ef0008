// SPDX-License-Identifier: GPL-2.0-only
#include "learning/words.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> compression_settings() {
  return {
      {"compression.sparsifier", FIELD(learning.compression.sparsifier),
       "selection of the gradient entries that are sent", words(learning::sparsifiers), kLearning},
      {"compression.schedule", FIELD(learning.compression.schedule),
       "number of entries k_t as a function of the round", words(learning::schedules), kLearning,
       unless("compression.sparsifier", {"none"})},
      {"compression.ratio", FIELD(learning.compression.ratio),
       "compression ratio d/k: k = max(1, floor(d / ratio))", range(1, 1e12), kLearning,
       unless("compression.sparsifier", {"none"}), "compression.k"},
      {"compression.k", FIELD(learning.compression.k),
       "entries per worker and round, instead of compression.ratio; 0: set by the ratio",
       range(0, 1e12), kLearning, unless("compression.sparsifier", {"none"}), "compression.ratio"},
      {"compression.gamma", FIELD(learning.compression.gamma),
       "relative change of k_t: k_t is (1 + gamma) k or (1 - gamma) k", range(0, 1), kLearning,
       when("compression.schedule", {"adaptopk"})},
      {"compression.t_hat", FIELD(learning.compression.t_hat),
       "round where entries matter least: k_t is high in round 0, before t_hat / 2 and from (t_hat "
       "+ T) / 2; -1: by a pilot",
       range(-1, 1e8), kLearning, when("compression.schedule", {"adaptopk"})},
      {"compression.error_compensation", FIELD(learning.compression.error_compensation),
       "error compensation: unsent entries are kept in a memory and added to the next gradient",
       any(), kLearning},
      {"compression.momentum_correction", FIELD(learning.compression.momentum_correction),
       "momentum coefficient of each worker before compression (Deep Gradient Compression); 0: "
       "none",
       range(0, 0.9999), kLearning, when("compression.error_compensation", {"true"})},
      {"compression.downlink", FIELD(learning.compression.downlink),
       "content of the server's message to the workers", words(learning::downlinks), kLearning,
       but_where("mesh.aggregation", {"gossip"})},
  };
}

}  // namespace gradwave
