// SPDX-License-Identifier: GPL-2.0-only
// The raw form of a DXF file: pairs of lines, a group code and its value (AutoCAD's DXF
// reference), put together to entities with the numbers of their lines. Not by dxflib, which tells
// neither lines, nor what is in paper space or invisible, nor entities that it does not know. Only
// for dxf.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "channel-models/options.h"

namespace gradwave::channel {

struct DxfEntity {
  struct Group {
    int code;
    std::string value;
  };

  std::string type;
  std::int64_t line = 0;
  std::vector<Group> groups;
  std::vector<DxfEntity> vertices;  // of a POLYLINE

  std::optional<std::string> text(int code) const;  // the first one
  double number(int code, double otherwise = 0) const;
  std::int64_t integer(int code, std::int64_t otherwise = 0) const;
};

struct DxfBlock {
  Point base;
  std::vector<DxfEntity> entities;
};

struct DxfFile {
  std::vector<DxfEntity> entities;
  std::map<std::string, DxfBlock> blocks;
  struct Layer {
    bool is_off = false, is_frozen = false;
  };
  std::map<std::string, Layer> layers;  // by small letters
  std::optional<double> metres_per_unit;
};

// Throws OptionError with file and line for what is no DXF, is cut off, has letters where a
// coordinate belongs, or a line that lacks one.
DxfFile read_dxf_file(const TextFile& file);

}  // namespace gradwave::channel
