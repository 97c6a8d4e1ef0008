// SPDX-License-Identifier: GPL-2.0-only
// A file's bytes in memory: a copy, which stays what it is whatever becomes of the file, and which
// processes forked from this one share. What gzip compressed is inflated.
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

// Throws OptionError, naming the file, if it cannot be read.
FileBytes file_bytes(const std::filesystem::path& file);

// Throws OptionError unless this is a folder; of one that is not there, with the topmost folder
// that is missing.
void require_folder(const std::filesystem::path& folder);

// Throws OptionError "FILE: reason", at the fault of the keys that say where a data set is.
[[noreturn]] void refuse_file(const std::filesystem::path& file, const std::string& reason);

}  // namespace gradwave::learning
