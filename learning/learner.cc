// SPDX-License-Identifier: GPL-2.0-only
#include "learning/learner.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "learning/codec.h"
#include "learning/compressor.h"
#include "learning/dataset.h"
#include "learning/describe.h"
#include "learning/learning_rate.h"
#include "learning/model.h"
#include "learning/norms.h"
#include "learning/optimiser.h"
#include "learning/pilot_run.h"
#include "learning/sampling.h"
#include "learning/sparse_sum.h"
#include "learning/sparsifier.h"
#include "learning/torch_runtime.h"

namespace gradwave::learning {
namespace {

// w_0 [d], and the buffers [b] with which every worker starts.
struct Start {
  std::vector<float> weights, buffers;
};

Start start_of(const Model& model, std::uint64_t seed) {
  Random random = random_stream(seed, "weights");
  Start start{std::vector<float>(model.size()), std::vector<float>(model.buffers_size())};
  model.initialise(random, start.weights.data(), start.buffers.data());
  return start;
}

std::vector<float> repeat(const std::vector<float>& row, std::int64_t times) {
  std::vector<float> rows;
  rows.reserve(row.size() * times);
  for (std::int64_t i = 0; i < times; ++i) rows.insert(rows.end(), row.begin(), row.end());
  return rows;
}

// t_hat from a pilot, if the options leave it to one.
std::optional<Pilot> estimate(const Options& options, const Dataset& data, const Model& model,
                              const std::vector<std::vector<std::int64_t>>& parts,
                              const Start& start, const BatchStream& stream) {
  if (!needs_pilot(options)) return std::nullopt;
  // As many samples again as four rounds see, from every worker alike, as one batch.
  const TrainingOptions& training = options.training;
  Batches reference;
  BatchStream(data, parts, 4 * training.batch, augmentation(options.data.augmentation),
              options.seed, "pilot")
      .next(reference);
  reference.batch *= reference.workers;
  reference.workers = 1;
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

}  // namespace

struct Learner::State {
  explicit State(const Options& given)
      : options(given),
        data(load_dataset(given.data)),
        description(describe(given, shape_of(data))),
        parts(partition(given.data, data.train.labels, data.classes, workers, given.seed)),
        model(make_model(given.model, data.image, data.classes)),
        sparsifier(make_sparsifier(given.compression.sparsifier)),
        stream(data, parts, given.training.batch, augmentation(given.data.augmentation), given.seed,
               "batches"),
        start(start_of(*model, given.seed)),
        pilot(estimate(given, data, *model, parts, start, stream)),
        schedule(schedule_of(given, description, pilot ? pilot->t_hat : -1)),
        rates(learning_rates(given.training)),
        compressors(workers, Compressor(size, given.compression.error_compensation,
                                        given.compression.momentum_correction)),
        messages(workers),
        sum(size),
        optimiser(size, given.training.momentum, given.training.weight_decay),
        gradient(size),
        sum_of_gradients(size) {
    seed_operators(random_stream(given.seed, "operators")());
  }

  const Options options;
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

  std::int64_t round = 0;                                       // t, of the next plan()
  std::vector<float> weights = start.weights;                   // w_t [d]
  std::vector<float> buffers = repeat(start.buffers, workers);  // [M, b]
  std::vector<Compressor> compressors;                          // [M]
  std::vector<std::vector<std::uint8_t>> messages;              // [M], as they travel
  SparseSum sum;                                                // of the messages that arrived
  Optimiser optimiser;

  // Scratch, kept from round to round so that a round allocates next to nothing.
  Batches batches;
  std::vector<float> gradient;          // [d], of one worker
  std::vector<float> sum_of_gradients;  // [d]
  Sparse sparse;
};

Learner::Learner(const Options& options) {
  use_one_thread();
  state_ = std::make_unique<State>(options);
}

Learner::~Learner() = default;

RoundPlan Learner::plan() {
  State& s = *state_;
  assert(s.round < s.options.training.rounds);
  s.stream.next(s.batches);
  RoundPlan plan;
  plan.round = s.round;
  plan.k = s.schedule.k[s.round];
  const double rate = s.rates[s.round];
  s.model->gradients(
      s.weights.data(), s.batches, s.buffers.data(), s.gradient.data(),
      [&](std::int64_t i, double loss) {
        plan.train_loss += loss / static_cast<double>(s.workers);
        add_to(s.sum_of_gradients, s.gradient.data(), i == 0);
        Random random =
            random_stream(s.options.seed, "sparsifier",
                          {static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(s.round)});
        s.compressors[i].compress(s.gradient.data(), rate, plan.k, *s.sparsifier, random, s.sparse);
        encode(s.sparse, s.size, s.messages[i]);
        plan.uplink_bytes.push_back(static_cast<std::int64_t>(s.messages[i].size()));
      });
  plan.gradient_norm =
      std::sqrt(squared_norm(s.sum_of_gradients.data(), s.size)) / static_cast<double>(s.workers);
  plan.paper_bits =
      paper_bits(s.workers, plan.k, s.size, s.options.compression.sparsifier != "none");
  ++s.round;
  return plan;
}

Update Learner::apply(const std::vector<int>& arrived) {
  State& s = *state_;
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
  Update update;
  switch (downlink(compression.downlink)) {
    case Downlink::kSparseUnion:
      update.k = s.sum.entries();
      break;
    case Downlink::kDense:
      update.k = s.size;
      break;
    case Downlink::kNone:
      break;
  }
  if (update.k > 0) update.downlink_bytes = encoded_bytes(update.k, s.size);

  const double rate = s.rates[s.round - 1], mean = 1 / static_cast<double>(s.workers);
  // With error compensation the messages carry the step size already.
  const bool carried = compression.error_compensation;
  s.optimiser.step(s.sum, {mean, carried ? rate : 1, carried ? 1 : rate}, s.weights);
  return update;
}

// With the mean of the workers' buffers, which each could send once, at the end of the training.
Evaluation Learner::evaluate() {
  const State& s = *state_;
  std::vector<float> buffers(s.start.buffers.size());
  mean_of_rows(s.buffers.data(), s.workers, buffers);
  constexpr std::int64_t kChunk = 1000;
  const Images& test = s.data.test;
  const PixelValues values = pixel_values(s.data);
  const std::int64_t pixels = s.data.image.pixels();
  std::vector<float> inputs(kChunk * pixels);
  std::vector<std::int64_t> labels(kChunk);
  Model::Score total;
  for (std::int64_t begin = 0; begin < test.count(); begin += kChunk) {
    const std::int64_t count = std::min(kChunk, test.count() - begin);
    for (std::int64_t i = 0; i < count; ++i) {
      normalise(test.images[begin + i], s.data.image, values, inputs.data() + i * pixels);
      labels[i] = test.labels[begin + i];
    }
    const Model::Score score =
        s.model->score(s.weights.data(), buffers.data(), inputs.data(), labels.data(), count);
    total.loss += score.loss;
    total.right += score.right;
  }
  const auto samples = static_cast<double>(test.count());
  return {static_cast<double>(total.right) / samples, total.loss / samples};
}

const Description& Learner::description() const { return state_->description; }
const Schedule& Learner::schedule() const { return state_->schedule; }
const std::optional<Pilot>& Learner::pilot() const { return state_->pilot; }
const std::vector<float>& Learner::weights() const { return state_->weights; }

}  // namespace gradwave::learning
