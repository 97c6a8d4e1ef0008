// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/constants.h"

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <filesystem>
#include <tuple>

namespace gradwave::learning {
namespace {

bool can_change(const c10::IValue& value) {
  return value.isTensor() || value.isList() || value.isTuple() || value.isGenericDict() ||
         value.isObject();
}

// The line of the network's Python file, where the archive knows it.
std::string line_of(const torch::jit::Node& node) {
  const torch::jit::SourceRange here = node.sourceRange();
  const auto original = here.findSourceRangeThatGenerated();
  const auto place = (original ? *original : here).file_line_col();
  if (!place) return "";
  return ", " + std::filesystem::path(std::get<0>(*place)).filename().string() + ":" +
         std::to_string(std::get<1>(*place));
}

std::string description_of(const c10::IValue& value, const torch::jit::Node& node) {
  std::string text = value.tagKind();
  if (value.isTensor() && value.toTensor().defined()) {
    text += c10::str(" ", value.toTensor().sizes(), " of ", value.toTensor().scalar_type());
  }
  return text + line_of(node);
}

void add_constants(torch::jit::Block& block, std::vector<Constant>& all) {
  for (torch::jit::Node* const node : block.nodes()) {
    if (node->kind() == torch::jit::prim::Constant) {
      const c10::optional<c10::IValue> value = torch::jit::toIValue(node->output());
      if (value && can_change(*value)) all.push_back({*value, description_of(*value, *node)});
    }
    for (torch::jit::Block* const inner : node->blocks()) add_constants(*inner, all);
    if (node->hasAttribute(torch::jit::attr::Subgraph)) {  // of a fork
      add_constants(*node->g(torch::jit::attr::Subgraph)->block(), all);
    }
  }
}

}  // namespace

std::vector<Constant> constants_of(const torch::jit::Module& module) {
  std::vector<Constant> all;
  for (torch::jit::Function* const function :
       module._ivalue()->compilation_unit()->get_functions()) {
    torch::jit::GraphFunction* const graph = torch::jit::tryToGraphFunction(*function);
    if (graph != nullptr) add_constants(*graph->graph()->block(), all);
  }
  return all;
}

}  // namespace gradwave::learning
