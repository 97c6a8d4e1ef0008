// SPDX-License-Identifier: GPL-2.0-only
#include "sim/run/checkpoint_folder.h"

#include <fstream>
#include <system_error>

#include "sim/error.h"

namespace gradwave {
namespace fs = std::filesystem;

fs::path checkpoint_file(const fs::path& folder, const fs::path& results, std::int64_t run_id) {
  return folder / (results.stem().string() + "-run-" + std::to_string(run_id) + ".pt");
}

void claim_checkpoints(const fs::path& folder, const fs::path& results) {
  const auto refuse = [&](const std::string& reason) {
    throw SettingError({"checkpoint.folder"},
                       "checkpoint.folder = \"" + folder.string() + "\": " + reason);
  };
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) refuse(error.message());
  const fs::path note = folder / (results.stem().string() + ".owner");
  const std::string mine = fs::absolute(results).lexically_normal().string();
  std::string owner;
  std::getline(std::ifstream(note), owner);
  if (owner == mine) return;
  if (!owner.empty()) {
    refuse("holds checkpoints of " + owner + ", and those of " + mine +
           " would have the same names; expected another folder, or another name of the results "
           "file (who they belong to stands in " +
           note.string() + ")");
  }
  if (!(std::ofstream(note) << mine << '\n').flush()) refuse(note.string() + " cannot be written");
}

}  // namespace gradwave
