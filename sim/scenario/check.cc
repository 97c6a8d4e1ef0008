// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/check.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "channel-models/unused_defaults.h"

namespace gradwave {
namespace {

// The settings that a room sees, as text; the seed changes no answer.
std::string part(const Settings& settings, Rooms room) {
  nlohmann::json object;
  for (const Setting& setting : settings_table()) {
    if ((setting.rooms & room) != 0) object[setting.key] = value_of(setting, settings);
  }
  return object.dump();
}

std::string seconds(double value) {
  nlohmann::json number = value;
  return number.dump() + " s";
}

// A connection takes three ways, and a message one during which nothing arrives.
void check_limits(const Settings& settings) {
  const double round_trip_s = channel::round_trip_s(link_options(settings));
  const std::string delay =
      "wire.delay_s: a round trip of the path takes at least " + seconds(round_trip_s) + ", ";
  if (1.5 * round_trip_s >= settings.limits.connect_timeout_s) {
    throw SettingError({"wire.delay_s", "wifi.backhaul_delay_s", "limits.connect_timeout_s"},
                       delay + "so that no connection stands within limits.connect_timeout_s = " +
                           seconds(settings.limits.connect_timeout_s));
  }
  if (round_trip_s >= settings.limits.stall_s) {
    throw SettingError({"limits.stall_s", "wire.delay_s", "wifi.backhaul_delay_s"},
                       delay + "in which nothing arrives: longer than limits.stall_s = " +
                           seconds(settings.limits.stall_s));
  }
}

// The folder is made when a run begins; what stands in its way is known now.
void check_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  if (folder.empty()) return;
  fs::path there = fs::absolute(folder);
  while (!fs::exists(fs::symlink_status(there)) && there.has_relative_path()) {
    there = there.parent_path();
  }
  const auto refuse = [&](const std::string& reason) {
    throw SettingError({"checkpoint.folder"}, "checkpoint.folder = \"" + folder.string() +
                                                  "\": " + there.string() + reason);
  };
  if (!fs::is_directory(there)) refuse(" is not a folder");
  if (access(there.c_str(), W_OK) != 0) refuse(" cannot be written to");
}

}  // namespace

const learning::Description& Check::operator()(const Settings& settings) {
  const std::string learning_part = part(settings, kLearning);
  auto known = descriptions_.find(learning_part);
  if (known == descriptions_.end()) {
    known =
        descriptions_.emplace(learning_part, learning::describe(learning_options(settings))).first;
  }
  const learning::Description& description = known->second;
  note(description.notes);

  const auto& training = settings.learning.training;
  const ComputeTimes possible(settings.compute, description.forward_macs, training.batch,
                              training.workers, settings.learning.seed);
  check_limits(settings);
  check_folder(settings.checkpoint.folder);
  if (right_links_.insert(part(settings, kChannel)).second) {
    const channel::LinkOptions link = link_options(settings);
    channel::check_link(link);
    for (const std::string& name : channel::unused_defaults(link)) {
      note({"ns3.defaults: nothing in a run with link.technology = \"" + link.technology +
            "\" asks for \"" + name + "\", which has no effect there"});
    }
  }
  return description;
}

void Check::note(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    if (std::find(notes_.begin(), notes_.end(), sentence) == notes_.end()) {
      notes_.push_back(sentence);
    }
  }
}

}  // namespace gradwave
