// SPDX-License-Identifier: GPL-2.0-only
// A file's bytes in memory. A plain file is mapped, so that runs beside each other share it; one
// that gzip compressed is inflated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace gradwave::learning {

struct FileBytes {
  const std::uint8_t* data = nullptr;  // [size], for as long as somebody holds `owner`
  std::int64_t size = 0;
  std::shared_ptr<const void> owner;
};

// Throws std::invalid_argument, naming the file, if it cannot be read.
FileBytes file_bytes(const std::filesystem::path& file);

// Throws std::invalid_argument: "FILE: reason".
[[noreturn]] void refuse_file(const std::filesystem::path& file, const std::string& reason);

}  // namespace gradwave::learning
