// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/estimate.h"

#include <algorithm>
#include <cmath>

#include "learning/compression/codec.h"
#include "learning/compression/facts.h"
#include "learning/compression/schedule.h"
#include "sim/compute/compute.h"
#include "sim/options.h"

namespace gradwave {
namespace {

// Measured on one core of a 2-core virtual machine (tests/benchmarks/growth.py); the GPU's rate is
// what one of a data centre should do in single precision, and is not measured.
constexpr double kCpuOperationsPerSecond = 1e11;
constexpr double kGpuOperationsPerSecond = 2e13;
constexpr double kLearnerSeconds = 0.04;     // until it stands
constexpr double kGradientSeconds = 2.5e-5;  // of a worker in a round, beside operations
// Of an operator in a forward pass that a worker takes alone, beside its multiply-adds
// (TorchScript: the interpreter, memory, element-wise work); with its derivative three times as
// much.
constexpr double kOperatorSeconds = 4e-6;
constexpr double kEvaluatedFloats = 1 << 20;  // of test images in one such pass
constexpr double kProgramBytes = 2e8;         // of memory: libraries, data, batches
constexpr double kStartSeconds = 0.1;         // a run of no rounds
constexpr double kVectors = 8;                // of length d: weights, gradients, sums
constexpr double kVectorsOfAWorker = 2;       // with error compensation
constexpr double kRobotBytes = 2.5e5;

// The union of M random sets of k out of d.
double union_of(double k, double model_size, double workers) {
  return model_size * -std::expm1(workers * std::log1p(-std::min(k / model_size, 1 - 1e-12)));
}

double peak_bytes(const Settings& settings, const learning::Description& description) {
  const auto workers = static_cast<double>(settings.learning.training.workers);
  const bool remembers = settings.learning.compression.error_compensation;
  const double vectors = kVectors + (remembers ? kVectorsOfAWorker * workers : 0);
  return kProgramBytes + sizeof(float) * static_cast<double>(description.model_size) * vectors +
         kRobotBytes * workers;
}

// Of the rounds, those of whose messages the results keep rows.
double kept_share(const std::string& transfers, std::int64_t rounds) {
  double kept = 0;
  for (std::int64_t t = 0; t < rounds; ++t) kept += keeps_transfers(transfers, t) ? 1 : 0;
  return kept / static_cast<double>(rounds);
}

}  // namespace

Estimate estimate(const Settings& settings, const learning::Description& description) {
  const auto& training = settings.learning.training;
  const auto& compression = settings.learning.compression;
  const auto workers = static_cast<double>(training.workers);
  const std::int64_t d = description.model_size;

  learning::ScheduleInput input;
  input.schedule = compression.schedule;
  input.k = description.k;
  input.model_size = d;
  input.rounds = training.rounds;
  input.gamma = compression.gamma;
  input.t_hat = compression.t_hat >= 0 ? compression.t_hat : training.rounds / 3;
  const learning::Schedule schedule = learning::make_schedule(input);

  Estimate estimate;
  estimate.k = description.k;
  estimate.k_least = *std::min_element(schedule.k.begin(), schedule.k.end());
  estimate.k_most = *std::max_element(schedule.k.begin(), schedule.k.end());
  const channel::LinkOptions link = link_options(settings);
  const bool has_server = channel::has_server(link);
  const double senders =
      has_server ? workers : 2 * static_cast<double>(channel::neighbour_links(link));
  const learning::Downlink down = learning::downlink(compression.downlink);
  for (const std::int64_t k : schedule.k) {
    estimate.uplink_bytes += senders * static_cast<double>(learning::encoded_bytes(k, d));
    if (!has_server || down == learning::Downlink::kNone) continue;
    const double sent = union_of(static_cast<double>(k), static_cast<double>(d),
                                 std::pow(workers, learning::union_exponent(compression)));
    const auto entries =
        down == learning::Downlink::kDense ? d : static_cast<std::int64_t>(std::llround(sent));
    estimate.downlink_bytes += workers * static_cast<double>(learning::encoded_bytes(entries, d));
  }

  constexpr double kSegmentBytes = 1448;
  const auto rounds = static_cast<double>(training.rounds);
  const double messages = rounds * senders * (estimate.downlink_bytes > 0 ? 2 : 1);
  const double segments =
      std::max(messages, (estimate.uplink_bytes + estimate.downlink_bytes) / kSegmentBytes);
  const double idle_s =
      rounds * ComputeTimes(settings.compute, description.forward_macs, training.batch,
                            training.workers, settings.learning.seed)
                   .longest_mean_s();
  // A round of the pilot takes a gradient, and that of a reference four times as large.
  const bool has_pilot = has_server || learning::needs_pilot(settings.learning);
  const auto pilot_rounds = has_pilot
                                ? 5 * static_cast<double>(std::min(
                                          settings.learning.theory.pilot_rounds, training.rounds))
                                : 0;
  const double operations = 6 * description.forward_macs * static_cast<double>(training.batch) *
                            workers * (rounds + pilot_rounds);
  const double evaluations =
      1 + static_cast<double>(training.rounds) / static_cast<double>(training.evaluate_every);
  const double evaluation_operations =
      2 * description.forward_macs * static_cast<double>(description.test_samples) * evaluations *
      (has_server ? 1 : 1 + workers);  // without one, everybody's own model as well
  const double images_in_a_pass =
      std::max(1.0, kEvaluatedFloats / static_cast<double>(description.image_floats));
  const double operators =
      static_cast<double>(description.forward_operators) *
      (3 * workers * (rounds + pilot_rounds) +
       evaluations * (has_server ? 1 : 1 + workers) *
           std::ceil(static_cast<double>(description.test_samples) / images_in_a_pass));
  const double rate =
      description.device == "cpu" ? kCpuOperationsPerSecond : kGpuOperationsPerSecond;
  const channel::HostWork network = channel::host_work(link);
  Cost& cost = estimate.cost;
  cost.start_s = kStartSeconds;
  cost.learning_s = kLearnerSeconds + kGradientSeconds * workers * rounds +
                    kOperatorSeconds * operators + (operations + evaluation_operations) / rate;
  cost.events = network.start + network.segment * segments + network.message * messages +
                network.second * idle_s;
  cost.network_s = network.event_s * cost.events;
  cost.peak_bytes = peak_bytes(settings, description);
  const double kept = kept_share(settings.results.transfers, training.rounds);
  cost.file_bytes =
      4096 + 135 * rounds + 110 * evaluations + network.transfer_bytes * kept * messages;
  return estimate;
}

}  // namespace gradwave
