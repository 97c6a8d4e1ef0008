// SPDX-License-Identifier: GPL-2.0-only
// Lines of model space that can be seen, those of inserted blocks at their places. Of a block what
// is on layer 0 is on the layer of its INSERT. Places in the plane of a 2D entity follow its
// extrusion direction, by AutoCAD's arbitrary axis algorithm: along (0, 0, -1) x is mirrored.
#include <algorithm>
#include <array>
#include <boost/algorithm/string/case_conv.hpp>
#include <cmath>
#include <map>
#include <set>

#include "channel-models/files/table_file.h"
#include "channel-models/plan/affine.h"
#include "channel-models/plan/drawing.h"
#include "channel-models/plan/dxf_file.h"

namespace gradwave::channel {
namespace {

constexpr int kMostInserts = 16;                                     // one in the other
constexpr std::int64_t kMostCopies = 1000;                           // rows and columns of one
constexpr int kClosed = 1, kThreeD = 8, kMesh = 16, kPolyface = 64;  // flags of a polyline

using Vector = std::array<double, 3>;

Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Vector unit(const Vector& a) {
  const double size = std::hypot(a[0], a[1], a[2]);
  return {a[0] / size, a[1] / size, a[2] / size};
}

// From an entity's plane to the ground.
Affine ground_of(const DxfEntity& entity) {
  Vector normal = {entity.number(210), entity.number(220), entity.number(230, 1)};
  if (std::hypot(normal[0], normal[1], normal[2]) == 0) return {};
  normal = unit(normal);
  const bool is_upright = std::abs(normal[0]) < 1.0 / 64 && std::abs(normal[1]) < 1.0 / 64;
  const Vector x = unit(cross(is_upright ? Vector{0, 1, 0} : Vector{0, 0, 1}, normal));
  const Vector y = cross(normal, x);
  const double above = entity.type == "LWPOLYLINE" ? entity.number(38) : entity.number(30);
  return {x[0], x[1], y[0], y[1], above * normal[0], above * normal[1]};
}

// "2 arcs" for what other readers of the note know, else the type.
std::string plural_of(const std::string& type) {
  static const std::map<std::string, std::string> plurals = {{"ARC", "arcs"},
                                                             {"CIRCLE", "circles"},
                                                             {"ELLIPSE", "ellipses"},
                                                             {"SPLINE", "splines"},
                                                             {"HATCH", "hatchings"}};
  const auto found = plurals.find(type);
  return found == plurals.end() ? type : found->second;
}

bool is_text(const std::string& type) {
  static const std::set<std::string> types = {
      "TEXT",     "MTEXT",     "ATTRIB", "ATTDEF",         "DIMENSION",  "POINT",
      "VIEWPORT", "LEADER",    "IMAGE",  "MULTILEADER",    "TOLERANCE",  "WIPEOUT",
      "OLEFRAME", "OLE2FRAME", "RTEXT",  "ARCALIGNEDTEXT", "ACAD_TABLE", "MLEADER"};
  return types.count(type) > 0;
}

class Walls {
 public:
  Walls(const DxfFile& file, std::string name, Naming& naming)
      : file_(file), name_(std::move(name)), naming_(naming) {}

  Drawing drawing() {
    for (const DxfEntity& entity : file_.entities) visit(entity, {});
    drawing_.metres_per_unit = file_.metres_per_unit;
    if (bent_ > 0) {
      drawing_.notes.push_back("arcs of " + std::to_string(bent_) + " polylines count as straight");
    }
    std::string others;
    for (const auto& [type, count] : not_read_) {
      others += (others.empty() ? "" : ", ") + std::to_string(count) + " " + plural_of(type);
    }
    if (!others.empty()) drawing_.notes.push_back("no walls, not read: " + others);
    std::string hidden;
    for (const auto& [where, count] : hidden_) {
      hidden += (hidden.empty() ? "" : ", ") + std::to_string(count) + " " + where;
    }
    if (!hidden.empty()) drawing_.notes.push_back("no walls, not shown: " + hidden);
    return std::move(drawing_);
  }

 private:
  struct State {
    Affine map;
    std::string layer;  // of the INSERT
    int inserts = 0;
  };

  bool is_hidden(const DxfEntity& entity, const std::string& layer) {
    const auto found = file_.layers.find(boost::to_lower_copy(layer));
    const DxfFile::Layer known = found == file_.layers.end() ? DxfFile::Layer{} : found->second;
    std::string where;
    if (entity.integer(67) == 1) where = "in paper space";
    if (entity.integer(60) == 1) where = "invisible";
    if (known.is_frozen) where = "on the frozen layer \"" + layer + "\"";
    // What a block has on other layers is shown.
    if (known.is_off && entity.type != "INSERT")
      where = "on the layer \"" + layer + "\", which is off";
    if (where.empty()) return false;
    ++hidden_[where];
    return true;
  }

