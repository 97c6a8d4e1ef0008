// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/tr38901.h"

#include <gtest/gtest.h>
#include <ns3/constant-position-mobility-model.h>
#include <ns3/node.h>
#include <ns3/propagation-loss-model.h>

#include <cmath>
#include <numeric>

#include "channel-models/radio/indoor_factory.h"
#include "channel-models/radio/random_field.h"

namespace gradwave::channel {
namespace {

using Hall = IndoorFactory;
using ns3::Ptr;

struct End {
  explicit End(const ns3::Vector& place)
      : mobility(ns3::CreateObject<ns3::ConstantPositionMobilityModel>()) {
    mobility->SetPosition(place);
    node->AggregateObject(mobility);
  }
  Ptr<ns3::Node> node = ns3::CreateObject<ns3::Node>();
  Ptr<ns3::MobilityModel> mobility;
};

RadioOptions radio(const std::string& path_loss) {
  RadioOptions options;
  options.path_loss = path_loss;
  return options;
}

// ---- Losses

// TR 38.901 Table 7.4.1-1, computed by an independent program.
TEST(IndoorFactory, LosesWhatTheTableSays) {
  struct Row {
    double ghz, ground_m, clear, sparse_low, dense_low, sparse_high, dense_high;
  };
  for (const Row& row : {Row{3.5, 5, 57.21, 61.71, 61.71, 64.30, 64.52},
                         Row{3.5, 20, 70.15, 77.06, 77.06, 73.71, 73.48},
                         Row{3.5, 50, 78.71, 87.21, 90.13, 82.44, 81.80},
                         Row{3.5, 100, 85.18, 94.88, 100.88, 89.30, 88.33},
                         Row{3.5, 300, 95.44, 107.05, 117.91, 100.26, 98.76},
                         Row{28, 5, 74.36, 79.77, 79.77, 82.36, 82.59},
                         Row{28, 20, 87.31, 95.12, 95.12, 91.77, 91.54},
                         Row{28, 50, 95.86, 105.27, 108.20, 100.50, 99.86},
                         Row{28, 100, 102.34, 112.94, 118.94, 107.36, 106.39},
                         Row{28, 300, 112.59, 125.11, 135.98, 118.32, 116.82}}) {
    const double high_m = std::hypot(row.ground_m, 8 - 1.5);
    const auto loss = [&](Hall hall, bool clear, double metres) {
      return indoor_factory_loss_db(hall, clear, metres, 1e9 * row.ghz);
    };
    EXPECT_NEAR(loss(Hall::kSparseLow, true, row.ground_m), row.clear, 0.006);
    EXPECT_NEAR(loss(Hall::kSparseLow, false, row.ground_m), row.sparse_low, 0.006);
    EXPECT_NEAR(loss(Hall::kDenseLow, false, row.ground_m), row.dense_low, 0.006);
    EXPECT_NEAR(loss(Hall::kSparseHigh, false, high_m), row.sparse_high, 0.006) << row.ground_m;
    EXPECT_NEAR(loss(Hall::kDenseHigh, false, high_m), row.dense_high, 0.006) << row.ground_m;
  }
}

double mean_loss_db(const std::string& path_loss, bool clear, double high_m, double low_m,
                    double ground_m, double ghz = 3.5) {
  RadioOptions options = radio(path_loss);
  options.shadowing = false;
  options.line_of_sight = clear ? "always" : "never";
  const End station({0, 0, high_m}), robot({ground_m, 0, low_m});
  return -make_deployment(options, 1e9 * ghz)->CalcRxPower(0, station.mobility, robot.mobility);
}

// ns-3's own models, which an independent program agrees with: they guard against a changed ns-3.
TEST(Tr38901, LosesWhatNs3sModelsDid) {
  struct Row {
    const char* path_loss;
    bool clear;
    double high_m, low_m, ground_m, loss_db;
  };
  for (const Row& row : {
           Row{"umi", true, 10, 1.5, 10, 66.7610},     Row{"umi", true, 10, 1.5, 50, 79.0896},
           Row{"umi", true, 10, 1.5, 100, 85.3142},    Row{"umi", true, 10, 1.5, 200, 91.6112},
           Row{"umi", true, 10, 1.5, 500, 107.1138},   Row{"umi", false, 10, 1.5, 50, 94.1807},
           Row{"umi", false, 10, 1.5, 100, 104.6438},  Row{"umi", false, 10, 1.5, 200, 115.2288},
           Row{"umi", false, 10, 1.5, 500, 129.2645},  Row{"uma", true, 25, 1.5, 50, 77.2122},
           Row{"uma", true, 25, 1.5, 100, 83.1382},    Row{"uma", true, 25, 1.5, 200, 89.5695},
           Row{"uma", true, 25, 1.5, 500, 98.2692},    Row{"uma", true, 25, 1.5, 1000, 109.4119},
           Row{"uma", false, 25, 1.5, 50, 92.5108},    Row{"uma", false, 25, 1.5, 100, 103.0375},
           Row{"uma", false, 25, 1.5, 200, 114.4620},  Row{"uma", false, 25, 1.5, 500, 129.9158},
           Row{"office", true, 3, 1, 5, 55.9311},      Row{"office", true, 3, 1, 20, 65.8266},
           Row{"office", true, 3, 1, 50, 72.6795},     Row{"office", true, 3, 1, 100, 77.8829},
           Row{"office", false, 3, 1, 5, 58.8522},     Row{"office", false, 3, 1, 20, 80.7595},
           Row{"office", false, 3, 1, 50, 95.9311},    Row{"office", false, 3, 1, 100, 107.4506},
           Row{"rma", true, 35, 1.5, 100, 84.1984},    Row{"rma", true, 35, 1.5, 500, 98.6119},
           Row{"rma", true, 35, 1.5, 1000, 105.4596},  Row{"rma", true, 35, 1.5, 3000, 118.0210},
           Row{"rma", false, 35, 1.5, 100, 92.6738},   Row{"rma", false, 35, 1.5, 500, 118.8227},
           Row{"rma", false, 35, 1.5, 1000, 130.4243}, Row{"rma", false, 35, 1.5, 3000, 148.8488},
       }) {
    EXPECT_NEAR(mean_loss_db(row.path_loss, row.clear, row.high_m, row.low_m, row.ground_m),
                row.loss_db, 6e-5)
        << row.path_loss << " " << row.clear << " " << row.ground_m;
  }
}

// ---- Line of sight

double probability(const char* path_loss, double ground_m, double high_m, double low_m) {
  return line_of_sight_probability(radio(path_loss), ground_m, high_m, low_m);
}

// Table 7.4.2-1 with the clutter of Table 7.8-7.
TEST(Tr38901, SeesThroughAHallAsOftenAsTheTableSays) {
  const std::vector<double> ground_m = {5, 10, 20, 50, 100};
  const auto expect = [&](const char* hall, double high_m, const std::vector<double>& known) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      EXPECT_NEAR(probability(hall, ground_m[i], high_m, 1.5), known[i], 6e-5) << hall;
    }
  };
  expect("inf-sl", 1.5, {.8944, .8000, .6400, .3277, .1074});
  expect("inf-dl", 1.5, {.1012, .0102, .0001, 0, 0});
  expect("inf-sh", 8, {.9915, .9830, .9663, .9178, .8423});
  expect("inf-dh", 8, {.2048, .0419, .0018, 0, 0});
  EXPECT_EQ(probability("inf-hh", 500, 8, 8), 1);
}

