// SPDX-License-Identifier: GPL-2.0-only
#include "tests/net/checks.h"

#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <regex>
#include <sstream>

#include "learning/compression/codec.h"
#include "results/database.h"
#include "results/query.h"

namespace gradwave::net {
namespace {

namespace fs = std::filesystem;

// Ends that a run may come to by the scenario's own physics: on a wire that loses nothing all
// arrives, unless nothing can for as long as a run waits.
bool is_physics(const std::string& error, const Settings& settings) {
  static const std::regex of_learning(".* is not finite.*|the pilot that estimates.*");
  static const std::regex of_the_network(
      "no association.*|no connection to the server.*|no route to.*|no byte has arrived.*|TCP gave "
      "up.*");
  if (std::regex_match(error, of_learning)) return true;
  const channel::WireOptions& wire = settings.link.wire;
  const double segment_s = 8.0 * static_cast<double>(wire.mtu_bytes) / wire.rate_bps;
  const double wait_s = std::min(settings.limits.stall_s, settings.limits.connect_timeout_s);
  const bool all_arrives = settings.link.technology == "wire" && wire.loss == 0 &&
                           settings.link.tcp.sending_rate_bps == 0 &&
                           settings.link.tcp.sending_rates_bps.empty() &&
                           20 * (segment_s + wire.delay_s) < wait_s;
  return !all_arrives && std::regex_match(error, of_the_network);
}

double real(const results::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nan("");
}

std::string text(const results::Value& value) {
  if (const auto* words = std::get_if<std::string>(&value)) return *words;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(&value)) {
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g", *number);
    return digits;
  }
  return "NULL";
}

template <typename... Parts>
std::string said(const Parts&... parts) {
  std::ostringstream sentence;
  sentence.precision(12);
  (sentence << ... << parts);
  return sentence.str();
}

constexpr const char* kRounds = "SELECT * FROM rounds WHERE run_id = $ ORDER BY round";
constexpr const char* kTransfers =
    "SELECT * FROM transfers WHERE run_id = $ ORDER BY round, direction, worker";
constexpr const char* kRun = "SELECT id, t_hat, pilot, budget_unused FROM runs WHERE id = $";
constexpr const char* kTheory = "SELECT * FROM theory WHERE run_id = $";
constexpr const char* kEvaluations = "SELECT * FROM evaluations WHERE run_id = $ ORDER BY round";

}  // namespace

Examiner::Examiner(fs::path program, fs::path folder)
    : program_(std::move(program)), folder_(std::move(folder)) {}

Examiner::Ended Examiner::gradwave(const std::string& arguments, int seconds) const {
  const std::string command = "cd '" + folder_.string() + "' && timeout -k 5 " +
                              std::to_string(seconds) + " '" + program_.string() + "' " +
                              arguments + " 2>&1";
  Ended ended{0, ""};
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  while (const std::size_t n = fread(buffer, 1, sizeof buffer, pipe))
    ended.output.append(buffer, n);
  const int status = pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ended;
}

void Examiner::write(const std::string& name, const std::string& content) const {
  std::ofstream(folder_ / name) << content;
}

// The rows without the number of their run, as text.
std::string Examiner::rows(const std::string& database, const std::string& variant,
                           const std::string& sql) const {
  const results::Table run =
      results::query(folder_ / database, "SELECT id FROM runs WHERE variant = '" + variant + "'");
  if (run.rows.empty()) return "no run";
  std::string with_id = sql;
  with_id.replace(with_id.find('$'), 1, text(run.rows[0][0]));
  std::string all;
  for (const auto& row : results::query(folder_ / database, with_id).rows) {
    for (std::size_t i = 1; i < row.size(); ++i) all += text(row[i]) + " ";
    all += "\n";
  }
  return all;
}

std::optional<Finding> Examiner::examine(const Drawn& drawn) {
  if (const auto finding = run_alone(drawn)) return finding;
  if (ending_ != Ending::kComplete) return std::nullopt;
  if (const auto finding = check_rows(drawn)) return finding;
  if (const auto finding = check_wire(drawn)) return finding;
  return check_relations(drawn);
}

