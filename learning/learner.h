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
#include <vector>

#include "learning/description.h"
#include "learning/options.h"
#include "learning/rounds.h"

namespace gradwave::learning {

struct Dataset;
struct Pilot;
struct Schedule;
struct Theory;

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

  // After the last round: the run held against the paper's bounds (theory/theory.h). None without a
  // pilot, nor with momentum correction.
  std::optional<Theory> theory() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradwave::learning
