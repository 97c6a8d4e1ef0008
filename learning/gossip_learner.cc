// SPDX-License-Identifier: GPL-2.0-only
#include "learning/gossip_learner.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

#include "learning/compression/codec.h"
#include "learning/compression/sparse.h"
#include "learning/team.h"
#include "learning/training/norms.h"
#include "learning/training/optimiser.h"

namespace gradwave::learning {
namespace {

constexpr std::int64_t kStart = -1;  // w_0, which everybody has from the beginning

}  // namespace

struct GossipLearner::State : Team {
  struct Robot {
    Optimiser optimiser;
    at::Tensor weights;                  // x_i [d]
    at::Tensor public_copy;              // p_i [d]
    at::Tensor changed;                  // [d], the round in which p_i last did; kStart: never
    std::vector<std::int64_t> heard_by;  // [M], the last round whose p_i that robot has
  };

  State(const Options& given, Dataset loaded) : Team(given, std::move(loaded)) {
    const TrainingOptions& training = options.training;
    for (std::int64_t i = 0; i < workers; ++i) {
      robots.push_back({Optimiser(size, training.momentum, training.weight_decay, device),
                        start.weights.clone(), start.weights.clone(),
                        at::full({size}, kStart, at::kInt),
                        std::vector<std::int64_t>(workers, kStart)});
    }
  }

  std::int64_t round = 0;  // t, of the next step()
  bool under_way = false;  // after step() and before mix()
  std::vector<Robot> robots;
  const Buffers buffers = for_all(start.buffers, workers);

  void publish(std::int64_t i, std::int64_t k);
  at::Tensor mean() const;

  // All that the next round depends on.
  void keep(Keeper& keeper) {
    keeper.keep("round", round);
    for (std::size_t i = 0; i < robots.size(); ++i) {
      const std::string name = "worker_" + std::to_string(i) + "_";
      Robot& robot = robots[i];
      keeper.keep(name + "weights", robot.weights);
      keeper.keep(name + "public_copy", robot.public_copy);
      robot.optimiser.keep(name + "step", keeper);
      keeper.keep(name + "changed", robot.changed);
      keeper.keep(name + "heard_by", robot.heard_by);
    }
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      keeper.keep("worker_buffers_" + std::to_string(i), buffers[i]);
    }
    stream.keep("batches", keeper);
    keep_operators(device, "operators", keeper);
    keep_normalisation(keeper);
  }

  // Scratch, kept from round to round.
  Batches batches, part;
  const at::Tensor gradient = at::empty({size}, device);
  const at::Tensor sum_of_gradients = at::empty({size}, device);
  at::Tensor difference = at::empty({size}, device);
  Sparse sparse;
  std::vector<std::uint8_t> message;
};

GossipLearner::GossipLearner(const Options& options)
    : GossipLearner(options, load_dataset(options.data)) {}

GossipLearner::GossipLearner(const Options& options, Dataset data) {
  prepare_torch();
  plainly([&] { state_ = std::make_unique<State>(options, std::move(data)); });
}

GossipLearner::~GossipLearner() = default;

void GossipLearner::save(const std::filesystem::path& file, const std::string& run) const {
  assert(!state_->under_way);
  CheckpointWriter writer;
  writer.same("run", run);
  state_->keep(writer);
  writer.write(file);
}

void GossipLearner::restore(const std::filesystem::path& file, const std::string& run) {
  assert(!state_->under_way);
  CheckpointReader reader(file);
  reader.same("run", run);
  state_->keep(reader);
}

// What is added to p_i is what its neighbours decode.
void GossipLearner::State::publish(std::int64_t i, std::int64_t k) {
  Robot& robot = robots[i];
  at::sub_out(difference, robot.weights, robot.public_copy);
  Random random = sparsifier_stream(i, round);
  sparsifier->select(difference, k, random, sparse);
  encode(sparse, size, message);
  decode(message, size, sparse);
  add_at(robot.public_copy, sparse);
  auto* const changed = robot.changed.data_ptr<std::int32_t>();
  for (const std::uint32_t index : sparse.indices) changed[index] = static_cast<int>(round);
}

