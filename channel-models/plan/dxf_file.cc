// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/dxf_file.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "channel-models/files/table_file.h"
#include "channel-models/plan/drawing.h"

namespace gradwave::channel {
namespace {

class Reader {
 public:
  explicit Reader(const TextFile& file) : file_(file) {}

  DxfFile read() {
    if (boost::starts_with(file_.text, "AutoCAD Binary DXF")) {
      refuse_file(kPlanKey, file_.name, 0, "is a binary DXF; expected one in text (ASCII)");
    }
    if (file_.text.find("SECTION") == std::string::npos) {
      refuse_file(kPlanKey, file_.name, 0, "is no DXF drawing");
    }
    const std::vector<std::string> lines = lines_of(file_.text);
    for (line_ = 1; line_ < static_cast<std::int64_t>(lines.size()); line_ += 2) {
      const auto code = to_integer(boost::trim_copy(lines[line_ - 1]));
      if (!code || *code < -10 || *code > 1100) {
        refuse(line_, "\"" + lines[line_ - 1] + "\": expected a group code");
      }
      take(static_cast<int>(*code), boost::trim_copy(lines[line_]));
    }
    if (!has_entities_) {
      refuse_file(kPlanKey, file_.name, 0,
                  section_ == "ENTITIES" ? "is cut off: its section ENTITIES has no end"
                                         : "has no section ENTITIES");
    }
    return std::move(drawing_);
  }

 private:
  [[noreturn]] void refuse(std::int64_t line, const std::string& sentence) const {
    refuse_file(kPlanKey, file_.name, line, sentence);
  }

  bool is_drawn() const { return section_ == "ENTITIES" || section_ == "BLOCKS"; }

  void take(int code, const std::string& value) {
    if (code == 0) {
      end(std::move(entity_));
      entity_ = {value, line_, {}, {}};
      if (value == "ENDSEC") {
        has_entities_ = has_entities_ || section_ == "ENTITIES";
        section_.clear();
      }
      return;
    }
    if (code == 2 && entity_.type == "SECTION") section_ = value;
    if (section_ == "HEADER") {
      if (code == 9) variable_ = value;
      if (code == 70 && variable_ == "$INSUNITS") set_unit(value);
    }
    if (is_drawn() && code >= 10 && code < 60 && !to_number(value)) {
      refuse(line_ + 1, "\"" + value + "\": expected a number, of group " + std::to_string(code));
    }
    entity_.groups.push_back({code, value});
  }

  void end(DxfEntity entity) {
    const std::string& type = entity.type;
    if (section_ == "TABLES" && type == "LAYER") {
      const std::string name = boost::to_lower_copy(entity.text(2).value_or(""));
      drawing_.layers[name] = {entity.integer(62, 7) < 0, (entity.integer(70) & 1) != 0};
    }
    if (!is_drawn() || type == "SECTION") return;
    expect_coordinates(entity);
    if (type == "BLOCK") {
      block_ = &drawing_.blocks[boost::to_lower_copy(entity.text(2).value_or(""))];
      block_->base = {entity.number(10), entity.number(20)};
      return;
    }
    if (type == "ENDBLK") {
      block_ = nullptr;
      return;
    }
    if (type == "SEQEND" || (section_ == "BLOCKS" && !block_)) return;
    std::vector<DxfEntity>& all = block_ ? block_->entities : drawing_.entities;
    const bool follows = !all.empty() && all.back().type == "POLYLINE";
    if (type == "VERTEX" && follows) {
      all.back().vertices.push_back(std::move(entity));
    } else {
      all.push_back(std::move(entity));
    }
  }

  void expect_coordinates(const DxfEntity& entity) const {
    const bool is_line = entity.type == "LINE";
    for (const int code : {10, 20, 11, 21}) {
      const bool is_needed = is_line || (entity.type == "VERTEX" && code % 10 == 0);
      if (!is_needed || entity.text(code)) continue;
      refuse(entity.line,
             "this " + entity.type + " has no coordinate of group " + std::to_string(code));
    }
    const auto count = [&](int code) {
      return std::count_if(entity.groups.begin(), entity.groups.end(),
                           [&](const DxfEntity::Group& group) { return group.code == code; });
    };
    if (entity.type == "LWPOLYLINE" && count(10) != count(20)) {
      refuse(entity.line, "this LWPOLYLINE has a point with one coordinate");
    }
  }

  void set_unit(const std::string& value) {
    static const std::map<std::string, double> units = {{"1", 0.0254},
                                                        {"2", 0.3048},
                                                        {"3", 1609.344},
                                                        {"4", 0.001},
                                                        {"5", 0.01},
                                                        {"6", 1},
                                                        {"7", 1000},
                                                        {"8", 2.54e-8},
                                                        {"9", 2.54e-5},
                                                        {"10", 0.9144},
                                                        {"13", 1e-6},
                                                        {"14", 0.1},
                                                        {"15", 10},
                                                        {"16", 100},
                                                        // of the US survey: foot, inch, yard, mile
                                                        {"21", 1200.0 / 3937},
                                                        {"22", 100.0 / 3937},
                                                        {"23", 3600.0 / 3937},
                                                        {"24", 6336000.0 / 3937}};
    const auto unit = units.find(value);
    if (unit != units.end()) drawing_.metres_per_unit = unit->second;
  }

  const TextFile& file_;
  DxfFile drawing_;
  std::int64_t line_ = 0;
  std::string section_, variable_;
  DxfEntity entity_;
  DxfBlock* block_ = nullptr;
  bool has_entities_ = false;
};

}  // namespace

std::optional<std::string> DxfEntity::text(int code) const {
  for (const Group& group : groups) {
    if (group.code == code) return group.value;
  }
  return std::nullopt;
}

double DxfEntity::number(int code, double otherwise) const {
  const auto value = text(code);
  return value ? to_number(*value).value_or(otherwise) : otherwise;
}

std::int64_t DxfEntity::integer(int code, std::int64_t otherwise) const {
  const auto value = text(code);
  return value ? to_integer(*value).value_or(otherwise) : otherwise;
}

DxfFile read_dxf_file(const TextFile& file) { return Reader(file).read(); }

}  // namespace gradwave::channel
