// SPDX-License-Identifier: GPL-2.0-only
// What decides whether an element of an SVG drawing is drawn (display, visibility, opacity, stroke,
// fill), as attributes, in style, and in rules of <style> for an element's name, a class or an id.
#pragma once

#include <libxml/tree.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gradwave::channel {

// By its name without a namespace.
std::optional<std::string> attribute_of(const xmlNode* node, const char* name);
std::string name_of(const xmlNode* node);
std::vector<std::string> words_of_text(const std::string& text);  // between white space

class SvgStyle {
 public:
  void add_sheet(const std::string& text);  // of a <style>

  // style, else the rules of a sheet, the last one first, else the attribute.
  std::optional<std::string> value(const xmlNode* node, const std::string& property) const;

 private:
  struct Rule {
    std::string selector, property, value;
  };
  std::vector<Rule> rules_;
};

}  // namespace gradwave::channel
