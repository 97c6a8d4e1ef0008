// SPDX-License-Identifier: GPL-2.0-only
#include "learning/learner.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "learning/compression/codec.h"
#include "learning/compression/compressor.h"
#include "learning/compression/sparse.h"
#include "learning/compression/sparse_sum.h"
#include "learning/describe.h"
#include "learning/team.h"
#include "learning/theory/pilot_run.h"
#include "learning/theory/theory.h"
#include "learning/training/norms.h"
#include "learning/training/optimiser.h"

namespace gradwave::learning {
namespace {

std::vector<Compressor> make_compressors(const Options& options, std::int64_t model_size,
                                         const at::Device& device) {
  std::vector<Compressor> compressors;
  for (std::int64_t i = 0; i < options.training.workers; ++i) {
    compressors.emplace_back(model_size, options.compression.error_compensation,
                             options.compression.momentum_correction, device);
  }
  return compressors;
}

// Of the sum of the workers' memories, as far as the paper's g_t follows from it.
at::Tensor zero_memories(const CompressionOptions& compression, std::int64_t model_size,
                         const at::Device& device) {
  if (!compression.error_compensation || compression.momentum_correction > 0) return {};
  return at::zeros({model_size}, device);
}

}  // namespace

struct Learner::State : Team {
  State(const Options& given, Dataset loaded)
      : Team(given, std::move(loaded)),
        compressors(make_compressors(given, size, device)),
        memories(zero_memories(given.compression, size, device)),
        messages(workers),
        sum(size, device),
        optimiser(size, given.training.momentum, given.training.weight_decay, device),
        gradient(at::empty({size}, device)),
        sum_of_gradients(at::empty({size}, device)) {}

  bool under_way = false;                            // a round was planned and not applied
  std::int64_t round = 0;                            // t, of the next plan()
  const at::Tensor weights = start.weights.clone();  // w_t [d]
  const Buffers buffers = for_all(start.buffers, workers);
  std::vector<Compressor> compressors;              // [M]
  const at::Tensor memories;                        // sum_i m_i [d]; undefined where nobody asks
  std::vector<std::vector<std::uint8_t>> messages;  // [M], as they travel
  std::set<int> unsettled;                          // whose message is theirs, or under way
  SparseSum sum;                                    // of the messages that arrived
  std::vector<std::uint8_t> message_down;           // to every worker
  Optimiser optimiser;
  // Of the rounds so far, the gradient's and that of what is compressed.
  const at::Tensor norms = at::zeros({options.training.rounds, 2}, at::kDouble);

  // Whether what the workers compress is what the paper's do.
  bool has_paper_input() const { return options.compression.momentum_correction == 0; }

  void compute(std::int64_t first, std::int64_t count, RoundPlan& plan);

  // All that the next round depends on.
  void keep(Keeper& keeper) {
    keeper.keep("round", round);
    keeper.keep("weights", weights);
    for (std::size_t i = 0; i < buffers.size(); ++i) {
      keeper.keep("worker_buffers_" + std::to_string(i), buffers[i]);
    }
    for (std::size_t i = 0; i < compressors.size(); ++i) {
      compressors[i].keep("worker_" + std::to_string(i), keeper);
    }
    if (memories.defined()) keeper.keep("memories", memories);
    keeper.keep("norms", norms);
    optimiser.keep("server", keeper);
    stream.keep("batches", keeper);
    keep_operators(device, "operators", keeper);
    keep_normalisation(keeper);
  }

