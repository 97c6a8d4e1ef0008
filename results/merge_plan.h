// SPDX-License-Identifier: GPL-2.0-only
// Which experiment of the target each run of several files belongs to, decided before anything is
// written.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace gradwave::results {

// A file that is merged, as it was at this moment.
struct Source {
  std::filesystem::path file;
  SQLite::Database database;
};

// A run of a source.
struct Found {
  Source* source = nullptr;
  std::int64_t id = 0;  // there
  std::string variant, seed, parameters;
  std::int64_t place = 0;
  bool is_gone = false;        // it claims to be running, in a process that has ended
  std::size_t experiment = 0;  // of MergePlan::experiments()
};

struct TargetExperiment {
  std::int64_t id = 0;       // in the target; 0: it is new
  Source* source = nullptr;  // of a new one, where it comes from
  std::int64_t id_in_source = 0;
};

// Experiments of the same scenario, inputs, versions and code are one. Several of these in one
// file, which `run --again` makes, stay several: in their order they go to those of the target, or
// of the files before, so that no run meets itself.
class MergePlan {
 public:
  // Of a target that is not there yet: `target` is null. Throws DatabaseError if a run is in two
  // files, in the target already, or still under way in a file.
  MergePlan(std::list<Source>& sources, SQLite::Database* target);

  const std::vector<TargetExperiment>& experiments() const { return experiments_; }
  const std::vector<Found>& runs() const { return runs_; }  // in the order of their new numbers

 private:
  // Scenario, versions and code; then inputs.
  using Identity = std::pair<std::vector<std::string>, std::map<std::string, std::string>>;
  using Key = std::tuple<std::string, std::string, std::string>;  // variant, seed, parameters
  struct Place {
    TargetExperiment experiment;
    Identity identity;
    std::map<Key, bool> runs;  // true: of a file
  };
  struct Incoming {  // an experiment of a source
    std::int64_t id = 0;
    Identity identity;
    std::vector<Found> runs;
  };

  static std::vector<std::pair<std::int64_t, Identity>> read_experiments(SQLite::Database& from);
  static std::vector<Incoming> read(Source& source);
  void add_target(SQLite::Database& target);
  void add(Source& source);
  void place(Source& source, const std::vector<const Incoming*>& twins);
  bool clashes(const Incoming& incoming, std::size_t place) const;

  std::vector<Place> places_;
  std::vector<TargetExperiment> experiments_;
  std::vector<Found> runs_;
};

}  // namespace gradwave::results
