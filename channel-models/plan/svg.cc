// SPDX-License-Identifier: GPL-2.0-only
// Elements from the root downwards. What is not among kGroups and the shapes (text, images,
// <defs>, <symbol>, <clipPath>, <mask>, <pattern>, <marker>, ...) is passed over with all that is
// in it; <use> shows what it names.
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

#include "channel-models/files/table_file.h"
#include "channel-models/plan/affine.h"
#include "channel-models/plan/drawing.h"
#include "channel-models/plan/svg_numbers.h"
#include "channel-models/plan/svg_path.h"
#include "channel-models/plan/svg_style.h"

namespace gradwave::channel {
namespace {

constexpr int kMostUses = 16;  // one in the other

const std::set<std::string> kGroups = {"svg", "g", "a", "switch"};
const std::set<std::string> kShapes = {"line", "rect",   "polyline", "polygon",
                                       "path", "circle", "ellipse"};

struct Box {
  double x = 0, y = 0, width = 0, height = 0;
};

class Reader {
 public:
  Reader(std::string file, Naming& naming, double tolerance)
      : file_(std::move(file)), naming_(naming), tolerance_(tolerance) {}

  Drawing read(const std::string& text) {
    const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
        xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE |
                          XML_PARSE_BIG_LINES),
        xmlFreeDoc);
    if (!document) {
      const auto* error = xmlGetLastError();
      std::string reason = error ? error->message : "is no XML";
      while (!reason.empty() && std::isspace(static_cast<unsigned char>(reason.back()))) {
        reason.pop_back();
      }
      refuse_file(kPlanKey, file_, error ? error->line : 0, reason);
    }
    const xmlNode* root = xmlDocGetRootElement(document.get());
    if (name_of(root) != "svg") refuse_file(kPlanKey, file_, 0, "is no SVG drawing");
    gather(root);
    measure(root);
    State state;
    // Of the root: SVG's y runs down from the upper edge.
    state.map = Affine{1, 0, 0, -1, -view_.x, view_.y + view_.height} * transform_of(root);
    if (const auto id = attribute_of(root, "id")) state.names = {{*id, false, 0}};
    if (is_shown(root, state)) visit_children(root, state);
    for (const auto& [what, count] : passed_over_) {
      drawing_.notes.push_back("no walls: " + std::to_string(count) + " " + what);
    }
    return drawing_;
  }

 private:
  struct State {
    Affine map;  // to the drawing's units, y upwards
    std::vector<Naming::Name> names;
    int level = 0, uses = 0;
    bool is_visible = true, has_stroke = true, has_fill = true;
  };

  [[noreturn]] void refuse(const xmlNode* node, const std::string& sentence) const {
    refuse_file(kPlanKey, file_, xmlGetLineNo(node), "<" + name_of(node) + ">: " + sentence);
  }

  // Names of elements, and style sheets.
  void gather(const xmlNode* node) {
    if (const auto id = attribute_of(node, "id")) by_id_.emplace(*id, node);
    if (name_of(node) == "style") {
      xmlChar* text = xmlNodeGetContent(node);
      if (text) style_.add_sheet(reinterpret_cast<const char*>(text));
      xmlFree(text);
    }
    for (const xmlNode* child = node->children; child; child = child->next) {
      if (child->type == XML_ELEMENT_NODE) gather(child);
    }
  }

  // ---- Lengths

  // In the units of the element, `whole` is 100 %; CSS 2.1 4.3.2 has 96 px an inch.
  std::optional<double> length(const std::string& text, std::optional<double> whole) const {
    static const std::map<std::string, double> units = {
        {"", 1},           {"px", 1},         {"pt", 96.0 / 72}, {"pc", 16},
        {"mm", 96 / 25.4}, {"cm", 96 / 2.54}, {"in", 96}};
    SvgNumbers reader(text);
    const auto number = reader.number();
    if (!number) return std::nullopt;
    std::string unit = reader.rest();
    while (!unit.empty() && std::isspace(static_cast<unsigned char>(unit.back()))) unit.pop_back();
    if (unit == "%" && whole) return *number / 100 * *whole;
    const auto found = units.find(unit);
    if (found == units.end()) return std::nullopt;
    return *number * found->second;
  }

