// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/propagation.h"

#include <gtest/gtest.h>
#include <ns3/constant-position-mobility-model.h>

#include <cmath>

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
