// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/rows.h"

namespace gradwave {

std::vector<Setting> trace_settings() {
  const Condition here = when("link.technology", {"trace"});
  return {
      {"trace.uplink", FIELD(link.trace.uplink),
       "files, given to the robots in turn: a table with columns t_s and rate_bps, perhaps delay_s "
       "and loss, or Mahimahi's form",
       any(), kChannel, here},
      {"trace.downlink", FIELD(link.trace.downlink), "likewise, to the robots", any(), kChannel,
       here},
      {"trace.between", FIELD(link.trace.between), "values between the rows of a table",
       words(channel::trace_betweens), kChannel, here},
      {"trace.ending", FIELD(link.trace.ending), "when a trace is over",
       words(channel::trace_endings), kChannel, here},
      {"trace.shift_s", FIELD(link.trace.shift_s),
       "by which each robot that shares a trace is ahead of the one before", range(0, 1e6),
       kChannel, here},
      {"trace.delay_s", FIELD(link.trace.delay_s), "one way, beside what the traces say",
       range(0, 100), kChannel, here},
      {"trace.buffer_bytes", FIELD(link.trace.buffer_bytes), "of each robot and direction",
       range(1500, 1e12), kChannel, here},
  };
}

}  // namespace gradwave
