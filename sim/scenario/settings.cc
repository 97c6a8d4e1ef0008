// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "learning/learner.h"
#include "results/nearest.h"

namespace gradwave {
namespace {

using Json = nlohmann::json;

#define FIELD(member) [](Settings& s) -> Field { return &s.member; }

std::vector<Setting> make_table() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  return {
      {"team.workers", FIELD(learning.training.workers), "robots that learn together, M", 1, 4096},

      {"data.dataset", FIELD(learning.data.dataset), "what is learned", 0, 0, learning::datasets},
      {"data.folder", FIELD(learning.data.folder),
       "holds mnist/ and the like; empty: the environment variable GRADWAVE_DATA"},
      {"data.path", FIELD(learning.data.path),
       "where the data set's own files are, whatever their folder is called; empty: in "
       "data.folder"},
      {"data.side", FIELD(learning.data.side),
       "of dataset folder: height and width that images are resized to; 0: all have one size", 0,
       4096},
      {"data.train_samples", FIELD(learning.data.train_samples),
       "use the first so many training samples; 0: all", 0, 1e9},
      {"data.test_samples", FIELD(learning.data.test_samples),
       "use the first so many test samples; 0: all", 0, 1e9},
      {"data.augmentation", FIELD(learning.data.augmentation),
       "how training images are varied each time they are seen", 0, 0, learning::augmentations},
      {"data.partition", FIELD(learning.data.partition), "how samples are dealt to the workers", 0,
       0, learning::partitions},
      {"data.dirichlet_alpha", FIELD(learning.data.dirichlet_alpha),
       "of partition dirichlet: small makes the workers' classes unlike, large alike", 1e-3, 1e6},
      {"data.shards_per_worker", FIELD(learning.data.shards_per_worker),
       "of partition shards: label-sorted pieces that each worker gets", 1, 1e6},

      {"model.architecture", FIELD(learning.model.model), "what is trained", 0, 0,
       learning::models},
      {"model.hidden", FIELD(learning.model.hidden),
       "of mlp: units of each hidden layer; the empty list is softmax regression", 1, 1e6},
      {"model.file", FIELD(learning.model.file),
       "of torchscript: what torch.jit.save wrote; its parameters are where training begins"},
      {"model.forward_macs", FIELD(learning.model.forward_macs),
       "multiply-adds of one sample's forward pass, which compute times follow; 0: counted in the "
       "layers",
       0, 1e18},

      {"training.rounds", FIELD(learning.training.rounds), "rounds of the run, T", 1, 1e8},
      {"training.batch", FIELD(learning.training.batch), "samples per worker and round", 1, 1e6},
      {"training.learning_rate", FIELD(learning.training.learning_rate), "step size eta", 1e-9,
       1e3},
      {"training.learning_rate_schedule", FIELD(learning.training.learning_rate_schedule),
       "how the step size follows the round", 0, 0, learning::learning_rate_schedules},
      {"training.milestones", FIELD(learning.training.milestones),
       "of learning-rate schedule step: the rounds at which the step size changes, ascending", 1,
       1e8},
      {"training.milestone_factor", FIELD(learning.training.milestone_factor),
       "of learning-rate schedule step: what it is multiplied by", 1e-6, 1e3},
      {"training.warmup_rounds", FIELD(learning.training.warmup_rounds),
       "rounds at the start in which the step size grows in equal steps", 0, 1e8},
      {"training.momentum", FIELD(learning.training.momentum),
       "of the server's step: share of the last one that is taken again", 0, 0.9999},
      {"training.weight_decay", FIELD(learning.training.weight_decay),
       "of the server's step: share of each weight that its gradient is raised by", 0, 10},
      {"training.evaluate_every", FIELD(learning.training.evaluate_every),
       "rounds between evaluations on the test set; the last round always has one", 1, 1e8},

      {"compression.sparsifier", FIELD(learning.compression.sparsifier),
       "which entries of a gradient are sent", 0, 0, learning::sparsifiers},
      {"compression.schedule", FIELD(learning.compression.schedule), "how k_t follows the round", 0,
       0, learning::schedules},
      {"compression.ratio", FIELD(learning.compression.ratio),
       "compression ratio d/k: k = max(1, floor(d / ratio))", 1, 1e12},
      {"compression.k", FIELD(learning.compression.k),
       "entries per worker and round, instead of a ratio; 0: the ratio says", 0, 1e12},
      {"compression.gamma", FIELD(learning.compression.gamma),
       "of schedule adaptopk: k_t is (1 + gamma) k or (1 - gamma) k", 0, 1},
      {"compression.t_hat", FIELD(learning.compression.t_hat),
       "of schedule adaptopk: round at which an entry matters least; -1: a pilot run estimates it",
       -1, 1e8},
      {"compression.pilot_rounds", FIELD(learning.compression.pilot_rounds),
       "rounds of that pilot run, uncompressed and not counted", 2, 1e6},
      {"compression.error_compensation", FIELD(learning.compression.error_compensation),
       "keep what was not sent in a memory and add it to the next gradient"},
      {"compression.momentum_correction", FIELD(learning.compression.momentum_correction),
       "with error compensation: momentum of each worker before its compression (Deep Gradient "
       "Compression), instead of the server's; 0: none",
       0, 0.9999},
      {"compression.downlink", FIELD(learning.compression.downlink), "what the server sends back",
       0, 0, learning::downlinks},

      {"compute.device", FIELD(compute.device), "the computer on each robot", 0, 0, devices},
      {"compute.rate_flops", FIELD(compute.rate_flops),
       "its peak operations per second, instead of a device; 0: the device says", 0, 1e18},
      {"compute.efficiency", FIELD(compute.efficiency),
       "share of the peak that training reaches; measure yours, 0.1 is only an assumption", 1e-6,
       1},
      {"compute.jitter", FIELD(compute.jitter), "how compute times scatter over the rounds", 0, 0,
       jitters},
      {"compute.jitter_cv", FIELD(compute.jitter_cv), "their deviation over their mean", 0, 10},
      {"compute.factors", FIELD(compute.factors),
       "per worker, 4 is four times slower (a straggler); empty: all alike", 1e-3, 1e6},

      {"link.technology", FIELD(link.link), "what carries the gradients", 0, 0, channel::links},

      {"wifi.standard", FIELD(link.wifi.standard), "amendment of IEEE 802.11", 0, 0,
       channel::wifi_standards},
      {"wifi.band", FIELD(link.wifi.band), "frequency band", 0, 0, channel::wifi_bands},
      {"wifi.channel_width_mhz", FIELD(link.wifi.channel_width_mhz), "20, 40, 80 or 160", 20, 160},
      {"wifi.tx_power_dbm", FIELD(link.wifi.tx_power_dbm), "of robots and access point", -50, 50},
      {"wifi.rate_control", FIELD(link.wifi.rate_control), "how a sender picks its rate", 0, 0,
       channel::rate_controls},
      {"wifi.constant_mode", FIELD(link.wifi.constant_mode),
       "of rate control constant: an ns-3 WifiMode such as HeMcs5"},
      {"wifi.path_loss", FIELD(link.wifi.loss), "mean loss over distance", 0, 0,
       channel::path_losses},
      {"wifi.path_loss_exponent", FIELD(link.wifi.path_loss_exponent), "of path loss log-distance",
       1, 8},
      {"wifi.fading", FIELD(link.wifi.fading), "what is added to it, anew for every frame", 0, 0,
       channel::fadings},
      {"wifi.nakagami_m", FIELD(link.wifi.nakagami_m),
       "of fading nakagami: 1 is Rayleigh, large is none", 0.5, 1e3},
      {"wifi.server", FIELD(link.wifi.server), "where the server stands", 0, 0,
       channel::server_places},
      {"wifi.backhaul_rate_bps", FIELD(link.wifi.backhaul_rate_bps), "of server backhaul", 1e3,
       1e13},
      {"wifi.backhaul_delay_s", FIELD(link.wifi.backhaul_delay_s), "of server backhaul, one way", 0,
       100},

      {"wire.rate_bps", FIELD(link.wire.rate_bps), "of each robot's own link, each way", 1e3, 1e13},
      {"wire.delay_s", FIELD(link.wire.delay_s), "one way", 0, 100},
      {"wire.loss", FIELD(link.wire.loss), "probability that a packet is lost", 0, 1},
      {"wire.mtu_bytes", FIELD(link.wire.mtu_bytes), "largest IP packet", 256, 65535},

      {"tcp.segment_bytes", FIELD(link.tcp.segment_bytes), "payload of a full segment", 64, 65000},
      {"tcp.buffer_bytes", FIELD(link.tcp.buffer_bytes), "send and receive buffer, each", 4096,
       1 << 30},
      {"tcp.min_rto_s", FIELD(link.tcp.min_rto_s), "least retransmission timeout", 1e-3, 60},
      {"tcp.congestion_control", FIELD(link.tcp.congestion_control), "of every sender", 0, 0,
       channel::congestion_controls},
      {"tcp.sending_rate_bps", FIELD(link.tcp.sending_rate_bps),
       "cap on what each application hands to its socket; 0: none", 0, 1e13},

      {"placement.layout", FIELD(link.placement.placement), "where the robots start", 0, 0,
       channel::placements},
      {"placement.radius_m", FIELD(link.placement.radius_m),
       "of layouts disc and circle, about the access point", 0.1, 1e6},
      {"placement.spacing_m", FIELD(link.placement.spacing_m), "of layout grid", 0.01, 1e6},
      {"placement.positions_m", FIELD(link.placement.positions_m),
       "of layout list: [x, y] of each robot, the access point at [0, 0]", -1e6, 1e6},
      {"placement.height_m", FIELD(link.placement.height_m), "of the robots' antennas", 0, 1e5},
      {"placement.access_point_height_m", FIELD(link.placement.access_point_height_m),
       "of the access point's antenna", 0, 1e5},

      {"mobility.model", FIELD(link.mobility.mobility), "how the robots move", 0, 0,
       channel::mobilities},
      {"mobility.speed_min_mps", FIELD(link.mobility.speed_min_mps), "of model random-waypoint",
       1e-3, 1e3},
      {"mobility.speed_max_mps", FIELD(link.mobility.speed_max_mps), "of model random-waypoint",
       1e-3, 1e3},
      {"mobility.pause_s", FIELD(link.mobility.pause_s), "of model random-waypoint, at each point",
       0, 1e6},

      {"limits.connect_timeout_s", FIELD(limits.connect_timeout_s),
       "simulated time that all have to associate before round 0, then each to connect", 0.1, 1e6},
      {"limits.stall_s", FIELD(limits.stall_s),
       "simulated time without one byte arriving anywhere after which the run has failed; TCP "
       "waits up to 60 s between two attempts",
       0.1, inf},

      {"checkpoint.folder", FIELD(checkpoint.folder),
       "where each run writes its learner, weights and all, as RESULTS-run-ID.pt; empty: nowhere"},
      {"checkpoint.every", FIELD(checkpoint.every),
       "rounds between two checkpoints; 0: only one, after the last round", 0, 1e8},

      {"host.device", FIELD(learning.host.device),
       "what this machine learns on: auto (a GPU if there is one), cpu, cuda or cuda:N"},

      {"ns3.defaults", FIELD(link.ns3_defaults),
       "any ns-3 attribute: \"ns3::TcpSocket::DelAckCount\" = 2; these win over all above"},
  };
}

#undef FIELD

[[noreturn]] void reject(const Setting& setting, const Json& value, const std::string& reason) {
  throw std::invalid_argument(setting.key + " = " + value.dump() + ": " + reason);
}

double checked_number(const Setting& setting, const Json& value, const Json& element) {
  if (!element.is_number()) reject(setting, value, "expected " + expected(setting));
  const double number = element.get<double>();
  if (!(number >= setting.least && number <= setting.most)) {
    reject(setting, value, "out of range, expected " + expected(setting));
  }
  return number;
}

std::int64_t checked_integer(const Setting& setting, const Json& value, const Json& element) {
  if (!element.is_number_integer()) reject(setting, value, "expected " + expected(setting));
  checked_number(setting, value, element);
  return element.get<std::int64_t>();
}

std::string checked_word(const Setting& setting, const Json& value) {
  if (!value.is_string()) reject(setting, value, "expected " + expected(setting));
  auto word = value.get<std::string>();
  if (!setting.words || value == value_of(setting, Settings())) return word;
  std::vector<std::string> known;
  for (const auto& [name, description] : setting.words()) known.push_back(name);
  if (std::find(known.begin(), known.end(), word) == known.end()) {
    reject(setting, value,
           "unknown word" + did_you_mean(word, known) + ", expected " + expected(setting));
  }
  return word;
}

// "~/data" as a shell would have it.
std::string at_home(const std::string& path) {
  const char* home = std::getenv("HOME");
  return home != nullptr && path.compare(0, 2, "~/") == 0 ? home + path.substr(1) : path;
}

// Writes one JSON value into whatever kind of field the setting has.
struct Assign {
  const Setting& setting;
  const Json& value;

