// SPDX-License-Identifier: GPL-2.0-only
// When a half of a round is over: when every message of it has arrived.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/transport/transport.h"

namespace gradwave {

// The deliveries of messages `first` to `first` + `count` - 1, in the order of their arrival.
// Throws what the transport throws, and std::logic_error if it delivers another.
std::vector<Delivery> collect(Transport& transport, std::int64_t first, std::int64_t count);

// The workers they are of or for, ascending.
std::vector<int> workers_of(const std::vector<Delivery>& deliveries);

}  // namespace gradwave