  double length(const xmlNode* node, const char* name, double whole, double otherwise = 0) const {
    const auto text = attribute_of(node, name);
    if (!text || *text == "auto") return otherwise;
    const auto value = length(*text, whole);
    if (!value) {
      refuse(node, std::string(name) + " = \"" + *text +
                       "\": expected a number, of px, pt, pc, mm, cm, in or %");
    }
    return *value;
  }
  double across(const xmlNode* node, const char* name) const {
    return length(node, name, view_.width);
  }
  double down(const xmlNode* node, const char* name) const {
    return length(node, name, view_.height);
  }

  std::optional<Box> view_box(const xmlNode* node) const {
    const auto text = attribute_of(node, "viewBox");
    if (!text) return std::nullopt;
    const auto values = read_numbers(*text);
    if (!values || values->size() != 4 || !((*values)[2] > 0 && (*values)[3] > 0)) {
      refuse(node, "viewBox: expected four numbers, the last two above 0");
    }
    return Box{(*values)[0], (*values)[1], (*values)[2], (*values)[3]};
  }

  // Where [0, 0] and y = 0 are.
  void measure(const xmlNode* root) {
    if (const auto box = view_box(root)) {
      view_ = *box;
      return;
    }
    const auto height = attribute_of(root, "height"), width = attribute_of(root, "width");
    const auto high = height ? length(*height, std::nullopt) : std::nullopt;
    if (!high) refuse(root, "expected a viewBox or a height: the lower edge is y = 0");
    view_.height = *high;
    view_.width = (width ? length(*width, std::nullopt) : std::nullopt).value_or(*high);
  }

  // SVG 1.1 7.8: how the view box of a <svg> or <symbol> fits into its place.
  Affine fitted(const xmlNode* node, const Box& place) const {
    const auto box = view_box(node);
    if (!box) return Affine::moved(place.x, place.y);
    double scale_x = place.width / box->width, scale_y = place.height / box->height;
    const auto words =
        words_of_text(attribute_of(node, "preserveAspectRatio").value_or("xMidYMid meet"));
    const std::string align = words.empty() ? "xMidYMid" : words[0];
    if (align != "none") {
      const bool slice = words.size() > 1 && words[1] == "slice";
      scale_x = scale_y = slice ? std::max(scale_x, scale_y) : std::min(scale_x, scale_y);
    }
    const auto share = [&](const char* middle, const char* most) {
      return align.find(middle) != std::string::npos ? 0.5
             : align.find(most) != std::string::npos ? 1.0
                                                     : 0.0;
    };
    return Affine::moved(place.x + share("xMid", "xMax") * (place.width - scale_x * box->width),
                         place.y + share("YMid", "YMax") * (place.height - scale_y * box->height)) *
           Affine::scaled(scale_x, scale_y) * Affine::moved(-box->x, -box->y);
  }

  // ---- Elements

  Affine transform_of(const xmlNode* node) const {
    if (style_.value(node, "transform") != attribute_of(node, "transform")) {
      refuse(node, "a transform in a style is not followed; expected it as an attribute");
    }
    const auto text = attribute_of(node, "transform");
    if (!text) return {};
    const auto map = read_transform(*text);
    if (!map) {
      refuse(node, "transform = \"" + *text +
                       "\": expected matrix, translate, scale, rotate, skewX or skewY with their "
                       "numbers");
    }
    return *map;
  }