  void operator()(bool* field) const {
    if (!value.is_boolean()) reject(setting, value, "expected " + expected(setting));
    *field = value.get<bool>();
  }
  void operator()(std::int64_t* field) const { *field = checked_integer(setting, value, value); }
  void operator()(double* field) const { *field = checked_number(setting, value, value); }
  void operator()(std::string* field) const { *field = checked_word(setting, value); }
  void operator()(std::filesystem::path* field) const {
    *field = at_home(checked_word(setting, value));
  }
  void operator()(std::vector<std::int64_t>* field) const {
    list(field, [&](const Json& element) { return checked_integer(setting, value, element); });
  }
  void operator()(std::vector<double>* field) const {
    list(field, [&](const Json& element) { return checked_number(setting, value, element); });
  }
  void operator()(std::vector<std::pair<double, double>>* field) const {
    list(field, [&](const Json& element) {
      if (!element.is_array() || element.size() != 2) {
        reject(setting, value, "expected " + expected(setting));
      }
      return std::pair(checked_number(setting, value, element[0]),
                       checked_number(setting, value, element[1]));
    });
  }
  void operator()(std::map<std::string, std::string>* field) const {
    if (!value.is_object()) reject(setting, value, "expected " + expected(setting));
    for (const auto& [name, entry] : value.items()) {
      if (entry.is_structured() || entry.is_null()) {
        reject(setting, value, name + " needs a number, a string or a boolean");
      }
      (*field)[name] = entry.is_string() ? entry.get<std::string>() : entry.dump();
    }
  }

