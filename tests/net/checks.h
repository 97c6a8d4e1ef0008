// SPDX-License-Identifier: GPL-2.0-only
// What must hold of any scenario, whatever it says.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "tests/net/draw.h"

namespace gradwave::net {

struct Finding {
  std::string check;   // which one
  std::string detail;  // what was found
};

enum class Ending { kRefused, kFailed, kComplete, kTooSlow };

class Examiner {
 public:
  // Runs `program`, gradwave, in `folder`, which it empties.
  Examiner(std::filesystem::path program, std::filesystem::path folder);

  // The first thing that does not hold, if there is one.
  std::optional<Finding> examine(const Drawn& drawn);

  // All rounds, transfers and evaluations, as text; empty if the run does not complete.
  std::string rows_of(const Drawn& drawn);

  Ending last_ending() const { return ending_; }
  std::string last_words() const { return words_; }

 private:
  struct Ended {
    int code;
    std::string output;
  };
  Ended gradwave(const std::string& arguments, int seconds = 60) const;
  void write(const std::string& name, const std::string& text) const;
  std::optional<Finding> run_alone(const Drawn& drawn);
  std::optional<Finding> check_rows(const Drawn& drawn) const;
  std::optional<Finding> check_wire(const Drawn& drawn) const;
  std::optional<Finding> check_relations(const Drawn& drawn);
  std::string rows(const std::string& database, const std::string& variant,
                   const std::string& sql) const;

  std::filesystem::path program_, folder_;
  Ending ending_ = Ending::kComplete;
  std::string words_;
};

}  // namespace gradwave::net
