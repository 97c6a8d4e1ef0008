// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/sparsifier.h"

#include "learning/compression/facts.h"
#include "learning/table.h"
#include "learning/words.h"

namespace gradwave::learning {

std::unique_ptr<Sparsifier> make_none();   // none.cc
std::unique_ptr<Sparsifier> make_topk();   // topk.cc
std::unique_ptr<Sparsifier> make_randk();  // randk.cc

namespace {

struct Row {
  std::unique_ptr<Sparsifier> (*make)();
  bool sends_everything;
  double union_exponent;              // union_exponent()
  double union_exponent_with_memory;  // under error compensation
};

const std::vector<Entry<Row>>& table() {
  static const std::vector<Entry<Row>> entries = {
      {"none", "all d entries: uncompressed D-SGD", {make_none, true, 1, 1}},
      {"topk", "the k entries largest in absolute value", {make_topk, false, 0.75, 0.95}},
      {"randk",
       "k entries drawn uniformly without replacement, not rescaled",
       {make_randk, false, 1, 1}},
  };
  return entries;
}

Row row(const std::string& name) {
  return look_up(table(), "sparsifier", name, "compression.sparsifier");
}

}  // namespace

void Sparsifier::accumulate_and_select(const at::Tensor& gradient, float scale,
                                       const at::Tensor& memory, std::int64_t k, Random& random,
                                       Sparse& out) {
  memory.add_(gradient, scale);
  select(memory, k, random, out);
}

std::unique_ptr<Sparsifier> make_sparsifier(const std::string& name) { return row(name).make(); }

bool sends_everything(const CompressionOptions& options) {
  return row(options.sparsifier).sends_everything;
}

double union_exponent(const CompressionOptions& options) {
  const Row of = row(options.sparsifier);
  return options.error_compensation ? of.union_exponent_with_memory : of.union_exponent;
}

Words sparsifiers() { return words_of(table()); }

}  // namespace gradwave::learning
