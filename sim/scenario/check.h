// SPDX-License-Identifier: GPL-2.0-only
// Whether a run can be: what only the modules know, asked before anything is computed or stored.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "learning/description.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {

// Remembers what it has asked, so that a sweep over radios opens the data once.
class Check {
 public:
  // Throws an OptionError of a room, or SettingError, with a sentence and the keys at fault.
  const learning::Description& operator()(const Settings& settings);

  // Throws channel::OptionError if robots of this run, which has passed the check above, could not
  // connect. Nothing for a network that has been asked for before.
  void reach(const Settings& settings);

  // What was allowed and may surprise, in the order in which it was found, nothing twice.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  void note(const std::vector<std::string>& sentences);
  void compare_fading(const channel::LinkOptions& link);

  // By the settings that a room sees, as text.
  std::map<std::string, learning::Description> descriptions_;
  std::set<std::string> right_links_;
  std::set<std::string> reached_;               // likewise, with seed and time-out
  std::map<std::string, std::string> fadings_;  // by technology, of the first such run
  bool compared_fading_ = false;
  std::vector<std::string> notes_;
};

}  // namespace gradwave
