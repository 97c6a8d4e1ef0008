// SPDX-License-Identifier: GPL-2.0-only
// Graphs solved by hand.
#include "channel-models/mesh/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradwave::channel::mesh {
namespace {

using testing::Each;
using testing::ElementsAre;

// server - 0 - 1 - 2
const Graph kChain = {3, {{3, 0, 1}, {0, 1, 4}, {1, 2, 2}}};
// Everybody at the server.
const Graph kStar = {4, {{4, 0, 1}, {4, 1, 1}, {4, 2, 1}, {4, 3, 1}}};
// A square of robots 0, 1, 2 and the server, with a costly diagonal from 1; 3 and 4 are an island.
const Graph kSquare = {5, {{5, 0, 1}, {0, 1, 1}, {1, 2, 1}, {2, 5, 1.5}, {1, 5, 2.5}, {3, 4, 1}}};

// Four robots and no server.
const Graph kRing = {4, {{0, 1, 1}, {1, 2, 1}, {2, 3, 1}, {0, 3, 1}}, false};

TEST(Graph, RoutesAreTheCheapest) {
  EXPECT_THAT(cheapest(kChain).parent, ElementsAre(3, 0, 1));
  EXPECT_THAT(cheapest(kStar).parent, ElementsAre(4, 4, 4, 4));
  EXPECT_THAT(cheapest(kSquare).parent, ElementsAre(5, 0, 5, kNobody, kNobody));
}

TEST(Graph, OfTwoParentsThatCostTheSameTheLowerIsTaken) {
  EXPECT_THAT(cheapest({3, {{3, 0, 1}, {3, 1, 1}, {1, 2, 1}, {0, 2, 1}}}).parent,
              ElementsAre(3, 3, 0));
  EXPECT_THAT(cheapest({2, {{2, 0, 1}, {0, 1, 1}, {1, 2, 2}}}).parent, ElementsAre(2, 2));
}

TEST(Graph, FiguresOfAChain) {
  const Figures chain = figures(kChain, cheapest(kChain));
  EXPECT_EQ(chain.components, 1);
  // Of a path of four: 2 - 2 cos(pi / 4).
  EXPECT_NEAR(chain.connectivity, 2 - std::sqrt(2), 1e-9);
  EXPECT_EQ(chain.routes[2].hops, 3);
  EXPECT_EQ(chain.routes[2].parent, 1);
  EXPECT_DOUBLE_EQ(chain.routes[2].cost_s, 7);
  EXPECT_EQ(chain.routes[2].bottleneck, std::pair(1, 0));
  EXPECT_DOUBLE_EQ(chain.routes[2].bottleneck_s, 4);
  EXPECT_EQ(chain.routes[0].bottleneck, std::pair(0, 3));
  // Of three pairs of others, 0 and 1 are each between two.
  EXPECT_NEAR(chain.routes[0].betweenness, 2.0 / 3, 1e-9);
  EXPECT_NEAR(chain.routes[1].betweenness, 2.0 / 3, 1e-9);
  EXPECT_NEAR(chain.routes[2].betweenness, 0, 1e-9);
}

TEST(Graph, FiguresOfAStar) {
  const Figures star = figures(kStar, cheapest(kStar));
  EXPECT_NEAR(star.connectivity, 1, 1e-9);
  for (const Route& route : star.routes) {
    EXPECT_EQ(route.hops, 1);
    EXPECT_NEAR(route.betweenness, 0, 1e-9);
  }
}

TEST(Graph, ACompleteGraphHasTheConnectivityOfItsNodes) {
  Graph graph{4, {}};
  for (int i = 0; i < 5; ++i) {
    for (int k = 0; k < i; ++k) graph.edges.push_back({i, k, 1});
  }
  EXPECT_NEAR(figures(graph, cheapest(graph)).connectivity, 5, 1e-9);
}

TEST(Graph, IslandsAreFound) {
  const Figures square = figures(kSquare, cheapest(kSquare));
  EXPECT_EQ(square.components, 2);
  EXPECT_EQ(square.connectivity, 0);
  EXPECT_EQ(square.routes[1].component, 0);
  EXPECT_EQ(square.routes[3].component, 1);
  EXPECT_EQ(square.routes[4].component, 1);
  EXPECT_EQ(square.routes[3].hops, 0);
  EXPECT_EQ(square.routes[3].parent, kNobody);
}

TEST(Graph, ATreeIsKeptUntilAnotherIsClearlyBetterOrReachesMore) {
  Graph graph = {2, {{2, 0, 1}, {0, 1, 1}, {1, 2, 2.1}}};
  const Tree relayed = cheapest(graph);  // 1 + 2
  EXPECT_THAT(relayed.parent, ElementsAre(2, 0));
  graph.edges[2].cost_s = 1.9;  // 1 + 1.9 by the direct hop
  const Tree direct = cheapest(graph);
  EXPECT_THAT(direct.parent, ElementsAre(2, 2));
  EXPECT_FALSE(is_worth_it(graph, relayed, direct, 0.1));
  EXPECT_TRUE(is_worth_it(graph, relayed, direct, 0.02));
  graph.edges.erase(graph.edges.begin() + 1);  // the hop between the robots is gone
  EXPECT_FALSE(costs(graph, relayed)[1]);
  EXPECT_TRUE(is_worth_it(graph, relayed, direct, 0.9));
  EXPECT_FALSE(is_worth_it(graph, direct, direct, 0));
}

TEST(Graph, MetropolisWeightsAreDoublyStochasticAndSymmetric) {
  for (const Graph& graph : {kChain, kStar, kSquare, kRing}) {
    const std::vector<double> weights = metropolis_weights(graph);
    ASSERT_EQ(weights.size(), graph.edges.size());
    std::vector<double> of_neighbours(graph.nodes());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      EXPECT_GT(weights[i], 0);
      of_neighbours[graph.edges[i].one] += weights[i];
      of_neighbours[graph.edges[i].other] += weights[i];
    }
    // The rest is its own weight, and positive.
    for (const double sum : of_neighbours) EXPECT_LT(sum, 1);
  }
  EXPECT_THAT(metropolis_weights(kChain), ElementsAre(1.0 / 3, 1.0 / 3, 1.0 / 3));
  EXPECT_THAT(metropolis_weights(kStar), Each(0.2));
  // Who has three neighbours and who has two.
  EXPECT_THAT(metropolis_weights(kSquare), ElementsAre(0.25, 0.25, 0.25, 0.25, 0.25, 0.5));
}

