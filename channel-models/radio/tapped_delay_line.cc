// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/tapped_delay_line.h"

#include <ns3/random-variable-stream.h>

#include <cmath>

#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

constexpr double kSpeedOfLight = 299792458;
constexpr int kWaves = 12;  // of a tap

struct Profile {
  double direct_db;                             // power of the line of sight; -infinity: none
  std::vector<std::pair<double, double>> taps;  // delay over the spread, power in dB
};

const Table<Profile>& table() {
  constexpr double kNone = -INFINITY;
  static const Table<Profile> profiles = {
      {"none", "the mean loss alone", {}},
      {"tdl-a",
       "TR 38.901, no line of sight",
       {kNone, {{0, -13.4},      {0.3819, 0},     {0.4025, -2.2},  {0.5868, -4},    {0.4610, -6},
                {0.5375, -8.2},  {0.6708, -9.9},  {0.5750, -10.5}, {0.7618, -7.5},  {1.5375, -15.9},
                {1.8978, -6.6},  {2.2242, -16.7}, {2.1718, -12.4}, {2.4942, -15.2}, {2.5119, -10.8},
                {3.0582, -11.3}, {4.0810, -12.7}, {4.4579, -16.2}, {4.5695, -18.3}, {4.7966, -18.9},
                {5.0066, -16.6}, {5.3043, -19.9}, {9.6586, -29.7}}}},
      {"tdl-b",
       "TR 38.901, no line of sight, echoes longer",
       {kNone, {{0, 0},          {0.1072, -2.2}, {0.2155, -4},    {0.2095, -3.2}, {0.2870, -9.8},
                {0.2986, -1.2},  {0.3752, -3.4}, {0.5055, -5.2},  {0.3681, -7.6}, {0.3697, -3},
                {0.5700, -8.9},  {0.5283, -9},   {1.1021, -4.8},  {1.2756, -5.7}, {1.5474, -7.5},
                {1.7842, -1.9},  {2.0169, -7.6}, {2.8294, -12.2}, {3.0219, -9.8}, {3.6187, -11.4},
                {4.1067, -14.9}, {4.2790, -9.2}, {4.7834, -11.3}}}},
      {"tdl-c",
       "TR 38.901, no line of sight, echoes longer still",
       {kNone, {{0, -4.4},       {0.2099, -1.2},  {0.2219, -3.5},  {0.2329, -5.2},  {0.2176, -2.5},
                {0.6366, 0},     {0.6448, -2.2},  {0.6560, -3.9},  {0.6584, -7.4},  {0.7935, -7.1},
                {0.8213, -10.7}, {0.9336, -11.1}, {1.2285, -5.1},  {1.3083, -6.8},  {2.1704, -8.7},
                {2.7105, -13.2}, {4.2589, -13.9}, {4.6003, -13.9}, {5.4902, -15.8}, {5.6077, -17.1},
                {6.3065, -16},   {6.6374, -15.7}, {7.0427, -21.6}, {8.6523, -22.8}}}},
      {"tdl-d",
       "TR 38.901, a line of sight 13 dB above the echoes",
       {-0.2,
        {{0, -13.5},
         {0.035, -18.8},
         {0.612, -21},
         {1.363, -22.8},
         {1.405, -17.9},
         {1.804, -20.1},
         {2.596, -21.9},
         {1.775, -22.9},
         {4.042, -27.8},
         {7.937, -23.6},
         {9.424, -24.8},
         {9.708, -30.0},
         {12.525, -27.7}}}},
      {"tdl-e",
       "TR 38.901, a line of sight 22 dB above the echoes that come with it",
       {-0.03,
        {{0, -22.03},
         {0.5133, -15.8},
         {0.5440, -18.1},
         {0.5630, -19.8},
         {0.5440, -22.9},
         {0.7112, -22.4},
         {1.9092, -18.6},
         {1.9293, -20.8},
         {1.9589, -22.6},
         {2.6426, -22.3},
         {3.7136, -25.6},
         {5.4524, -20.2},
         {12.0034, -29.8},
         {20.6519, -29.2}}}},
  };
  return profiles;
}

double linear(double db) { return std::pow(10, db / 10); }

}  // namespace

Words delay_profiles() { return words_of(table()); }

bool has_echoes(const std::string& profile) {
  return !look_up(table(), "nr.fading", profile).taps.empty();
}

void check_delay_profile(const std::string& key, const std::string& profile) {
  look_up(table(), key, profile);
}

TappedDelayLine::TappedDelayLine(const std::string& profile, double delay_spread_s,
                                 double frequency_hz, double bandwidth_hz, std::int64_t groups,
                                 double scatterer_speed_mps, std::int64_t stream)
    : groups_(groups) {
  const Profile of = look_up(table(), "nr.fading", profile);
  double sum = linear(of.direct_db);
  for (const auto& [delay, power_db] : of.taps) sum += linear(power_db);

  const auto uniform = ns3::CreateObject<ns3::UniformRandomVariable>();
  uniform->SetStream(stream);
  const double turns_a_metre = 2 * M_PI * frequency_hz / kSpeedOfLight;
  const auto wave = [&](double power, double speed_mps) {
    const double angle = 2 * M_PI * uniform->GetValue();
    const double speed = speed_mps * (2 * uniform->GetValue() - 1);
    return Wave{turns_a_metre * std::cos(angle), turns_a_metre * std::sin(angle),
                turns_a_metre * speed, 2 * M_PI * uniform->GetValue(), std::sqrt(power / sum)};
  };
  const auto add = [&](double delay, double power, int waves, double speed_mps) {
    Tap tap;
    for (int i = 0; i < waves; ++i) tap.waves.push_back(wave(power / waves, speed_mps));
    for (std::int64_t group = 0; group < groups; ++group) {
      const double offset_hz = bandwidth_hz * ((group + 0.5) / groups - 0.5);
      tap.turned.push_back(std::polar(1.0, -2 * M_PI * offset_hz * delay * delay_spread_s));
    }
    taps_.push_back(std::move(tap));
  };
  if (std::isfinite(of.direct_db)) add(0, linear(of.direct_db), 1, 0);
  for (const auto& [delay, power_db] : of.taps) {
    add(delay, linear(power_db), kWaves, scatterer_speed_mps);
  }
}

std::vector<double> TappedDelayLine::gains(const ns3::Vector& place, double time_s) const {
  std::vector<std::complex<double>> response(groups_);
  for (const Tap& tap : taps_) {
    double real = 0, imaginary = 0;
    for (const Wave& wave : tap.waves) {
      const double phase = wave.x * place.x + wave.y * place.y + wave.turns * time_s + wave.phase;
      real += wave.amplitude * std::cos(phase);
      imaginary += wave.amplitude * std::sin(phase);
    }
    for (std::int64_t group = 0; group < groups_; ++group) {
      response[group] += std::complex<double>(real, imaginary) * tap.turned[group];
    }
  }
  std::vector<double> powers;
  for (const auto& each : response) powers.push_back(std::norm(each));
  return powers;
}

}  // namespace gradwave::channel
