// SPDX-License-Identifier: GPL-2.0-only
// Distributed SGD with compressed gradients, as Ruan et al. 2023 (arXiv 2210.13532) state it.
//
//   uncompressed            w <- w - (eta/M) sum_i grad_i                                     Eq. 3
//   compressed              w <- w - (eta/M) sum_i C_k[grad_i]                          Algorithm 1
//   with error compensation                                                             Algorithm 2
//             g_i = m_i + eta grad_i;  m_i <- g_i - C_k[g_i];  w <- w - (1/M) sum_i C_k[g_i]
//
// which optimiser.h, learning_rate.h and compressor.h extend by momentum, weight decay and an eta
// that changes over the rounds. C_k works on the whole flat gradient [d]; what is applied is what
// was encoded and decoded again, on the way up and on the way down. The sums are over the workers
// whose messages arrived, M always counts all of them: who did not arrive contributes zero. With
// error compensation its entries return to its memory, without it they are lost. Who takes no part
// in a round computes nothing, and passes over its batch of that round.
//
// Initial weights, partition and mini-batches depend on the seed and not on the compression, so
// that two methods under one seed differ by the method alone.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "learning/compression/pilot.h"
#include "learning/compression/schedule.h"
#include "learning/options.h"
#include "learning/rounds.h"
#include "learning/theory.h"

namespace gradwave::learning {

// What can be known of a run before any gradient is computed.
struct Description {
  std::int64_t model_size = 0;  // d, parameters
  std::int64_t train_samples = 0;
  std::int64_t test_samples = 0;
  double forward_macs = 0;         // multiply-adds of one sample's forward pass, from the layers
  std::int64_t k = 0;              // k of the budget K = k T; d for sparsifier "none"
  std::string device;              // what the learning runs on: "cpu", "cuda:0"
  std::string inputs;              // hash of what it reads, data and network (data/content.h); of a
                                   // learner's own description empty
  std::vector<std::string> notes;  // what the scenario's author should know: one sentence each

  // A pixel p of channel c enters the model as (p / 255 - data_mean[c]) / data_deviation[c]; both
  // are empty where only decoding all images would tell. A learner's own description has them.
  std::vector<double> data_mean, data_deviation;
  // Training samples of each worker by class, [M][classes].
  std::vector<std::vector<std::int64_t>> class_counts;
  std::int64_t image_floats = 0;  // channels x height x width of an image
  // Operators of a forward pass that each worker takes alone; 0 where several share a pass.
  std::int64_t forward_operators = 0;
};

// Reads through the data (and so finds missing or truncated files) but keeps none of it, and
// rehearses; what has been rehearsed in this process and differs in sizes alone, no other time.
// Throws OptionError with a sentence for whatever in the options cannot be.
Description describe(const Options& options);

// Whether a pilot has to estimate t_hat.
bool needs_pilot(const Options& options);

// Takes one round and one evaluation of a few samples, as the run would: on its device, with its
// model, its method and some of the data set's images. Throws OptionError for what fails, as a
// user's network may in training alone. A loss that is not finite is no failure.
void rehearse(const Options& options);

// Loads the data now: learners of this process, and of those that it forks, then have them at hand.
// Those of one set are kept, the last. Throws as a learner would.
void keep_dataset(const DataOptions& options);

// For a thread other than the one that made a learner, before it uses it: operators run on it alone.
void prepare_thread();

struct Dataset;

class Learner final : public Rounds {
 public:
  // Loads the data, partitions it, draws the initial weights; runs the pilot (the weights and
  // streams are as if it had not run). Throws OptionError if the pilot diverges and t_hat is to be
  // estimated.
  explicit Learner(const Options& options);
  Learner(const Options& options, Dataset data);  // with data that are at hand already
  ~Learner() override;

  RoundPlan plan(const std::vector<int>& workers) override;
  Encoded merge(int worker, const std::vector<int>& children) override;
  Update apply(const std::vector<int>& arrived) override;
  Encoded model() override;
  Evaluation evaluate() override;

  // Between rounds: all that the next ones depend on (checkpoint.h says how it is written). A
  // learner of the same options that restores it goes on as this one would. `run` says which run it
  // is. save() throws std::runtime_error if it cannot write; restore() throws std::invalid_argument
  // for a file that is no checkpoint or one of another run, model, team or method, and may then not
  // go on.
  void save(const std::filesystem::path& file, const std::string& run = "") const;
  void restore(const std::filesystem::path& file, const std::string& run = "");
  std::int64_t rounds_done() const;

  const Description& description() const;
  const Schedule& schedule() const;
  const std::optional<Pilot>& pilot() const;  // none if none was asked for, or it diverged
  std::vector<float> weights() const;         // w_t [d]

  // After the last round: the run held against the paper's bounds. None without a pilot, nor with
  // momentum correction.
  std::optional<Theory> theory() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The words a scenario may use, each with a one-line description.
using Words = std::vector<std::pair<std::string, std::string>>;
Words datasets();
Words augmentations();
Words partitions();
Words models();
Words learning_rate_schedules();
Words sparsifiers();
Words schedules();
Words downlinks();

std::string torch_version();

}  // namespace gradwave::learning