// `validate` and `run` agree on what is refused (robots out of reach are a warning of `validate`),
// and what is accepted ends as physics wills.
std::optional<Finding> Examiner::run_alone(const Drawn& drawn) {
  fs::remove_all(folder_);
  fs::create_directories(folder_);
  write("scenario.toml", toml_of(drawn));
  const Ended validated = gradwave("validate scenario.toml");
  if (validated.code == 124) return Finding{"validate is quick", "it took over a minute"};
  const Ended ran = gradwave("run scenario.toml --db alone.sqlite --jobs 1");
  words_ = validated.output;
  if (validated.code == 2 || validated.output.find("`run` refuses this") != std::string::npos) {
    ending_ = Ending::kRefused;
    if (ran.code != 2) return Finding{"run refuses what validate refuses", validated.output};
    if (fs::exists(folder_ / "alone.sqlite")) {
      return Finding{"what is refused stores nothing", validated.output};
    }
    return std::nullopt;
  }
  if (validated.code != 0) {
    return Finding{"validate ends with 0 or 2", said(validated.code, ": ", validated.output)};
  }
  if (ran.code == 124) {
    ending_ = Ending::kTooSlow;
    return std::nullopt;
  }
  words_ = ran.output;
  if (ran.code != 0 && ran.code != 1) {
    return Finding{"run takes what validate takes", said(ran.code, ": ", ran.output)};
  }
  const results::Table run =
      results::query(folder_ / "alone.sqlite", "SELECT status, coalesce(error, '') FROM runs");
  const std::string status = text(run.rows.at(0)[0]), error = text(run.rows.at(0)[1]);
  words_ = error;
  ending_ = status == "complete" ? Ending::kComplete : Ending::kFailed;
  if (ending_ == Ending::kFailed && !is_physics(error, settings_of(drawn))) {
    return Finding{"a run fails by its physics alone", error};
  }
  return std::nullopt;
}

