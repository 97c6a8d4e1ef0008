// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/collect.h"

#include <stdexcept>
#include <string>

namespace gradwave {

std::vector<Delivery> collect(Transport& transport, std::int64_t end, std::int64_t count) {
  std::vector<Delivery> deliveries;
  while (static_cast<std::int64_t>(deliveries.size()) < count) {
    deliveries.push_back(*transport.next());
    const std::int64_t id = deliveries.back().message.id;
    if (id < end - count || id >= end) {
      throw std::logic_error("message " + std::to_string(id) + " is not of this half of the round");
    }
  }
  return deliveries;
}

}  // namespace gradwave