TEST(Graph, HopsAreCountedAlongTheTree) {
  const Tree chain = cheapest(kChain), square = cheapest(kSquare);
  EXPECT_EQ(hops_between(chain, 2, kChain.server()), 3);
  EXPECT_EQ(hops_between(chain, 2, 0), 2);
  EXPECT_EQ(hops_between(chain, 0, 1), 1);
  EXPECT_EQ(hops_between(square, 1, 2), 3) << "by the server";
  EXPECT_FALSE(hops_between(square, 3, kSquare.server()));
}

TEST(Graph, WithoutAServerTheRobotsAreAll) {
  EXPECT_THAT(cheapest(kRing).parent, Each(kNobody));
  const Figures ring = figures(kRing, cheapest(kRing));
  EXPECT_EQ(ring.components, 1);
  EXPECT_NEAR(ring.connectivity, 2, 1e-9);  // of a ring of four: 2 - 2 cos(pi / 2)
  for (const Route& route : ring.routes) {
    EXPECT_EQ(route.hops, 0);
    EXPECT_EQ(route.component, 0);
    EXPECT_NEAR(route.betweenness, 0.5 / 3, 1e-9);  // half of the pair opposite, of three pairs
  }
  const Graph apart = {4, {{0, 2, 1}, {1, 3, 1}}, false};
  const Figures islands = figures(apart, cheapest(apart));
  EXPECT_EQ(islands.components, 2);
  EXPECT_EQ(islands.routes[2].component, 0);
  EXPECT_EQ(islands.routes[3].component, 1);
}

}  // namespace
}  // namespace gradwave::channel::mesh
