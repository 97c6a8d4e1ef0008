// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/propagation.h"

#include <gtest/gtest.h>
#include <ns3/constant-position-mobility-model.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace gradwave::channel {
namespace {

constexpr double kChannel36_hz = 5180e6;

ns3::Ptr<ns3::MobilityModel> at(double x_m) {
  const auto place = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
  place->SetPosition({x_m, 0, 0});
  return place;
}

double loss_db(const LinkOptions& options, double distance_m) {
  apply_defaults(options);
  return -make_path_loss(options, kChannel36_hz)->CalcRxPower(0, at(0), at(distance_m));
}

double friis_db(double distance_m, double frequency_hz) {
  return 20 * std::log10(4 * M_PI * distance_m * frequency_hz / 299792458);
}

TEST(Propagation, LogDistanceIsFriisAtOneMetreAndFallsWithTheExponent) {
  LinkOptions options;
  options.radio.path_loss_exponent = 3.5;
  EXPECT_NEAR(loss_db(options, 1), friis_db(1, kChannel36_hz), 1e-6);
  EXPECT_NEAR(loss_db(options, 10), friis_db(1, kChannel36_hz) + 35, 1e-6);
  EXPECT_NEAR(loss_db(options, 100), friis_db(1, kChannel36_hz) + 70, 1e-6);
}

TEST(Propagation, FriisIsLogDistanceWithExponentTwo) {
  LinkOptions options;
  options.radio.path_loss = "friis";
  EXPECT_NEAR(loss_db(options, 50), friis_db(50, kChannel36_hz), 1e-6);
}

TEST(Propagation, ALowerBandLosesLess) {
  LinkOptions options;
  options.wifi.band = "2.4GHz";
  EXPECT_NEAR(loss_db(options, 1), friis_db(1, 2412e6), 1e-6);
}

// The formula's loss with a line of sight at the least distance of its range, both ends at one
// height: TR 38.901 Table 7.4.1-1; Friis at 1 m.
double least_loss_db(const std::string& path_loss, double ghz) {
  const double f = std::log10(ghz);
  if (path_loss == "umi") return 32.4 + 21 + 20 * f;
  if (path_loss == "uma") return 28 + 22 + 20 * f;
  if (path_loss == "rma") {
    const double h = std::pow(5, 1.72);
    return 20 * std::log10(40 * M_PI * 10 * ghz / 3) + std::min(0.03 * h, 10.0) -
           std::min(0.044 * h, 14.77) + 0.002 * std::log10(5.0) * 10;
  }
  if (path_loss == "office" || path_loss == "open-office") return 32.4 + 20 * f;
  if (path_loss.rfind("inf-", 0) == 0) return 31.84 + 19 * f;
  return friis_db(1, 1e9 * ghz);
}

TEST(Propagation, NoHeightAndNoDistanceLosesLessThanTheFormulaInItsRange) {
  const auto place = [](double x, double z) {
    const auto end = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
    end->SetPosition({x, 0, z});
    return end;
  };
  for (const auto& [path_loss, description] : path_losses()) {
    for (const double ghz : {0.6, 3.5, 5.18, 28.0, 60.0}) {
      for (const char* line_of_sight : {"always", "never", "random"}) {
        LinkOptions options;
        options.radio.path_loss = path_loss;
        options.radio.shadowing = false;
        options.radio.line_of_sight = line_of_sight;
        options.radio.path_loss_exponent = 2 + ghz / 10;
        if (!is_deployment(path_loss) && ghz != 5.18) continue;  // of wifi.band
        apply_defaults(options);
        const auto model = make_path_loss(options, 1e9 * ghz);
        const double least_db = least_loss_db(path_loss, ghz);
        // ns-3's "rma" ends the program at a height of 0.
        for (const double high_m : {0.1, 1.0, 1.5, 3.0, 10.0, 35.0, 150.0, 1e4}) {
          for (const double low_m : {0.1, 0.5, 1.0, 1.5, 2.0, 10.0, 22.5, 100.0}) {
            for (const double x_m : {0.0, 1e-3, 0.5, 1.0, 5.0, 10.0, 20.0, 150.0, 5e3, 1e6}) {
              const double db = -model->CalcRxPower(0, place(0, high_m), place(x_m, low_m));
              EXPECT_GE(db, least_db - 1e-6) << path_loss << " " << ghz << " GHz, " << high_m
                                             << " and " << low_m << " m high, " << x_m;
            }
          }
        }
        const double range_m = range_of(options.radio).least_m;
        if (std::string(line_of_sight) == "always") {
          EXPECT_NEAR(-model->CalcRxPower(0, place(0, 10), place(range_m, 10)), least_db, 1e-4)
              << path_loss << ": within its range nothing is cut off";
        }
      }
    }
  }
}

// Power is Gamma(m, 1/m): mean 1, variance 1/m.
void expect_fading(const RadioOptions& radio, double m) {
  LinkOptions options;
  options.radio = radio;
  apply_defaults(options);
  const auto fading = make_fading(radio);
  const auto here = at(0), there = at(20);
  constexpr int kDraws = 40000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double power = std::pow(10, fading->CalcRxPower(0, here, there) / 10);
    sum += power;
    squares += power * power;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 1, 0.03);
  EXPECT_NEAR(squares / kDraws - mean * mean, 1 / m, 0.1 / m);
}

TEST(Propagation, NakagamiHasMeanOneAndVarianceOneOverM) {
  RadioOptions radio;
  radio.fading = "nakagami";
  radio.nakagami_m = 2.5;
  expect_fading(radio, 2.5);
  radio.nakagami_m = 4;
  expect_fading(radio, 4);
}

TEST(Propagation, RayleighIsNakagamiWithMOne) {
  RadioOptions radio;
  radio.fading = "rayleigh";
  radio.nakagami_m = 7;  // not asked
  expect_fading(radio, 1);
}

TEST(Propagation, NoFadingIsNoModel) { EXPECT_EQ(make_fading(RadioOptions()), nullptr); }

}  // namespace
}  // namespace gradwave::channel
