// SPDX-License-Identifier: GPL-2.0-only
// What a robot's link was measured to carry one way, over time. Two forms, told apart by the first
// line that says something:
//
//   a table     columns t_s (or t_ms), rate_bps (or rate_kbps, rate_mbps), perhaps delay_s (or
//               delay_ms), one way, and loss, of a packet, 0 to 1; other columns are passed over.
//               Between rows, values stay as they were (trace.between = "steps") or lie on straight
//               lines ("lines")
//   Mahimahi    a whole number a line: the millisecond at which one packet of 1,500 bytes may be
//               delivered; smaller packets share it, larger ones wait for the next, and what nobody
//               uses is lost (Netravali et al., USENIX ATC 2015)
//
// A trace begins with its first row, whatever its time, and ends with its last; a Mahimahi trace
// begins at 0 and ends with its last opportunity. What comes then, trace.ending says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

// Packets one after the other over one trace, each as soon as those before it have gone.
class TraceLink {
 public:
  virtual ~TraceLink() = default;

  // When the last of `bytes` has gone, in seconds of the trace, if the first could go at `start_s`,
  // which never runs back. Infinity: never.
  virtual double send(double start_s, double bytes) = 0;

  virtual double delay_s(double time_s) const = 0;  // one way
  virtual double loss(double time_s) const = 0;     // probability
  virtual bool has_ended(double time_s) const = 0;  // with ending "error"

  virtual double mean_rate_bps() const = 0;  // over the whole trace
  virtual double length_s() const = 0;
  virtual double outage() const = 0;  // share of its seconds in which nothing goes
  virtual std::vector<std::string> passed_over() const { return {}; }  // columns
  // No window of so many seconds carries more.
  virtual double capacity_bits(double seconds) const = 0;
};

// By its first line that says something.
bool is_mahimahi(const TextFile& file);

// Throws OptionError of the setting `key`, with file and line, for a file of neither form, time
// that runs back, a rate below 0, two columns that say the same, a trace that carries nothing at
// all.
std::unique_ptr<TraceLink> read_trace(const std::string& key, const TextFile& file,
                                      const TraceOptions& options);

}  // namespace gradwave::channel
