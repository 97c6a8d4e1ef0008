// SPDX-License-Identifier: GPL-2.0-only
#include "results/trajectory.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "results/database.h"
#include "results/query.h"

namespace gradwave::results {
namespace {

constexpr std::size_t kMostDrawnFrom = 8192;
constexpr std::int64_t kInMemory = 1024;  // rounds

std::int64_t integer(const Value& value) { return std::get<std::int64_t>(value); }

std::optional<double> real_or_nothing(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

// What is not finite is NULL in the file.
double real(const Value& value) {
  return real_or_nothing(value).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::string text_or_empty(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : "";
}

// Of a JSON array.
template <typename Element>
std::vector<Element> numbers_or_none(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text ? nlohmann::json::parse(*text).get<std::vector<Element>>() : std::vector<Element>();
}

}  // namespace

LearnedRounds::LearnedRounds(std::filesystem::path file, std::int64_t run_id)
    : file_(std::move(file)), run_id_(std::to_string(run_id)) {
  const Table table = query(
      file_,
      "SELECT workers, (SELECT count(*) FROM rounds WHERE run_id = id), EXISTS (SELECT 1 FROM "
      "rounds WHERE run_id = id AND participants <> workers), (SELECT max(round) FROM "
      "evaluations WHERE run_id = id) FROM runs WHERE id = " +
          run_id_);
  for (const auto& row : table.rows) {
    workers_ = integer(row[0]);
    if (integer(row[2]) != 0) continue;
    size_ = integer(row[1]);
    if (const auto* last = std::get_if<std::int64_t>(&row[3])) last_evaluation_ = *last;
  }
}

const LearnedRound& LearnedRounds::at(std::int64_t t) {
  assert(t >= 0 && t < size_);
  load(t);
  return rounds_[t - first_];
}

std::optional<Evaluation> LearnedRounds::evaluation(std::int64_t rounds) {
  if (size_ == 0) return std::nullopt;
  load(std::clamp<std::int64_t>(rounds - 1, 0, size_ - 1));
  const auto found = evaluations_.find(rounds);
  return found == evaluations_.end() ? std::nullopt : std::optional(found->second);
}

void LearnedRounds::load(std::int64_t t) {
  if (t >= first_ && t < first_ + static_cast<std::int64_t>(rounds_.size())) return;
  first_ = t / kInMemory * kInMemory;
  rounds_.clear();
  evaluations_.clear();
  const auto between = [&](std::int64_t last) {
    return " WHERE run_id = " + run_id_ + " AND round BETWEEN " + std::to_string(first_) + " AND " +
           std::to_string(last) + " ORDER BY round";
  };
  for (const auto& row :
       query(file_,
             "SELECT k, paper_bits, train_loss, gradient_norm, compressor_input_norm, "
             "uplink_payload_bytes, downlink_payload_bytes, update_k, latency_s, wire_bytes FROM "
             "rounds" +
                 between(std::min(first_ + kInMemory, size_) - 1))
           .rows) {
    LearnedRound learned;
    learned.round.round = first_ + static_cast<std::int64_t>(rounds_.size());
    learned.round.k = integer(row[0]);
    learned.round.paper_bits = real(row[1]);
    learned.round.train_loss = real(row[2]);
    learned.round.gradient_norm = real(row[3]);
    learned.round.compressor_input_norm = real_or_nothing(row[4]);
    learned.round.uplink_payload_bytes = integer(row[5]);
    learned.round.downlink_payload_bytes = integer(row[6]);
    // Every worker sends k_t entries and gets the same update. Rows hold sums: where they cannot be
    // equal shares, the sizes are lost.
    if (integer(row[5]) % workers_ != 0 || integer(row[6]) % workers_ != 0) {
      throw DatabaseError(file_.string() + ": run " + run_id_ + ", round " +
                          std::to_string(learned.round.round) +
                          ": the workers' messages differ in size and cannot be replayed");
    }
    learned.uplink_bytes.assign(workers_, integer(row[5]) / workers_);
    learned.update_bytes = integer(row[6]) / workers_;
    if (const auto* k = std::get_if<std::int64_t>(&row[7])) learned.update_k = *k;
    learned.round.latency_s = real(row[8]);
    learned.round.wire_bytes = integer(row[9]);
    rounds_.push_back(std::move(learned));
  }
  if (static_cast<std::int64_t>(rounds_.size()) != std::min(kInMemory, size_ - first_)) {
    throw DatabaseError(file_.string() + ": run " + run_id_ + " has lost rows since it was opened");
  }
  for (const auto& row :
       query(file_, "SELECT round, accuracy, loss FROM evaluations" + between(first_ + kInMemory))
           .rows) {
    evaluations_[integer(row[0])] = {integer(row[0]), 0, real(row[1]), real(row[2])};
  }
}

std::optional<std::int64_t> find_learned(const std::filesystem::path& file,
                                         const std::string& learning_hash) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  const Table table = query(file,
                            "SELECT min(id) FROM runs WHERE status = 'complete' AND "
                            "host_learning_hash = '" +
                                learning_hash + "'");
  const auto* id = std::get_if<std::int64_t>(&table.rows.at(0).at(0));
  return id ? std::optional(*id) : std::nullopt;
}

std::int64_t generation_of(std::int64_t runs_before) {
  std::int64_t generation = 0;
  for (; runs_before > 0; runs_before /= 2) ++generation;
  return generation;
}

std::vector<Round> rounds_to_draw_from(const std::filesystem::path& file, std::int64_t run_id) {
  const Table siblings =
      query(file,
            "SELECT id, status = 'complete' FROM runs JOIN (SELECT experiment_id AS of, "
            "network_hash AS hash FROM runs WHERE id = " +
                std::to_string(run_id) +
                ") ON experiment_id = of AND network_hash = hash ORDER BY place");
  std::int64_t before = 0;
  const auto count = static_cast<std::int64_t>(siblings.rows.size());
  while (before < count && integer(siblings.rows[before][0]) != run_id) ++before;
  if (before == count) return {};
  std::vector<Round> rounds;
  for (std::int64_t i = 0; generation_of(i) < generation_of(before); ++i) {
    if (integer(siblings.rows[i][1]) == 0) continue;
    const Table seen =
        query(file,
              "SELECT start_s, uplink_payload_bytes, downlink_payload_bytes, "
              "uplink_s, downlink_s, compute_s FROM rounds WHERE fidelity = 'packet' AND "
              "run_id = " +
                  std::to_string(integer(siblings.rows[i][0])) + " ORDER BY round");
    for (const auto& row : seen.rows) {
      Round round;
      round.start_s = real(row[0]);
      round.uplink_payload_bytes = integer(row[1]);
      round.downlink_payload_bytes = integer(row[2]);
      round.uplink_s = real(row[3]);
      round.downlink_s = real(row[4]);
      round.compute_s = real(row[5]);
      rounds.push_back(round);
    }
  }
  if (rounds.size() > kMostDrawnFrom) {
    rounds.erase(rounds.begin(), rounds.end() - static_cast<std::ptrdiff_t>(kMostDrawnFrom));
  }
  return rounds;
}

std::optional<std::int64_t> generation_under_way(const std::filesystem::path& file,
                                                 std::int64_t experiment_id,
                                                 const std::string& network_hash) {
  const Table siblings = query(file, "SELECT status = 'running' FROM runs WHERE experiment_id = " +
                                         std::to_string(experiment_id) + " AND network_hash = '" +
                                         network_hash + "' ORDER BY place");
  for (std::size_t i = 0; i < siblings.rows.size(); ++i) {
    if (integer(siblings.rows[i][0]) != 0) return generation_of(static_cast<std::int64_t>(i));
  }
  return std::nullopt;
}

Trajectory read_trajectory(const std::filesystem::path& file, std::int64_t run_id) {
  const std::string id = std::to_string(run_id);
  const auto refuse = [&] {
    throw DatabaseError(file.string() + ": run " + id + " is not complete, or its rows are not");
  };
  Trajectory all{{}, std::nullopt, LearnedRounds(file, run_id)};
  const Table run = query(file,
                          "SELECT t_hat, budget_unused, pilot, host_device, "
                          "rounds_planned, data_mean, data_deviation, class_counts FROM runs WHERE "
                          "status = 'complete' AND id = " +
                              id);
  if (run.rows.empty()) refuse();
  const auto& known = run.rows[0];
  if (const auto* t_hat = std::get_if<std::int64_t>(&known[0])) all.plan.t_hat = *t_hat;
  all.plan.budget_unused = integer(known[1]);
  all.plan.pilot = text_or_empty(known[2]);
  all.plan.host_device = text_or_empty(known[3]);
  all.plan.data_mean = numbers_or_none<double>(known[5]);
  all.plan.data_deviation = numbers_or_none<double>(known[6]);
  all.plan.class_counts = numbers_or_none<std::vector<std::int64_t>>(known[7]);
  if (all.rounds.size() != integer(known[4])) refuse();

  const Table theory = query(file,
                             "SELECT theorem, k, learning_rate, optimal_loss, alpha, beta, "
                             "contraction, m_or_p, n_or_q, adaptation, adaptation_by_lemma, "
                             "final_loss, violated FROM theory WHERE run_id = " +
                                 id);
  for (const auto& row : theory.rows) {
    all.theory =
        Theory{integer(row[0]), integer(row[1]), real(row[2]),          real(row[3]), real(row[4]),
               real(row[5]),    real(row[6]),    real(row[7]),          real(row[8]), real(row[9]),
               real(row[10]),   real(row[11]),   text_or_empty(row[12])};
  }
  return all;
}

}  // namespace gradwave::results