// What ns-3's condition models drew, 4,000 times each.
TEST(Tr38901, SeesThroughTownsAndOfficesAsNs3Does) {
  EXPECT_NEAR(probability("umi", 50, 10, 1.5), .525, 0.02);
  EXPECT_NEAR(probability("umi", 100, 10, 1.5), .229, 0.02);
  EXPECT_NEAR(probability("uma", 50, 25, 1.5), .663, 0.02);
  EXPECT_NEAR(probability("uma", 100, 25, 1.5), .350, 0.02);
  EXPECT_NEAR(probability("office", 5, 3, 1), .453, 0.02);
  EXPECT_NEAR(probability("office", 10, 3, 1), .289, 0.02);
  EXPECT_NEAR(probability("open-office", 10, 3, 1), .938, 0.02);
  EXPECT_NEAR(probability("open-office", 30, 3, 1), .717, 0.02);
  EXPECT_NEAR(probability("open-office", 60, 3, 1), .517, 0.02);
  EXPECT_NEAR(probability("rma", 500, 35, 1.5), .627, 0.02);
}

// ---- Fields

TEST(RandomField, IsStandardNormalAndForgetsExponentially) {
  constexpr double kCorrelation_m = 10;
  constexpr int kFields = 4000;
  double sum = 0, square = 0, fourth = 0;
  std::vector<double> moved_m = {1, 5, 10, 30}, product(4, 0), both(4, 0);
  for (int i = 0; i < kFields; ++i) {
    const RandomField field(kCorrelation_m, 100 + i);
    const double here = field.at({3, 4, 1}, {70, 0, 1});
    sum += here;
    square += here * here;
    fourth += std::pow(here, 4);
    for (std::size_t j = 0; j < moved_m.size(); ++j) {
      const double angle = i;
      product[j] += here * field.at({3, 4, 1}, {70 + moved_m[j] * std::cos(angle),
                                                moved_m[j] * std::sin(angle), 9});
      both[j] += here * field.at({3, 4 + moved_m[j], 1}, {70 + moved_m[j], 0, 1});
    }
  }
  const double error = 4 / std::sqrt(kFields);
  EXPECT_NEAR(sum / kFields, 0, error);
  EXPECT_NEAR(square / kFields, 1, 1.5 * error);
  EXPECT_NEAR(fourth / kFields, 3, 10 * error);
  for (std::size_t j = 0; j < moved_m.size(); ++j) {
    EXPECT_NEAR(product[j] / kFields, std::exp(-moved_m[j] / kCorrelation_m), error) << moved_m[j];
    EXPECT_NEAR(both[j] / kFields, std::exp(-2 * moved_m[j] / kCorrelation_m), error) << moved_m[j];
  }
}