  void visit(const DxfEntity& entity, const State& state) {
    if (is_text(entity.type)) return;
    std::string layer = entity.text(8).value_or("0");
    if (layer == "0" && state.inserts > 0) layer = state.layer;
    if (is_hidden(entity, layer)) return;
    const std::int64_t flags = entity.integer(70);
    if (entity.type == "INSERT") {
      insert(entity, state, layer);
    } else if (entity.type == "LINE") {
      add(entity, state, layer,
          {{entity.number(10), entity.number(20)}, {entity.number(11), entity.number(21)}});
    } else if (entity.type == "LWPOLYLINE") {
      polyline(entity, state, layer, vertices_of(entity), ground_of(entity));
    } else if (entity.type == "POLYLINE" && (flags & (kMesh | kPolyface)) == 0) {
      std::vector<Point> points;
      for (const DxfEntity& vertex : entity.vertices) {
        points.emplace_back(vertex.number(10), vertex.number(20));
      }
      polyline(entity, state, layer, points, (flags & kThreeD) != 0 ? Affine{} : ground_of(entity));
    } else {
      ++not_read_[entity.type];
    }
  }

  static std::vector<Point> vertices_of(const DxfEntity& entity) {
    std::vector<Point> points;
    for (const DxfEntity::Group& group : entity.groups) {
      if (group.code == 10) points.emplace_back(*to_number(group.value), 0);
      if (group.code == 20 && !points.empty()) points.back().second = *to_number(group.value);
    }
    return points;
  }

  static bool is_bent(const DxfEntity& entity) {
    const auto bends = [](const DxfEntity& of) {
      return std::any_of(of.groups.begin(), of.groups.end(), [](const DxfEntity::Group& group) {
        return group.code == 42 && to_number(group.value).value_or(0) != 0;
      });
    };
    return bends(entity) || std::any_of(entity.vertices.begin(), entity.vertices.end(), bends);
  }

  void polyline(const DxfEntity& entity, const State& state, const std::string& layer,
                std::vector<Point> points, const Affine& ground) {
    if (points.empty()) return;
    if ((entity.integer(70) & kClosed) != 0) points.push_back(points.front());
    for (Point& point : points) point = ground(point);
    if (add(entity, state, layer, std::move(points)) && is_bent(entity)) ++bent_;
  }

  bool add(const DxfEntity& entity, const State& state, const std::string& layer,
           std::vector<Point> points) {
    PlanLine line;
    line.material = naming_.material_of({{{layer, true, 0}}, entity.line, true}).material;
    if (line.material.empty()) return false;
    for (Point& point : points) point = state.map(point);
    line.points = std::move(points);
    line.place = ":" + std::to_string(entity.line);
    line.is_symbol = state.inserts > 0;
    drawing_.lines.push_back(std::move(line));
    return true;
  }

  void insert(const DxfEntity& entity, const State& state, const std::string& layer) {
    const auto found = file_.blocks.find(boost::to_lower_copy(entity.text(2).value_or("")));
    if (found == file_.blocks.end()) {
      ++not_read_["INSERT of blocks that are not in the file"];
      return;
    }
    if (state.inserts == kMostInserts) {
      refuse_file(kPlanKey, name_, entity.line,
                  "this INSERT shows itself, or is too deep in others");
    }
    const DxfBlock& block = found->second;
    const std::int64_t columns = std::max<std::int64_t>(1, entity.integer(70, 1));
    const std::int64_t rows = std::max<std::int64_t>(1, entity.integer(71, 1));
    if (columns > kMostCopies || rows > kMostCopies) {
      refuse_file(kPlanKey, name_, entity.line, "this INSERT has more than 1000 rows or columns");
    }
    State inside = {{}, layer, state.inserts + 1};
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        inside.map = state.map * ground_of(entity) *
                     Affine::moved(entity.number(10), entity.number(20)) *
                     Affine::turned(entity.number(50)) *
                     Affine::moved(static_cast<double>(column) * entity.number(44),
                                   static_cast<double>(row) * entity.number(45)) *
                     Affine::scaled(entity.number(41, 1), entity.number(42, 1)) *
                     Affine::moved(-block.base.first, -block.base.second);
        for (const DxfEntity& each : block.entities) visit(each, inside);
      }
    }
  }

  const DxfFile& file_;
  std::string name_;
  Naming& naming_;
  Drawing drawing_;
  std::map<std::string, int> not_read_, hidden_;
  int bent_ = 0;
};

}  // namespace

Drawing read_dxf(const TextFile& file, Naming& naming) {
  const DxfFile read = read_dxf_file(file);
  return Walls(read, file.name, naming).drawing();
}

}  // namespace gradwave::channel
