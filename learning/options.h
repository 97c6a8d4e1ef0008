// SPDX-License-Identifier: GPL-2.0-only
// What a learner is told: plain values, checked by whoever fills them in (sim/scenario/settings/
// holds the ranges and the words of the scenario file), checked again where only learning can know.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gradwave::learning {

// Options that cannot be. The sentence is for the scenario's author; `keys` are those of the
// scenario file that are at fault, the likeliest first.
struct OptionError : std::invalid_argument {
  OptionError(std::vector<std::string> at_fault, const std::string& sentence)
      : std::invalid_argument(sentence), keys(std::move(at_fault)) {}
  std::vector<std::string> keys;
};

struct DataOptions {
  std::string dataset = "procedural";
  std::filesystem::path folder;  // holds mnist/, ...
  bool folder_is_usual = false;  // $GRADWAVE_DATA: the scenario names none
  std::filesystem::path path;    // of this very set instead, whatever it is called
  std::int64_t side = 0;         // of dataset "folder": pixels that images are resized to; 0: none
  std::int64_t train_samples = 0;  // the first so many; 0: all there are
  std::int64_t test_samples = 0;   // likewise
  std::string augmentation = "none";
  std::string partition = "iid";
  double dirichlet_alpha = 0.5;        // of partition "dirichlet": small is unlike, large is alike
  std::int64_t shards_per_worker = 2;  // of partition "shards"
};

struct ModelOptions {
  std::string model = "mlp";
  std::vector<std::int64_t> hidden = {
      256};                    // of "mlp": units of each layer; empty: softmax regression
  std::filesystem::path file;  // of "torchscript"
  double forward_macs = 0;  // multiply-adds of one sample's forward pass; 0: counted in its layers
};

struct TrainingOptions {
  std::int64_t workers = 8;    // M
  std::int64_t rounds = 300;   // T
  std::int64_t batch = 32;     // samples per worker and round
  double learning_rate = 0.1;  // eta
  std::string learning_rate_schedule = "constant";
  std::vector<std::int64_t> milestones;  // of schedule "step": rounds, ascending
  double milestone_factor = 0.1;         // of schedule "step"
  std::int64_t warmup_rounds = 0;        // in which eta_t rises from zero
  double momentum = 0;                   // beta of the server's step; of gossip, each robot's own
  double weight_decay = 0;               // lambda, likewise
  std::int64_t evaluate_every = 10;      // rounds; the last round is always evaluated
};

struct CompressionOptions {
  std::string sparsifier = "topk";
  std::string schedule = "fixed";
  double ratio = 256;       // d/k: k = max(1, floor(d / ratio))
  std::int64_t k = 0;       // entries per worker and round; 0: from ratio
  double gamma = 0.5;       // of schedule "adaptopk"
  std::int64_t t_hat = -1;  // of schedule "adaptopk"; -1: estimated by a pilot
  bool error_compensation = false;
  double momentum_correction = 0;  // beta of each worker's momentum before compression; 0: none
  std::string downlink = "sparse-union";
};

struct GossipOptions {          // learning without a server: gossip_learner.h
  bool enabled = false;         // filled in by whoever knows that there is none
  double consensus_step = 0.1;  // of the way to the neighbours that a robot goes in a round
};

struct TheoryOptions {
  std::int64_t pilot_rounds = 50;  // at most as many as the run has; 0: no pilot and no bounds
  double optimal_loss = 0;         // F*
};

struct HostOptions {
  std::string device = "auto";  // "cpu", "cuda", "cuda:N"; "auto": a GPU if there is one
  std::string arithmetic = "reproducible";  // or "fastest": learning/runtime/arithmetic.h
};

struct Options {
  DataOptions data;
  ModelOptions model;
  TrainingOptions training;
  CompressionOptions compression;
  GossipOptions gossip;
  TheoryOptions theory;
  HostOptions host;
  std::uint64_t seed = 1;
};

}  // namespace gradwave::learning