// Over places far apart: as often in sight as the probability says, shadowed as much as the table
// says.
TEST(Tr38901, DrawsSightAndShadowOfTheirDistributions) {
  struct Case {
    const char* path_loss;
    double high_m, low_m, clear_sigma_db, blocked_sigma_db;
  };
  for (const Case& at : {Case{"umi", 10, 1.5, 4, 7.82}, Case{"office", 3, 1, 3, 8.03},
                         Case{"inf-sl", 1.5, 1.5, 4.3, 5.7}, Case{"inf-dl", 1.5, 1.5, 4.3, 7.2},
                         Case{"inf-sh", 8, 1.5, 4.3, 5.9}, Case{"uma", 25, 1.5, 4, 6}}) {
    const auto loss = make_deployment(radio(at.path_loss), 3.5e9);
    int in_sight = 0, n = 0;
    double shadow_square[2] = {0, 0};
    int shadows[2] = {0, 0};
    constexpr double kGround_m = 30;
    const double clear_db = mean_loss_db(at.path_loss, true, at.high_m, at.low_m, kGround_m);
    const double blocked_db = mean_loss_db(at.path_loss, false, at.high_m, at.low_m, kGround_m);
    // The same without shadows says which it is.
    RadioOptions bare = radio(at.path_loss);
    bare.shadowing = false;
    const auto mean = make_deployment(bare, 3.5e9);
    for (int x = 0; x < 40; ++x) {
      for (int y = 0; y < 40; ++y) {
        const End station({400.0 * x, 400.0 * y, at.high_m});
        const End robot({400.0 * x + kGround_m, 400.0 * y, at.low_m});
        const double mean_db = -mean->CalcRxPower(0, station.mobility, robot.mobility);
        const bool clear = std::abs(mean_db - clear_db) < std::abs(mean_db - blocked_db);
        const double shadow_db = mean_db + loss->CalcRxPower(0, station.mobility, robot.mobility);
        in_sight += clear;
        ++n;
        shadow_square[clear] += shadow_db * shadow_db;
        ++shadows[clear];
      }
    }
    const double expected = probability(at.path_loss, kGround_m, at.high_m, at.low_m);
    EXPECT_NEAR(static_cast<double>(in_sight) / n, expected, 0.05) << at.path_loss;
    for (const bool clear : {false, true}) {
      if (shadows[clear] < 100) continue;
      const double sigma_db = clear ? at.clear_sigma_db : at.blocked_sigma_db;
      EXPECT_NEAR(std::sqrt(shadow_square[clear] / shadows[clear]) / sigma_db, 1, 0.12)
          << at.path_loss << clear;
    }
  }
}

