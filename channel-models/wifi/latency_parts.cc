// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/wifi/latency_parts.h"

#include <algorithm>

namespace gradwave::channel {

void LatencyParts::spend(std::int64_t until_ns, std::int64_t free_ns, Part waiting) {
  const std::int64_t from_ns = since_ns_;
  if (until_ns <= from_ns) return;
  since_ns_ = until_ns;
  switch (state_) {
    case State::kIdle:
      add(on_backhaul_ > 0 ? kBackhaul : kWindow, until_ns - from_ns);
      return;
    case State::kWaiting: {
      const std::int64_t turn_ns = std::clamp(free_ns, from_ns, until_ns);
      add(kQueue, turn_ns - from_ns);
      add(waiting, until_ns - turn_ns);
      return;
    }
    case State::kSent: {
      const std::int64_t landed_ns = std::clamp(end_ns_, from_ns, until_ns);
      const double on_air_s = 1e-9 * static_cast<double>(landed_ns - from_ns);
      seconds_[kRetransmission] += again_ * on_air_s;
      seconds_[kAir] += (1 - again_) * on_air_s;
      add(kAcknowledgement, until_ns - landed_ns);
      return;
    }
  }
}

void LatencyParts::enter(std::int64_t at_ns) {
  if (state_ == State::kIdle) {
    spend(at_ns, at_ns);
    state_ = State::kWaiting;
  }
  ++packets_;
}

void LatencyParts::leave(std::int64_t at_ns) {
  packets_ = std::max<std::int64_t>(0, packets_ - 1);
  if (packets_ > 0 || state_ != State::kWaiting) return;
  spend(at_ns, since_ns_);
  state_ = State::kIdle;
}

void LatencyParts::move_on_backhaul(std::int64_t at_ns, int packets) {
  if (state_ == State::kIdle) spend(at_ns, at_ns);
  on_backhaul_ += packets;
}

void LatencyParts::send(std::int64_t at_ns, std::int64_t end_ns, double again,
                        std::int64_t free_ns) {
  spend(at_ns, free_ns, again < 1 ? kContention : kRetransmission);
  state_ = State::kSent;
  end_ns_ = end_ns;
  again_ = again;
}

void LatencyParts::answer(std::int64_t at_ns) {
  if (state_ != State::kSent) return;
  spend(at_ns, at_ns);
  state_ = packets_ > 0 ? State::kWaiting : State::kIdle;
}

const std::array<double, LatencyParts::kParts>& LatencyParts::until(std::int64_t at_ns,
                                                                    std::int64_t free_ns) {
  spend(at_ns, free_ns);
  return seconds_;
}

}  // namespace gradwave::channel
