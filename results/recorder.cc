// SPDX-License-Identifier: GPL-2.0-only
#include <SQLiteCpp/VariadicBind.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "results/connection.h"
#include "results/process.h"

namespace gradwave::results {
namespace {

using Clock = std::chrono::steady_clock;

// A little less than the second that is promised.
constexpr auto kCommitEvery = std::chrono::milliseconds(500);

// Sums over the rounds so far, all workers.
struct Spent {
  std::int64_t uplink_bits = 0, downlink_bits = 0;
  double paper_bits = 0;
};

// What waits for the next transaction.
struct Rows {
  std::vector<Round> rounds;
  std::vector<Transfer> transfers;
  std::vector<std::pair<Evaluation, Spent>> evaluations;
  std::vector<Topology> topologies;
  bool empty() const {
    return rounds.empty() && transfers.empty() && evaluations.empty() && topologies.empty();
  }
};

// SQLite has no NaN; NULL says that there is no such number. Infinity it has.
void bind_real(SQLite::Statement& statement, int column, std::optional<double> value) {
  if (!value || std::isnan(*value)) {
    statement.bind(column);
  } else {
    statement.bind(column, *value);
  }
}

void bind_integer(SQLite::Statement& statement, int column, std::optional<std::int64_t> value) {
  if (value) {
    statement.bind(column, *value);
  } else {
    statement.bind(column);
  }
}

// An object, or nothing if it would be empty. JSON has finite numbers only.
std::string json_of(const std::vector<std::pair<std::string, double>>& counters) {
  nlohmann::ordered_json object;
  for (const auto& [name, value] : counters) {
    if (std::isfinite(value)) object[name] = value;
  }
  return object.empty() ? "" : object.dump();
}

}  // namespace

// The simulation adds rows; a thread writes them down twice a second, so that a slow round keeps
// nobody waiting for those before it, and the file is locked only for the few milliseconds that
// each transaction takes.
struct Recorder::State {
  const std::filesystem::path file;
  const std::int64_t run_id;
  const Clock::time_point started = Clock::now();
  SQLite::Database database;
  SQLite::Statement insert_round, insert_transfer, insert_evaluation, insert_topology, insert_route;

  std::mutex mutex;  // guards all below, and the database
  std::condition_variable closing_changed;
  Spent spent;
  Rows rows;
  std::int64_t pages = 0;      // that its rows have taken
  std::exception_ptr failure;  // of the thread, thrown at the next call
  bool closing = false;
  std::thread thread;

