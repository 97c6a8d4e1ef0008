// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/naming.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>

#include "channel-models/files/nearest.h"
#include "channel-models/files/table_file.h"
#include "channel-models/plan/drawing.h"

namespace gradwave::channel {

using boost::algorithm::iequals;

Naming::Naming(const TextFile& file, const FloorOptions& options,
               const std::map<std::string, double>& losses_db, std::string kind)
    : file_(file.name), kind_(std::move(kind)), not_walls_(options.not_walls) {
  for (const auto& [material, loss_db] : losses_db) words_.push_back(material);
  words_.emplace_back("door");
}

std::string Naming::known(const std::string& name) const {
  const auto exact = std::find(words_.begin(), words_.end(), name);
  if (exact != words_.end()) return name;
  const auto alike = std::find_if(words_.begin(), words_.end(),
                                  [&](const std::string& word) { return iequals(word, name); });
  return alike == words_.end() ? "" : *alike;
}

Naming::Found Naming::material_of(const Line& line) {
  for (const Name& name : line.names) {
    for (const std::string& other : not_walls_) {
      if (!iequals(other, name.text)) continue;
      used_[other] = true;
      return {};
    }
    const std::string word = known(name.text);
    if (!word.empty()) return {word, name.level};
  }
  // An id is a name only if it is meant as one.
  const auto meant = std::find_if(line.names.begin(), line.names.end(), [&](const Name& name) {
    return name.is_given || !did_you_mean(name.text, words_).empty();
  });
  if (meant == line.names.end() || !line.may_be_wall) {
    ++unnamed_;
    return {};
  }
  auto found = std::find_if(unknown_.begin(), unknown_.end(),
                            [&](const auto& each) { return each.first == meant->text; });
  if (found == unknown_.end()) {
    found = unknown_.insert(unknown_.end(), {meant->text, Unknown{0, line.line}});
  }
  ++found->second.lines;
  return {};
}

void Naming::check() const {
  if (!unknown_.empty()) {
    constexpr std::size_t kMost = 12;
    std::string sentence;
    for (std::size_t i = 0; i < std::min(kMost, unknown_.size()); ++i) {
      const auto& [name, unknown] = unknown_[i];
      sentence += (i == 0 ? kind_ + " \"" : "; \"") + name + "\" (" +
                  std::to_string(unknown.lines) + (unknown.lines == 1 ? " line" : " lines") +
                  (i == 0 ? "" : ", from line " + std::to_string(unknown.first_line)) +
                  ") is no material, the nearest is \"" + nearest(name, words_) + "\"";
    }
    for (std::size_t i = kMost; i < unknown_.size(); ++i) {
      sentence += (i == kMost ? "; nor are \"" : ", \"") + unknown_[i].first + "\"";
    }
    std::string materials;
    for (const std::string& word : words_) materials += (materials.empty() ? "" : ", ") + word;
    throw OptionError({kPlanKey, "floor.losses_db", "floor.not_walls"},
                      kPlanKey + ": " + file_ + ":" +
                          std::to_string(unknown_.front().second.first_line) + ": " + sentence +
                          "; expected one of " + materials +
                          ", a loss in floor.losses_db, or an entry in floor.not_walls");
  }
  for (const std::string& other : not_walls_) {
    if (used_.count(other) > 0) continue;
    throw OptionError({"floor.not_walls"}, "floor.not_walls: " + file_ + " has no line with the " +
                                               kind_ + " \"" + other +
                                               "\" that would else be a wall");
  }
}

std::vector<std::string> Naming::notes() const {
  if (unnamed_ == 0) return {};
  return {"no walls, without a material: " + std::to_string(unnamed_) + " lines"};
}

}  // namespace gradwave::channel