  template <typename Element, typename Convert>
  void list(std::vector<Element>* field, const Convert& convert) const {
    if (!value.is_array()) reject(setting, value, "expected " + expected(setting));
    std::vector<Element> elements;
    for (const Json& element : value) elements.push_back(convert(element));
    *field = std::move(elements);
  }
};

std::string number_text(double number) {
  std::ostringstream text;
  text.precision(12);
  text << number;
  return text.str();
}

std::string range_text(const Setting& setting) {
  if (std::isinf(setting.most)) return " of " + number_text(setting.least) + " or more";
  return " from " + number_text(setting.least) + " to " + number_text(setting.most);
}

std::string words_text(const Setting& setting) {
  std::string text;
  for (const auto& [name, description] : setting.words()) {
    text += (text.empty() ? "\"" : ", \"") + name + "\"";
  }
  return text;
}

struct Expected {
  const Setting& setting;
  std::string operator()(bool*) const { return "true or false"; }
  std::string operator()(std::int64_t*) const { return "an integer" + range_text(setting); }
  std::string operator()(double*) const { return "a number" + range_text(setting); }
  std::string operator()(std::string*) const {
    return setting.words ? "one of " + words_text(setting) : "a string";
  }
  std::string operator()(std::filesystem::path*) const { return "a path in quotes"; }
  std::string operator()(std::vector<std::int64_t>*) const {
    return "a list of integers" + range_text(setting);
  }
  std::string operator()(std::vector<double>*) const {
    return "a list of numbers" + range_text(setting);
  }
  std::string operator()(std::vector<std::pair<double, double>>*) const {
    return "a list of [x, y] pairs";
  }
  std::string operator()(std::map<std::string, std::string>*) const {
    return "a table of ns-3 attributes";
  }
};

struct ToJson {
  Json operator()(const std::filesystem::path* field) const { return field->string(); }
  template <typename T>
  Json operator()(const T* field) const {
    return *field;
  }
};

}  // namespace

