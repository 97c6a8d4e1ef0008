// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/estimate.h"

#include <algorithm>
#include <cmath>

#include "learning/compression/codec.h"
#include "learning/compression/schedule.h"

namespace gradwave {
namespace {

// Measured on one core of a 2-core virtual machine (tests/benchmarks/costs.py); the GPU's rate is
// what one of a data centre should do in single precision, and is not measured.
constexpr double kCpuOperationsPerSecond = 1e11;
constexpr double kGpuOperationsPerSecond = 2e13;

// What ns-3 takes on that core, M robots: for a TCP segment, for a second in which everybody
// computes, and for connecting them. On a radio everybody hears each frame.
struct Work {
  double segment = 0, idle_second = 0, start = 0;

  double of(double segments, double idle_s) const {
    return start + segments * segment + idle_s * idle_second;
  }
};
struct NetworkWork {
  Work host_s, events;
};

NetworkWork work(const std::string& technology, double robots) {
  if (technology == "wire") return {{3.3e-5, 0, 0}, {20, 0, 0}};
  if (technology == "trace") return {{3.3e-5, 0, 0}, {20, 0, 0}};
  if (technology == "lte") {
    return {{1e-4 + 1.2e-5 * robots, 0.04 * robots, 0.04 * robots}, {100, 4000, 4000}};
  }
  if (technology == "nr") return {{2e-5 + 4e-7 * robots, 0, 3e-4 * robots}, {10, 0, 100}};
  return {{7e-5 + 1.2e-5 * robots + 1.2e-7 * robots * robots, 3e-4 * (robots + 1),
           1.8e-3 * robots * robots},
          {20 + 4 * robots, 20 * (robots + 1), 500 * robots}};
}

// The union of M random sets of k out of d; Top-K sets overlap more.
double union_of(double k, double model_size, double workers) {
  return model_size * -std::expm1(workers * std::log1p(-std::min(k / model_size, 1 - 1e-12)));
}

// The program and its libraries, data, learner, robots.
double peak_bytes(const Settings& settings, const learning::Description& description) {
  const auto workers = static_cast<double>(settings.learning.training.workers);
  const auto d = static_cast<double>(description.model_size);
  const double vectors = 8 + (settings.learning.compression.error_compensation ? workers : 0);
  return 2.5e8 + 4 * d * vectors + 5e5 * workers;
}

double file_bytes(const Settings& settings, double rounds, double messages, double evaluations) {
  const std::string& kept = settings.results.transfers;
  const double transfers = kept == "none" ? 0 : kept == "sampled" ? messages / 100 : messages;
  const std::string& technology = settings.link.technology;
  const double counters = technology == "nr" || technology == "lte" ? 400 : 150;
  return 20000 + 170 * rounds + 110 * evaluations + (90 + counters) * transfers;
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
  const bool dense_down = compression.downlink == "dense";
  for (const std::int64_t k : schedule.k) {
    estimate.uplink_bytes += senders * static_cast<double>(learning::encoded_bytes(k, d));
    if (!has_server || compression.downlink == "none") continue;
    const double sent = union_of(static_cast<double>(k), static_cast<double>(d), workers);
    const auto entries = dense_down ? d : static_cast<std::int64_t>(std::llround(sent));
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
  const NetworkWork network = work(settings.link.technology, workers);
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
  const double rate =
      description.device == "cpu" ? kCpuOperationsPerSecond : kGpuOperationsPerSecond;
  Cost& cost = estimate.cost;
  cost.learning_s = (operations + evaluation_operations) / rate;
  cost.network_s = network.host_s.of(segments, idle_s);
  cost.events = network.events.of(segments, idle_s);
  cost.peak_bytes = peak_bytes(settings, description);
  cost.file_bytes = file_bytes(settings, rounds, messages, evaluations);
  return estimate;
}

}  // namespace gradwave
