// SPDX-License-Identifier: GPL-2.0-only
// All runs of a scenario, a process each, several at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>

#include "results/database.h"
#include "sim/scenario/scenario.h"

namespace gradwave {

// One of several parts of a campaign: those runs that learn the same are in one.
struct Shard {
  std::int64_t number = 1, of = 1;  // 1 to `of`
};

struct CampaignOptions {
  std::filesystem::path database;
  int jobs = 1;           // runs at a time
  bool terminal = false;  // redraw progress in place
  // The scenario's experiment in the file, if it has one, is continued: only what is missing or
  // was interrupted is run. Instead, a new experiment:
  bool again = false;
  bool retry_failed = false;  // also runs that failed
  Shard shard;
  // A run whose learning has the hash of a complete one's, in the results or in others, repeats
  // what that has learned; one that has it of a run under way waits for that.
  bool retrain = false;              // instead, every run learns itself
  std::filesystem::path learned_in;  // other results; empty: none
};

struct CampaignOutcome {
  std::int64_t experiment_id = 0;
  int complete = 0, diverged = 0, failed = 0, interrupted = 0;  // of the runs that were started
  int kept = 0;                                                 // that were there before
  int kept_failed = 0, kept_running = 0;                        // of these
  int left = 0;          // to another process, which has under way what they draw from
  int not_begun = 0;     // when it was stopped
  bool stopped = false;  // by a signal, or by `obstacle`, before every run had ended
  int signal = 0;        // SIGINT, SIGTERM
  std::string obstacle;  // why no more runs could be started: the disk is full, say; a sentence
};

// Stores the experiment, or continues it, and runs it. The first SIGINT or SIGTERM asks every run
// to stop and record that it was interrupted; another, a second later or more, or ten seconds of
// waiting, kills them. A run whose process died (by a signal that was not ours, as where memory
// runs out) is interrupted the first time and failed the second. A disk that is full stops them all
// as a signal does. Throws DatabaseError.
CampaignOutcome run_campaign(const Scenario& scenario, results::Database& database,
                             const CampaignOptions& options, std::ostream& out);

}  // namespace gradwave
