// SPDX-License-Identifier: GPL-2.0-only
// Learning without a server: CHOCO-SGD (Koloskova, Stich and Jaggi, ICML 2019, arXiv 1902.00340,
// Algorithm 2). Each robot i has weights x_i, and a public copy p_i of them (x^ in the paper) that
// its neighbours in a graph have as well. In round t
//
//   x_i <- x_i - eta_t grad_i(x_i)                         a step of its own
//   q_i = C_k[x_i - p_i];  p_i <- p_i + q_i                what it sends to its neighbours
//   x_i <- x_i + gamma sum_j w_ij (p_j - p_i)              over its neighbours j
//
// w is symmetric, so that the mean of the x_i moves by gradients alone. What q_i leaves out stands
// in x_i - p_i and is sent later: error compensation is in the method. The robot's step has
// momentum and weight decay as optimiser.h has them, with a velocity of its own. All x_i and p_i
// start at w_0, which is the server's of the same seed, as are the batches.
//
// Neighbours may come and go. A robot that has heard everything gets q_i; one that has not gets the
// values of all entries of p_i that have changed since it last did, or p_i whole if that is
// shorter. Who has heard everything has p_i itself, so that it is kept once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "learning/compression/schedule.h"
#include "learning/learner.h"
#include "learning/options.h"
#include "learning/rounds.h"

namespace gradwave::learning {

struct LocalSteps {
  std::int64_t round = 0;
  std::int64_t k = 0;        // k_t, entries of each q_i
  double train_loss = 0;     // mean of their batches' losses, each at the robot's own weights
  double gradient_norm = 0;  // |(1/M) sum_i grad_i(x_i)|_2
};

// Two robots who have heard each other in this round, and w of them.
struct Edge {
  int one = 0, other = 0;
  double weight = 0;
};

class GossipLearner {
 public:
  // As Learner's.
  explicit GossipLearner(const Options& options);
  GossipLearner(const Options& options, Dataset data);
  ~GossipLearner();

  // Each robot's own step and q_i. Called T times, each followed by mix().
  LocalSteps step();

  // Between step() and mix(): what `to` has not heard of p_from, encoded. Until hear() says that it
  // has arrived, the next round's message has it as well.
  Encoded message(int from, int to) const;
  void hear(int from, int to);

  // Averages over `edges`, in their order; each robot's weights sum up to at most 1.
  void mix(const std::vector<Edge>& edges);

  // Of the mean of the x_i, with the mean of the buffers, and how far they are apart.
  Evaluation evaluate() const;

  // Of all messages of a round together, as the paper counts bits.
  double paper_bits(std::int64_t entries) const;

  // As Learner's.
  void save(const std::filesystem::path& file, const std::string& run = "") const;
  void restore(const std::filesystem::path& file, const std::string& run = "");
  const Description& description() const;
  const Schedule& schedule() const;
  const std::optional<Pilot>& pilot() const;    // none if t_hat does not depend on it
  std::vector<float> weights(int robot) const;  // x_i [d]

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradwave::learning
