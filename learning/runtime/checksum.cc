// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/checksum.h"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace gradwave::learning {
namespace {

namespace fs = std::filesystem;

const std::string kMark = "gradwave-crc32 ";
constexpr std::size_t kDigits = 8;
// An end-of-central-directory record without a comment; the comment's length is its last two bytes
// (APPNOTE.TXT, section 4.3.16).
constexpr std::size_t kEnd = 22;
const std::string kEndSignature = "PK\5\6";

std::string digits_of(unsigned long crc) {
  char text[kDigits + 1];
  std::snprintf(text, sizeof text, "%08lx", crc & 0xffffffffUL);
  return text;
}

unsigned long add(unsigned long crc, const char* data, std::size_t size) {
  return crc32_z(crc, reinterpret_cast<const Bytef*>(data), size);
}

using Stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

}  // namespace

ChecksummedFile::ChecksummedFile(const fs::path& file)
    : file_(file),
      stream_(std::fopen(file.c_str(), "wb"), std::fclose),
      crc_(crc32_z(0, nullptr, 0)) {
  if (!stream_) fail();
}

void ChecksummedFile::fail() const {
  throw std::system_error(errno, std::generic_category(), file_.string());
}

void ChecksummedFile::put(const char* data, std::size_t size) {
  crc_ = add(crc_, data, size);
  if (std::fwrite(data, 1, size, stream_.get()) != size) fail();
}

void ChecksummedFile::write(const void* data, std::size_t size) {
  const char* bytes = static_cast<const char*>(data);
  if (size >= kEnd) {
    put(last_.data(), last_.size());
    put(bytes, size - kEnd);
    last_.assign(bytes + size - kEnd, kEnd);
    return;
  }
  last_.append(bytes, size);
  if (last_.size() <= kEnd) return;
  put(last_.data(), last_.size() - kEnd);
  last_.erase(0, last_.size() - kEnd);
}

void ChecksummedFile::end() {
  if (last_.size() != kEnd || last_.compare(0, kEndSignature.size(), kEndSignature) != 0 ||
      last_[kEnd - 2] != 0 || last_[kEnd - 1] != 0) {
    throw std::logic_error("a checkpoint does not end as a ZIP archive without a comment");
  }
  last_[kEnd - 2] = static_cast<char>(kMark.size() + kDigits);
  last_ += kMark;
  put(last_.data(), last_.size());
  const std::string digits = digits_of(crc_);
  put(digits.data(), digits.size());
  if (std::fflush(stream_.get()) != 0 || fsync(fileno(stream_.get())) != 0) fail();
  if (std::fclose(stream_.release()) != 0) fail();
}

bool has_right_checksum(const fs::path& file) {
  std::error_code unreadable;
  const std::uintmax_t size = fs::file_size(file, unreadable);
  const std::size_t ending = kMark.size() + kDigits;
  if (unreadable || size < kEnd + ending) return false;
  const Stream stream(std::fopen(file.c_str(), "rb"), std::fclose);
  if (!stream) return false;
  std::vector<char> piece(1 << 20);
  unsigned long crc = crc32_z(0, nullptr, 0);
  std::string tail;  // the mark and the digits
  for (std::uintmax_t at = 0; at < size;) {
    const std::size_t got = std::fread(piece.data(), 1, piece.size(), stream.get());
    if (got == 0) return false;
    const std::uintmax_t hashed = size - kDigits;
    if (at < hashed) crc = add(crc, piece.data(), std::min<std::uintmax_t>(got, hashed - at));
    tail.append(piece.data(), got);
    if (tail.size() > ending) tail.erase(0, tail.size() - ending);
    at += got;
  }
  return tail == kMark + digits_of(crc);
}

}  // namespace gradwave::learning
