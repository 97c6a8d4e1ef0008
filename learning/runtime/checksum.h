// SPDX-License-Identifier: GPL-2.0-only
// A ZIP archive that knows whether it is what was written: its comment, which readers of archives
// skip, is "gradwave-crc32 xxxxxxxx", the CRC-32 of all bytes before these eight digits.
#pragma once

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace gradwave::learning {

// Writes an archive, piece by piece, to a file that is whole on the disk after end(). Both throw
// std::system_error with the reason.
class ChecksummedFile {
 public:
  explicit ChecksummedFile(const std::filesystem::path& file);

  void write(const void* data, std::size_t size);
  void end();  // throws std::logic_error if what was written is no archive without a comment

 private:
  void put(const char* data, std::size_t size);
  [[noreturn]] void fail() const;

  std::filesystem::path file_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream_;
  std::string last_;  // what may be the archive's end, and is not written yet
  unsigned long crc_;
};

// Whether the file has a checksum, and it is right. False if it cannot be read.
bool has_right_checksum(const std::filesystem::path& file);

}  // namespace gradwave::learning
