// SPDX-License-Identifier: GPL-2.0-only
#include "learning/relay_order.h"

#include <cassert>

namespace gradwave::learning {

std::vector<int> children_first(const std::vector<int>& parent) {
  std::vector<int> missing(parent.size());  // children
  for (const int each : parent) {
    if (each >= 0) ++missing[each];
  }
  std::vector<int> order;
  for (std::size_t i = 0; i < parent.size(); ++i) {
    if (missing[i] == 0) order.push_back(static_cast<int>(i));
  }
  for (std::size_t next = 0; next < order.size(); ++next) {
    const int above = parent[order[next]];
    if (above >= 0 && --missing[above] == 0) order.push_back(above);
  }
  assert(order.size() == parent.size());  // no circle
  return order;
}

}  // namespace gradwave::learning