std::optional<Finding> Examiner::check_rows(const Drawn& drawn) const {
  const Settings settings = settings_of(drawn);
  const auto query = [&](const std::string& sql) {
    return results::query(folder_ / "alone.sqlite", sql);
  };
  const auto run =
      query("SELECT workers, model_size, rounds_planned, budget_unused FROM runs").rows.at(0);
  const auto workers = std::get<std::int64_t>(run[0]), d = std::get<std::int64_t>(run[1]),
             planned = std::get<std::int64_t>(run[2]);
  const auto& compression = settings.learning.compression;
  const bool whole = compression.sparsifier == "none";
  const bool mesh = settings.link.technology == "mesh";
  const bool relays = mesh && settings.link.mesh.aggregation == "relays";
  const bool gossip = mesh && settings.link.mesh.aggregation == "gossip";
  const bool leaves_out = mesh && settings.link.mesh.unreached == "leave-out";

  const auto rounds = query(
      "SELECT round, start_s, compute_s, uplink_s, downlink_s, latency_s, k, uplink_payload_bytes, "
      "downlink_payload_bytes, paper_bits, wire_bytes, airtime_s, participants FROM rounds ORDER "
      "BY "
      "round");
  if (static_cast<std::int64_t>(rounds.rows.size()) != planned) {
    return Finding{"a complete run has all its rounds", said(rounds.rows.size(), " of ", planned)};
  }
  double clock_s = 0, bits_up = 0, bits_down = 0, paper = 0;
  std::int64_t sum_k = 0;
  std::vector<double> times = {0}, ups = {0}, downs = {0}, papers = {0};
  for (const auto& row : rounds.rows) {
    const std::int64_t k = std::get<std::int64_t>(row[6]);
    const double start_s = real(row[1]), latency_s = real(row[5]);
    const double slack = 1e-9 * (1 + start_s + latency_s);
    if (std::abs(start_s - clock_s) > slack) {
      return Finding{"a round begins where the last ended", said(start_s, " after ", clock_s)};
    }
    if (std::abs(real(row[2]) + real(row[3]) + real(row[4]) - latency_s) > slack) {
      return Finding{"compute, uplink and downlink are the latency", said("round ", text(row[0]))};
    }
    if (real(row[2]) <= 0 || real(row[3]) < -slack || real(row[4]) < 0) {
      return Finding{"no part of a round is negative", said("round ", text(row[0]))};
    }
    if (k < 1 || k > d) return Finding{"1 <= k_t <= d", said(k)};
    double up = 0, sent = 0, all_entries = 0;
    for (const auto& message : query("SELECT k FROM transfers WHERE content IN ('gradient', "
                                     "'difference') AND round = " +
                                     text(row[0]))
                                   .rows) {
      const auto entries = std::get<std::int64_t>(message[0]);
      up += static_cast<double>(learning::encoded_bytes(entries, d));
      ++sent;
      all_entries += static_cast<double>(entries);
      const std::int64_t most = gossip ? d : relays ? std::min(d, workers * k) : k;
      if (entries < k || entries > most) {
        return Finding{"a message has k_t entries, or more where it is of several",
                       said(entries, " with ", k)};
      }
    }
    if (real(row[7]) != up) {
      return Finding{"uplink bytes are the codec's", said(text(row[7]), ", expected ", up)};
    }
    const auto all = static_cast<double>(workers);
    if (gossip       ? std::fmod(sent, 2) != 0 || sent > all * (all - 1)
        : leaves_out ? sent < 1 || sent > all
                     : sent != all) {
      return Finding{"who takes part sends one message", said(sent)};
    }
    const double counted = relays ? sent * static_cast<double>(k) : all_entries;
    const double bits = counted * (whole ? 32 : 32 + std::log2(d));
    if (std::abs(real(row[9]) - bits) > 1e-6 * bits) {
      return Finding{"bits are counted as the paper does", said(text(row[9]), ", expected ", bits)};
    }
    const bool losses =
        real(query("SELECT count(*) FROM transfers WHERE end_s IS NULL AND round = " + text(row[0]))
                 .rows[0][0]) > 0;
    if (!losses && real(row[10]) < real(row[7]) + real(row[8])) {
      return Finding{"the wire carries the payload at least", said("round ", text(row[0]))};
    }
    if (std::isnan(real(row[11])) != (settings.link.technology == "wire")) {
      return Finding{"a radio has airtime, a wire has none", text(row[11])};
    }
    if (!std::isnan(real(row[11])) && real(row[11]) > latency_s + slack) {
      return Finding{"a channel is in use no longer than time passes",
                     said("round ", text(row[0]))};
    }
    const auto taken = std::get<std::int64_t>(row[12]);
    if (leaves_out && !gossip ? taken < 0 || taken > workers : taken != workers) {
      return Finding{"all take part", text(row[12])};
    }
    clock_s = start_s + latency_s;
    sum_k += k;
    bits_up += 8 * real(row[7]);
    bits_down += 8 * real(row[8]);
    paper += real(row[9]);
    times.push_back(clock_s);
    ups.push_back(bits_up);
    downs.push_back(bits_down);
    papers.push_back(paper);
  }

  const std::int64_t k =
      whole ? d
      : compression.k > 0
          ? compression.k
          : std::max<std::int64_t>(1, static_cast<std::int64_t>(d / compression.ratio));
  if (sum_k + std::get<std::int64_t>(run[3]) != k * planned) {
    return Finding{"the budget is k T",
                   said(sum_k, " + ", text(run[3]), ", expected ", k * planned)};
  }

  for (const auto& row : query("SELECT round, time_s, uplink_bits, downlink_bits, paper_bits FROM "
                               "evaluations ORDER BY round")
                             .rows) {
    const auto t = static_cast<std::size_t>(std::get<std::int64_t>(row[0]));
    if (std::abs(real(row[1]) - times[t]) > 1e-9 * (1 + times[t]) || real(row[2]) != ups[t] ||
        real(row[3]) != downs[t] || std::abs(real(row[4]) - papers[t]) > 1e-9 * papers[t]) {
      return Finding{"an evaluation has the sums of the rounds before it", said("round ", t)};
    }
  }
  const auto evaluated = query("SELECT min(round), max(round) FROM evaluations").rows.at(0);
  if (real(evaluated[0]) != 0 || real(evaluated[1]) != static_cast<double>(planned)) {
    return Finding{"the initial weights and the last are evaluated", ""};
  }
  const auto sums = query(
      "SELECT count(*) FROM rounds r WHERE uplink_payload_bytes <> (SELECT "
      "coalesce(sum(payload_bytes), 0) FROM "
      "transfers t WHERE t.round = r.round AND direction = 'uplink') OR downlink_payload_bytes <> "
      "(SELECT coalesce(sum(payload_bytes), 0) FROM transfers t WHERE t.round = r.round AND "
      "direction = 'downlink')");
  if (real(sums.rows[0][0]) != 0) return Finding{"a round has the bytes of its messages", ""};
  const auto within = query(
      "SELECT count(*) FROM transfers t JOIN rounds r ON r.round = t.round WHERE t.start_s < "
      "r.start_s - 1e-9 * (1 + r.start_s) OR t.end_s <= t.start_s OR t.end_s > r.start_s + "
      "r.latency_s + 1e-9 * (1 + r.start_s + r.latency_s)");
  if (real(within.rows[0][0]) != 0)
    return Finding{"a message is sent and arrives in its round", ""};
  return std::nullopt;
}

