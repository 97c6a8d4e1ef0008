// SPDX-License-Identifier: GPL-2.0-only
// Who writes a run, so that the next start can tell whether it still lives.
#pragma once

#include <string>

namespace gradwave::results {

std::string this_host();  // the machine's name

// True if `process`, as this_process() once said, has ended. Nothing is known, and both are false,
// of the processes of another machine, or of another namespace of process numbers (a container's),
// where the same number is another process.
bool is_gone(const std::string& process);

// True if it certainly goes on.
bool is_alive(const std::string& process);

}  // namespace gradwave::results
