// SPDX-License-Identifier: GPL-2.0-only
#include "learning/learner.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "learning/compression/codec.h"
#include "learning/compression/compressor.h"
#include "learning/compression/pilot_run.h"
#include "learning/compression/sparse.h"
#include "learning/compression/sparse_sum.h"
#include "learning/compression/sparsifier.h"
#include "learning/data/dataset.h"
#include "learning/data/sampling.h"
#include "learning/describe.h"
#include "learning/models/model.h"
#include "learning/runtime/device.h"
#include "learning/runtime/torch_runtime.h"
#include "learning/training/learning_rate.h"
#include "learning/training/norms.h"
#include "learning/training/optimiser.h"

namespace gradwave::learning {
namespace {

// w_0 [d], and the buffers with which every worker starts.
struct Start {
  at::Tensor weights;
  Buffers buffers;
};

Start start_of(const Model& model, std::uint64_t seed, const at::Device& device) {
  Random random = random_stream(seed, "weights");
  const at::Tensor weights = at::empty({model.size()});
  model.initialise(random, weights.data_ptr<float>());
  return {weights.to(device), to_device(model.buffers(), device)};
}

std::vector<Compressor> make_compressors(const Options& options, std::int64_t model_size,
                                         const at::Device& device) {
  std::vector<Compressor> compressors;
  for (std::int64_t i = 0; i < options.training.workers; ++i) {
    compressors.emplace_back(model_size, options.compression.error_compensation,
                             options.compression.momentum_correction, device);
  }
  return compressors;
}

// t_hat from a pilot, if the options leave it to one.
std::optional<Pilot> estimate(const Options& options, const Dataset& data, const Model& model,
                              const std::vector<std::vector<std::int64_t>>& parts,
                              const Start& start, const BatchStream& stream) {
  if (!needs_pilot(options)) return std::nullopt;
  // As many samples again as four rounds see, from every worker alike.
  const TrainingOptions& training = options.training;
  Batches reference;
  BatchStream(data, parts, 4 * training.batch, augmentation(options.data.augmentation),
              options.seed, "pilot")
      .next(reference);
  Pilot pilot = run_pilot(model, start.weights, start.buffers, stream, reference,
                          options.compression.pilot_rounds, training.learning_rate);
  pilot.t_hat = estimate_t_hat(pilot, training.rounds, training.workers, training.learning_rate);
  return pilot;
}

// Bits as the paper counts them, of all workers: 32 for a value, log2 d for an index. A gradient
// that is sent whole needs no indices.
double paper_bits(std::int64_t workers, std::int64_t k, std::int64_t model_size, bool indices) {
  const double entry = 32 + (indices ? std::log2(static_cast<double>(model_size)) : 0);
  return static_cast<double>(workers * k) * entry;
}

// Memory that a GPU does not have, say: LibTorch's errors in plain words.
template <class Work>
void plainly(const Work& work) {
  try {
    work();
  } catch (const std::invalid_argument&) {  // plain already
    throw;
  } catch (const std::exception& error) {
    throw std::runtime_error(reason(error));
  }
}

}  // namespace

struct Learner::State {
  State(const Options& given, Dataset loaded)
      : options(given),
        device(device_of(given.host.device)),
        data(std::move(loaded)),
        description(describe(given, shape_of(data))),
        parts(partition(given.data, data.train.labels, data.classes, workers, given.seed)),
        model(make_model(given.model, data.image, data.classes)),
        sparsifier(make_sparsifier(given.compression.sparsifier)),
        stream(data, parts, given.training.batch, augmentation(given.data.augmentation), given.seed,
               "batches"),
        start(start_of(*model, given.seed, device)),
        pilot(estimate(given, data, *model, parts, start, stream)),
        schedule(schedule_of(given, description, pilot ? pilot->t_hat : -1)),
        rates(learning_rates(given.training)),
        compressors(make_compressors(given, size, device)),
        messages(workers),
        sum(size, device),
        optimiser(size, given.training.momentum, given.training.weight_decay, device),
        gradient(at::empty({size}, device)),
        sum_of_gradients(at::empty({size}, device)) {
    seed_operators(random_stream(given.seed, "operators")());
  }

  const Options options;
  const at::Device device;
  const Dataset data;
  const Description description;
  const std::int64_t workers = options.training.workers;  // M
  const std::int64_t size = description.model_size;       // d
  const std::vector<std::vector<std::int64_t>> parts;     // [M][...], sample indices
  const std::unique_ptr<Model> model;
  const std::unique_ptr<Sparsifier> sparsifier;
  BatchStream stream;

