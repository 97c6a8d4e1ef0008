// SPDX-License-Identifier: GPL-2.0-only
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/erase.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <cctype>
#include <map>
#include <memory>
#include <optional>

#include "channel-models/files/table_file.h"
#include "channel-models/plan/drawing.h"

namespace gradwave::channel {
namespace {

class Reader {
 public:
  Reader(std::string key, std::string file) : key_(std::move(key)), file_(std::move(file)) {}

  Drawing read(const std::string& text) {
    const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
        xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING),
        xmlFreeDoc);
    if (!document) {
      const auto* error = xmlGetLastError();
      std::string reason = error ? error->message : "is no XML";
      while (!reason.empty() && std::isspace(static_cast<unsigned char>(reason.back()))) {
        reason.pop_back();
      }
      refuse_file(key_, file_, error ? error->line : 0, reason);
    }
    const xmlNode* root = xmlDocGetRootElement(document.get());
    if (name_of(root) != "svg") refuse_file(key_, file_, 0, "is no SVG drawing");
    measure(root);
    visit(root, {});
    for (const auto& [what, count] : passed_over_) {
      drawing_.notes.push_back("no walls: " + std::to_string(count) + " " + what);
    }
    return drawing_;
  }

 private:
  static std::string name_of(const xmlNode* node) {
    return reinterpret_cast<const char*>(node->name);
  }

  static std::optional<std::string> attribute(const xmlNode* node, const char* name) {
    xmlChar* value = xmlGetProp(node, reinterpret_cast<const xmlChar*>(name));
    if (value == nullptr) return std::nullopt;
    std::string text = reinterpret_cast<const char*>(value);
    xmlFree(value);
    return text;
  }

  [[noreturn]] void refuse(const xmlNode* node, const std::string& sentence) const {
    refuse_file(key_, file_, xmlGetLineNo(node), "<" + name_of(node) + ">: " + sentence);
  }

  double number(const xmlNode* node, const char* name, std::optional<double> otherwise) const {
    const auto text = attribute(node, name);
    if (!text && otherwise) return *otherwise;
    const auto value = text ? to_number(*text) : std::nullopt;
    if (!value) {
      refuse(node, std::string(name) + " = \"" + text.value_or("") +
                       "\": expected a number, without a unit");
    }
    return *value;
  }

  std::vector<double> numbers(const xmlNode* node, const std::string& text) const {
    std::vector<std::string> words;
    boost::split(words, text, boost::is_any_of(" ,\t\r\n"), boost::token_compress_on);
    std::vector<double> all;
    for (const std::string& word : words) {
      if (word.empty()) continue;
      const auto value = to_number(word);
      if (!value) refuse(node, "\"" + word + "\": expected a number");
      all.push_back(*value);
    }
    return all;
  }

  // Where y = 0 is.
  void measure(const xmlNode* root) {
    if (const auto box = attribute(root, "viewBox")) {
      const std::vector<double> values = numbers(root, *box);
      if (values.size() != 4 || !(values[2] > 0 && values[3] > 0)) {
        refuse(root, "viewBox: expected four numbers, the last two above 0");
      }
      bottom_ = values[1] + values[3];
    } else if (attribute(root, "height")) {
      bottom_ = number(root, "height", std::nullopt);
    } else {
      refuse(root, "expected a viewBox or a height: the lower edge is y = 0");
    }
  }

  static bool is_hidden(const xmlNode* node) {
    const auto style = boost::erase_all_copy(attribute(node, "style").value_or(""), " ");
    return attribute(node, "display") == "none" || boost::contains(style, "display:none");
  }

  void visit(const xmlNode* node, std::vector<std::string> names) {
    if (attribute(node, "transform")) {
      refuse(node, "transform is not followed; expected lines at their final places");
    }
    if (name_of(node) == "svg" && node->parent && node->parent->type == XML_ELEMENT_NODE) {
      refuse(node, "a drawing within a drawing is not followed");
    }
    std::vector<std::string> own;
    if (const auto words = attribute(node, "class")) {
      boost::split(own, *words, boost::is_any_of(" \t"), boost::token_compress_on);
    }
    for (const char* key : {"id", "label"}) {
      if (const auto word = attribute(node, key)) own.push_back(*word);
    }
    names.insert(names.begin(), own.begin(), own.end());
    draw(node, names);
    for (const xmlNode* child = node->children; child; child = child->next) {
      if (child->type != XML_ELEMENT_NODE || name_of(child) == "defs") continue;
      if (is_hidden(child)) {
        ++passed_over_["<" + name_of(child) + "> that is not displayed, and what is in it"];
        continue;
      }
      visit(child, names);
    }
  }

