// SPDX-License-Identifier: GPL-2.0-only
// Whether a run can be: what only the rooms know, asked before anything is computed or stored.
#pragma once

#include <map>
#include <set>
#include <string>

#include "learning/learner.h"
#include "sim/scenario/settings.h"

namespace gradwave {

// Remembers what it has asked, so that a sweep over radios opens the data once.
class Check {
 public:
  // Throws std::invalid_argument with a sentence that names the setting at fault.
  const learning::Description& operator()(const Settings& settings);

 private:
  std::map<std::string, learning::Description> learned_;  // by the settings that learning sees
  std::set<std::string> linked_;                          // likewise
};

}  // namespace gradwave