  const Start start;
  const std::optional<Pilot> pilot;
  const Schedule schedule;
  const std::vector<double> rates;  // eta_t [T]

  bool under_way = false;                            // a round was planned and not applied
  std::int64_t round = 0;                            // t, of the next plan()
  const at::Tensor weights = start.weights.clone();  // w_t [d]
  const Buffers buffers = for_all(start.buffers, workers);
  std::vector<Compressor> compressors;              // [M]
  std::vector<std::vector<std::uint8_t>> messages;  // [M], as they travel
  SparseSum sum;                                    // of the messages that arrived
  std::vector<std::uint8_t> message_down;           // to every worker
  Optimiser optimiser;

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
    optimiser.keep("server", keeper);
    stream.keep("batches", keeper);
    keep_operators(device, "operators", keeper);
  }

  // Scratch, kept from round to round so that a round allocates next to nothing.
  Batches batches;
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

void Learner::save(const std::filesystem::path& file) const {
  assert(!state_->under_way);
  CheckpointWriter writer;
  state_->keep(writer);
  writer.write(file);
}

void Learner::restore(const std::filesystem::path& file) {
  assert(!state_->under_way);
  CheckpointReader reader(file);
  state_->keep(reader);
}

RoundPlan Learner::plan() {
  State& s = *state_;
  assert(s.round < s.options.training.rounds);
  s.stream.next(s.batches);
  RoundPlan plan;
  plan.round = s.round;
  plan.k = s.schedule.k[s.round];
  const double rate = s.rates[s.round];
  std::vector<double> losses;
  plainly([&] {
    losses = s.model->gradients(s.weights, s.batches, s.buffers, s.gradient, [&](std::int64_t i) {
      i == 0 ? s.sum_of_gradients.copy_(s.gradient) : s.sum_of_gradients.add_(s.gradient);
      Random random =
          random_stream(s.options.seed, "sparsifier",
                        {static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(s.round)});
      s.compressors[i].compress(s.gradient, rate, plan.k, *s.sparsifier, random, s.sparse);
      encode(s.sparse, s.size, s.messages[i]);
      plan.uplink_bytes.push_back(static_cast<std::int64_t>(s.messages[i].size()));
    });
  });
  const auto workers = static_cast<double>(s.workers);
  plan.train_loss = std::accumulate(losses.begin(), losses.end(), 0.0) / workers;
  plan.gradient_norm = std::sqrt(squared_norm(s.sum_of_gradients)) / workers;
  plan.paper_bits =
      paper_bits(s.workers, plan.k, s.size, s.options.compression.sparsifier != "none");
  ++s.round;
  s.under_way = true;
  return plan;
}

Update Learner::apply(const std::vector<int>& arrived) {
  State& s = *state_;
  s.under_way = false;
  assert(std::is_sorted(arrived.begin(), arrived.end()));
  for (int i = 0; i < s.workers; ++i) {
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
  s.optimiser.step(s.sparse, {mean, carried ? rate : 1, carried ? 1 : rate}, s.weights);
  return update;
}

// With the mean of the workers' buffers, which each could send once, at the end of the training; of
// integers and truth values, which have none, with worker 0's.
Evaluation Learner::evaluate() {
  const State& s = *state_;
  const Buffers buffers = mean_of(s.buffers);
  constexpr std::int64_t kChunk = kEvaluatedTogether;
  const Images& test = s.data.test;
  const std::int64_t pixels = s.data.image.pixels();
  Batches samples;
  samples.batch = 1;
  samples.inputs.resize(kChunk * pixels);
  samples.labels.resize(kChunk);
  Model::Score total;
  for (std::int64_t begin = 0; begin < test.count(); begin += kChunk) {
    samples.workers = std::min(kChunk, test.count() - begin);
    for (std::int64_t i = 0; i < samples.workers; ++i) {
      normalise(test.images[begin + i], s.data.image, s.data.normalisation,
                samples.inputs.data() + i * pixels);
      samples.labels[i] = test.labels[begin + i];
    }
    Model::Score score;
    plainly([&] { score = s.model->score(s.weights, buffers, samples); });
    total.loss += score.loss;
    total.right += score.right;
  }
  const auto count = static_cast<double>(test.count());
  return {static_cast<double>(total.right) / count, total.loss / count};
}

const Description& Learner::description() const { return state_->description; }
const Schedule& Learner::schedule() const { return state_->schedule; }
const std::optional<Pilot>& Learner::pilot() const { return state_->pilot; }
std::vector<float> Learner::weights() const {
  std::vector<float> weights(state_->size);
  view_of(weights).copy_(state_->weights);
  return weights;
}

}  // namespace gradwave::learning
