// SPDX-License-Identifier: GPL-2.0-only
// Who writes a run, so that the next start can tell whether it still lives.
#pragma once

#include <string>

namespace gradwave::results {

std::string this_host();  // the machine's name

// True if `process`, as this_process() once said, has ended. Of another machine's processes nothing
// is known here: false.
bool is_gone(const std::string& process);

}  // namespace gradwave::results
