// SPDX-License-Identifier: GPL-2.0-only
// Random streams pinned by name: what one consumer draws never moves another's numbers, so two
// methods under one seed see the same weights, batches and partitions. Boost's generator and
// distributions, because the standard library's distributions differ between implementations.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace gradwave::learning {

using Random = boost::random::mt19937_64;

// The stream `name` of a run with this seed; `indices` tell its instances apart (worker, round,
// ...).
Random random_stream(std::uint64_t seed, std::string_view name,
                     std::initializer_list<std::uint64_t> indices = {});

}  // namespace gradwave::learning
