// SPDX-License-Identifier: GPL-2.0-only
// What a link technology is made of: a line in link.cc's table. Only for this room.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "channel-models/coverage.h"
#include "channel-models/link.h"

namespace gradwave::channel {

struct Technology {
  void (*check)(const LinkOptions& options);
  void (*apply)(const LinkOptions& options);
  std::unique_ptr<Link> (*make)(const LinkOptions& options);
  double (*one_way_s)(const LinkOptions& options) = nullptr;  // of the wires on the path; null: 0
  std::vector<std::string> (*idle)(const LinkOptions& options) = nullptr;
  std::vector<std::string> (*describe)(const LinkOptions& options,
                                       const MessageSizes& messages) = nullptr;
  // What robots get, and where what they send to stands; both null: robots have no places. After
  // apply_defaults().
  CoverageNow (*cover)(const LinkOptions& options) = nullptr;
  std::vector<Point> (*stations)(const LinkOptions& options) = nullptr;
  // Of its radio: what decides its rates, after apply_defaults(); and the word of its fading.
  std::string (*radio)(const LinkOptions& options) = nullptr;
  std::string (*fading)(const LinkOptions& options) = nullptr;
  // Where robots relay: whether each has a route (of Covered `reached` alone), after
  // apply_defaults(); and what throws OptionError where a run would be refused for it. Both null:
  // `cover` says what robots reach.
  CoverageNow (*routed)(const LinkOptions& options) = nullptr;
  void (*check_routes)(const LinkOptions& options) = nullptr;
};

// Throws OptionError for an unknown word.
Technology technology(const LinkOptions& options);

}  // namespace gradwave::channel