// On a wire that loses nothing a message within TCP's first window takes what its bytes take; on
// one that does, one retransmission costs what the least timeout and the path say.
std::optional<Finding> Examiner::check_wire(const Drawn& drawn) const {
  const Settings settings = settings_of(drawn);
  const channel::LinkOptions& link = settings.link;
  const bool capped = link.tcp.sending_rate_bps > 0 || !link.tcp.sending_rates_bps.empty();
  if (link.technology != "wire" || capped) return std::nullopt;
  const double segment = static_cast<double>(
      link.tcp.segment_bytes > 0 ? link.tcp.segment_bytes
                                 : std::min<std::int64_t>(1448, link.wire.mtu_bytes - 52));
  const double acknowledgment_s = 8 * 54 / link.wire.rate_bps;
  const auto transfers = results::query(
      folder_ / "alone.sqlite",
      "SELECT payload_bytes, end_s - start_s, retransmissions, (SELECT sum(retransmissions) FROM "
      "transfers), round, worker, direction FROM transfers");
  const double full_s = 8 * (segment + 54) / link.wire.rate_bps;
  const double round_trip_s = 2 * link.wire.delay_s + full_s + acknowledgment_s;
  for (const auto& row : transfers.rows) {
    const double bytes = real(row[0]), taken_s = real(row[1]);
    const double segments = std::ceil(bytes / segment);
    const double least_s = 8 * (bytes + 54 * segments) / link.wire.rate_bps + link.wire.delay_s;
    const std::string which = said("round ", text(row[4]), ", worker ", text(row[5]), ", ",
                                   text(row[6]), ", ", bytes, " bytes: ", taken_s, " s");
    const double slack = 4e-9 * (2 + segments) + 1e-12 * taken_s;
    if (taken_s < least_s - slack) {
      return Finding{"nothing is faster than its bytes", which + said(", at least ", least_s)};
    }
    const bool quick =
        link.wire.loss == 0 &&
        full_s * 2 * static_cast<double>(link.tcp.buffer_bytes) / segment + 2 * link.wire.delay_s <
            0.5 * link.tcp.min_rto_s;
    if (quick && link.tcp.min_rto_s >= 0.1 && real(row[2]) > 0) {
      return Finding{"nothing is sent again on a quick wire that loses nothing", which};
    }
    const bool fits = segments <= 10 && bytes <= static_cast<double>(link.tcp.buffer_bytes);
    if (real(row[3]) == 0 && fits && taken_s > least_s + 3 * acknowledgment_s + slack) {
      return Finding{"the closed form on a lossless wire", which + said(", expected ", least_s)};
    }
    if (real(row[2]) == 1 && segments == 1) {
      // A timeout may have been doubled by losses before, and a path's first one is a second.
      const double timeout_s = std::max(1.0, link.tcp.min_rto_s + 10 * (round_trip_s + 0.04));
      if (taken_s > least_s + 64 * timeout_s) {
        return Finding{"a retransmission costs what the path says", which};
      }
    }
  }
  return std::nullopt;
}