TEST(Tr38901, DependsOnPlacesAloneAndIsTheSameBothWays) {
  const auto loss = make_deployment(radio("umi"), 3.5e9);
  const End station({0, 0, 10}), robot({60, 20, 1.5}), other({-40, 5, 1.5});
  const double first = loss->CalcRxPower(0, station.mobility, robot.mobility);
  EXPECT_EQ(loss->CalcRxPower(0, robot.mobility, station.mobility), first);
  double last = first;
  bool moved = false;
  for (int step = 1; step <= 100; ++step) {  // away and, half way, back
    robot.mobility->SetPosition({60.0 + std::min(step, 100 - step), 20, 1.5});
    loss->CalcRxPower(0, other.mobility, station.mobility);
    const double now = loss->CalcRxPower(0, station.mobility, robot.mobility);
    moved = moved || now != last;
    last = now;
  }
  EXPECT_TRUE(moved);
  EXPECT_EQ(last, first);
  // Whatever was asked in between: another object says the same.
  EXPECT_EQ(make_deployment(radio("umi"), 3.5e9)->CalcRxPower(0, station.mobility, robot.mobility),
            first);
}

// ---- Where they hold

void expect_refused(const RadioOptions& options, double high_m, double low_m, const char* key) {
  PlacementOptions placement;
  placement.access_point_height_m = high_m;
  placement.height_m = low_m;
  try {
    check_deployment(options, placement);
    ADD_FAILURE() << options.path_loss << " was taken at " << high_m << " and " << low_m;
  } catch (const OptionError& error) {
    EXPECT_EQ(error.keys.front(), key) << error.what();
  }
}

TEST(Tr38901, RefusesHeightsAndClutterWhereItDoesNotHold) {
  const char* station = "placement.access_point_height_m";
  const char* robots = "placement.height_m";
  expect_refused(radio("umi"), 10, 1.0, robots);
  expect_refused(radio("umi"), 10, 23, robots);
  expect_refused(radio("umi"), 1.5, 5, station);
  expect_refused(radio("rma"), 5, 1.5, station);
  expect_refused(radio("inf-sl"), 3, 1, station);
  expect_refused(radio("inf-dh"), 5, 1, station);
  expect_refused(radio("inf-dh"), 8, 6, robots);
  expect_refused(radio("inf-hh"), 8, 1, robots);
  RadioOptions dense = radio("inf-dh");
  dense.clutter_density = 0.3;
  expect_refused(dense, 8, 1, "radio.clutter_density");
  PlacementOptions placement;
  placement.access_point_height_m = 8;
  check_deployment(radio("inf-dh"), placement);
  check_deployment(radio("inf-sh"), placement);
}

}  // namespace
}  // namespace gradwave::channel
