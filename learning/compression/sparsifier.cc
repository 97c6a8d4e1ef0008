// SPDX-License-Identifier: GPL-2.0-only
#include "learning/compression/sparsifier.h"

#include "learning/learner.h"
#include "learning/table.h"

namespace gradwave::learning {

std::unique_ptr<Sparsifier> make_none();   // none.cc
std::unique_ptr<Sparsifier> make_topk();   // topk.cc
std::unique_ptr<Sparsifier> make_randk();  // randk.cc

namespace {

using Make = std::unique_ptr<Sparsifier> (*)();

const std::vector<Entry<Make>>& table() {
  static const std::vector<Entry<Make>> entries = {
      {"none", "all d entries: uncompressed D-SGD", make_none},
      {"topk", "the k entries largest in absolute value", make_topk},
      {"randk", "k entries drawn uniformly without replacement, not rescaled", make_randk},
  };
  return entries;
}

}  // namespace

void Sparsifier::accumulate_and_select(const at::Tensor& gradient, float scale,
                                       const at::Tensor& memory, std::int64_t k, Random& random,
                                       Sparse& out) {
  memory.add_(gradient, scale);
  select(memory, k, random, out);
}

std::unique_ptr<Sparsifier> make_sparsifier(const std::string& name) {
  return look_up(table(), "sparsifier", name, "compression.sparsifier")();
}

Words sparsifiers() { return words_of(table()); }

}  // namespace gradwave::learning
