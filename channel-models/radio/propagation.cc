// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/radio/propagation.h"

#include <ns3/object-factory.h>

#include <cmath>

#include "channel-models/ns3/attributes.h"
#include "channel-models/ns3/streams.h"
#include "channel-models/radio/wall_loss.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

double friis_db_at_1_m(double frequency_hz) {
  constexpr double kSpeedOfLight = 299792458;
  return 20 * std::log10(4 * M_PI * frequency_hz / kSpeedOfLight);
}

struct Model {
  std::string type;  // of ns-3; empty: none
  void (*apply)(const RadioOptions& options, double frequency_hz);
};

void log_distance(const RadioOptions& options, double frequency_hz) {
  const std::string model = "ns3::LogDistancePropagationLossModel::";
  set_default(model + "Exponent", options.path_loss_exponent);
  set_default(model + "ReferenceDistance", 1.0);
  set_default(model + "ReferenceLoss", friis_db_at_1_m(frequency_hz));
}

void friis(const RadioOptions&, double frequency_hz) {
  set_default("ns3::FriisPropagationLossModel::Frequency", frequency_hz);
  set_default("ns3::FriisPropagationLossModel::MinLoss", friis_db_at_1_m(frequency_hz));
}

// ns-3 has three distance fields, each with its m; one m for all.
void set_nakagami(double m) {
  for (const char* field : {"m0", "m1", "m2"}) {
    set_default(std::string("ns3::NakagamiPropagationLossModel::") + field, m);
  }
}

void nakagami(const RadioOptions& options, double) { set_nakagami(options.nakagami_m); }
void rayleigh(const RadioOptions&, double) { set_nakagami(1); }
void nothing(const RadioOptions&, double) {}

const Table<Model>& losses() {
  static const Table<Model> table = [] {
    Table<Model> all = {
        {"log-distance",
         "Friis at 1 m, then 10 n log10(distance) with path_loss_exponent n",
         {"ns3::LogDistancePropagationLossModel", log_distance}},
        {"friis", "free space", {"ns3::FriisPropagationLossModel", friis}},
    };
    for (const auto& [word, description] : deployments()) all.push_back({word, description, {}});
    return all;
  }();
  return table;
}

const Table<Model>& fading_table() {
  static const Table<Model> table = {
      {"none", "the mean loss alone", {"", nothing}},
      {"nakagami",
       "Nakagami with nakagami_m: 1 is Rayleigh, more is milder",
       {"ns3::NakagamiPropagationLossModel", nakagami}},
      {"rayleigh",
       "no line of sight, many echoes",
       {"ns3::NakagamiPropagationLossModel", rayleigh}},
  };
  return table;
}

Model path_loss(const RadioOptions& options) {
  return look_up(losses(), "radio.path_loss", options.path_loss);
}
Model fading(const RadioOptions& options) {
  return look_up(fading_table(), "radio.fading", options.fading);
}

}  // namespace

bool draws_obstacles(const RadioOptions& options) { return path_loss(options).type.empty(); }

Words path_losses() { return words_of(losses()); }
Words fadings() { return words_of(fading_table()); }

Words lines_of_sight() {
  return {{"random", "with the probability that its length has, changing with the distance moved"},
          {"always", "nothing is in the way"},
          {"never", "something always is"}};
}

void check_propagation(const RadioOptions& options, const PlacementOptions& placement) {
  path_loss(options);
  fading(options);
  if (is_deployment(options.path_loss)) check_deployment(options, placement);
}

std::string height_fault(const LinkOptions& options, double height_m) {
  if (!is_deployment(options.radio.path_loss)) return "";
  return deployment_height_fault(options.radio, height_m, options.placement.access_point_height_m);
}

DistanceRange range_of(const RadioOptions& options) {
  if (is_deployment(options.path_loss)) return deployment_range(options);
  return {1, HUGE_VAL, false};
}

void apply_propagation(const RadioOptions& options, double frequency_hz) {
  if (!is_deployment(options.path_loss)) path_loss(options).apply(options, frequency_hz);
  fading(options).apply(options, frequency_hz);
}

ns3::Ptr<ns3::PropagationLossModel> make_path_loss(const LinkOptions& options,
                                                   double frequency_hz) {
  const RadioOptions& radio = options.radio;
  const ns3::Ptr<ns3::PropagationLossModel> over_distance =
      is_deployment(radio.path_loss)
          ? make_deployment(radio, frequency_hz)
          : ns3::ObjectFactory(path_loss(radio).type).Create<ns3::PropagationLossModel>();
  if (options.floor.plan.name.empty()) return over_distance;
  const auto walls = ns3::CreateObject<WallLoss>(read_plan(options.floor, frequency_hz));
  walls->SetNext(over_distance);
  return walls;
}

void set_after(ns3::Ptr<ns3::PropagationLossModel> chain,
               ns3::Ptr<ns3::PropagationLossModel> last) {
  while (chain->GetNext()) chain = chain->GetNext();
  chain->SetNext(last);
}

ns3::Ptr<ns3::PropagationLossModel> make_fading(const RadioOptions& options) {
  if (fading(options).type.empty()) return nullptr;
  const auto model = ns3::ObjectFactory(fading(options).type).Create<ns3::PropagationLossModel>();
  model->AssignStreams(kFadingStreams);
  return model;
}

}  // namespace gradwave::channel
