// SPDX-License-Identifier: GPL-2.0-only
// The learning side of a round, as the loop in sim/ sees it. Two implementations are here: Learner
// computes real gradients, PlannedRounds replays sizes that are known beforehand.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace gradwave::learning {

// What the workers who take part want to send in round t.
struct RoundPlan {
  std::int64_t round = 0;
  std::int64_t k = 0;                      // k_t, entries per worker
  std::vector<std::int64_t> uplink_bytes;  // [M], of each one's encoded gradient; 0: no part
  double train_loss = 0;                   // mean over their batches at w_t
  double gradient_norm = 0;                // |(1/M) sum_i grad_i|_2 at w_t, before compression
  // |(1/M) sum_i g_i|_2 of what the workers compress: with error compensation g_t of Eq. 23, else
  // the gradient. None with momentum correction, of which the paper does not speak.
  std::optional<double> compressor_input_norm = std::nullopt;
  double paper_bits = 0;  // M k_t (32 + log2 d), or 32 M d without a sparsifier; M: who takes part
};

// What the server sends back after it has applied what arrived.
struct Update {
  std::int64_t downlink_bytes = 0;  // length of the encoded update, one per worker; 0: none is sent
  std::int64_t k = 0;               // entries in it: the union of the workers' indices, or d
};

// A message as it travels: its length, and the entries in it.
struct Encoded {
  std::int64_t bytes = 0, k = 0;
};

// How far M models are apart that have learned without a server.
struct Spread {
  double distance = 0;  // consensus distance: sqrt((1/M) sum_i |x_i - mean|^2)
  double worst_accuracy = 0, best_accuracy = 0;  // of a robot's own model
};

struct Evaluation {
  double accuracy = 0;  // share of the test set, 0 to 1
  double loss = 0;      // mean cross-entropy, nats
  std::optional<Spread> spread =
      std::nullopt;  // of gossip, where the two above are of the mean model
};

class Rounds {
 public:
  virtual ~Rounds() = default;

  // Computes, sparsifies and encodes round t's gradients of the workers who take part (each in
  // 0..M-1, ascending, at least one). Called T times, each followed by apply().
  virtual RoundPlan plan(const std::vector<int>& workers) = 0;

  // Between plan() and apply(), if relays add up on the way: the worker's message becomes the sum
  // of it and of those of `children`, who have sent theirs, encoded anew.
  virtual Encoded merge(int worker, const std::vector<int>& children) = 0;

  // Decodes the messages that reached the server, of the workers named (ascending); encodes the
  // update that goes down and moves the weights by what a worker decodes of it, not at all if none
  // arrived. What was neither merged nor arrived is back with the worker that sent it last.
  virtual Update apply(const std::vector<int>& arrived) = 0;

  // What a worker that missed an update has to be sent: all weights.
  virtual Encoded model() = 0;

  virtual Evaluation evaluate() = 0;
};

// Replays given plans: everything of a run except the learning. For measuring the network alone.
class PlannedRounds final : public Rounds {
 public:
  // Round t has plans[t % plans.size()] and updates[t % updates.size()]; neither may be empty.
  PlannedRounds(std::vector<RoundPlan> plans, std::vector<Update> updates);

  RoundPlan plan(const std::vector<int>& workers) override;
  // As if no two had an index in common.
  Encoded merge(int worker, const std::vector<int>& children) override;
  Update apply(const std::vector<int>& arrived) override;
  Encoded model() override;        // as long as the update
  Evaluation evaluate() override;  // zeros

 private:
  std::vector<RoundPlan> plans_;
  std::vector<Update> updates_;
  std::size_t round_ = 0;
  std::vector<Encoded> messages_;  // [M], of this round
};

}  // namespace gradwave::learning