LocalSteps GossipLearner::step() {
  State& s = *state_;
  assert(s.round < s.options.training.rounds && !s.under_way);
  LocalSteps steps;
  steps.round = s.round;
  steps.k = s.schedule.k[s.round];
  s.stream.next(s.batches);
  s.sum_of_gradients.zero_();
  plainly([&] {
    for (std::int64_t i = 0; i < s.workers; ++i) {
      const auto take = [&](std::int64_t) {
        s.sum_of_gradients.add_(s.gradient);
        s.robots[i].optimiser.step(s.gradient, s.rates[s.round], s.robots[i].weights);
        s.publish(i, steps.k);
      };
      steps.train_loss += s.model
                              ->gradients(s.robots[i].weights, of_workers(s.batches, i, 1, s.part),
                                          of_workers(s.buffers, i, 1), s.gradient, take)
                              .at(0);
    }
  });
  const auto workers = static_cast<double>(s.workers);
  steps.train_loss /= workers;
  steps.gradient_norm = std::sqrt(squared_norm(s.sum_of_gradients)) / workers;
  s.under_way = true;
  return steps;
}

Encoded GossipLearner::message(int from, int to) const {
  const State& s = *state_;
  assert(s.under_way && from != to);
  const State::Robot& robot = s.robots[from];
  const std::int64_t heard = robot.heard_by[to];
  std::int64_t k = s.schedule.k[s.round];
  if (heard < s.round - 1) {
    const auto* const changed = robot.changed.data_ptr<std::int32_t>();
    k = std::count_if(changed, changed + s.size,
                      [heard](std::int32_t last) { return last > heard; });
  }
  const std::int64_t whole = encoded_bytes(s.size, s.size), bytes = encoded_bytes(k, s.size);
  return bytes < whole ? Encoded{bytes, k} : Encoded{whole, s.size};
}

void GossipLearner::hear(int from, int to) {
  assert(state_->under_way && from != to);
  state_->robots[from].heard_by[to] = state_->round;
}

void GossipLearner::mix(const std::vector<Edge>& edges) {
  State& s = *state_;
  assert(s.under_way);
  for (const Edge& edge : edges) {
    State::Robot& one = s.robots[edge.one];
    State::Robot& other = s.robots[edge.other];
    assert(one.heard_by[edge.other] == s.round && other.heard_by[edge.one] == s.round);
    at::sub_out(s.difference, other.public_copy, one.public_copy);
    const double way = s.options.gossip.consensus_step * edge.weight;
    one.weights.add_(s.difference, way);
    other.weights.sub_(s.difference, way);
  }
  ++s.round;
  s.under_way = false;
}

// Exact where all are the same.
at::Tensor GossipLearner::State::mean() const {
  at::Tensor apart = at::zeros({size}, device);
  for (const Robot& robot : robots) apart.add_(robot.weights - robots[0].weights);
  return robots[0].weights.add(apart, 1 / static_cast<double>(workers));
}

Evaluation GossipLearner::evaluate() const {
  const State& s = *state_;
  const at::Tensor mean = s.mean();
  Evaluation evaluation = s.score(mean, mean_of(s.buffers), s.round);
  Spread spread{0, 1, 0};
  for (std::int64_t i = 0; i < s.workers; ++i) {
    const at::Tensor& weights = s.robots[i].weights;
    spread.distance += squared_distance(weights, mean);
    const double accuracy = s.score(weights, of_worker(s.buffers, i), s.round).accuracy;
    spread.worst_accuracy = std::min(spread.worst_accuracy, accuracy);
    spread.best_accuracy = std::max(spread.best_accuracy, accuracy);
  }
  spread.distance = std::sqrt(spread.distance / static_cast<double>(s.workers));
  evaluation.spread = spread;
  return evaluation;
}

double GossipLearner::paper_bits(std::int64_t entries) const { return state_->paper_bits(entries); }

const Description& GossipLearner::description() const { return state_->description; }
const Schedule& GossipLearner::schedule() const { return state_->schedule; }
const std::optional<Pilot>& GossipLearner::pilot() const { return state_->pilot; }

std::vector<float> GossipLearner::weights(int robot) const {
  std::vector<float> weights(state_->size);
  view_of(weights).copy_(state_->robots[robot].weights);
  return weights;
}

}  // namespace gradwave::learning
