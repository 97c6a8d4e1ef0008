// SPDX-License-Identifier: GPL-2.0-only
#include "learning/models/multiply_adds.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <map>
#include <memory>
#include <regex>

namespace gradwave::learning {
namespace {

using Inputs = c10::ArrayRef<const c10::IValue>;

double size_of(const c10::IValue& value) { return static_cast<double>(value.toTensor().numel()); }

double size_of(const c10::IValue& value, std::int64_t dimension) {
  return static_cast<double>(value.toTensor().size(dimension));
}

// a [..., columns] by b [..., columns, n]: each element of a meets n of b.
template <int kA, int kB>
double product(Inputs in) {
  return size_of(in[kA]) * size_of(in[kB], -1);
}

// A matrix by a vector, or two vectors: each element of the one meets one of the other.
template <int kA>
double by_vector(Inputs in) {
  return size_of(in[kA]);
}

template <int kA, int kB>
double outer(Inputs in) {
  return size_of(in[kA]) * size_of(in[kB]);
}

// Of transposed convolutions, each element of the input meets the weights [in, out / groups, ...]
// of its channel.
double transposed(Inputs in) { return size_of(in[0]) * size_of(in[1]) / size_of(in[1], 0); }

// Queries by keys, and weights by values.
double attention(Inputs in) {
  const double keys = size_of(in[1], -2), queries = size_of(in[0]) / size_of(in[0], -1);
  return keys * size_of(in[0]) + keys * queries * size_of(in[2], -1);
}

// x [..., in] by w [out, in].
double linear(Inputs in) { return size_of(in[0]) * size_of(in[1], 0); }

// x1 [..., n], x2 [..., m], w [out, n, m]: each row meets all of w.
double bilinear(Inputs in) { return size_of(in[2]) * size_of(in[0]) / size_of(in[0], -1); }

// x [steps, batch, in] by both weights of the gates, [4 h, in] and [4 h, h].
double recurrent(Inputs in) {
  return size_of(in[0]) / size_of(in[0], -1) * (size_of(in[1]) + size_of(in[2]));
}

// Distances of each of [..., P, n] from each of [..., R, n].
double distances(Inputs in) { return size_of(in[0]) * size_of(in[1], -2); }

// By the name without "aten::" and the underscore of what happens in place. The sizes are those
// before the operator runs. What an operator calls within itself is part of it.
using Rule = double (*)(Inputs in);
const std::map<std::string, Rule>& rules() {
  static const std::map<std::string, Rule> table = {
      {"mm", product<0, 1>},
      {"bmm", product<0, 1>},
      {"addmm", product<1, 2>},
      {"_addmm_activation", product<1, 2>},
      {"addbmm", product<1, 2>},
      {"baddbmm", product<1, 2>},
      {"mv", by_vector<0>},
      {"addmv", by_vector<1>},
      {"dot", by_vector<0>},
      {"vdot", by_vector<0>},
      {"outer", outer<0, 1>},
      {"ger", outer<0, 1>},
      {"addr", outer<1, 2>},
      {"mkldnn_linear", linear},
      {"mkldnn_rnn_layer", recurrent},
      {"bilinear", bilinear},
      {"cdist", distances},
      {"scaled_dot_product_attention", attention},
      {"_scaled_dot_product_attention", attention},
      {"_scaled_dot_product_attention_math", attention},
      {"_scaled_dot_product_flash_attention", attention},
      {"_scaled_dot_product_flash_attention_for_cpu", attention},
      {"_scaled_dot_product_efficient_attention", attention},
  };
  return table;
}

// What multiplies by its name, or may: products of matrices, convolutions, recurrent layers,
// attention, transforms, linear algebra. Not what resamples images or takes norms.
bool may_multiply(const std::string& name) {
  static const std::regex products(
      "(.*[_:])?(s*mm|hspmm|s*addmm|bmm|mv|matmul|multi_dot|inner|linear|bilinear|trilinear|conv.*|"
      ".*convolution|lstm|gru|rnn|attention|einsum|tensordot|matrix_exp|matrix_power|inverse|"
      "cholesky|svd|qr|s?(log)?det|pinverse|solve|.?fft.*|stft|istft|linalg|cdist|pdist)"
      "([_.0-9].*)?");
  static const std::regex others(".*(upsample|norm|interpolate|grid_sampl|fftshift|fftfreq).*");
  return std::regex_match(name, products) && !std::regex_match(name, others);
}

struct Counter {
  MultiplyAdds found;
  int within = 0;        // operators that are counted as a whole
  std::size_t hits = 0;  // of rules
};
thread_local Counter counter;  // of the one count that is under way on this thread

// What is known of an operator when it starts, for when it has ended.
struct Operator final : at::ObserverContext {
  bool has_rule = false, is_suspect = false;
  double terms = 0;  // of the sum that each element of its output is; 0: counted already
  std::size_t hits = 0, unknown = 0;
};

std::unique_ptr<at::ObserverContext> begin_operator(const at::RecordFunction& op) {
  auto context = std::make_unique<Operator>();
  ++counter.found.operators;
  if (counter.within > 0) return context;
  const std::string whole_name = op.name();
  const bool of_aten = whole_name.compare(0, 6, "aten::") == 0;
  std::string name = of_aten ? whole_name.substr(6) : whole_name;
  if (!name.empty() && name.back() == '_') name.pop_back();
  const auto rule = of_aten ? rules().find(name) : rules().end();
  const Inputs in = op.inputs();
  if (of_aten && name == "_convolution") {
    // The weights [out, in / groups, ...] of one output channel make an element of the output.
    context->has_rule = true;
    const bool is_transposed = in[6].toBool();
    if (is_transposed) counter.found.count += transposed(in);
    if (!is_transposed) context->terms = size_of(in[1]) / size_of(in[1], 0);
  } else if (rule != rules().end()) {
    context->has_rule = true;
    counter.found.count += rule->second(in);
  } else if (may_multiply(name)) {
    context->is_suspect = true;
    context->hits = counter.hits;
    context->unknown = counter.found.unknown.size();
  }
  if (context->has_rule) {
    ++counter.within;
    ++counter.hits;
  }
  return context;
}

// Also of an operator that threw, which has no outputs, or of whose start LibTorch kept nothing.
void end_operator(const at::RecordFunction& op, at::ObserverContext* context) {
  const auto* const begun = static_cast<Operator*>(context);
  if (begun == nullptr) return;
  if (begun->has_rule) {
    --counter.within;
    if (begun->terms > 0 && !op.outputs().empty()) {
      counter.found.count += begun->terms * size_of(op.outputs()[0]);
    }
  }
  // The outermost operator has the name that the network's author knows.
  if (begun->is_suspect && begun->hits == counter.hits) {
    counter.found.unknown.resize(std::min(begun->unknown, counter.found.unknown.size()));
    counter.found.unknown.emplace_back(op.name());
  }
}

}  // namespace

MultiplyAdds count_multiply_adds(const std::function<void()>& run) {
  counter = {};
  struct Removed {  // even if `run` throws
    at::CallbackHandle handle;
    ~Removed() { at::removeCallback(handle); }
  };
  const Removed callback{
      at::addThreadLocalCallback(at::RecordFunctionCallback(begin_operator, end_operator)
                                     .needsInputs(true)
                                     .needsOutputs(true)
                                     .scopes({at::RecordScope::FUNCTION}))};
  run();
  std::vector<std::string>& unknown = counter.found.unknown;
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  return counter.found;
}

}  // namespace gradwave::learning
