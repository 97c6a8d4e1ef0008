// SPDX-License-Identifier: GPL-2.0-only
// What has to be known of a method's words (compression.sparsifier, .schedule, .downlink) outside
// their tables: a column of the table each. All throw OptionError for an unknown word.
#pragma once

#include <string>

#include "learning/options.h"

namespace gradwave::learning {

// Whether all d entries are sent: there is no k to choose or to vary.
bool sends_everything(const CompressionOptions& options);

// The union of M workers' entries is about as large as that of M^x random choices; this is x.
// Measured on the procedural set and on MNIST, 8 to 450 workers: the largest entries of workers'
// gradients are partly the same ones, and what error compensation adds to them is each worker's
// own.
double union_exponent(const CompressionOptions& options);

// Whether k_t depends on t_hat.
bool uses_t_hat(const CompressionOptions& options);

enum class Downlink { kSparseUnion, kDense, kNone };
Downlink downlink(const std::string& word);

}  // namespace gradwave::learning
