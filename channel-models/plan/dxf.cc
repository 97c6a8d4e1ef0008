// SPDX-License-Identifier: GPL-2.0-only
#include <dxflib/dl_creationadapter.h>
#include <dxflib/dl_dxf.h>

#include <map>
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
    if (bent_) pass_over("arcs of polylines, which count as straight");
    add(std::move(points));
  }

  bool in_block_ = false, closed_ = false, bent_ = false;
  std::vector<Point> vertices_;
};

}  // namespace

Drawing read_dxf(const std::string& key, const TextFile& file) {
  Reader reader;
  std::istringstream stream(file.text);
  if (file.text.find("SECTION") == std::string::npos || !DL_Dxf().in(stream, &reader)) {
    refuse_file(key, file.name, 0, "is no DXF drawing");
  }
  for (const auto& [what, count] : reader.passed_over) {
    reader.drawing.notes.push_back("no walls: " + std::to_string(count) + " " + what);
  }
  return reader.drawing;
}

}  // namespace gradwave::channel
