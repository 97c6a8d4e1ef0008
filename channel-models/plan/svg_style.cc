// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/svg_style.h"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <regex>

namespace gradwave::channel {
namespace {

// "a: b; c: d ! important"
std::vector<std::pair<std::string, std::string>> declarations(const std::string& text) {
  std::vector<std::string> parts;
  boost::split(parts, text, boost::is_any_of(";"));
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& part : parts) {
    const std::size_t colon = part.find(':');
    if (colon == std::string::npos) continue;
    const std::string value = part.substr(colon + 1);
    all.emplace_back(boost::trim_copy(part.substr(0, colon)),
                     boost::trim_copy(value.substr(0, value.find('!'))));
  }
  return all;
}

bool selects(const std::string& selector, const xmlNode* node) {
  if (selector.empty()) return false;
  const std::string rest = selector.substr(1);
  if (selector[0] == '#') return attribute_of(node, "id") == rest;
  if (selector[0] != '.') return selector == "*" || selector == name_of(node);
  for (const std::string& word : words_of_text(attribute_of(node, "class").value_or(""))) {
    if (word == rest) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> attribute_of(const xmlNode* node, const char* name) {
  xmlChar* value = xmlGetProp(node, reinterpret_cast<const xmlChar*>(name));
  if (value == nullptr) return std::nullopt;
  std::string text = reinterpret_cast<const char*>(value);
  xmlFree(value);
  return text;
}

std::string name_of(const xmlNode* node) { return reinterpret_cast<const char*>(node->name); }

std::vector<std::string> words_of_text(const std::string& text) {
  std::vector<std::string> words;
  boost::split(words, text, boost::is_any_of(" \t\r\n"), boost::token_compress_on);
  words.erase(std::remove(words.begin(), words.end(), ""), words.end());
  return words;
}

void SvgStyle::add_sheet(const std::string& text) {
  static const std::regex comment(R"(/\*[^*]*\*+([^/*][^*]*\*+)*/)");
  static const std::regex rule(R"(([^{}]*)\{([^{}]*)\})");
  const std::string sheet = std::regex_replace(text, comment, "");
  for (std::sregex_iterator at(sheet.begin(), sheet.end(), rule), end; at != end; ++at) {
    std::vector<std::string> selectors;
    const std::string list = (*at)[1], body = (*at)[2];
    boost::split(selectors, list, boost::is_any_of(","));
    for (const std::string& selector : selectors) {
      for (const auto& [property, value] : declarations(body)) {
        rules_.push_back({boost::trim_copy(selector), property, value});
      }
    }
  }
}

std::optional<std::string> SvgStyle::value(const xmlNode* node, const std::string& property) const {
  for (const auto& [name, value] : declarations(attribute_of(node, "style").value_or(""))) {
    if (name == property) return value;
  }
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->property == property && selects(rule->selector, node)) return rule->value;
  }
  return attribute_of(node, property.c_str());
}

}  // namespace gradwave::channel
