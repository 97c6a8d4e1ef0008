// SPDX-License-Identifier: GPL-2.0-only
#include "results/merge_plan.h"

#include <algorithm>
#include <utility>

#include "results/connection.h"
#include "results/process.h"

namespace gradwave::results {
namespace {

[[noreturn]] void refuse(const Found& run, const std::string& why) {
  throw DatabaseError(run.source->file.string() + ": run " + std::to_string(run.id) +
                      " (variant \"" + run.variant + "\", seed " + run.seed + ", " +
                      run.parameters + ") " + why);
}

}  // namespace

MergePlan::MergePlan(std::list<Source>& sources, SQLite::Database* target) {
  if (target != nullptr) add_target(*target);
  for (Source& source : sources) add(source);
  std::stable_sort(runs_.begin(), runs_.end(), [](const Found& one, const Found& other) {
    return std::tie(one.experiment, one.place) < std::tie(other.experiment, other.place);
  });
  for (const Place& each : places_) experiments_.push_back(each.experiment);
}

std::vector<std::pair<std::int64_t, MergePlan::Identity>> MergePlan::read_experiments(
    SQLite::Database& from) {
  std::vector<std::pair<std::int64_t, Identity>> all;
  SQLite::Statement rows(
      from,
      "SELECT id, scenario, gradwave_version, ns3_version, torch_version, host_sources IS NULL, "
      "coalesce(host_sources, '') FROM experiments ORDER BY id");
  while (rows.executeStep()) {
    Identity identity;
    for (int column = 1; column < rows.getColumnCount(); ++column) {
      identity.first.push_back(rows.getColumn(column).getString());
    }
    SQLite::Statement inputs(from, "SELECT name, text FROM inputs WHERE experiment_id = ?");
    inputs.bind(1, rows.getColumn(0).getInt64());
    while (inputs.executeStep()) {
      identity.second[inputs.getColumn(0).getString()] = inputs.getColumn(1).getString();
    }
    all.emplace_back(rows.getColumn(0).getInt64(), std::move(identity));
  }
  return all;
}

std::vector<MergePlan::Incoming> MergePlan::read(Source& source) {
  std::vector<Incoming> all;
  for (auto& [id, identity] : read_experiments(source.database)) {
    Incoming incoming = {id, std::move(identity), {}};
    SQLite::Statement rows(source.database,
                           "SELECT id, variant, seed, parameters, coalesce(place, id), status, "
                           "coalesce(host_process, '') FROM runs WHERE experiment_id = ? "
                           "ORDER BY id");
    rows.bind(1, id);
    while (rows.executeStep()) {
      const auto text = [&](int column) { return rows.getColumn(column).getString(); };
      Found run = {&source, rows.getColumn(0).getInt64(), text(1), text(2), text(3)};
      run.place = rows.getColumn(4).getInt64();
      run.is_gone = text(5) == "running";
      if (run.is_gone && !is_gone(text(6))) refuse(run, "is still under way");
      incoming.runs.push_back(std::move(run));
    }
    all.push_back(std::move(incoming));
  }
  return all;
}

void MergePlan::add_target(SQLite::Database& target) {
  for (auto& [id, identity] : read_experiments(target)) {
    places_.push_back({{id, nullptr, 0}, std::move(identity), {}});
    SQLite::Statement rows(target,
                           "SELECT variant, seed, parameters FROM runs WHERE experiment_id = ?");
    rows.bind(1, id);
    while (rows.executeStep()) {
      const auto text = [&](int column) { return rows.getColumn(column).getString(); };
      places_.back().runs[{text(0), text(1), text(2)}] = false;
    }
  }
}

void MergePlan::add(Source& source) {
  const std::vector<Incoming> all = guarded(source.file, [&] { return read(source); });
  for (auto first = all.begin(); first != all.end(); ++first) {
    const auto is_twin = [&](const Incoming& other) { return other.identity == first->identity; };
    if (std::find_if(all.begin(), first, is_twin) != first) continue;  // placed with that one
    std::vector<const Incoming*> twins;
    for (const Incoming& other : all) {
      if (is_twin(other)) twins.push_back(&other);
    }
    place(source, twins);
  }
}

bool MergePlan::clashes(const Incoming& incoming, std::size_t place) const {
  const auto& there = places_[place].runs;
  return std::any_of(incoming.runs.begin(), incoming.runs.end(), [&](const Found& run) {
    return there.count({run.variant, run.seed, run.parameters}) > 0;
  });
}

// Twin i goes to the target's twin i + shift. Of the shifts with the most pairs, the first under
// which no run meets itself, from the latest twins to the earliest; if there is none, the first.
void MergePlan::place(Source& source, const std::vector<const Incoming*>& twins) {
  std::vector<std::size_t> there;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].identity == twins.front()->identity) there.push_back(i);
  }
  const auto n = static_cast<std::ptrdiff_t>(twins.size());
  const auto m = static_cast<std::ptrdiff_t>(there.size());
  const auto is_pair = [&](std::ptrdiff_t i, std::ptrdiff_t shift) {
    return i + shift >= 0 && i + shift < m;
  };
  std::ptrdiff_t chosen = std::max<std::ptrdiff_t>(m - n, 0);
  for (std::ptrdiff_t shift = chosen; shift >= std::min<std::ptrdiff_t>(m - n, 0); --shift) {
    bool is_free = true;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      is_free = is_free && !(is_pair(i, shift) && clashes(*twins[i], there[i + shift]));
    }
    if (!is_free) continue;
    chosen = shift;
    break;
  }
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const std::size_t place = is_pair(i, chosen) ? there[i + chosen] : places_.size();
    if (place == places_.size()) {
      places_.push_back({{0, &source, twins[i]->id}, twins[i]->identity, {}});
    }
    for (Found run : twins[i]->runs) {
      const auto [met, is_new] =
          places_[place].runs.emplace(Key(run.variant, run.seed, run.parameters), true);
      if (!is_new) refuse(run, met->second ? "is in two of the files" : "is there already");
      run.experiment = place;
      runs_.push_back(std::move(run));
    }
  }
}

}  // namespace gradwave::results
