// SPDX-License-Identifier: GPL-2.0-only
// Exact Top-K of a large gradient on one core, against torch.topk(abs) and against reading the
// vector once; and all that a worker does with its gradient (memory update, selection, encoding)
// against copying as many bytes. The rivals take turns; medians and ratios of medians are printed.
//
//   cmake --build build --target topk
//   build/tests/benchmarks/topk [D] [D_OVER_K] [TURNS]
#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <numeric>
#include <vector>

#include "learning/compression/compressor.h"
#include "learning/compression/sparse.h"
#include "learning/runtime/torch_runtime.h"
#include "learning/training/norms.h"

namespace {

namespace gl = gradwave::learning;
using Clock = std::chrono::steady_clock;

struct Contender {
  const char* name;
  std::function<void()> work;
  std::vector<double> seconds = {};

  double median() const {
    std::vector<double> sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

void take_turns(std::vector<Contender>& contenders, int turns) {
  for (int turn = -1; turn < turns; ++turn) {  // the first is not counted
    for (Contender& contender : contenders) {
      const auto start = Clock::now();
      contender.work();
      const std::chrono::duration<double> taken = Clock::now() - start;
      if (turn >= 0) contender.seconds.push_back(taken.count());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t d = argc > 1 ? std::atoll(argv[1]) : 11'173'962;
  const std::int64_t k = d / (argc > 2 ? std::atoll(argv[2]) : 256);
  const int turns = argc > 3 ? std::atoi(argv[3]) : 15;
  gl::prepare_torch();
  const c10::InferenceMode no_autograd;

  // Layers of different scales, as gradients have, and another draw for each turn's memory.
  at::manual_seed(1);
  const at::Tensor scales = at::randn({1 + d / 4096}).exp().repeat_interleave(4096).narrow(0, 0, d);
  const at::Tensor gradient = at::randn({d}).mul(scales);
  std::vector<float> copied(d);
  std::vector<std::uint8_t> message;
  const auto sparsifier = gl::make_sparsifier("topk");
  gl::Compressor compressor(d, true, 0, at::kCPU);
  gl::Random random(1);
  gl::Sparse ours, sent;
  at::Tensor theirs;
  volatile float sum = 0;
  std::vector<Contender> contenders = {
      {"read the vector once", [&] { sum = gradient.sum().item<float>(); }},
      {"Top-K, ours", [&] { sparsifier->select(gradient, k, random, ours); }},
      {"torch.topk(abs)", [&] { theirs = std::get<1>(gradient.abs().topk(k)); }},
      {"copy d floats",
       [&] { std::memcpy(copied.data(), gradient.data_ptr<float>(), d * sizeof(float)); }},
      {"memory, Top-K, encode",
       [&] {
         compressor.compress(gradient, 0.1, k, *sparsifier, random, sent);
         gl::encode(sent, d, message);
       }},
  };
  take_turns(contenders, turns);

  std::printf("d = %lld, k = %lld, %d turns, medians\n", static_cast<long long>(d),
              static_cast<long long>(k), turns);
  for (const Contender& contender : contenders) {
    std::printf("%-22s %9.3f ms\n", contender.name, 1e3 * contender.median());
  }
  const double read = contenders[0].median(), select = contenders[1].median(),
               rival = contenders[2].median(), copy = contenders[3].median(),
               all = contenders[4].median();
  std::printf(
      "Top-K takes %.2f times as long as reading once, torch.topk(abs) %.1f times as long "
      "as ours\n",
      select / read, rival / select);
  // One pass reads the gradient and the memory and writes the memory: three floats an entry, where
  // a copy moves two.
  std::printf("memory, Top-K and encoding, one pass: %.2f times as long as copying as many bytes\n",
              all / (1.5 * copy));

  theirs = std::get<0>(theirs.sort());
  const bool same =
      std::equal(ours.indices.begin(), ours.indices.end(), theirs.data_ptr<std::int64_t>(),
                 [](std::uint32_t a, std::int64_t b) { return a == b; });
  if (!same) std::printf("the two chose different entries\n");
  return same ? 0 : 1;
}
