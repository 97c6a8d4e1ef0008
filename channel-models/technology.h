// SPDX-License-Identifier: GPL-2.0-only
// What a link technology is made of: its row in link.cc's table, which its own file fills in. Code
// outside that file asks the row and never compares the word. Only for this module.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "channel-models/coverage.h"
#include "channel-models/link.h"

namespace gradwave::channel {

namespace mesh {
struct Graph;
}

// Null pointers are allowed where a comment says what they mean.
struct Technology {
  using Text = std::string (*)(const LinkOptions& options);
  using Lines = std::vector<std::string> (*)(const LinkOptions& options);
  using Number = double (*)(const LinkOptions& options);

  void (*check)(const LinkOptions& options) = nullptr;  // throws OptionError
  void (*apply)(const LinkOptions& options) = nullptr;  // sets ns-3's attribute defaults
  std::unique_ptr<Link> (*make)(const LinkOptions& options) = nullptr;

  // The wires on the path: their delay one way, and the setting that decides it. Null: no delay.
  Number one_way_s = nullptr;
  Text delay_key = nullptr;

  // Facts of a network that may be asked before it exists.
  World (*world)(const LinkOptions& options) = nullptr;  // of the technology alone
  // Why the network influences what is learned, or why its rounds cannot be sampled; "": it does
  // not, they can. Null: nobody has said so, hence it does, and they cannot.
  Text influence = nullptr;
  Text unsampled = nullptr;
  bool (*has_server)(const LinkOptions& options) = nullptr;       // null: always
  bool (*adds_on_the_way)(const LinkOptions& options) = nullptr;  // relays add gradients; null: no
  HostWork (*host_work)(double robots) = nullptr;

  // Its radio. Null where there is none: robots have no places.
  CoverageNow (*cover)(const LinkOptions& options) = nullptr;            // after apply_defaults()
  std::vector<Point> (*stations)(const LinkOptions& options) = nullptr;  // what robots send to
  Text radio = nullptr;   // what decides its rates, after apply_defaults()
  Text fading = nullptr;  // the word of its fading
  Number robot_power_dbm = nullptr;
  Number robot_gain_dbi = nullptr;

  // Where robots relay: the graph at the start, whether each robot has a route (Covered::reached
  // alone), both after apply_defaults(), and what throws OptionError where a run would be refused
  // for it. Null: robots reach what `cover` says.
  mesh::Graph (*graph)(const LinkOptions& options) = nullptr;
  CoverageNow (*routed)(const LinkOptions& options) = nullptr;
  void (*check_routes)(const LinkOptions& options) = nullptr;

  Lines ineffective = nullptr;  // settings that change nothing, in sentences; null: none
  std::vector<std::string> (*describe)(const LinkOptions& options,
                                       const MessageSizes& messages) = nullptr;  // null: nothing
};

// Throws OptionError for an unknown word.
Technology technology(const LinkOptions& options);

// For rows: a network that never influences what is learned, rounds that can be sampled.
inline std::string never(const LinkOptions&) { return ""; }

inline std::vector<Point> at_access_point(const LinkOptions& options) {
  return {options.placement.access_point_m};
}

}  // namespace gradwave::channel
