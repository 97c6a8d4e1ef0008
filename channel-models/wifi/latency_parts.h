// SPDX-License-Identifier: GPL-2.0-only
// Where the time of one flow goes: packets between a robot and the server in one direction, at the
// radio that sends them. Each moment belongs to the first of these that applies, so that the parts
// add up:
//
//   window          the radio has none of its packets: TCP waits for acknowledgments or has nothing
//   backhaul        likewise, and some are on the wire behind the access point
//   queue           they wait while the radio sends to others
//   retransmission  a frame of which nothing has arrived waits and is sent again; of a frame with
//   some
//                   packets sent again, their share of its time by bytes
//   contention      the next frame is theirs, and the radio waits for the channel
//   air             their frame is on the air for the first time
//   acknowledgement from the end of the frame until its (block) acknowledgment, or until it is
//   missed
//
// Whose turn a frame was is known when it is sent: time that a reading asked for before that counts
// as contention. Times are in ns and never go back.
#pragma once

#include <array>
#include <cstdint>

namespace gradwave::channel {

class LatencyParts {
 public:
  enum Part { kWindow, kBackhaul, kQueue, kRetransmission, kContention, kAir, kAcknowledgement };
  static constexpr int kParts = 7;

  // A packet comes into the radio's queue; it is acknowledged, or dropped.
  void enter(std::int64_t at_ns);
  void leave(std::int64_t at_ns);
  // It comes into the backhaul's queue (1), or leaves the wire (-1).
  void move_on_backhaul(std::int64_t at_ns, int packets);
  // A frame of the flow; of its bytes the share `again` was sent before. The radio has sent nothing
  // to others since `free_ns`.
  void send(std::int64_t at_ns, std::int64_t end_ns, double again, std::int64_t free_ns);
  // Its acknowledgment has come, or has not come in time.
  void answer(std::int64_t at_ns);

  // Seconds by Part, up to now.
  const std::array<double, kParts>& until(std::int64_t at_ns, std::int64_t free_ns);

 private:
  enum class State { kIdle, kWaiting, kSent };
  void spend(std::int64_t until_ns, std::int64_t free_ns, Part waiting = kContention);
  void add(Part part, std::int64_t spent_ns) {
    seconds_[part] += 1e-9 * static_cast<double>(spent_ns);
  }

  std::array<double, kParts> seconds_{};
  State state_ = State::kIdle;
  std::int64_t since_ns_ = 0, end_ns_ = 0;  // of the frame, while it is sent
  double again_ = 0;
  std::int64_t packets_ = 0, on_backhaul_ = 0;
};

}  // namespace gradwave::channel
