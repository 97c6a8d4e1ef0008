// SPDX-License-Identifier: GPL-2.0-only
#include "learning/runtime/checkpoint.h"

#include <ATen/ATen.h>
#include <torch/serialize/archive.h>

#include <sstream>
#include <stdexcept>

#include "learning/runtime/torch_runtime.h"

namespace gradwave::learning {
namespace {

constexpr const char* kForm = "gradwave_checkpoint";  // the name under which a file has kVersion
constexpr std::int64_t kVersion = 4;

std::string text_of(const Random& random) {
  std::ostringstream text;
  text << random;
  return text.str();
}

at::Tensor view_of(std::vector<std::int64_t>& numbers) {
  return at::from_blob(numbers.data(), {static_cast<std::int64_t>(numbers.size())}, at::kLong);
}

}  // namespace

struct CheckpointWriter::Archive {
  torch::serialize::OutputArchive out;
};

CheckpointWriter::CheckpointWriter() : archive_(std::make_unique<Archive>()) {
  archive_->out.write(kForm, c10::IValue(kVersion));
}

CheckpointWriter::~CheckpointWriter() = default;

void CheckpointWriter::keep(const std::string& name, const at::Tensor& tensor) {
  archive_->out.write(name, tensor.detach().cpu(), /*is_buffer=*/true);
}

void CheckpointWriter::keep(const std::string& name, std::int64_t& number) {
  archive_->out.write(name, c10::IValue(number));
}

void CheckpointWriter::keep(const std::string& name, std::vector<std::int64_t>& numbers) {
  keep(name, view_of(numbers).clone());
}

void CheckpointWriter::keep(const std::string& name, Random& random) {
  archive_->out.write(name, c10::IValue(text_of(random)));
}

void CheckpointWriter::same(const std::string& name, const std::string& text) {
  archive_->out.write(name, c10::IValue(text));
}

void CheckpointWriter::write(const std::filesystem::path& file) {
  const std::filesystem::path unfinished = file.string() + ".unfinished";
  try {
    archive_->out.save_to(unfinished.string());
    std::filesystem::rename(unfinished, file);
  } catch (const std::exception& error) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
    throw std::runtime_error(file.string() +
                             ": the checkpoint cannot be written: " + reason(error));
  }
}

struct CheckpointReader::Archive {
  std::string file;
  torch::serialize::InputArchive in;

  [[noreturn]] void refuse(const std::string& reason) const {
    throw std::invalid_argument(file + ": " + reason);
  }

  [[noreturn]] void refuse_type(const std::string& name, const c10::IValue& value) const {
    refuse("this checkpoint's \"" + name + "\" is a " + value.tagKind() +
           " that says nothing here");
  }

  c10::IValue value(const std::string& name) {
    c10::IValue value;
    if (!in.try_read(name, value)) {
      refuse("this checkpoint has no \"" + name + "\"; expected one of a run like this");
    }
    return value;
  }
};

CheckpointReader::CheckpointReader(const std::filesystem::path& file)
    : archive_(std::make_unique<Archive>()) {
  archive_->file = file.string();
  try {
    archive_->in.load_from(archive_->file);
  } catch (const c10::Error& error) {
    archive_->refuse("is no checkpoint of gradwave: " + reason(error));
  }
  c10::IValue version;
  if (!archive_->in.try_read(kForm, version) || !version.isInt()) {
    archive_->refuse("is no checkpoint of gradwave");
  }
  if (version.toInt() != kVersion) {
    archive_->refuse("is a checkpoint of version " + std::to_string(version.toInt()) +
                     ", expected " + std::to_string(kVersion));
  }
}

CheckpointReader::~CheckpointReader() = default;

void CheckpointReader::keep(const std::string& name, const at::Tensor& tensor) {
  const c10::IValue value = archive_->value(name);
  if (!value.isTensor()) archive_->refuse_type(name, value);
  const at::Tensor& kept = value.toTensor();
  if (kept.sizes() != tensor.sizes()) {
    archive_->refuse("this checkpoint's \"" + name + "\" has the shape " + c10::str(kept.sizes()) +
                     ", expected " + c10::str(tensor.sizes()));
  }
  if (kept.scalar_type() != tensor.scalar_type()) {
    archive_->refuse("this checkpoint's \"" + name + "\" is of type " +
                     c10::toString(kept.scalar_type()) + ", expected " +
                     c10::toString(tensor.scalar_type()));
  }
  tensor.copy_(kept);
}

void CheckpointReader::keep(const std::string& name, std::int64_t& number) {
  const c10::IValue value = archive_->value(name);
  if (!value.isInt()) archive_->refuse_type(name, value);
  number = value.toInt();
}

void CheckpointReader::keep(const std::string& name, std::vector<std::int64_t>& numbers) {
  keep(name, view_of(numbers));
}

void CheckpointReader::keep(const std::string& name, Random& random) {
  const c10::IValue value = archive_->value(name);
  if (!value.isString()) archive_->refuse_type(name, value);
  std::istringstream(value.toStringRef()) >> random;
  if (text_of(random) != value.toStringRef()) archive_->refuse_type(name, value);
}

void CheckpointReader::same(const std::string& name, const std::string& text) {
  const c10::IValue value = archive_->value(name);
  if (!value.isString()) archive_->refuse_type(name, value);
  if (value.toStringRef() != text) archive_->refuse("this checkpoint is of another " + name);
}

}  // namespace gradwave::learning
