// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/estimate.h"

#include <algorithm>
#include <cmath>

#include "learning/compression/codec.h"
#include "learning/compression/schedule.h"

namespace gradwave {
namespace {

// Measured on one core of a 2-core virtual machine; the GPU's rate is what one of a data centre
// should do in single precision, and is not measured.
constexpr double kCpuOperationsPerSecond = 1e11;
constexpr double kGpuOperationsPerSecond = 2e13;
constexpr double kWifiSecondsPerSegment = 1.2e-4;
constexpr double kWireSecondsPerSegment = 2e-5;
constexpr double kStartSeconds = 0.7;

// The union of M random sets of k out of d; Top-K sets overlap more.
double union_of(double k, double model_size, double workers) {
  return model_size * -std::expm1(workers * std::log1p(-std::min(k / model_size, 1 - 1e-12)));
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
  const bool dense_down = compression.downlink == "dense";
  for (const std::int64_t k : schedule.k) {
    estimate.uplink_bytes += workers * static_cast<double>(learning::encoded_bytes(k, d));
    if (compression.downlink == "none") continue;
    const double sent = union_of(static_cast<double>(k), static_cast<double>(d), workers);
    const auto entries = dense_down ? d : static_cast<std::int64_t>(std::llround(sent));
    estimate.downlink_bytes += workers * static_cast<double>(learning::encoded_bytes(entries, d));
  }

  const double segments = (estimate.uplink_bytes + estimate.downlink_bytes) / 1448;
  const double operations = 6 * description.forward_macs * static_cast<double>(training.batch) *
                            workers * static_cast<double>(training.rounds);
  const double evaluations =
      1 + static_cast<double>(training.rounds) / static_cast<double>(training.evaluate_every);
  const double evaluation_operations =
      2 * description.forward_macs * static_cast<double>(description.test_samples) * evaluations;
  const double rate =
      description.device == "cpu" ? kCpuOperationsPerSecond : kGpuOperationsPerSecond;
  estimate.host_s = kStartSeconds + (operations + evaluation_operations) / rate +
                    segments * (settings.link.technology == "wire" ? kWireSecondsPerSegment
                                                                   : kWifiSecondsPerSegment);
  return estimate;
}

}  // namespace gradwave
