// SPDX-License-Identifier: GPL-2.0-only
// What of a run can be known, or refused, before any gradient is computed. The messages name the
// keys of the scenario file.
#include "learning/describe.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "learning/compression/sparsifier.h"
#include "learning/data/content.h"
#include "learning/data/file_bytes.h"
#include "learning/data/sampling.h"
#include "learning/inputs.h"
#include "learning/models/model.h"
#include "learning/runtime/arithmetic.h"
#include "learning/runtime/device.h"
#include "learning/table.h"
#include "learning/training/learning_rate.h"
#include "learning/words.h"

namespace gradwave::learning {
namespace {

template <class... Parts>
[[noreturn]] void refuse(const std::vector<std::string>& keys, const Parts&... parts) {
  std::ostringstream sentence;
  (sentence << ... << parts);
  throw OptionError(keys, sentence.str());
}

const std::vector<Entry<Downlink>>& downlink_table() {
  static const std::vector<Entry<Downlink>> entries = {
      {"sparse-union", "the union of the workers' indices with the sums of their values, encoded",
       Downlink::kSparseUnion},
      {"dense", "all d entries of the sum, encoded without indices", Downlink::kDense},
      {"none", "nothing: updates reach the workers free of charge", Downlink::kNone},
  };
  return entries;
}

// k of the budget K = k T.
std::int64_t budget_k(const CompressionOptions& options, std::int64_t model_size) {
  if (sends_everything(options)) return model_size;
  if (options.k > model_size) {
    refuse({"compression.k"}, "compression.k = ", options.k,
           " is more than the model's d = ", model_size);
  }
  if (options.k > 0) return options.k;
  if (!(options.ratio >= 1)) {
    refuse({"compression.ratio"}, "compression.ratio = ", options.ratio,
           " is below 1: more than all d would be sent");
  }
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::floor(static_cast<double>(model_size) / options.ratio)));
}

std::string text_of(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

bool is_constant(const Schedule& schedule) {
  const auto [least, most] = std::minmax_element(schedule.k.begin(), schedule.k.end());
  return *least == *most;
}

std::vector<std::vector<std::int64_t>> class_counts(const Options& options,
                                                    const DatasetShape& shape) {
  std::vector<std::vector<std::int64_t>> counts;
  for (const std::vector<std::int64_t>& part :
       partition(options.data, shape.train_labels, shape.classes, options.training.workers,
                 options.seed)) {
    counts.emplace_back(shape.classes);
    for (const std::int64_t sample : part) ++counts.back()[shape.train_labels[sample]];
  }
  return counts;
}

// Compute times follow them.
void check_multiply_adds(const ModelOptions& options, const Model& model) {
  if (options.forward_macs > 0) return;
  constexpr const char* kExpected = "; expected model.forward_macs, for one sample's forward pass";
  const std::vector<std::string> uncounted = model.uncounted();
  if (!uncounted.empty()) {
    std::string names;
    for (const std::string& name : uncounted) names += (names.empty() ? "" : ", ") + name;
    refuse({"model.forward_macs", "model.file"}, "the network calls ", names,
           ", whose multiply-adds are not known", kExpected);
  }
  if (model.forward_macs() == 0) {
    refuse({"model.forward_macs"},
           "the network has no convolutions and matrix products whose multiply-adds could be "
           "counted",
           kExpected);
  }
}

// What a rehearsal can depend on: a campaign over seeds, ratios and rates rehearses once.
std::string rehearsed_part(const Options& options, const DatasetShape& shape) {
  const TrainingOptions& training = options.training;
  const CompressionOptions& compression = options.compression;
  std::ostringstream text;
  text << options.model.model;
  for (const std::int64_t units : options.model.hidden) text << ' ' << units;
  if (!options.model.file.empty()) {
    text << '|' << std::filesystem::absolute(options.model.file).string() << ' '
         << std::filesystem::file_size(options.model.file) << ' '
         << std::filesystem::last_write_time(options.model.file).time_since_epoch().count();
  }
  const DataOptions& data = options.data;
  text << '|' << data.dataset << ' ' << data.path.string() << ' ' << shape.content << ' '
       << data.train_samples << ' ' << to_string(shape.image) << ' ' << shape.classes << ' '
       << shape.test_samples % kEvaluatedTogether << '|' << (training.workers > 1) << ' '
       << (training.batch > 1) << ' ' << (training.momentum > 0) << ' '
       << (training.weight_decay > 0) << '|' << compression.sparsifier << ' '
       << compression.error_compensation << ' ' << (compression.momentum_correction > 0) << ' '
       << compression.downlink << ' ' << options.gossip.enabled << '|' << data.augmentation << '|'
       << options.host.device;
  return text.str();
}

std::string hash_of_inputs(const std::string& content, const ModelOptions& model) {
  ContentHash inputs;
  inputs.add(content);
  if (!model.file.empty()) {
    const FileBytes network = file_bytes(model.file);
    inputs.add(network.data, network.size);
  }
  return inputs.text();
}

}  // namespace

