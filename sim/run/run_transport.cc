// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/run_transport.h"

#include <utility>

namespace gradwave {
namespace {

Past past_of(const std::vector<results::Round>& rounds, int workers) {
  Past past;
  past.workers = workers;
  for (const results::Round& round : rounds) {
    past.rounds.push_back({round.start_s, round.start_s + round.compute_s + round.uplink_s,
                           static_cast<double>(round.uplink_payload_bytes),
                           static_cast<double>(round.downlink_payload_bytes), round.uplink_s,
                           round.downlink_s});
  }
  return past;
}

}  // namespace

RunTransport::RunTransport(const Settings& settings, const std::vector<results::Round>& past,
                           std::function<bool()> stop)
    : packets_(link_options(settings), settings.limits, std::move(stop)) {
  if (!samples(settings.sampling)) return;
  const auto workers = static_cast<int>(settings.learning.training.workers);
  sampled_.emplace(packets_, settings.sampling, channel::world_of(link_options(settings)),
                   settings.learning.seed, past_of(past, workers));
}

Transport& RunTransport::transport() {
  if (sampled_) return *sampled_;
  return packets_;
}

}  // namespace gradwave