  State(const std::filesystem::path& path, std::int64_t id)
      : file(path),
        run_id(id),
        database(open_for_writing(path)),
        insert_round(
            database,
            "INSERT INTO rounds (run_id, round, start_s, compute_s, uplink_s, downlink_s, "
            "latency_s, k, uplink_payload_bytes, downlink_payload_bytes, paper_bits, "
            "wire_bytes, airtime_s, train_loss, gradient_norm, "
            "compressor_input_norm, participants, update_k, fidelity, time_error_s, time_low_s, "
            "time_high_s) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        insert_transfer(
            database,
            "INSERT INTO transfers (run_id, round, message, worker, direction, content, "
            "k, payload_bytes, start_s, retransmissions, end_s, distance_m, peer, "
            "counters, drawn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?)"),
        insert_evaluation(database,
                          "INSERT INTO evaluations (run_id, round, time_s, accuracy, loss, "
                          "uplink_bits, downlink_bits, paper_bits, consensus_distance, "
                          "worst_worker_accuracy, best_worker_accuracy, time_error_s, "
                          "time_low_s, time_high_s) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        // What a resumed run sees once more stands there already.
        insert_topology(
            database,
            "INSERT OR IGNORE INTO topologies (run_id, time_s, changed, links, components, "
            "connectivity) VALUES (?, ?, ?, ?, ?, ?)"),
        insert_route(
            database,
            "INSERT OR IGNORE INTO routes (run_id, time_s, worker, betweenness, component, parent, "
            "hops, cost_s, bottleneck_from, bottleneck_to, bottleneck_s) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {
    update("UPDATE runs SET host_process = ? WHERE id = ?", this_process(), run_id);
    thread = std::thread([this] { write_now_and_then(); });
  }

  ~State() {
    {
      const std::lock_guard lock(mutex);
      closing = true;
    }
    closing_changed.notify_all();
    thread.join();
    try {
      flush();
    } catch (...) {  // said before, or nobody is left to hear it; what was committed stays
    }
  }

  void write_now_and_then() {
    std::unique_lock lock(mutex);
    while (!closing_changed.wait_for(lock, kCommitEvery, [this] { return closing; })) {
      try {
        flush();
      } catch (...) {
        failure = std::current_exception();
        return;
      }
    }
  }

  // Calls `add` with the rows; the thread's failure is the caller's.
  template <class Add>
  void add_rows(const Add& add) {
    const std::lock_guard lock(mutex);
    if (failure) std::rethrow_exception(failure);
    add(rows, spent);
  }

  template <class... Values>
  void update(const char* sql, const Values&... values) {
    guarded(file, [&] {
      SQLite::Statement statement(database, sql);
      SQLite::bind(statement, values...);
      statement.exec();
    });
  }

  // One transaction of all that waits; rolled back and thrown if the disk does not take it.
  void flush() {
    if (rows.empty()) return;
    guarded(file, [&] {
      SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
      const std::int64_t before = used_pages();
      for (const Round& round : rows.rounds) insert(round);
      for (const Transfer& transfer : rows.transfers) insert(transfer);
      for (const auto& [evaluation, then] : rows.evaluations) insert(evaluation, then);
      for (const Topology& topology : rows.topologies) insert(topology);
      const std::int64_t after = used_pages();
      transaction.commit();
      pages += after - before;  // nobody else writes in a transaction
    });
    rows = {};
  }

  std::int64_t pragma(const std::string& name) {
    return database.execAndGet("PRAGMA " + name).getInt64();
  }

  std::int64_t used_pages() { return pragma("page_count") - pragma("freelist_count"); }

  void insert(const Round& r) {
    SQLite::bind(insert_round, run_id, r.round, r.start_s, r.compute_s, r.uplink_s, r.downlink_s,
                 r.latency_s, r.k, r.uplink_payload_bytes, r.downlink_payload_bytes, r.paper_bits,
                 r.wire_bytes);
    bind_real(insert_round, 13, r.airtime_s);
    bind_real(insert_round, 14, r.train_loss);
    bind_real(insert_round, 15, r.gradient_norm);
    bind_real(insert_round, 16, r.compressor_input_norm);
    insert_round.bind(17, r.participants);
    bind_integer(insert_round, 18, r.update_k);
    insert_round.bind(19, r.fidelity);
    bind_real(insert_round, 20, r.time_error_s);
    bind_real(insert_round, 21, r.time_low_s);
    bind_real(insert_round, 22, r.time_high_s);
    execute(insert_round);
  }

  void insert(const Transfer& t) {
    SQLite::bind(insert_transfer, run_id, t.round, t.message, t.worker, t.direction, t.content, t.k,
                 t.payload_bytes, t.start_s, t.retransmissions);
    bind_real(insert_transfer, 11, t.end_s);
    bind_real(insert_transfer, 12, t.distance_m);
    bind_integer(insert_transfer, 13, t.peer);
    insert_transfer.bind(14, json_of(t.counters));
    insert_transfer.bind(15, t.drawn ? 1 : 0);
    execute(insert_transfer);
  }

  void insert(const Evaluation& e, const Spent& then) {
    SQLite::bind(insert_evaluation, run_id, e.round, e.time_s);
    bind_real(insert_evaluation, 4, e.accuracy);
    bind_real(insert_evaluation, 5, e.loss);
    insert_evaluation.bind(6, then.uplink_bits);
    insert_evaluation.bind(7, then.downlink_bits);
    insert_evaluation.bind(8, then.paper_bits);
    bind_real(insert_evaluation, 9, e.consensus_distance);
    bind_real(insert_evaluation, 10, e.worst_worker_accuracy);
    bind_real(insert_evaluation, 11, e.best_worker_accuracy);
    bind_real(insert_evaluation, 12, e.time_error_s);
    bind_real(insert_evaluation, 13, e.time_low_s);
    bind_real(insert_evaluation, 14, e.time_high_s);
    execute(insert_evaluation);
  }

  void insert(const Topology& t) {
    SQLite::bind(insert_topology, run_id, t.time_s, static_cast<std::int64_t>(t.changed), t.links,
                 t.components, t.connectivity);
    execute(insert_topology);
    for (const Route& route : t.routes) {
      SQLite::bind(insert_route, run_id, t.time_s, route.worker, route.betweenness,
                   route.component);
      if (route.hops > 0) {
        bind_integer(insert_route, 6, route.parent);
        insert_route.bind(7, route.hops);
        insert_route.bind(8, route.cost_s);
        insert_route.bind(9, route.bottleneck_from);
        bind_integer(insert_route, 10, route.bottleneck_to);
        insert_route.bind(11, route.bottleneck_s);
      } else {
        for (int column = 6; column <= 11; ++column) insert_route.bind(column);
      }
      execute(insert_route);
    }
  }

  // Leaves the statement ready for the next row, also after a disk that was full for a while.
  static void execute(SQLite::Statement& statement) {
    try {
      statement.exec();
    } catch (...) {
      statement.tryReset();
      throw;
    }
    statement.reset();
  }
};

Recorder::Recorder(const std::filesystem::path& file, std::int64_t run_id)
    : state_(guarded(file, [&] { return std::make_unique<State>(file, run_id); })) {}

Recorder::~Recorder() = default;

void Recorder::plan(const Plan& plan) {
  const std::lock_guard lock(state_->mutex);
  state_->update(
      "UPDATE runs SET t_hat = nullif(?, -1), budget_unused = ?, pilot = nullif(?, ''), "
      "host_device = nullif(?, ''), host_learned_from = nullif(?, ''), data_mean = nullif(?, "
      "'[]'), data_deviation = nullif(?, '[]'), class_counts = nullif(?, '[]') WHERE id = ?",
      plan.t_hat, plan.budget_unused, plan.pilot, plan.host_device, plan.host_learned_from,
      nlohmann::json(plan.data_mean).dump(), nlohmann::json(plan.data_deviation).dump(),
      nlohmann::json(plan.class_counts).dump(), state_->run_id);
}

void Recorder::round(const Round& round, const std::vector<Transfer>& transfers) {
  state_->add_rows([&](Rows& rows, Spent& spent) {
    spent.uplink_bits += 8 * round.uplink_payload_bytes;
    spent.downlink_bits += 8 * round.downlink_payload_bytes;
    spent.paper_bits += round.paper_bits;
    rows.rounds.push_back(round);
    rows.transfers.insert(rows.transfers.end(), transfers.begin(), transfers.end());
  });
}

void Recorder::again(const Round& round, const Round& then) {
  if (round.latency_s != then.latency_s || round.wire_bytes != then.wire_bytes ||
      round.uplink_payload_bytes != then.uplink_payload_bytes) {
    throw std::runtime_error(
        "round " + std::to_string(round.round) +
        " did not come again as it stands in the results: the run cannot go on");
  }
  state_->add_rows([&](Rows&, Spent& spent) {
    spent.uplink_bits += 8 * round.uplink_payload_bytes;
    spent.downlink_bits += 8 * round.downlink_payload_bytes;
    spent.paper_bits += round.paper_bits;
  });
}

void Recorder::flush() {
  const std::lock_guard lock(state_->mutex);
  if (state_->failure) std::rethrow_exception(state_->failure);
  state_->flush();
}

void Recorder::forget() {
  const std::lock_guard lock(state_->mutex);
  guarded(state_->file, [&] {
    SQLite::Transaction transaction(state_->database, SQLite::TransactionBehavior::IMMEDIATE);
    forget_rows(state_->database, state_->run_id);
    transaction.commit();
  });
}

void Recorder::topologies(const std::vector<Topology>& seen) {
  state_->add_rows([&](Rows& rows, Spent&) {
    rows.topologies.insert(rows.topologies.end(), seen.begin(), seen.end());
  });
}

void Recorder::evaluation(const Evaluation& evaluation) {
  state_->add_rows(
      [&](Rows& rows, const Spent& spent) { rows.evaluations.emplace_back(evaluation, spent); });
}

void Recorder::theory(const Theory& t) {
  const std::lock_guard lock(state_->mutex);
  guarded(state_->file, [&] {
    SQLite::Statement insert(
        state_->database,
        "INSERT INTO theory (run_id, theorem, k, learning_rate, optimal_loss, alpha, beta, "
        "contraction, m_or_p, n_or_q, adaptation, adaptation_by_lemma, final_loss, violated) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    SQLite::bind(insert, state_->run_id, t.theorem, t.k, t.learning_rate, t.optimal_loss, t.alpha,
                 t.beta, t.contraction);
    int column = 9;
    for (const double value :
         {t.m_or_p, t.n_or_q, t.adaptation, t.adaptation_by_lemma, t.final_loss}) {
      bind_real(insert, column++, value);
    }
    insert.bind(column, t.violated);
    insert.exec();
  });
}

void Recorder::finish(const std::string& status, const std::string& error, const Costs& costs) {
  const std::lock_guard lock(state_->mutex);
  if (state_->failure) std::rethrow_exception(state_->failure);
  state_->flush();
  const std::chrono::duration<double> wall = Clock::now() - state_->started;
  guarded(state_->file, [&] {
    SQLite::Statement statement(
        state_->database,
        "UPDATE runs SET status = ?, error = nullif(?, ''), host_wall_s = ?, host_file_bytes = ?, "
        "host_learning_s = ?, host_network_s = ?, host_events = ?, host_peak_bytes = ?, "
        "host_process = NULL, finished_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = ?");
    SQLite::bind(statement, status, error, wall.count(),
                 state_->pages * state_->pragma("page_size"));
    bind_real(statement, 5, costs.learning_s);
    bind_real(statement, 6, costs.network_s);
    bind_integer(statement, 7, costs.events);
    bind_integer(statement, 8, costs.peak_bytes);
    statement.bind(9, state_->run_id);
    statement.exec();
  });
}

}  // namespace gradwave::results