std::optional<Finding> Examiner::check_relations(const Drawn& drawn) {
  const Settings settings = settings_of(drawn);
  const auto& training = settings.learning.training;
  const auto& compression = settings.learning.compression;
  const bool lossless_wire = settings.link.technology == "wire" && settings.link.wire.loss == 0;
  std::vector<std::pair<std::string, Drawn>> variants = {{"base", {}}, {"again", {}}};
  const std::int64_t other_every = training.evaluate_every == 1 ? 3 : 1;
  variants.push_back({"evaluations", {{"training.evaluate_every", other_every}}});
  variants.push_back(
      {"checkpoints", {{"checkpoint.folder", "checkpoints"}, {"checkpoint.every", 1}}});
  const bool half = training.rounds > 1 && compression.schedule == "fixed" &&
                    training.learning_rate_schedule != "cosine" && training.milestones.empty() &&
                    training.warmup_rounds < training.rounds / 2;
  if (half) variants.push_back({"half", {{"training.rounds", training.rounds / 2}}});
  if (compression.sparsifier == "topk") {
    variants.push_back({"method", {{"compression.sparsifier", "randk"}}});
  }
  const bool fast = lossless_wire && settings.link.wire.rate_bps <= 4e12;
  if (fast) variants.push_back({"rate", {{"wire.rate_bps", 2 * settings.link.wire.rate_bps}}});

  write("related.toml", toml_of(drawn, variants));
  const Ended ran = gradwave("run related.toml --db related.sqlite --jobs 2 --retrain", 240);
  if (ran.code == 124) {
    ending_ = Ending::kTooSlow;
    return std::nullopt;
  }
  if (ran.code != 0) {
    for (const auto& row : results::query(folder_ / "related.sqlite",
                                          "SELECT coalesce(error, '') FROM runs WHERE status <> "
                                          "'complete'")
                               .rows) {
      if (is_physics(text(row[0]), settings)) return std::nullopt;  // of another method, say
    }
    return Finding{"a run of a scenario that ran runs again", ran.output};
  }

  // Those of its variants that learn the same learn it once.
  const Ended repeated = gradwave("run related.toml --db repeated.sqlite --jobs 2", 240);
  if (repeated.code == 124) {
    ending_ = Ending::kTooSlow;
    return std::nullopt;
  }
  if (repeated.code != 0 || results::fingerprint(folder_ / "repeated.sqlite") !=
                                results::fingerprint(folder_ / "related.sqlite")) {
    return Finding{"learning that is repeated is as if it were not", repeated.output};
  }

  const auto same = [&](const std::string& variant, const char* sql) {
    return rows("alone.sqlite", "base", sql) == rows("related.sqlite", variant, sql);
  };
  for (const char* sql : {kRounds, kTransfers, kEvaluations, kRun, kTheory}) {
    if (!same("base", sql)) return Finding{"runs beside it change nothing", sql};
    if (!same("again", sql)) return Finding{"the same settings give the same rows", sql};
    if (!same("checkpoints", sql)) return Finding{"checkpoints change nothing", sql};
  }
  for (const char* sql : {kRounds, kTransfers}) {
    if (!same("evaluations", sql)) return Finding{"evaluations change nothing", sql};
  }
  if (half) {
    for (const char* sql : {kRounds, kTransfers}) {
      const std::string all = rows("alone.sqlite", "base", sql);
      const std::string first = rows("related.sqlite", "half", sql);
      if (all.compare(0, first.size(), first) != 0) {
        return Finding{"a long run begins as a short one", sql};
      }
    }
  }
  if (compression.sparsifier == "topk") {
    const char* compute = "SELECT run_id, compute_s FROM rounds WHERE run_id = $ ORDER BY round";
    const char* loss = "SELECT run_id, train_loss FROM rounds WHERE run_id = $ AND round = 0";
    const char* places =
        "SELECT run_id, distance_m FROM transfers WHERE run_id = $ AND round = 0 AND direction = "
        "'uplink' ORDER BY worker, peer";
    for (const char* sql : {compute, loss}) {
      if (!same("method", sql)) return Finding{"a method moves nobody else's numbers", sql};
    }
    if (settings.link.mobility.model == "static" && !same("method", places)) {
      return Finding{"a method moves nobody else's numbers", places};
    }
  }
  if (fast) {
    const auto total_s = [&](const std::string& variant) {
      return real(results::query(folder_ / "related.sqlite",
                                 "SELECT sum(uplink_s + downlink_s) FROM rounds JOIN runs ON id = "
                                 "run_id WHERE variant = '" +
                                     variant + "'")
                      .rows[0][0]);
    };
    const double before_s = total_s("base"), after_s = total_s("rate");
    // An acknowledgment that is held back for 40 ms may fall into another message's way.
    if (after_s > before_s * (1 + 1e-9) + 0.1 * static_cast<double>(training.rounds)) {
      return Finding{"a faster wire is no slower", said(before_s, " s, twice as fast ", after_s)};
    }
  }
  return std::nullopt;
}

std::string Examiner::rows_of(const Drawn& drawn) {
  if (run_alone(drawn) || ending_ != Ending::kComplete) return "";
  return rows("alone.sqlite", "base", kRounds) + rows("alone.sqlite", "base", kTransfers) +
         rows("alone.sqlite", "base", kEvaluations) + rows("alone.sqlite", "base", kRun) +
         rows("alone.sqlite", "base", kTheory);
}

}  // namespace gradwave::net
