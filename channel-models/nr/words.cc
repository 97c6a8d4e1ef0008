// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/words.h"

#include "channel-models/radio/tapped_delay_line.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

using nr::Access;
using nr::Combining;
using nr::Scheduler;

using McsTable = const std::vector<nr::Mcs>& (*)();

const Table<McsTable>& mcs_words() {
  static const Table<McsTable> table = {
      {"64qam", "TS 38.214 Table 5.1.3.1-1, up to 64QAM", nr::mcs_table_64qam},
      {"256qam", "TS 38.214 Table 5.1.3.1-2, up to 256QAM", nr::mcs_table_256qam}};
  return table;
}

const Table<Access>& access_words() {
  static const Table<Access> table = {
      {"request", "a scheduling request, a first grant, a report of the buffer, and what it needs",
       Access::kRequest},
      {"configured",
       "a first grant at each of its turns, used or not; they hold half of a slot at the most",
       Access::kConfigured}};
  return table;
}

const Table<Scheduler>& scheduler_words() {
  static const Table<Scheduler> table = {
      {"proportional-fair", "blocks go where they bring most over what was had before",
       Scheduler::kProportionalFair},
      {"round-robin", "the same blocks for each, in turn", Scheduler::kRoundRobin}};
  return table;
}

const Table<Combining>& combining_words() {
  static const Table<Combining> table = {
      {"chase", "every retransmission says the same", Combining::kChase},
      {"incremental", "a retransmission has redundancy that was not sent before",
       Combining::kIncremental}};
  return table;
}

const Table<bool>& server_words() {  // whether there is a core
  static const Table<bool> table = {
      {"gnb", "on the station itself", false},
      {"core", "behind it, on a wire of core_rate_bps and core_delay_s: at the edge or in a cloud",
       true}};
  return table;
}

}  // namespace

Words mcs_tables() { return words_of(mcs_words()); }
Words nr_accesses() { return words_of(access_words()); }
Words nr_schedulers() { return words_of(scheduler_words()); }
Words combinings() { return words_of(combining_words()); }
Words nr_fadings() { return delay_profiles(); }
Words nr_server_places() { return words_of(server_words()); }

namespace nr {

const std::vector<Mcs>& mcs_table(const NrOptions& options) {
  return look_up(mcs_words(), "nr.mcs_table", options.mcs_table)();
}
Access access(const NrOptions& options) {
  return look_up(access_words(), "nr.access", options.access);
}
Scheduler scheduler(const NrOptions& options) {
  return look_up(scheduler_words(), "nr.scheduler", options.scheduler);
}
Combining combining(const NrOptions& options) {
  return look_up(combining_words(), "nr.combining", options.combining);
}
bool has_core(const NrOptions& options) {
  return look_up(server_words(), "nr.server", options.server);
}

}  // namespace nr
}  // namespace gradwave::channel
