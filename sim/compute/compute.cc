// SPDX-License-Identifier: GPL-2.0-only
#include "sim/compute/compute.h"

#include <algorithm>
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>

#include "sim/error.h"

namespace gradwave {
namespace {

struct Device {
  const char* name;
  double rate_flops;  // single precision, peak: units x 2 (multiply-add) x clock
  const char* description;
};

// GPUs: CUDA cores x 2 x maximum operating frequency. CPUs: cores x floats a cycle x 2 x clock.
constexpr Device kDevices[] = {
    {"raspberry-pi-4", 4 * 4 * 2 * 1.5e9,
     "4 Cortex-A72 at 1.5 GHz, 4 multiply-adds a cycle (Arm Cortex-A72 Optimization Guide)"},
    {"raspberry-pi-5", 4 * 8 * 2 * 2.4e9,
     "4 Cortex-A76 at 2.4 GHz, 8 multiply-adds a cycle (Arm Cortex-A76 Optimization Guide)"},
    {"jetson-nano", 128 * 2 * 921.6e6,
     "128 CUDA cores at 921.6 MHz (NVIDIA Jetson Nano data sheet)"},
    {"jetson-tx2", 256 * 2 * 1.3e9, "256 CUDA cores at 1.3 GHz (NVIDIA Jetson TX2 data sheet)"},
    {"jetson-xavier-nx", 384 * 2 * 1.1e9,
     "384 CUDA cores at 1.1 GHz (NVIDIA Jetson Xavier NX data sheet)"},
    {"jetson-orin-nano", 1024 * 2 * 625e6,
     "1024 CUDA cores at 625 MHz (NVIDIA Jetson Orin Nano 8 GB data sheet)"},
    {"jetson-agx-orin", 2048 * 2 * 1.3e9,
     "2048 CUDA cores at 1.3 GHz (NVIDIA Jetson AGX Orin 64 GB data sheet)"},
};

double no_jitter(learning::Random&, double) { return 1; }

double uniform_jitter(learning::Random& random, double cv) {
  const double half_width = std::sqrt(3.0) * cv;  // keeps the deviation at cv
  return 1 + half_width * boost::random::uniform_real_distribution<double>(-1, 1)(random);
}

double lognormal_jitter(learning::Random& random, double cv) {
  const double variance = std::log1p(cv * cv);
  const double normal = boost::random::normal_distribution<double>()(random);
  return std::exp(std::sqrt(variance) * normal - variance / 2);
}

double exponential_jitter(learning::Random& random, double cv) {
  return 1 - cv + cv * boost::random::exponential_distribution<double>()(random);
}

struct Jitter {
  const char* name;
  double (*draw)(learning::Random& random, double cv);
  double most_cv;  // above it a time could be negative
  const char* description;
};

constexpr Jitter kJitters[] = {
    {"none", no_jitter, HUGE_VAL, "every gradient takes the same time"},
    {"uniform", uniform_jitter, 0.577, "uniform about the mean"},
    {"lognormal", lognormal_jitter, HUGE_VAL, "log-normal: a mild tail"},
    {"exponential", exponential_jitter, 1, "a fixed part 1 - cv and an exponential rest"},
};

template <typename Row, std::size_t n>
const Row* find(const Row (&table)[n], const std::string& name) {
  const auto row = std::find_if(std::begin(table), std::end(table),
                                [&](const Row& candidate) { return candidate.name == name; });
  return row == std::end(table) ? nullptr : row;
}

template <typename Row, std::size_t n>
Words words(const Row (&table)[n]) {
  Words all;
  for (const Row& row : table) all.emplace_back(row.name, row.description);
  return all;
}

double rate_of(const std::string& key, const std::string& name) {
  const Device* device = find(kDevices, name);
  if (!device) throw SettingError({key}, key + ": unknown device " + name);
  return device->rate_flops;
}

void check_length(const std::string& key, std::size_t length, std::int64_t workers) {
  if (static_cast<std::int64_t>(length) == workers) return;
  throw SettingError({key, "team.workers"},
                     key + " has " + std::to_string(length) +
                         " entries, but team.workers = " + std::to_string(workers));
}

double peak_rate(const ComputeOptions& options) {
  if (options.device.empty() == (options.rate_flops == 0)) {
    throw SettingError(
        {"compute.device", "compute.rate_flops"},
        options.device.empty()
            ? "compute.device is not set: how long the robots compute must be said, by the name of "
              "a device (gradwave list devices) or by compute.rate_flops"
            : "compute.rate_flops contradicts compute.device: set one of them");
  }
  if (options.rate_flops > 0) return options.rate_flops;
  return rate_of("compute.device", options.device);
}

// [M]
std::vector<double> peak_rates(const ComputeOptions& options, std::int64_t workers) {
  if (options.devices.empty()) {
    return std::vector<double>(static_cast<std::size_t>(workers), peak_rate(options));
  }
  check_length("compute.devices", options.devices.size(), workers);
  std::vector<double> rates;
  for (const std::string& device : options.devices) {
    rates.push_back(device.empty() ? peak_rate(options) : rate_of("compute.devices", device));
  }
  return rates;
}

}  // namespace

ComputeTimes::ComputeTimes(const ComputeOptions& options, double forward_macs, std::int64_t batch,
                           std::int64_t workers, std::uint64_t seed)
    : jitter_cv_(options.jitter_cv) {
  const double operations = 3 * 2 * forward_macs * static_cast<double>(batch);
  const std::vector<double> rates = peak_rates(options, workers);
  if (!options.factors.empty()) check_length("compute.factors", options.factors.size(), workers);
  const Jitter* jitter = find(kJitters, options.jitter);
  if (!jitter)
    throw SettingError({"compute.jitter"}, "compute.jitter: unknown jitter " + options.jitter);
  if (jitter_cv_ > jitter->most_cv) {
    throw SettingError({"compute.jitter_cv", "compute.jitter"},
                       "compute.jitter_cv is too large for jitter \"" + options.jitter +
                           "\": a compute time could be negative");
  }
  jitter_ = jitter->draw;
  for (std::int64_t worker = 0; worker < workers; ++worker) {
    const double mean_s = operations / (options.efficiency * rates[worker]);
    mean_s_.push_back(mean_s * (options.factors.empty() ? 1 : options.factors[worker]));
    random_.push_back(
        learning::random_stream(seed, "compute", {static_cast<std::uint64_t>(worker)}));
  }
}

std::vector<double> ComputeTimes::next() {
  std::vector<double> times(mean_s_.size());
  for (std::size_t worker = 0; worker < times.size(); ++worker) {
    times[worker] = mean_s_[worker] * jitter_(random_[worker], jitter_cv_);
  }
  return times;
}

double ComputeTimes::longest_mean_s() const {
  return *std::max_element(mean_s_.begin(), mean_s_.end());
}

Words devices() { return words(kDevices); }
Words jitters() { return words(kJitters); }

}  // namespace gradwave
