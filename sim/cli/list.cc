// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "learning/runtime/arithmetic.h"
#include "learning/words.h"
#include "sim/cli/commands.h"
#include "sim/scenario/settings/settings.h"

namespace gradwave {
namespace {

struct Kind {
  const char* name;
  Words (*words)();
};

constexpr Kind kKinds[] = {
    {"datasets", learning::datasets},
    {"augmentations", learning::augmentations},
    {"partitions", learning::partitions},
    {"models", learning::models},
    {"learning-rate-schedules", learning::learning_rate_schedules},
    {"sparsifiers", learning::sparsifiers},
    {"schedules", learning::schedules},
    {"downlinks", learning::downlinks},
    {"arithmetics", learning::arithmetics},
    {"devices", devices},
    {"jitters", jitters},
    {"fidelities", fidelities},
    {"links", channel::links},
    {"wifi-standards", channel::wifi_standards},
    {"wifi-bands", channel::wifi_bands},
    {"rate-controls", channel::rate_controls},
    {"mcs-tables", channel::mcs_tables},
    {"accesses", channel::nr_accesses},
    {"schedulers", channel::nr_schedulers},
    {"combinings", channel::combinings},
    {"delay-profiles", channel::nr_fadings},
    {"nr-server-places", channel::nr_server_places},
    {"lte-rlcs", channel::lte_rlcs},
    {"lte-schedulers", channel::lte_schedulers},
    {"path-losses", channel::path_losses},
    {"lines-of-sight", channel::lines_of_sight},
    {"fadings", channel::fadings},
    {"server-places", channel::server_places},
    {"congestion-controls", channel::congestion_controls},
    {"after-idle-rules", channel::after_idle_words},
    {"queue-disciplines", channel::queue_disciplines},
    {"placements", channel::placements},
    {"mobilities", channel::mobilities},
    {"waypoint-endings", channel::endings},
    {"materials", channel::materials},
    {"mesh-links", channel::mesh_links},
    {"mesh-policies", channel::mesh_policies},
    {"mesh-aggregations", channel::mesh_aggregations},
    {"trace-betweens", channel::trace_betweens},
    {"trace-endings", channel::trace_endings},
    {"kept-transfers", kept_transfers},
};

// The key whose value is one of these words; materials stand in floor plans.
std::string key_of(Words (*words)()) {
  for (const Setting& setting : settings_table()) {
    if (setting.values.words == words) return setting.key;
  }
  return "floor.plan";
}

void print(const Kind& kind, std::ostream& out) {
  const Words words = kind.words();
  std::size_t width = 0;
  for (const auto& word : words) width = std::max(width, word.first.size());
  out << kind.name << "  (" << key_of(kind.words) << ")\n";
  for (const auto& [word, description] : words) {
    out << "  " << word << std::string(width - word.size() + 2, ' ') << description << '\n';
  }
  out << '\n';
}

std::string markdown(const Setting& setting) {
  std::ostringstream row;
  row << "| `" << setting.key << "` | " << value_of(setting, Settings()).dump() << " | "
      << setting.description << " | " << expected(setting) << " | " << condition_text(setting)
      << " |\n";
  return row.str();
}

}  // namespace

std::string settings_reference() {
  std::ostringstream text;
  std::string group;
  for (const Setting& setting : settings_table()) {
    const std::string its_group = setting.key.substr(0, setting.key.find('.'));
    if (its_group != group) {
      group = its_group;
      text << "\n### [" << group
           << "]\n\n| key | default | what it is | expected | acts only where |\n"
           << "| --- | --- | --- | --- | --- |\n";
    }
    text << markdown(setting);
  }
  return text.str();
}

int list(const std::string& what, std::ostream& out, std::ostream& err) {
  std::vector<std::string> known = {"settings"};
  if (what == "settings") {
    out << settings_reference();
    return 0;
  }
  bool found = false;
  for (const Kind& kind : kKinds) {
    known.push_back(kind.name);
    if (what.empty() || what == kind.name) {
      print(kind, out);
      found = true;
    }
  }
  if (what.empty()) out << "gradwave list settings prints every setting of a scenario.\n";
  if (found) return 0;
  err << "gradwave list: nothing is called \"" << what << "\"" << did_you_mean(what, known)
      << "; there are";
  for (const std::string& name : known) err << ' ' << name;
  err << '\n';
  return 2;
}

}  // namespace gradwave
