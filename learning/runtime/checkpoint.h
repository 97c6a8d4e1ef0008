// SPDX-License-Identifier: GPL-2.0-only
// Everything that a learner's next rounds depend on, as a file: a TorchScript archive of named
// tensors and texts, which Python opens as well:
//
//   state = torch.jit.load("results-run-1.pt")
//   torch.nn.utils.vector_to_parameters(state.weights, model.parameters())
//
// What belongs in it is named once, in a function that hands each thing to a Keeper: one that
// writes it to the file, or one that reads it back.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "learning/runtime/random.h"

namespace gradwave::learning {

class Keeper {
 public:
  virtual ~Keeper() = default;
  virtual void keep(const std::string& name, const at::Tensor& tensor) = 0;
  virtual void keep(const std::string& name, std::int64_t& number) = 0;
  virtual void keep(const std::string& name, std::vector<std::int64_t>& numbers) = 0;
  virtual void keep(const std::string& name, Random& random) = 0;
  // Has to be the same when it is read back.
  virtual void same(const std::string& name, const std::string& text) = 0;
};

class CheckpointWriter final : public Keeper {
 public:
  CheckpointWriter();
  ~CheckpointWriter() override;
  void keep(const std::string& name, const at::Tensor& tensor) override;
  void keep(const std::string& name, std::int64_t& number) override;
  void keep(const std::string& name, std::vector<std::int64_t>& numbers) override;
  void keep(const std::string& name, Random& random) override;
  void same(const std::string& name, const std::string& text) override;

  // Under a name of its own first, so that `file` is always whole: the last checkpoint or this one.
  // Throws std::runtime_error if it cannot be written.
  void write(const std::filesystem::path& file);

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
};

// Throws std::invalid_argument for a file that is no checkpoint, and for a thing that is not in it
// or has another shape or type than the one it would replace.
class CheckpointReader final : public Keeper {
 public:
  explicit CheckpointReader(const std::filesystem::path& file);
  ~CheckpointReader() override;
  void keep(const std::string& name, const at::Tensor& tensor) override;
  void keep(const std::string& name, std::int64_t& number) override;
  void keep(const std::string& name, std::vector<std::int64_t>& numbers) override;
  void keep(const std::string& name, Random& random) override;
  void same(const std::string& name, const std::string& text) override;

 private:
  struct Archive;
  std::unique_ptr<Archive> archive_;
};

}  // namespace gradwave::learning
