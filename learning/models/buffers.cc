// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/buffers.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <iterator>

namespace gradwave::learning {
namespace {

template <class Each>
Buffers each(const Buffers& buffers, const Each& function) {
  Buffers out;
  out.reserve(buffers.size());
  std::transform(buffers.begin(), buffers.end(), std::back_inserter(out), function);
  return out;
}

// Not every operator exists for the short types on a CPU.
at::Tensor mean_of_rows(const at::Tensor& all) {
  const at::ScalarType type = all.scalar_type();
  const bool is_short = type == at::kHalf || type == at::kBFloat16;
  return is_short ? all.to(at::kFloat).mean(0).to(type) : all.mean(0);
}

}  // namespace

Buffers for_all(const Buffers& start, std::int64_t workers) {
  return each(start, [workers](const at::Tensor& buffer) {
    std::vector<std::int64_t> repeats(buffer.dim() + 1, 1);
    repeats[0] = workers;
    return buffer.unsqueeze(0).repeat(repeats);
  });
}

Buffers of_workers(const Buffers& all, std::int64_t first, std::int64_t count) {
  return each(all, [&](const at::Tensor& buffer) { return buffer.narrow(0, first, count); });
}

Buffers of_worker(const Buffers& all, std::int64_t worker) {
  return each(all, [worker](const at::Tensor& buffer) { return buffer[worker]; });
}

Buffers mean_of(const Buffers& all) {
  return each(all, [](const at::Tensor& buffer) {
    const at::Tensor first = buffer[0];
    if (!buffer.is_floating_point() && !buffer.is_complex()) return first.clone();
    return at::where(buffer.eq(first).all(0), first, mean_of_rows(buffer));
  });
}

Buffers to_device(const Buffers& buffers, const at::Device& device) {
  return each(buffers, [&device](const at::Tensor& buffer) { return buffer.to(device); });
}

}  // namespace gradwave::learning
