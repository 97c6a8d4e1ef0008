// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/distances.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradwave::channel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

LinkOptions at(const std::string& path_loss, std::vector<Point> places) {
  LinkOptions options;
  options.technology = "nr";
  options.radio.path_loss = path_loss;
  options.workers = static_cast<std::int64_t>(places.size());
  options.placement.layout = "list";
  options.placement.positions_m = std::move(places);
  options.placement.height_m = 1.5;
  options.placement.access_point_height_m = 10;
  return options;
}

std::vector<std::string> said(const LinkOptions& options) {
  return remarks_on_distances(options, {{0, 0}});
}

TEST(Distances, OutsideAPathLosssRangeAreNoted) {
  EXPECT_THAT(said(at("umi", {{10, 0}, {0, 5000}})), ElementsAre());
  EXPECT_THAT(
      said(at("umi", {{20, 0}, {9, 0}, {0, 4}})),
      ElementsAre(HasSubstr("\"umi\" holds from 10 m on the ground: robot 1 (and 1 more) is "
                            "as near as 9 m")));
  EXPECT_THAT(
      said(at("uma", {{20, 0}, {6000, 0}})),
      ElementsAre(HasSubstr("\"uma\" holds up to 5000 m on the ground: robot 1 is as far as")));
  EXPECT_THAT(said(at("office", {{1, 0}, {151, 0}})),
              ElementsAre(HasSubstr("up to 150 m: robot 1")))
      << "1 m on the ground is 8.6 m from antenna to antenna";
  EXPECT_THAT(said(at("inf-sl", {{590, 0}})), ElementsAre());
  EXPECT_THAT(said(at("rma", {{9000, 0}})), ElementsAre());
  LinkOptions beside = at("log-distance", {{0.5, 0}});
  beside.placement.access_point_height_m = 1.5;
  EXPECT_THAT(said(beside), ElementsAre(HasSubstr("holds from 1 m: robot 0 is as near as 0.5 m")));
}

TEST(Distances, OfPathsAreThoseBetweenTheirPlacesToo) {
  LinkOptions options = at("umi", {{1, 1}});
  options.mobility.model = "patrol";
  options.mobility.loops_m = {{{-20, 3}, {20, 3}}};
  EXPECT_THAT(said(options), ElementsAre(HasSubstr("robot 0 is as near as 3 m")));
  options.mobility.loops_m = {{{20, 3}, {40, 3}}};
  EXPECT_THAT(said(options), ElementsAre());
  EXPECT_THAT(remarks_on_distances(options, {{0, 0}, {30, 0}}),
              ElementsAre(HasSubstr("robot 0 is as near as 3 m")));
}

TEST(Distances, WithoutAStationAreThoseToTheNearestRobot) {
  const LinkOptions options = at("umi", {{0, 0}, {30, 0}, {36, 0}});
  EXPECT_THAT(remarks_on_distances(options, {}),
              ElementsAre(HasSubstr("robot 1 (and 1 more) is as near as 6 m")));
}

}  // namespace
}  // namespace gradwave::channel