  bool is_shown(const xmlNode* node, State& state) {
    const auto opacity = to_number(style_.value(node, "opacity").value_or("1"));
    if (style_.value(node, "display") == "none" || opacity == 0.0) {
      ++passed_over_["<" + name_of(node) + "> that is not displayed, and what is in it"];
      return false;
    }
    const auto inherit = [&](const char* property, const char* off, bool& is_on) {
      const auto value = style_.value(node, property);
      if (value && *value != "inherit") is_on = *value != off;
    };
    inherit("stroke", "none", state.has_stroke);
    inherit("fill", "none", state.has_fill);
    if (const auto visibility = style_.value(node, "visibility"); visibility != std::nullopt) {
      if (*visibility != "inherit") state.is_visible = *visibility == "visible";
    }
    return true;
  }

  // Classes, labels and ids of the element before those that it is in.
  void take_names(const xmlNode* node, State& state) const {
    std::vector<Naming::Name> own;
    // Labels of Inkscape, names of layers of Illustrator and Affinity.
    for (const char* key : {"label", "data-name"}) {
      if (const auto word = attribute_of(node, key)) own.push_back({*word, true, state.level});
    }
    for (const std::string& word : words_of_text(attribute_of(node, "class").value_or(""))) {
      own.push_back({word, true, state.level});
    }
    if (const auto id = attribute_of(node, "id")) own.push_back({*id, false, state.level});
    state.names.insert(state.names.begin(), own.begin(), own.end());
  }

  void visit_children(const xmlNode* node, const State& state) {
    for (const xmlNode* child = node->children; child; child = child->next) {
      if (child->type != XML_ELEMENT_NODE) continue;
      visit(child, state);
      if (name_of(node) == "switch") return;  // the others are for viewers that cannot show it
    }
  }

  void visit(const xmlNode* node, State state) {
    const std::string name = name_of(node);
    const bool is_shape = kShapes.count(name) > 0;
    if (!is_shape && name != "use" && kGroups.count(name) == 0) return;
    if (!is_shown(node, state)) return;
    ++state.level;
    take_names(node, state);
    if (is_shape) {
      draw(node, state);
      return;
    }
    state.map = state.map * transform_of(node);
    if (name == "use") {
      use(node, state);
      return;
    }
    if (name == "svg") {
      state.map = state.map * fitted(node, {across(node, "x"), down(node, "y"),
                                            length(node, "width", view_.width, view_.width),
                                            length(node, "height", view_.height, view_.height)});
    }
    visit_children(node, state);
  }

  void use(const xmlNode* node, State state) {
    const std::string link = attribute_of(node, "href").value_or("");
    const auto found = link.empty() || link[0] != '#' ? by_id_.end() : by_id_.find(link.substr(1));
    if (found == by_id_.end()) {
      ++passed_over_["<use> of what is not in the drawing"];
      return;
    }
    if (++state.uses > kMostUses) refuse(node, "shows itself, or is too deep in others");
    const xmlNode* shown = found->second;
    state.map = state.map * Affine::moved(across(node, "x"), down(node, "y"));
    if (name_of(shown) != "symbol") {
      visit(shown, state);
      return;
    }
    if (!is_shown(shown, state)) return;
    ++state.level;
    take_names(shown, state);
    const double width = length(shown, "width", view_.width, view_.width);
    const double height = length(shown, "height", view_.height, view_.height);
    state.map = state.map * transform_of(shown) *
                fitted(shown, {0, 0, length(node, "width", view_.width, width),
                               length(node, "height", view_.height, height)});
    visit_children(shown, state);
  }

  // ---- Shapes

  static bool ends_in_percent(const std::optional<std::string>& text) {
    return text && !text->empty() && text->back() == '%';
  }