  // Scratch, kept from round to round so that a round allocates next to nothing.
  Batches batches, part;
  const at::Tensor gradient;          // [d], of one worker
  const at::Tensor sum_of_gradients;  // [d]
  Sparse sparse;
};

Learner::Learner(const Options& options) : Learner(options, load_dataset(options.data)) {}

Learner::Learner(const Options& options, Dataset data) {
  prepare_torch();
  plainly([&] { state_ = std::make_unique<State>(options, std::move(data)); });
}

Learner::~Learner() = default;

void Learner::save(const std::filesystem::path& file, const std::string& run) const {
  assert(!state_->under_way);
  CheckpointWriter writer;
  writer.same("run", run);
  state_->keep(writer);
  writer.write(file);
}

std::int64_t Learner::rounds_done() const { return state_->round; }

void Learner::restore(const std::filesystem::path& file, const std::string& run) {
  assert(!state_->under_way);
  CheckpointReader reader(file);
  reader.same("run", run);
  state_->keep(reader);
}

// The messages of these workers, who lie side by side, and the sum of their losses.
void Learner::State::compute(std::int64_t first, std::int64_t count, RoundPlan& plan) {
  const auto take = [&](std::int64_t place) {
    const std::int64_t i = first + place;
    unsettled.empty() ? sum_of_gradients.copy_(gradient) : sum_of_gradients.add_(gradient);
    Random random = sparsifier_stream(i, round);
    compressors[i].compress(gradient, rates[round], plan.k, *sparsifier, random, sparse);
    encode(sparse, size, messages[i]);
    plan.uplink_bytes[i] = static_cast<std::int64_t>(messages[i].size());
    unsettled.insert(static_cast<int>(i));
  };
  const std::vector<double> losses =
      model->gradients(weights, of_workers(batches, first, count, part),
                       of_workers(buffers, first, count), gradient, take);
  plan.train_loss = std::accumulate(losses.begin(), losses.end(), plan.train_loss);
}

RoundPlan Learner::plan(const std::vector<int>& taking_part) {
  State& s = *state_;
  assert(s.round < s.options.training.rounds);
  assert(!taking_part.empty() && std::is_sorted(taking_part.begin(), taking_part.end()));
  s.stream.next(s.batches);
  RoundPlan plan;
  plan.round = s.round;
  plan.k = s.schedule.k[s.round];
  plan.uplink_bytes.resize(s.workers);
  plainly([&] {
    for (std::size_t i = 0, count; i < taking_part.size(); i += count) {
      for (count = 1; i + count < taking_part.size(); ++count) {
        if (taking_part[i + count] != taking_part[i] + static_cast<int>(count)) break;
      }
      s.compute(taking_part[i], static_cast<std::int64_t>(count), plan);
    }
  });
  plan.train_loss /= static_cast<double>(taking_part.size());
  const auto workers = static_cast<double>(s.workers);
  const double rate = s.rates[s.round];
  plan.gradient_norm = std::sqrt(squared_norm(s.sum_of_gradients)) / workers;
  double input_norm = plan.gradient_norm;
  if (s.memories.defined()) {
    s.memories.add_(s.sum_of_gradients, rate);  // sum_i g_i, until apply() takes away what is sent
    input_norm = std::sqrt(squared_norm(s.memories)) / workers;
  }
  if (s.has_paper_input()) plan.compressor_input_norm = input_norm;
  auto* norms = s.norms.data_ptr<double>() + 2 * s.round;
  norms[0] = plan.gradient_norm;
  norms[1] = input_norm;
  plan.paper_bits = s.paper_bits(static_cast<std::int64_t>(taking_part.size()) * plan.k);
  ++s.round;
  s.under_way = true;
  return plan;
}

Encoded Learner::merge(int worker, const std::vector<int>& children) {
  State& s = *state_;
  assert(s.under_way);
  std::int64_t k = s.schedule.k[s.round - 1];
  if (!children.empty()) {
    for (const int child : children) {
      decode(s.messages[child], s.size, s.sparse);
      s.sum.add(s.sparse);
      s.unsettled.erase(child);
    }
    decode(s.messages[worker], s.size, s.sparse);
    s.sum.add(s.sparse);
    s.sum.take_union(s.sparse);
    encode(s.sparse, s.size, s.messages[worker]);
    k = static_cast<std::int64_t>(s.sparse.indices.size());
  }
  return {static_cast<std::int64_t>(s.messages[worker].size()), k};
}

Update Learner::apply(const std::vector<int>& arrived) {
  State& s = *state_;
  s.under_way = false;
  assert(std::is_sorted(arrived.begin(), arrived.end()));
  for (const int i : std::exchange(s.unsettled, {})) {
    decode(s.messages[i], s.size, s.sparse);
    if (std::binary_search(arrived.begin(), arrived.end(), i)) {
      s.sum.add(s.sparse);
    } else {
      s.compressors[i].take_back(s.sparse);
    }
  }

  const CompressionOptions& compression = s.options.compression;
  const Downlink way = downlink(compression.downlink);
  way == Downlink::kDense ? s.sum.take_all(s.sparse) : s.sum.take_union(s.sparse);
  if (s.memories.defined()) subtract_at(s.memories, s.sparse, 1);
  Update update;
  if (way != Downlink::kNone && !s.sparse.indices.empty()) {
    encode(s.sparse, s.size, s.message_down);
    update.k = static_cast<std::int64_t>(s.sparse.indices.size());
    update.downlink_bytes = static_cast<std::int64_t>(s.message_down.size());
    decode(s.message_down, s.size, s.sparse);
  }

  const double rate = s.rates[s.round - 1], mean = 1 / static_cast<double>(s.workers);
  // With error compensation the messages carry the step size already.
  const bool carried = compression.error_compensation;
  // Where nothing arrived, nobody hears of a step, and there is none.
  if (!arrived.empty()) {
    s.optimiser.step(s.sparse, {mean, carried ? rate : 1, carried ? 1 : rate}, s.weights);
  }
  return update;
}

// With the optimiser's momentum, which each worker keeps.
Encoded Learner::model() {
  const std::int64_t numbers = state_->size * (state_->options.training.momentum > 0 ? 2 : 1);
  return {encoded_bytes(numbers, numbers), numbers};
}

// With the mean of the workers' buffers, which each could send once, at the end of the training; of
// integers and truth values, which have none, with worker 0's.
Evaluation Learner::evaluate() {
  return state_->score(state_->weights, mean_of(state_->buffers), state_->round);
}

const Description& Learner::description() const { return state_->description; }
const Schedule& Learner::schedule() const { return state_->schedule; }
const std::optional<Pilot>& Learner::pilot() const { return state_->pilot; }
std::vector<float> Learner::weights() const {
  std::vector<float> weights(state_->size);
  view_of(weights).copy_(state_->weights);
  return weights;
}

std::optional<Theory> Learner::theory() const {
  const State& s = *state_;
  if (!s.pilot || !s.has_paper_input()) return std::nullopt;
  assert(s.round == s.options.training.rounds && !s.under_way);
  Trajectory trajectory;
  trajectory.k_t = s.schedule.k;
  const double* norms = s.norms.data_ptr<double>();
  for (std::int64_t t = 0; t < s.round; ++t) {
    trajectory.squared_gradient_norms.push_back(norms[2 * t] * norms[2 * t]);
    trajectory.squared_input_norms.push_back(norms[2 * t + 1] * norms[2 * t + 1]);
  }
  plainly([&] {
    const Point end = point_at(*s.model, s.weights, mean_of(s.buffers), s.reference());
    trajectory.final_loss = end.loss;
    trajectory.final_squared_gradient = squared_norm(end.gradient);
  });
  return theory_of(s.options, s.method(), *s.pilot, trajectory);
}

}  // namespace gradwave::learning