learning::Options learning_options(const Settings& settings) {
  learning::Options options = settings.learning;
  const char* folder = std::getenv("GRADWAVE_DATA");
  if (options.data.folder.empty() && folder) options.data.folder = folder;
  return options;
}

channel::LinkOptions link_options(const Settings& settings) {
  channel::LinkOptions options = settings.link;
  options.workers = settings.learning.training.workers;
  options.seed = settings.learning.seed;
  return options;
}

const std::vector<Setting>& settings_table() {
  static const std::vector<Setting> table = make_table();
  return table;
}

const Setting* find_setting(const std::string& key) {
  for (const Setting& setting : settings_table()) {
    if (setting.key == key) return &setting;
  }
  return nullptr;
}

std::string expected(const Setting& setting) {
  Settings any;
  return std::visit(Expected{setting}, setting.field(any));
}

void assign(const Setting& setting, Settings& settings, const Json& value) {
  std::visit(Assign{setting, value}, setting.field(settings));
}

Json value_of(const Setting& setting, const Settings& settings) {
  return std::visit(ToJson{}, setting.field(const_cast<Settings&>(settings)));
}

Json to_json(const Settings& settings) {
  Json object = Json::object();
  for (const Setting& setting : settings_table()) {
    object[setting.key] = value_of(setting, settings);
  }
  return object;
}

Settings from_json(const Json& object) {
  Settings settings;
  for (const auto& [key, value] : object.items()) {
    const Setting* setting = find_setting(key);
    if (!setting) throw std::invalid_argument("there is no setting \"" + key + "\"");
    assign(*setting, settings, value);
  }
  return settings;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = results::nearest(word, candidates);
  return near.empty() ? "" : " (did you mean \"" + near + "\"?)";
}

}  // namespace gradwave
