// SPDX-License-Identifier: GPL-2.0-only
#include "learning/team.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "learning/describe.h"
#include "learning/runtime/device.h"
#include "learning/compression/facts.h"
#include "learning/theory/pilot_run.h"
#include "learning/training/learning_rate.h"

namespace gradwave::learning {
namespace {

Start start_of(const Model& model, std::uint64_t seed, const at::Device& device) {
  Random random = random_stream(seed, "weights");
  const at::Tensor weights = at::empty({model.size()});
  model.initialise(random, weights.data_ptr<float>());
  return {weights.to(device), to_device(model.buffers(), device)};
}

// None if nothing depends on it, or if it diverges and nothing but the bounds would follow from it.
std::optional<Pilot> measure(const Team& team) {
  const TrainingOptions& training = team.options.training;
  const TheoryOptions& theory = team.options.theory;
  const std::int64_t rounds = std::min(theory.pilot_rounds, training.rounds);
  const bool has_bounds = !team.options.gossip.enabled;
  if (rounds == 0 || !(has_bounds || needs_pilot(team.options))) return std::nullopt;
  seed_operators(random_stream(team.options.seed, "pilot operators")());
  try {
    Pilot pilot = run_pilot(*team.model, team.start.weights, team.start.buffers, team.stream,
                            team.reference(), rounds, training.learning_rate, theory.optimal_loss);
    pilot.t_hat = estimate_t_hat(coefficients(pilot, team.method()), training.rounds);
    return pilot;
  } catch (const OptionError&) {
    if (needs_pilot(team.options)) throw;
    return std::nullopt;
  }
}

}  // namespace

Team::Team(const Options& given, Dataset loaded)
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
      pilot(measure(*this)),
      schedule(schedule_of(given, description, pilot ? pilot->t_hat : -1)),
      rates(learning_rates(given.training)) {
  seed_operators(random_stream(given.seed, "operators")());
}

Method Team::method() const {
  return {static_cast<double>(size), static_cast<double>(description.k),
          options.training.learning_rate, options.compression.error_compensation};
}

Batches Team::reference() const {
  Batches reference;
  BatchStream(data, parts, 4 * options.training.batch, augmentation(options.data.augmentation),
              options.seed, "pilot")
      .next(reference);
  return reference;
}

Random Team::sparsifier_stream(std::int64_t worker, std::int64_t round) const {
  return random_stream(options.seed, "sparsifier",
                       {static_cast<std::uint64_t>(worker), static_cast<std::uint64_t>(round)});
}

double Team::paper_bits(std::int64_t entries) const {
  const bool whole = sends_everything(options.compression);
  return static_cast<double>(entries) * (32 + (whole ? 0 : std::log2(static_cast<double>(size))));
}

void Team::keep_normalisation(Keeper& keeper) const {
  const auto keep = [&](const std::string& name, const std::vector<double>& numbers) {
    const at::Tensor here = at::tensor(numbers, at::kDouble), kept = here.clone();
    keeper.keep(name, kept);
    if (!kept.equal(here)) {
      throw std::invalid_argument("this checkpoint's \"" + name +
                                  "\" is that of other data; expected one of a run like this");
    }
  };
  keep("data_mean", description.data_mean);
  keep("data_deviation", description.data_deviation);
}

Evaluation Team::score(const at::Tensor& weights, const Buffers& buffers,
                       std::int64_t round) const {
  const KeptNumbers of_training(device);
  seed_operators(
      random_stream(options.seed, "evaluation operators", {static_cast<std::uint64_t>(round)})());
  constexpr std::int64_t kChunk = kEvaluatedTogether;
  const Images& test = data.test;
  const std::int64_t pixels = data.image.pixels();
  Batches samples;
  samples.batch = 1;
  samples.inputs.resize(kChunk * pixels);
  samples.labels.resize(kChunk);
  Model::Score total;
  for (std::int64_t begin = 0; begin < test.count(); begin += kChunk) {
    samples.workers = std::min(kChunk, test.count() - begin);
    for (std::int64_t i = 0; i < samples.workers; ++i) {
      normalise(test.images[begin + i], data.image, data.normalisation,
                samples.inputs.data() + i * pixels);
      samples.labels[i] = test.labels[begin + i];
    }
    Model::Score score;
    plainly([&] { score = model->score(weights, buffers, samples); });
    total.loss += score.loss;
    total.right += score.right;
  }
  const auto count = static_cast<double>(test.count());
  return {static_cast<double>(total.right) / count, total.loss / count};
}

}  // namespace gradwave::learning
