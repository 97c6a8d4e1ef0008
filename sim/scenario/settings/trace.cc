// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> trace_settings() {
  const Condition here = when("link.technology", {"trace"});
  return {
      {"trace.uplink", FIELD(link.trace.uplink),
       "uplink traces, assigned to robots in turn: table of t_s, rate_bps, optional delay_s and "
       "loss, or Mahimahi format",
       any(), kChannel, here},
      {"trace.downlink", FIELD(link.trace.downlink),
       "downlink traces, in the format of trace.uplink", any(), kChannel, here},
      {"trace.between", FIELD(link.trace.between), "interpolation between the rows of a table",
       words(channel::trace_betweens), kChannel, here},
      {"trace.ending", FIELD(link.trace.ending), "behaviour after the end of a trace",
       words(channel::trace_endings), kChannel, here},
      {"trace.shift_s", FIELD(link.trace.shift_s),
       "time offset between successive robots that share a trace", range(0, 1e6), kChannel, here},
      {"trace.delay_s", FIELD(link.trace.delay_s),
       "one-way delay in addition to that of the traces", range(0, 100), kChannel, here},
      {"trace.buffer_bytes", FIELD(link.trace.buffer_bytes), "buffer size per robot and direction",
       range(1500, 1e12), kChannel, here},
  };
}

}  // namespace gradwave
