// SPDX-License-Identifier: GPL-2.0-only
#include "results/trajectory.h"

#include <cmath>
#include <limits>

#include "results/database.h"
#include "results/query.h"

namespace gradwave::results {
namespace {

constexpr std::size_t kMostDrawnFrom = 8192;

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

// Nothing if one of them missed a gradient.
std::vector<LearnedRound> rounds_of(const std::filesystem::path& file, const std::string& id,
                                    std::int64_t workers) {
  std::vector<LearnedRound> rounds;
  for (const auto& row :
       query(file,
             "SELECT k, paper_bits, train_loss, gradient_norm, "
             "compressor_input_norm, participants, uplink_payload_bytes, "
             "downlink_payload_bytes, update_k, latency_s, wire_bytes FROM rounds "
             "WHERE run_id = " +
                 id + " ORDER BY round")
           .rows) {
    LearnedRound learned;
    learned.round.round = static_cast<std::int64_t>(rounds.size());
    learned.round.k = integer(row[0]);
    learned.round.paper_bits = real(row[1]);
    learned.round.train_loss = real(row[2]);
    learned.round.gradient_norm = real(row[3]);
    learned.round.compressor_input_norm = real_or_nothing(row[4]);
    if (integer(row[5]) != workers) return {};
    learned.round.uplink_payload_bytes = integer(row[6]);
    // Everybody sends k_t entries, and gets the same update.
    learned.uplink_bytes.assign(workers, integer(row[6]) / workers);
    learned.update_bytes = integer(row[7]) / workers;
    if (const auto* k = std::get_if<std::int64_t>(&row[8])) learned.update_k = *k;
    learned.round.latency_s = real(row[9]);
    learned.round.wire_bytes = integer(row[10]);
    rounds.push_back(std::move(learned));
  }
  return rounds;
}

std::vector<Evaluation> evaluations_of(const std::filesystem::path& file, const std::string& id) {
  std::vector<Evaluation> evaluations;
  for (const auto& row :
       query(file, "SELECT round, accuracy, loss FROM evaluations WHERE run_id = " + id +
                       " ORDER BY round")
           .rows) {
    evaluations.push_back({integer(row[0]), 0, real(row[1]), real(row[2])});
  }
  return evaluations;
}

}  // namespace

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

Trajectory read_trajectory(const std::filesystem::path& file, std::int64_t run_id) {
  const std::string id = std::to_string(run_id);
  const auto refuse = [&] {
    throw DatabaseError(file.string() + ": run " + id + " is not complete, or its rows are not");
  };
  Trajectory all;
  const Table run = query(file,
                          "SELECT t_hat, budget_unused, pilot, host_device, workers, "
                          "rounds_planned FROM runs WHERE status = 'complete' AND id = " +
                              id);
  if (run.rows.empty()) refuse();
  const auto& known = run.rows[0];
  if (const auto* t_hat = std::get_if<std::int64_t>(&known[0])) all.plan.t_hat = *t_hat;
  all.plan.budget_unused = integer(known[1]);
  all.plan.pilot = text_or_empty(known[2]);
  all.plan.host_device = text_or_empty(known[3]);
  const std::int64_t workers = integer(known[4]), planned = integer(known[5]);

  all.rounds = rounds_of(file, id, workers);
  if (static_cast<std::int64_t>(all.rounds.size()) != planned) refuse();

  all.evaluations = evaluations_of(file, id);
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

Trajectory read_beginning(const std::filesystem::path& file, std::int64_t run_id) {
  const std::string id = std::to_string(run_id);
  Trajectory beginning;
  for (const auto& run : query(file, "SELECT workers FROM runs WHERE id = " + id).rows) {
    beginning.rounds = rounds_of(file, id, integer(run[0]));
    beginning.evaluations = evaluations_of(file, id);
  }
  return beginning;
}

}  // namespace gradwave::results
