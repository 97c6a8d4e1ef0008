// SPDX-License-Identifier: GPL-2.0-only
// Work that ns-3 may end the process over, done in a process of its own.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace gradwave::channel {

// What `work` gives, in a copy of this process that ends there; nothing if it ended otherwise. What
// it says on stderr is not heard.
std::optional<std::string> in_a_child(const std::function<std::string()>& work);

}  // namespace gradwave::channel
