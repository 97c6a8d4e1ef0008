// SPDX-License-Identifier: GPL-2.0-only
// What a network keeps beside its weights and does not train, of one worker: running means and
// variances of batch normalisation, counters, tables; each in its own shape and type. Of M workers
// together, each tensor has a dimension more, [M, ...].
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace gradwave::learning {

using Buffers = std::vector<at::Tensor>;

// Of M workers that all start with these.
Buffers for_all(const Buffers& start, std::int64_t workers);

// One worker's part of them, which is no copy.
Buffers of_worker(const Buffers& all, std::int64_t worker);

// The part of `count` of them from `first` on, which is no copy.
Buffers of_workers(const Buffers& all, std::int64_t first, std::int64_t count);

// What the M workers have together: the mean of floating-point numbers, and where all have the same
// number that one exactly. Integers and truth values have no mean: worker 0's.
Buffers mean_of(const Buffers& all);

Buffers to_device(const Buffers& buffers, const at::Device& device);

}  // namespace gradwave::learning
