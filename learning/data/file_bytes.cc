// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/file_bytes.h"

#include <zlib.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

#include "learning/options.h"

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

// Read, not mapped: a process that truncates a mapped file ends its readers (SIGBUS), and one that
// writes into it changes their training data.
FileBytes read(const fs::path& file) {
  const auto bytes = std::make_shared<std::vector<std::uint8_t>>(fs::file_size(file));
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(bytes->data()), static_cast<std::streamsize>(bytes->size()));
  if (!stream) {
    const auto reason = stream.is_open() ? std::make_error_code(std::errc::io_error)
                                         : std::error_code(errno, std::generic_category());
    throw fs::filesystem_error("", file, reason);
  }
  return {bytes->data(), static_cast<std::int64_t>(bytes->size()), bytes};
}

FileBytes inflate(const fs::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  if (!stream) refuse_file(file, "cannot be opened");
  constexpr unsigned kPieceBytes = 1 << 20;
  const auto bytes = std::make_shared<std::vector<std::uint8_t>>();
  int got = 0;
  do {
    const std::size_t size = bytes->size();
    bytes->resize(size + kPieceBytes);
    got = gzread(stream.get(), bytes->data() + size, kPieceBytes);
    bytes->resize(size + (got > 0 ? got : 0));
  } while (got > 0);
  int error = Z_OK;
  gzerror(stream.get(), &error);
  if (error != Z_OK) refuse_file(file, "ends too early: it is truncated or damaged");
  return {bytes->data(), static_cast<std::int64_t>(bytes->size()), bytes};
}

}  // namespace

void refuse_file(const fs::path& file, const std::string& reason) {
  throw OptionError({"data.path", "data.folder", "data.dataset"}, file.string() + ": " + reason);
}

void require_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::is_directory(status)) return;
  if (status.type() == fs::file_type::none) refuse_file(folder, error.message());
  if (fs::exists(status)) refuse_file(folder, "is a file, expected a folder");
  fs::path missing = folder.has_filename() ? folder : folder.parent_path(), topmost = missing;
  for (fs::path above = missing.parent_path();
       !above.empty() && above != topmost && !fs::exists(above, error);
       above = above.parent_path()) {
    topmost = above;
  }
  refuse_file(folder, "there is no such folder" +
                          (topmost == missing ? "" : ", nor is there " + topmost.string()));
}

FileBytes file_bytes(const fs::path& file) {
  try {
    FileBytes bytes = read(file);
    const bool gzip = bytes.size >= 2 && bytes.data[0] == 0x1f && bytes.data[1] == 0x8b;
    return gzip ? inflate(file) : bytes;
  } catch (const fs::filesystem_error& error) {
    refuse_file(file, error.code().message());
  }
}

}  // namespace gradwave::learning
