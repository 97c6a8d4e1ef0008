// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/check.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "channel-models/coverage.h"
#include "channel-models/reach.h"
#include "channel-models/unused_defaults.h"
#include "sim/compute/compute.h"
#include "sim/scenario/network_hash.h"

namespace gradwave {
namespace {

std::string seconds(double value) {
  nlohmann::json number = value;
  return number.dump() + " s";
}

// A connection takes three ways, and a message one during which nothing arrives.
void check_limits(const Settings& settings) {
  const double round_trip_s = channel::round_trip_s(link_options(settings));
  const std::string delay = channel::delay_key(link_options(settings));
  const std::string path =
      delay + ": a round trip of the path takes at least " + seconds(round_trip_s) + ", ";
  if (1.5 * round_trip_s >= settings.limits.connect_timeout_s) {
    throw SettingError({delay, "limits.connect_timeout_s"},
                       path + "so that no connection stands within limits.connect_timeout_s = " +
                           seconds(settings.limits.connect_timeout_s));
  }
  if (round_trip_s >= settings.limits.stall_s) {
    throw SettingError({"limits.stall_s", delay},
                       path + "in which nothing arrives: longer than limits.stall_s = " +
                           seconds(settings.limits.stall_s));
  }
}

void check_sampling(const Settings& settings) {
  if (!samples(settings.sampling)) return;
  const std::string reason = needs_packets(settings);
  if (reason.empty()) return;
  throw SettingError({"network.fidelity", "mesh.unreached", "wifi.rate_control", "ns3.defaults"},
                     "network.fidelity = \"sampled\" cannot be: " + reason);
}

// ns-3's clock ends after three centuries, and jitter needs room.
void check_compute(const Settings& settings, double forward_macs) {
  constexpr double kLongest_s = 1e8;
  const auto& training = settings.learning.training;
  const ComputeTimes compute(settings.compute, forward_macs, training.batch, training.workers,
                             settings.learning.seed);
  const double all_s = static_cast<double>(training.rounds) * compute.longest_mean_s();
  if (all_s <= kLongest_s) return;
  throw SettingError({"compute.rate_flops", "compute.factors", "compute.efficiency",
                      "model.forward_macs", "training.rounds", "compute.device"},
                     "compute.rate_flops: the slowest robot would compute for " + seconds(all_s) +
                         " of simulated time in all; expected at most " + seconds(kLongest_s));
}

// The folder is made when a run begins; what stands in its way is known now.
void check_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  if (folder.empty()) return;
  fs::path there = fs::absolute(folder);
  const auto refuse = [&](const std::string& reason) {
    throw SettingError({"checkpoint.folder"}, "checkpoint.folder = \"" + folder.string() +
                                                  "\": " + there.string() + reason);
  };
  std::error_code error;
  fs::file_status status = fs::status(there, error);
  while (status.type() == fs::file_type::not_found && there.has_relative_path()) {
    there = there.parent_path();
    status = fs::status(there, error);
  }
  if (status.type() == fs::file_type::none) refuse(": " + error.message());
  if (!fs::is_directory(status)) refuse(" is not a folder");
  if (access(there.c_str(), W_OK | X_OK) != 0) refuse(" cannot be written to");
}

}  // namespace

const learning::Description& Check::operator()(const Settings& settings) {
  const std::string learning_part = text_for(settings, kLearning);
  auto known = descriptions_.find(learning_part);
  if (known == descriptions_.end()) {
    known =
        descriptions_.emplace(learning_part, learning::describe(learning_options(settings))).first;
  }
  const learning::Description& description = known->second;
  note(description.notes);

  check_compute(settings, description.forward_macs);
  check_limits(settings);
  check_sampling(settings);
  check_folder(settings.checkpoint.folder);
  if (right_links_.insert(text_for(settings, kChannel)).second) {
    const channel::LinkOptions link = link_options(settings);
    channel::check_link(link);
    note(channel::remarks(link));
    compare_fading(link);
    for (const std::string& name : channel::unused_defaults(link)) {
      note({"ns3.defaults: nothing in a run with link.technology = \"" + link.technology +
            "\" asks for \"" + name + "\", which has no effect there"});
    }
  }
  return description;
}

// Where robots are may be another thing with each seed.
void Check::reach(const Settings& settings) {
  const channel::LinkOptions link = link_options(settings);
  const std::string seed =
      channel::world_of(link).same_for_every_seed ? "" : std::to_string(link.seed);
  const double timeout_s = settings.limits.connect_timeout_s;
  const std::string key =
      text_for(settings, kChannel) + '\n' + seed + '\n' + std::to_string(timeout_s);
  if (reached_.insert(key).second) channel::check_reach(link, timeout_s);
}

// radio.fading acts on Wi-Fi and meshes, nr.fading on 5G.
void Check::compare_fading(const channel::LinkOptions& link) {
  const std::string fading = channel::fading_of(link);
  if (fading.empty()) return;
  fadings_.emplace(link.technology, fading);
  std::string all;
  bool differs = false;
  for (const auto& [technology, word] : fadings_) {
    all += (all.empty() ? "" : ", ") + technology + ": " + word;
    differs = differs || word != fadings_.begin()->second;
  }
  if (!differs || compared_fading_) return;
  compared_fading_ = true;
  note({"the technologies of this scenario fade unlike each other (" + all +
        "): radio.fading holds for Wi-Fi and meshes, nr.fading for 5G, and LTE has none"});
}

void Check::note(const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) {
    if (std::find(notes_.begin(), notes_.end(), sentence) == notes_.end()) {
      notes_.push_back(sentence);
    }
  }
}

}  // namespace gradwave