  void draw(const xmlNode* node, const std::vector<std::string>& names) {
    const std::string name = name_of(node);
    if (name == "line") {
      add(node, names,
          {{number(node, "x1", 0), number(node, "y1", 0)},
           {number(node, "x2", 0), number(node, "y2", 0)}});
    } else if (name == "rect") {
      const double x = number(node, "x", 0), y = number(node, "y", 0);
      const double right = x + number(node, "width", std::nullopt);
      const double low = y + number(node, "height", std::nullopt);
      add(node, names, {{x, y}, {right, y}, {right, low}, {x, low}, {x, y}});
    } else if (name == "polyline" || name == "polygon") {
      const std::vector<double> values = numbers(node, attribute(node, "points").value_or(""));
      if (values.size() % 2 != 0) refuse(node, "points: expected pairs of numbers");
      std::vector<Point> points;
      for (std::size_t i = 0; i < values.size(); i += 2) {
        points.emplace_back(values[i], values[i + 1]);
      }
      if (name == "polygon" && !points.empty()) points.push_back(points.front());
      add(node, names, std::move(points));
    } else if (name == "path") {
      for (auto& points : pieces(node, attribute(node, "d").value_or(""))) {
        add(node, names, std::move(points));
      }
    } else if (name == "circle" || name == "ellipse" || name == "use") {
      ++passed_over_["<" + name + ">"];
    }
  }

  // Commands M, L, H, V and Z, absolute or, in small letters, relative.
  std::vector<std::vector<Point>> pieces(const xmlNode* node, const std::string& path) const {
    std::vector<std::vector<Point>> all;
    Point at = {0, 0};
    for (std::size_t begin = 0; begin < path.size();) {
      if (std::isspace(static_cast<unsigned char>(path[begin])) || path[begin] == ',') {
        ++begin;
        continue;
      }
      const char command = path[begin];
      std::size_t end = begin + 1;
      while (end < path.size() &&
             (!std::isalpha(static_cast<unsigned char>(path[end])) || path[end] == 'e')) {
        ++end;
      }
      const std::vector<double> values = numbers(node, path.substr(begin + 1, end - begin - 1));
      begin = end;
      const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(command)));
      const bool relative = command != upper;
      if (std::string("MLHVZ").find(upper) == std::string::npos) {
        refuse(node, std::string("path command ") + command +
                         ": expected straight pieces, of M, L, H, V and Z");
      }
      if (all.empty() && upper != 'M') refuse(node, "a path begins with M");
      if (upper == 'Z') {
        all.back().push_back(all.back().front());
        at = all.back().front();
        continue;
      }
      const std::size_t each = upper == 'M' || upper == 'L' ? 2 : 1;
      if (values.empty() || values.size() % each != 0) {
        refuse(node, std::string("path command ") + command + ": numbers are missing");
      }
      for (std::size_t i = 0; i < values.size(); i += each) {
        const Point base = relative ? at : Point{0, 0};
        if (each == 2) at = {base.first + values[i], base.second + values[i + 1]};
        if (upper == 'H') at.first = base.first + values[i];
        if (upper == 'V') at.second = base.second + values[i];
        if (upper == 'M' && i == 0) all.emplace_back();
        all.back().push_back(at);
      }
    }
    return all;
  }

  void add(const xmlNode* node, const std::vector<std::string>& names, std::vector<Point> points) {
    for (Point& point : points) point.second = bottom_ - point.second;
    drawing_.lines.push_back({std::move(points), names, ":" + std::to_string(xmlGetLineNo(node))});
  }

  std::string key_, file_;
  double bottom_ = 0;
  Drawing drawing_;
  std::map<std::string, int> passed_over_;
};

}  // namespace

Drawing read_svg(const std::string& key, const TextFile& file) {
  return Reader(key, file.name).read(file.text);
}

}  // namespace gradwave::channel