Words downlinks() { return words_of(downlink_table()); }

Downlink downlink(const std::string& word) {
  return look_up(downlink_table(), "downlink", word, "compression.downlink");
}

bool needs_pilot(const Options& options) {
  return uses_t_hat(options.compression) && options.compression.t_hat < 0;
}

Schedule schedule_of(const Options& options, const Description& description, std::int64_t t_hat) {
  ScheduleInput input;
  input.schedule = options.compression.schedule;
  input.k = description.k;
  input.model_size = description.model_size;
  input.rounds = options.training.rounds;
  input.gamma = options.compression.gamma;
  input.t_hat = needs_pilot(options) ? t_hat : options.compression.t_hat;
  return make_schedule(input);
}

std::string inputs_of(const Options& options) {
  return hash_of_inputs(content_kept(options.data), options.model);
}

Description describe(const Options& options) {
  const DatasetShape shape = inspect_dataset(options.data);
  Description description = describe(options, shape);
  description.inputs = hash_of_inputs(shape.content, options.model);
  static std::set<std::string> rehearsed;
  const std::string part = rehearsed_part(options, shape);
  if (rehearsed.count(part) == 0) {
    rehearse(options, shape);
    rehearsed.insert(part);
  }
  return description;
}

Description describe(const Options& options, const DatasetShape& shape) {
  const CompressionOptions& compression = options.compression;
  check_arithmetic(options.host.arithmetic);
  make_sparsifier(compression.sparsifier);
  downlink(compression.downlink);
  augmentation(options.data.augmentation);
  learning_rates(options.training);
  if (compression.momentum_correction > 0 && !compression.error_compensation) {
    refuse({"compression.momentum_correction", "compression.error_compensation"},
           "compression.momentum_correction needs compression.error_compensation = true");
  }
  if (compression.momentum_correction > 0 && options.training.momentum > 0) {
    refuse({"compression.momentum_correction", "training.momentum"},
           "compression.momentum_correction is instead of training.momentum; set one of them");
  }
  if (options.gossip.enabled && !compression.error_compensation) {
    refuse(
        {"mesh.aggregation", "compression.error_compensation"},
        "mesh.aggregation = 'gossip' sends what neighbours do not have yet, so that what is left "
        "out of a message stands in a later one: it needs compression.error_compensation = true");
  }
  if (options.gossip.enabled && compression.momentum_correction > 0) {
    refuse(
        {"compression.momentum_correction", "mesh.aggregation"},
        "compression.momentum_correction is of gradients, which mesh.aggregation = 'gossip' does "
        "not send; training.momentum is each robot's own there");
  }
  if (sends_everything(compression) && uses_t_hat(compression)) {
    refuse({"compression.schedule", "compression.sparsifier"}, "compression.schedule = '",
           compression.schedule,
           "' has nothing to vary with compression.sparsifier = 'none', which sends everything; "
           "expected 'fixed'");
  }

  if (needs_pilot(options) && options.theory.pilot_rounds == 0) {
    refuse({"theory.pilot_rounds", "compression.t_hat"},
           "compression.t_hat = -1 leaves t_hat to a pilot, and theory.pilot_rounds = 0 has none");
  }

  Description description;
  description.class_counts = class_counts(options, shape);
  const auto model = make_model(options.model, shape.image, shape.classes);
  if (options.training.batch < model->least_batch()) {
    refuse({"training.batch", "model.architecture", "data.dataset"},
           "training.batch = ", options.training.batch,
           " leaves batch normalisation one number of each channel; expected at least ",
           model->least_batch(), " for images of ", to_string(shape.image));
  }
  check_multiply_adds(options.model, *model);
  description.model_size = model->size();
  description.train_samples = shape.train_samples;
  description.test_samples = shape.test_samples;
  description.forward_macs =
      options.model.forward_macs > 0 ? options.model.forward_macs : model->forward_macs();
  for (const Normalisation& channel : shape.normalisation) {
    description.data_mean.push_back(channel.mean);
    description.data_deviation.push_back(channel.deviation);
  }
  description.image_floats = shape.image.pixels();
  description.forward_operators = model->forward_operators();
  description.notes = shape.notes;
  for (std::string& note : partition_notes(options.data, shape, options.training.workers)) {
    description.notes.push_back(std::move(note));
  }
  description.device = device_of(options.host.device).str();
  description.k = budget_k(compression, model->size());
  // A pilot's t_hat is not known yet; what make_schedule refuses does not depend on it.
  const Schedule schedule = schedule_of(options, description, options.training.rounds / 2);
  if (uses_t_hat(compression) && is_constant(schedule)) {
    description.notes.push_back(
        "compression.schedule = \"" + compression.schedule + "\" does not adapt here: k = " +
        std::to_string(description.k) + " and compression.gamma = " + text_of(compression.gamma) +
        " give k_t = " + std::to_string(schedule.k.front()) + " in every round, as Top-K has it");
  }
  return description;
}

}  // namespace gradwave::learning
