// SPDX-License-Identifier: GPL-2.0-only
#include "learning/theory/bound.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gradwave::learning {
namespace {

Pilot constants() {
  Pilot pilot;
  pilot.initial_loss = 2;
  pilot.gradient_variance = 0.5;
  pilot.squared_gradient = 4;
  pilot.smoothness = 3;
  pilot.convexity = 0.2;
  return pilot;
}

Method plain() { return {10, 5, 0.1, false}; }
Method compensated() { return {10, 5, 0.1, true}; }

TEST(Bound, IsTheorem1ByHand) {
  const Bound bound = bound_of(constants(), plain(), 0.5, {7, 3}, {4, 2});
  EXPECT_EQ(bound.theorem, 1);
  EXPECT_NEAR(bound.m_or_p, 0.99 * 0.99 * 1.5, 1e-12);
  EXPECT_NEAR(bound.n_or_q, 10 / (2 * 5 * 0.2) * (1 - 0.5 + 0.3) * 0.5 * (1 - 0.99 * 0.99), 1e-12);
  // eta / (2 d) = 0.005
  EXPECT_NEAR(bound.adaptation, 0.005 * (2 * 4 * 0.99 - 2 * 2), 1e-12);
  // alpha = 80, beta = 1.3
  EXPECT_NEAR(bound.adaptation_by_lemma, 0.005 * 81.3 * (2 * 0.99 - 2), 1e-12);
}

TEST(Bound, IsTheorem2ByHand) {
  const Bound bound = bound_of(constants(), compensated(), 0.5, {7, 3}, {4, 2});
  EXPECT_EQ(bound.theorem, 2);
  const double q = 0.99, distance = 2 * 1.5 / 0.2, squared = 0.01 * 4;
  EXPECT_NEAR(
      bound.m_or_p,
      q * q * (10 - 0.1) * distance + 0.1 * 4 + (10 - 0.1) * (2 / 0.02 - 1) * (1 - q * q) * squared,
      1e-9);
  const double factor = (0.2 + 2 * 3) / 10;
  EXPECT_NEAR(bound.n_or_q, factor * (10 - 5) * 2 + q * factor * (10 - 5) * q * 4, 1e-9);
  EXPECT_NEAR(bound.adaptation, factor * -2 * 2 + q * factor * q * 2 * 4, 1e-9);
  // alpha = 0.8, beta = 0.013
  EXPECT_NEAR(bound.adaptation_by_lemma, q * factor * 0.813 * (2 * q - 2), 1e-9);
}

TEST(Bound, AFixedKAdaptsNothing) {
  for (const Method& method : {plain(), compensated()}) {
    const Bound bound = bound_of(constants(), method, 0, {5, 5, 5}, {9, 4, 1});
    EXPECT_EQ(bound.adaptation, 0);
    EXPECT_EQ(bound.adaptation_by_lemma, 0);
  }
}

TEST(Bound, HasTheLimitsOfNoContraction) {
  Pilot flat = constants();
  flat.convexity = 0;
  const std::vector<std::int64_t> k_t(1000, 5);
  const std::vector<double> norms(1000, 1);
  const Bound bound = bound_of(flat, plain(), 0, k_t, norms);
  EXPECT_DOUBLE_EQ(bound.m_or_p, 2);
  EXPECT_DOUBLE_EQ(bound.n_or_q, 1000 * 0.05 * 0.8 * 0.5);  // T eta/2 (1 - k/d + eta L) sigma^2
  flat.convexity = 1e-12;
  EXPECT_NEAR(bound_of(flat, plain(), 0, k_t, norms).n_or_q, bound.n_or_q, 1e-9);
  flat.convexity = 0;
  EXPECT_TRUE(std::isinf(bound_of(flat, compensated(), 0, k_t, norms).m_or_p));
}

// ---- The theorems on a function of which everything is known: F(w) = sum_j c_j w_j^2 / 2, its
// exact gradient, one worker.

struct Descent {
  std::vector<double> norms;  // |grad|^2, or |g|^2
  double loss = 0;            // at the end
};

constexpr int kSize = 20;

double curvature(int j) { return 1 + static_cast<double>(j) / 4; }  // mu = 1 .. L = 5.75

double loss(const std::vector<double>& w) {
  double sum = 0;
  for (int j = 0; j < kSize; ++j) sum += curvature(j) * w[j] * w[j] / 2;
  return sum;
}

Descent descend(const std::vector<std::int64_t>& k_t, double eta, bool error_compensation) {
  Descent descent;
  std::vector<double> w(kSize, 1), memory(kSize, 0), g(kSize);
  std::vector<int> order(kSize);
  for (const std::int64_t k : k_t) {
    for (int j = 0; j < kSize; ++j) {
      const double slope = curvature(j) * w[j];
      g[j] = error_compensation ? memory[j] + eta * slope : slope;
    }
    descent.norms.push_back(std::inner_product(g.begin(), g.end(), g.begin(), 0.0));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](int a, int b) { return std::abs(g[a]) > std::abs(g[b]); });
    memory = g;
    for (std::int64_t i = 0; i < k; ++i) {
      const int j = order[i];
      w[j] -= (error_compensation ? 1 : eta) * g[j];
      memory[j] = 0;
    }
  }
  descent.loss = loss(w);
  return descent;
}

TEST(Bound, HoldsWhereTheAssumptionsDo) {
  Pilot pilot;
  pilot.convexity = curvature(0);
  pilot.smoothness = curvature(kSize - 1);
  const std::vector<double> start(kSize, 1);
  pilot.initial_loss = loss(start);
  for (int j = 0; j < kSize; ++j) pilot.squared_gradient += curvature(j) * curvature(j);

  for (const bool error_compensation : {false, true}) {
    for (const double eta : {0.01, 0.1, 1 / pilot.smoothness}) {
      for (const int rounds : {1, 2, 10, 100}) {
        std::vector<std::int64_t> k_t(rounds);
        for (int t = 0; t < rounds; ++t) k_t[t] = t % 4 < 2 ? 6 : 2;
        const double mean =
            static_cast<double>(std::accumulate(k_t.begin(), k_t.end(), std::int64_t{0})) / rounds;
        const Descent descent = descend(k_t, eta, error_compensation);
        const Method method{kSize, mean, eta, error_compensation};
        const Bound bound = bound_of(pilot, method, 0, k_t, descent.norms);
        EXPECT_LE(descent.loss, bound.m_or_p + bound.n_or_q - bound.adaptation)
            << eta << " " << rounds << " " << error_compensation;
        EXPECT_GT(bound.m_or_p + bound.n_or_q - bound.adaptation, 0);
      }
    }
  }
}

}  // namespace
}  // namespace gradwave::learning
