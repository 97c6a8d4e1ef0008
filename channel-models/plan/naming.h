// SPDX-License-Identifier: GPL-2.0-only
// Which lines of a drawing are walls: those that are called after a material. A line is called by
// its layer (DXF), or by class, label and id of itself and of the groups it is in (SVG); of these
// names the nearest counts that is a material, "door" or in floor.not_walls, capital and small
// letters being the same. A line with a layer, class or label and none that counts is refused, so
// that no wall is lost by its name; one without is no wall.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

class Naming {
 public:
  struct Name {
    std::string text;
    bool is_given = true;  // false: an id, which programs make up
    int level = 0;         // how deep in the drawing's groups it is given
  };
  struct Line {
    std::vector<Name> names;  // the nearest first
    std::int64_t line = 0;    // of the file
    bool may_be_wall = true;  // false: a curve, say, which is no wall unless it is called so
  };

  // `kind`: what the drawing calls a name: "layer", "class or label".
  Naming(const TextFile& file, const FloorOptions& options,
         const std::map<std::string, double>& losses_db, std::string kind);

  struct Found {
    std::string material;  // or "door"; "": no wall
    int level = 0;         // of the name that counts
  };
  Found material_of(const Line& line);

  // Throws OptionError for names that are unknown, all of them in one sentence, and for an entry of
  // floor.not_walls that no line has.
  void check() const;
  std::vector<std::string> notes() const;  // of lines that are no walls for want of a name

 private:
  struct Unknown {
    int lines = 0;
    std::int64_t first_line = 0;
  };

  std::string known(const std::string& name) const;  // the word as it is known, or ""

  std::string file_, kind_;
  std::vector<std::string> words_;      // materials and "door"
  std::vector<std::string> not_walls_;  // with no letter case
  std::map<std::string, bool> used_;    // of these
  std::vector<std::pair<std::string, Unknown>> unknown_;
  int unnamed_ = 0;
};

}  // namespace gradwave::channel
