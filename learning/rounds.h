// SPDX-License-Identifier: GPL-2.0-only
// The learning side of a round, as the loop in sim/ sees it. Two implementations: Learner computes
// real gradients, PlannedRounds replays sizes that are known beforehand.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace gradwave::learning {

// What the M workers want to send in round t.
struct RoundPlan {
  std::int64_t round = 0;
  std::int64_t k = 0;                      // k_t, entries per worker
  std::vector<std::int64_t> uplink_bytes;  // [M], length of each worker's encoded gradient
  double train_loss = 0;                   // mean over the workers' batches at w_t
  double gradient_norm = 0;                // |(1/M) sum_i grad_i|_2 at w_t, before compression
  // |(1/M) sum_i g_i|_2 of what the workers compress: with error compensation g_t of Eq. 23, else
  // the gradient. None with momentum correction, of which the paper does not speak.
  std::optional<double> compressor_input_norm = std::nullopt;
  double paper_bits = 0;  // M k_t (32 + log2 d), or 32 M d without a sparsifier
};

// What the server sends back after it has applied what arrived.
struct Update {
  std::int64_t downlink_bytes = 0;  // length of the encoded update, one per worker; 0: none is sent
  std::int64_t k = 0;               // entries in it: the union of the workers' indices, or d
};

// What workers send to their parents when relays add up.
struct Merged {
  std::vector<std::int64_t> bytes, k;  // [M], length of each one's message, and entries in it
};

struct Evaluation {
  double accuracy = 0;  // share of the test set, 0 to 1
  double loss = 0;      // mean cross-entropy, nats
};

class Rounds {
 public:
  virtual ~Rounds() = default;

  // Computes, sparsifies and encodes round t's gradients. Called T times, each followed by apply().
  virtual RoundPlan plan() = 0;

  // Between plan() and apply(), if relays add up on the way: each worker's message becomes the sum
  // of its own and its children's, encoded anew. `parent` [M] is a tree: a worker, or -1 for the
  // server, to which only those without another parent then send.
  virtual Merged merge(const std::vector<int>& parent) = 0;

  // Decodes the messages of the workers named (each in 0..M-1, ascending), encodes the update that
  // goes down and moves the weights by what a worker decodes of it.
  virtual Update apply(const std::vector<int>& arrived) = 0;

  virtual Evaluation evaluate() = 0;
};

// Replays given plans: everything of a run except the learning. For measuring the network alone.
class PlannedRounds final : public Rounds {
 public:
  // Round t has plans[t % plans.size()] and updates[t % updates.size()]; neither may be empty.
  PlannedRounds(std::vector<RoundPlan> plans, std::vector<Update> updates);

  RoundPlan plan() override;
  Merged merge(const std::vector<int>& parent) override;  // as if no two had an index in common
  Update apply(const std::vector<int>& arrived) override;
  Evaluation evaluate() override;  // zeros: nothing was learned

 private:
  std::vector<RoundPlan> plans_;
  std::vector<Update> updates_;
  std::size_t round_ = 0;
};

}  // namespace gradwave::learning
