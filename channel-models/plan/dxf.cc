// SPDX-License-Identifier: GPL-2.0-only
#include <dxflib/dl_creationadapter.h>
#include <dxflib/dl_dxf.h>

#include <boost/algorithm/string/trim.hpp>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "channel-models/files/table_file.h"
#include "channel-models/plan/drawing.h"

namespace gradwave::channel {
namespace {

constexpr int kClosed = 1;

// Blocks are drawn where they are inserted, which is not followed.
class Reader final : public DL_CreationAdapter {
 public:
  Drawing drawing;
  std::map<std::string, int> passed_over;
  int bent_polylines = 0;

  void addBlock(const DL_BlockData&) override { in_block_ = true; }
  void endBlock() override { in_block_ = false; }

  void addLine(const DL_LineData& line) override {
    if (!in_block_) add({{line.x1, line.y1}, {line.x2, line.y2}});
  }
  void addPolyline(const DL_PolylineData& data) override {
    closed_ = (data.flags & kClosed) != 0;
    bent_ = false;
    vertices_.clear();
  }
  void addVertex(const DL_VertexData& vertex) override {
    vertices_.emplace_back(vertex.x, vertex.y);
    bent_ = bent_ || vertex.bulge != 0;
  }
  void endEntity() override { end_polyline(); }
  void endSequence() override { end_polyline(); }

  void addArc(const DL_ArcData&) override { pass_over("arcs"); }
  void addCircle(const DL_CircleData&) override { pass_over("circles"); }
  void addEllipse(const DL_EllipseData&) override { pass_over("ellipses"); }
  void addSpline(const DL_SplineData&) override { pass_over("splines"); }
  void addInsert(const DL_InsertData&) override { pass_over("inserted blocks"); }
  void addHatch(const DL_HatchData&) override { pass_over("hatchings"); }

 private:
  void pass_over(const std::string& what) {
    if (!in_block_) ++passed_over[what];
  }
  void add(std::vector<Point> points) {
    drawing.lines.push_back({std::move(points), {attributes.getLayer()}, ""});
  }
  void end_polyline() {
    std::vector<Point> points = std::move(vertices_);
    vertices_.clear();
    if (in_block_ || points.size() < 2) return;
    if (closed_) points.push_back(points.front());
    if (bent_) ++bent_polylines;
    add(std::move(points));
  }

  bool in_block_ = false, closed_ = false, bent_ = false;
  std::vector<Point> vertices_;
};

// dxflib takes what is no number for 0, and a file that is cut off for one that has ended. A file
// is pairs of lines, a group code and its value (AutoCAD's DXF reference).
class Groups {
 public:
  Groups(std::string key, const TextFile& file) : key_(std::move(key)), file_(file.name) {
    const std::vector<std::string> lines = lines_of(file.text);
    for (line_ = 1; line_ < static_cast<std::int64_t>(lines.size()); line_ += 2) {
      const auto code = to_integer(boost::trim_copy(lines[line_ - 1]));
      const std::string value = boost::trim_copy(lines[line_]);
      if (!code) refuse("\"" + lines[line_ - 1] + "\": expected a group code");
      if (*code == 0) begin(value);
      if (*code == 2 && entity_ == "SECTION") section_ = value;
      if (*code == 9) variable_ = value;
      if (*code == 70 && variable_ == "$INSUNITS") set_unit(value);
      if (*code >= 10 && *code < 60) take_number(*code, value);
    }
    if (ended_.count("ENTITIES") == 0) {
      refuse_file(key_, file_, 0,
                  section_ == "ENTITIES" ? "is cut off: its section ENTITIES has no end"
                                         : "has no section ENTITIES");
    }
  }

  std::optional<double> metres_per_unit;

 private:
  [[noreturn]] void refuse(const std::string& sentence) const {
    refuse_file(key_, file_, line_, sentence);
  }

  void begin(const std::string& entity) {
    if (section_ == "ENTITIES" && (entity_ == "LINE" || entity_ == "VERTEX")) {
      for (const int code : {10, 20, 11, 21}) {
        if (coordinates_[code] > 0 || (code % 10 == 1 && entity_ == "VERTEX")) continue;
        refuse_file(key_, file_, began_at_,
                    "this " + entity_ + " has no coordinate of group " + std::to_string(code));
      }
    }
    if (section_ == "ENTITIES" && entity_ == "LWPOLYLINE" && coordinates_[10] != coordinates_[20]) {
      refuse_file(key_, file_, began_at_, "this LWPOLYLINE has a point with one coordinate");
    }
    if (entity == "ENDSEC") ended_.insert(section_);
    entity_ = entity;
    began_at_ = line_;
    coordinates_.clear();
  }

  void take_number(std::int64_t code, const std::string& value) {
    if (!to_number(value)) {
      ++line_;
      refuse("\"" + value + "\": expected a number, of group " + std::to_string(code));
    }
    ++coordinates_[code];
  }

  void set_unit(const std::string& value) {
    static const std::map<std::string, double> units = {{"1", 0.0254}, {"2", 0.3048}, {"4", 0.001},
                                                        {"5", 0.01},   {"6", 1},      {"14", 0.1}};
    const auto unit = units.find(value);
    if (unit != units.end()) metres_per_unit = unit->second;
  }

  std::string key_, file_, section_, entity_, variable_;
  std::int64_t line_ = 0, began_at_ = 0;
  std::map<std::int64_t, int> coordinates_;
  std::set<std::string> ended_;
};

}  // namespace

Drawing read_dxf(const std::string& key, const TextFile& file) {
  Reader reader;
  std::istringstream stream(file.text);
  if (file.text.find("SECTION") == std::string::npos || !DL_Dxf().in(stream, &reader)) {
    refuse_file(key, file.name, 0, "is no DXF drawing");
  }
  const Groups groups(key, file);
  reader.drawing.ignores_case = true;
  reader.drawing.metres_per_unit = groups.metres_per_unit;
  if (reader.bent_polylines > 0) {
    reader.drawing.notes.push_back("arcs of " + std::to_string(reader.bent_polylines) +
                                   " polylines count as straight");
  }
  for (const auto& [what, count] : reader.passed_over) {
    reader.drawing.notes.push_back("no walls: " + std::to_string(count) + " " + what);
  }
  return reader.drawing;
}

}  // namespace gradwave::channel
