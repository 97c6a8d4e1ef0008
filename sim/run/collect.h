// SPDX-License-Identifier: GPL-2.0-only
// When a half of a round is over: when every message of it has arrived, or is lost.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/transport/transport.h"

namespace gradwave {

// The deliveries and losses of the `count` messages numbered just below `end`, in their order.
// Throws what the transport throws, and std::logic_error if it delivers another.
std::vector<Delivery> collect(Transport& transport, std::int64_t end, std::int64_t count);

}  // namespace gradwave
