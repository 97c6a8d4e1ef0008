// SPDX-License-Identifier: GPL-2.0-only
// Rows as plain values, named as the columns in schema.sql, where each is explained.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gradwave::results {

struct Experiment {
  std::string name;
  std::string scenario;  // the file, as it was read
  std::string scenario_hash;
  std::string gradwave_version;
  std::string ns3_version;
  std::string torch_version;
  std::map<std::string, std::string> inputs = {};  // texts of the files that the scenario names
  std::string host_sources = "";                   // hash of the program's
};

struct Run {
  std::int64_t experiment_id = 0;
  std::string variant;
  std::int64_t seed = 0;
  std::string parameters = "{}";  // JSON object of the swept values
  std::string settings = "{}";    // JSON object of every setting of this run
  std::int64_t workers = 0;
  std::int64_t model_size = 0;
  std::int64_t rounds_planned = 0;
  double forward_macs = 0;         // 0 (NULL): not known
  std::int64_t place = 0;          // among the runs of the scenario
  std::string learning_hash = "";  // empty (NULL): it depends on the network as well
  std::string network_hash = "";   // empty (NULL): every packet is simulated
  std::string inputs_hash = "";    // empty (NULL): not known
  std::string forecast = "";  // JSON object, {"events": {"by_rule": 1.0, "forecast": 1.0}, ...}
};

// What a run cost this machine; nothing: not known.
struct Costs {
  std::optional<double> learning_s = std::nullopt, network_s = std::nullopt;
  std::optional<std::int64_t> events = std::nullopt, peak_bytes = std::nullopt;
};

// What was known before round 0.
struct Plan {
  std::int64_t t_hat = -1;  // -1 (NULL in the table): the schedule has none
  std::int64_t budget_unused = 0;
  std::string pilot;  // JSON object, or empty (NULL)
  std::string host_device;
  std::string host_learned_from = "";  // empty (NULL): it learns itself
  // Of the data's normalisation, [channels]; empty (NULL): not recorded.
  std::vector<double> data_mean = {}, data_deviation = {};
  // Training samples of each worker by class, [M][classes]; empty (NULL): not recorded.
  std::vector<std::vector<std::int64_t>> class_counts = {};
};

struct Round {
  std::int64_t round = 0;
  double start_s = 0, compute_s = 0, uplink_s = 0, downlink_s = 0, latency_s = 0;
  std::int64_t k = 0;
  std::int64_t uplink_payload_bytes = 0, downlink_payload_bytes = 0;  // over all workers
  double paper_bits = 0;
  std::int64_t wire_bytes = 0;
  std::optional<double> airtime_s = std::nullopt;  // none on a wire
  double train_loss = 0, gradient_norm = 0;
  std::optional<double> compressor_input_norm = std::nullopt;
  std::int64_t participants = 0;
  std::optional<std::int64_t> update_k = std::nullopt;  // none: no update
  std::string fidelity = "packet";                      // "settling", "drawn"
  std::optional<double> time_error_s = std::nullopt, time_low_s = std::nullopt,
                        time_high_s = std::nullopt;
};

struct Route {  // of a worker in a mesh
  std::int64_t worker = 0;
  std::optional<std::int64_t> parent = std::nullopt;
  std::int64_t hops = 0;  // 0: none, and NULL in the table, as all that follows from it
  double cost_s = 0;
  std::int64_t bottleneck_from = 0;
  std::optional<std::int64_t> bottleneck_to = std::nullopt;
  double bottleneck_s = 0;
  double betweenness = 0;
  std::int64_t component = 0;
};

struct Topology {
  double time_s = 0;
  bool changed = false;
  std::int64_t links = 0, components = 0;
  double connectivity = 0;
  std::vector<Route> routes;  // one a worker
};

struct Transfer {
  std::int64_t round = 0;
  std::int64_t message = 0;  // within its round
  std::int64_t worker = 0;
  std::string direction;     // "uplink", "downlink"
  std::string content = "";  // "gradient", "update", "model"
  std::int64_t k = 0;
  std::int64_t payload_bytes = 0;
  double start_s = 0;
  std::optional<double> end_s = std::nullopt;       // none: it was lost
  std::optional<double> distance_m = std::nullopt;  // none where the link has no such thing
  std::int64_t retransmissions = 0;
  // What the link technology counted, by name; one that is not finite is left out.
  std::vector<std::pair<std::string, double>> counters = {};
  std::optional<std::int64_t> peer = std::nullopt;  // none: the server
  bool drawn = false;
};

struct Evaluation {
  std::int64_t round = 0;  // rounds applied before it; 0: the initial weights
  double time_s = 0;
  double accuracy = 0, loss = 0;
  // Of robots without a server.
  std::optional<double> consensus_distance = {}, worst_worker_accuracy = {},
                        best_worker_accuracy = {};
  std::optional<double> time_error_s = {}, time_low_s = {}, time_high_s = {};
};

struct Theory {
  std::int64_t theorem = 1;
  std::int64_t k = 0;
  double learning_rate = 0, optimal_loss = 0;
  double alpha = 0, beta = 0, contraction = 0;
  double m_or_p = 0, n_or_q = 0, adaptation = 0, adaptation_by_lemma = 0;
  double final_loss = 0;
  std::string violated = "[]";  // JSON array of sentences
};

}  // namespace gradwave::results
