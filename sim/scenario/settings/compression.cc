// SPDX-License-Identifier: GPL-2.0-only
#include "learning/words.h"
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> compression_settings() {
  return {
      {"compression.sparsifier", FIELD(learning.compression.sparsifier),
       "which entries of a gradient are sent", words(learning::sparsifiers), kLearning},
      {"compression.schedule", FIELD(learning.compression.schedule), "how k_t follows the round",
       words(learning::schedules), kLearning, unless("compression.sparsifier", {"none"})},
      {"compression.ratio", FIELD(learning.compression.ratio),
       "compression ratio d/k: k = max(1, floor(d / ratio))", range(1, 1e12), kLearning,
       unless("compression.sparsifier", {"none"}), "compression.k"},
      {"compression.k", FIELD(learning.compression.k),
       "entries per worker and round, instead of a ratio; 0: the ratio says", range(0, 1e12),
       kLearning, unless("compression.sparsifier", {"none"}), "compression.ratio"},
      {"compression.gamma", FIELD(learning.compression.gamma),
       "k_t is (1 + gamma) k or (1 - gamma) k", range(0, 1), kLearning,
       when("compression.schedule", {"adaptopk"})},
      {"compression.t_hat", FIELD(learning.compression.t_hat),
       "round at which an entry matters least: k_t is high before half of it and again from "
       "(t_hat + T) / 2 on, and in round 0 even if t_hat is 0; -1: a pilot run estimates it",
       range(-1, 1e8), kLearning, when("compression.schedule", {"adaptopk"})},
      {"compression.error_compensation", FIELD(learning.compression.error_compensation),
       "keep what was not sent in a memory and add it to the next gradient", any(), kLearning},
      {"compression.momentum_correction", FIELD(learning.compression.momentum_correction),
       "momentum of each worker before its compression (Deep Gradient Compression), instead of the "
       "server's; 0: none",
       range(0, 0.9999), kLearning, when("compression.error_compensation", {"true"})},
      {"compression.downlink", FIELD(learning.compression.downlink), "what the server sends back",
       words(learning::downlinks), kLearning, but_where("mesh.aggregation", {"gossip"})},
  };
}

}  // namespace gradwave