  void draw(const xmlNode* node, State& state) {
    const std::string name = name_of(node);
    const bool is_painted = state.has_stroke || (state.has_fill && name != "line");
    if (!state.is_visible || !is_painted) {
      ++passed_over_["<" + name + "> that is not visible"];
      return;
    }
    const bool is_curve = name == "circle" || name == "ellipse" ||
                          (name == "path" && has_curves(attribute_of(node, "d").value_or("")));
    const bool is_background = name == "rect" && ends_in_percent(attribute_of(node, "width")) &&
                               ends_in_percent(attribute_of(node, "height"));
    const auto found =
        naming_.material_of({state.names, xmlGetLineNo(node), !is_curve && !is_background});
    if (found.material.empty()) return;
    state.map = state.map * transform_of(node);
    const double scale = state.map.greatest_scale();
    if (!(scale > 0)) return;  // nothing is drawn
    std::vector<std::vector<Point>> lines = lines_of_shape(node, name, tolerance_ / scale);
    for (std::vector<Point>& points : lines) {
      for (Point& point : points) point = state.map(point);
    }
    PlanLine line;
    line.material = found.material;
    line.place = ":" + std::to_string(xmlGetLineNo(node));
    line.is_symbol = is_curve || state.uses > 0 || state.level - found.level > 1;
    const bool are_rings = std::all_of(lines.begin(), lines.end(), [](const auto& points) {
      return points.size() > 3 && points.front() == points.back();
    });
    if (lines.size() > 1 && are_rings) {
      line.points = lines.front();
      line.more.assign(lines.begin() + 1, lines.end());
      drawing_.lines.push_back(line);
      return;
    }
    for (std::vector<Point>& points : lines) {
      line.points = std::move(points);
      drawing_.lines.push_back(line);
    }
  }

  std::vector<std::vector<Point>> lines_of_shape(const xmlNode* node, const std::string& name,
                                                 double tolerance) const {
    if (name == "line") {
      return {{{across(node, "x1"), down(node, "y1")}, {across(node, "x2"), down(node, "y2")}}};
    }
    if (name == "rect") {
      const double x = across(node, "x"), y = down(node, "y");
      const double width = across(node, "width"), height = down(node, "height");
      if (width < 0 || height < 0) refuse(node, "expected a width and a height of 0 or more");
      if (width == 0 || height == 0) return {};  // not drawn
      return {{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}, {x, y}}};
    }
    if (name == "circle" || name == "ellipse") {
      const Point centre = {across(node, "cx"), down(node, "cy")};
      const double diagonal = std::hypot(view_.width, view_.height) / M_SQRT2;
      const double circle = length(node, "r", diagonal);
      const double rx = name == "circle" ? circle : length(node, "rx", view_.width);
      const double ry = name == "circle" ? circle : length(node, "ry", view_.height);
      if (!(rx > 0 && ry > 0)) return {};  // not drawn
      std::vector<Point> line = {{centre.first + rx, centre.second}};
      add_arc(line, centre, rx, ry, 0, 0, 2 * M_PI, tolerance);
      line.back() = line.front();
      return {line};
    }
    if (name == "path") {
      try {
        return read_path(attribute_of(node, "d").value_or(""), tolerance);
      } catch (const std::invalid_argument& error) {
        refuse(node, error.what());
      }
    }
    const auto values = read_numbers(attribute_of(node, "points").value_or(""));
    if (!values || values->size() % 2 != 0) refuse(node, "points: expected pairs of numbers");
    std::vector<Point> line;
    for (std::size_t i = 0; i < values->size(); i += 2) {
      line.emplace_back((*values)[i], (*values)[i + 1]);
    }
    if (name == "polygon" && !line.empty()) line.push_back(line.front());
    return {line};
  }

  std::string file_;
  Naming& naming_;
  double tolerance_;
  Box view_;  // x = 0 and y = 0 are at its lower left corner
  SvgStyle style_;
  std::map<std::string, const xmlNode*> by_id_;
  Drawing drawing_;
  std::map<std::string, int> passed_over_;
};

}  // namespace

Drawing read_svg(const TextFile& file, Naming& naming, double tolerance) {
  return Reader(file.name, naming, tolerance).read(file.text);
}

}  // namespace gradwave::channel
