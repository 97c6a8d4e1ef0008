// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/nr.h"

#include <ns3/constant-position-mobility-model.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>

#include "channel-models/internet/backhaul.h"
#include "channel-models/internet/internet.h"
#include "channel-models/internet/star.h"
#include "channel-models/internet/tcp.h"
#include "channel-models/motion/mobility.h"
#include "channel-models/motion/placement.h"
#include "channel-models/nr/radio_access.h"
#include "channel-models/nr/words.h"
#include "channel-models/nr/world.h"
#include "channel-models/ns3/child.h"
#include "channel-models/radio/propagation.h"
#include "channel-models/radio/tr38901.h"

namespace gradwave::channel {

namespace {

using ns3::Packet;
using ns3::Ptr;

constexpr std::int64_t kMtuBytes = 1500;

double nr_one_way_s(const LinkOptions& options) {
  return options.nr.processing_s + (nr::has_core(options.nr) ? options.nr.core_delay_s : 0);
}

// [stations], at their height.
std::vector<ns3::Vector> station_places(const LinkOptions& options) {
  const NrOptions& nr = options.nr;
  const double height_m = options.placement.access_point_height_m;
  std::vector<ns3::Vector> places;
  for (const auto& [x, y] : nr.station_positions_m) places.emplace_back(x, y, height_m);
  if (!places.empty()) return places;
  const auto& [x, y] = options.placement.access_point_m;
  const auto columns = static_cast<std::int64_t>(std::ceil(std::sqrt(nr.stations)));
  const std::int64_t rows = (nr.stations + columns - 1) / columns;
  for (std::int64_t i = 0; i < nr.stations; ++i) {
    places.emplace_back(x + nr.station_spacing_m * (i % columns - 0.5 * (columns - 1)),
                        y + nr.station_spacing_m * (i / columns - 0.5 * (rows - 1)), height_m);
  }
  return places;
}

std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

double path_loss_db(int robot, const nr::Reach& reach, const LinkOptions& options) {
  return nr::robot_gain_dbi(options, robot) + options.nr.station_gain_dbi - reach.gain_db;
}

// The robots whose least transmission would not arrive, in words.
std::string out_of_reach(const nr::RadioAccess& access, const nr::World& world,
                         const LinkOptions& options) {
  constexpr int kMost = 5;
  std::string robots;
  int far = 0;
  for (int i = 0; i < options.workers; ++i) {
    for (const nr::Way way : {nr::Way::kUp, nr::Way::kDown}) {
      const nr::Reach reach = access.reach(i, way);
      if (reach.enough) continue;
      if (++far > kMost) break;
      robots += (robots.empty() ? "robot " : ", robot ") + std::to_string(i) +
                text_of(" (%.1f m from its station", world.distance_m(i, access.station_of(i))) +
                text_of(", path loss %.1f dB: ", path_loss_db(i, reach, options)) +
                (way == nr::Way::kUp ? "its uplink does not arrive)" : "no downlink arrives)");
      break;
    }
  }
  if (far > kMost) robots += " and " + std::to_string(far - kMost) + " more";
  return robots;
}

// Robots and stations in their places, and the radio between them: before there is IP.
struct Cell {
  explicit Cell(const LinkOptions& options) {
    robots.Create(options.workers);
    set_moving(robots, options);
    for (const ns3::Vector& at : station_places(options)) {
      const auto station = ns3::CreateObject<ns3::Node>();
      const auto fixed = ns3::CreateObject<ns3::ConstantPositionMobilityModel>();
      fixed->SetPosition(at);
      station->AggregateObject(fixed);
      stations.Add(station);
    }
    world = std::make_unique<nr::World>(options, robots, stations);
    connect(options);
  }

  void connect(const LinkOptions& options) {
    access = std::make_unique<nr::RadioAccess>(options.nr, options.workers, stations.GetN(),
                                               options.seed, *world);
    const std::vector<double>& powers_dbm = options.radio.robot_powers_dbm;
    for (std::size_t i = 0; i < powers_dbm.size(); ++i) {
      access->set_power_dbm(static_cast<int>(i), powers_dbm[i]);
    }
  }

  ns3::NodeContainer robots, stations;
  std::unique_ptr<nr::World> world;
  std::unique_ptr<nr::RadioAccess> access;
};

class Nr final : public Link {
 public:
  explicit Nr(const LinkOptions& options);
  ~Nr() override { ns3::Simulator::Cancel(next_); }
  Nr(const Nr&) = delete;  // ns-3's events hold its address
  Nr& operator=(const Nr&) = delete;

  const ns3::NodeContainer& robots() const override { return cell_.robots; }
  Ptr<ns3::Node> server() const override { return core_ ? core_->server() : cell_.stations.Get(0); }
  ns3::Ipv4Address server_address() const override { return server_address_; }
  bool ready() const override {
    return out_of_reach(*cell_.access, *cell_.world, options_).empty();
  }
  std::string waiting_for() const override {
    return out_of_reach(*cell_.access, *cell_.world, options_);
  }
  void begin() override { cell_.world->begin(); }
  std::optional<double> distance_m(int worker, int) const override {
    return cell_.world->distance_m(worker, cell_.access->station_of(worker));
  }
  Reading uplink(int worker) const override { return reading(worker, nr::Way::kUp); }
  Reading downlink(int worker) const override { return reading(worker, nr::Way::kDown); }
  Counters between(const Reading& before, const Reading& after) const override;
  double capacity_bits(bool up, double seconds) const override {
    const nr::Slots& slots =
        cell_.access->slots();  // a window may begin with all its slots at once
    return cell_.access->ceiling_bps(up ? nr::Way::kUp : nr::Way::kDown) * cell_.stations.GetN() *
           (seconds + slots.seconds(slots.period()));
  }
  std::int64_t wire_bytes() const override {
    return cell_.access->air_bytes() + (core_ ? core_->bytes() : 0);
  }
  std::optional<double> airtime_s() const override { return cell_.access->busy_s(); }

 private:
  bool send(int robot, nr::Way way, Ptr<Packet> packet);
  void plan();
  void run();
  void deliver(nr::Arrival arrival);
  Reading reading(int worker, nr::Way way) const;

  LinkOptions options_;
  Cell cell_;
  std::unique_ptr<Star> star_;
  std::vector<std::array<std::deque<Ptr<Packet>>, 2>> packets_;  // [M], by way, as they went in
  std::unique_ptr<Backhaul> core_;
  ns3::Ipv4Address server_address_;
  ns3::EventId next_;
  std::int64_t next_slot_ = -1;
};

Nr::Nr(const LinkOptions& options) : options_(options), cell_(options), packets_(options.workers) {
  install_internet({cell_.robots, ns3::NodeContainer(cell_.stations.Get(0))});
  star_ = std::make_unique<Star>(cell_.robots, cell_.stations.Get(0), kMtuBytes,
                                 [this](int robot, bool up, Ptr<Packet> packet) {
                                   return send(robot, up ? nr::Way::kUp : nr::Way::kDown, packet);
                                 });
  server_address_ = star_->hub_address();
  if (!nr::has_core(options.nr)) return;
  star_->route_through_hub();
  core_ = std::make_unique<Backhaul>(cell_.stations.Get(0), options.nr.core_queue,
                                     star_->robot_addresses());
  server_address_ = core_->server_address();
}

bool Nr::send(int robot, nr::Way way, Ptr<Packet> packet) {
  const std::int64_t now_ns = ns3::Simulator::Now().GetNanoSeconds();
  if (!cell_.access->enqueue(robot, way, packet->GetSize(), now_ns)) return false;
  packets_[robot][static_cast<int>(way)].push_back(packet->Copy());
  plan();
  return true;
}

// One event, for the next slot that has something to do.
void Nr::plan() {
  const auto slot = cell_.access->next_slot();
  if (!slot || (!next_.IsExpired() && next_slot_ == *slot)) return;
  next_.Cancel();
  next_slot_ = *slot;
  const ns3::Time at = ns3::NanoSeconds(*slot * cell_.access->slots().slot_ns());
  next_ = ns3::Simulator::Schedule(at - ns3::Simulator::Now(), &Nr::run, this);
}

void Nr::run() {
  cell_.access->run();
  const ns3::Time processing = ns3::Seconds(options_.nr.processing_s);
  for (const nr::Arrival& arrival : cell_.access->take_arrivals()) {
    const Ptr<ns3::Node> node =
        arrival.way == nr::Way::kUp ? cell_.stations.Get(0) : cell_.robots.Get(arrival.robot);
    const ns3::Time at = ns3::NanoSeconds(arrival.at_ns) + processing;
    ns3::Simulator::ScheduleWithContext(node->GetId(), at - ns3::Simulator::Now(), &Nr::deliver,
                                        this, arrival);
  }
  plan();
}

void Nr::deliver(nr::Arrival arrival) {
  auto& packets = packets_[arrival.robot][static_cast<int>(arrival.way)];
  for (std::int64_t i = 0; i < arrival.packets; ++i) {
    const Ptr<Packet> packet = packets.front();
    packets.pop_front();
    star_->deliver(arrival.robot, arrival.way == nr::Way::kUp, packet);
  }
}

Reading Nr::reading(int worker, nr::Way way) const {
  const ns3::Time now = ns3::Simulator::Now();
  const nr::Usage of = cell_.access->usage(worker, way, now.GetNanoSeconds());
  const auto real = [](std::int64_t number) { return static_cast<double>(number); };
  return {now.GetSeconds(),
          of.access_s,
          of.grant_s,
          of.air_s,
          of.blocks_s,
          of.power_s,
          of.harq_s,
          of.handover_s,
          real(of.transmissions),
          real(of.retransmissions),
          real(of.recoveries),
          real(of.drops + (core_ ? core_->drops(worker, way == nr::Way::kUp) : 0)),
          real(cell_.access->handovers(worker)),
          of.bits,
          of.resource_blocks,
          of.mcs,
          of.layers,
          of.sinr_db};
}

Counters Nr::between(const Reading& before, const Reading& after) const {
  const auto grown = [&](int i) { return after[i] - before[i]; };
  double waiting_s = grown(0);  // for neither slots nor blocks
  for (int i = 1; i <= 7; ++i) waiting_s -= grown(i);
  waiting_s = std::max(0.0, waiting_s);
  const double core_s = std::min(nr_one_way_s(options_), waiting_s);
  Counters counters = {{"access_s", grown(1)},
                       {"grant_s", grown(2)},
                       {"air_s", grown(3)},
                       {"blocks_s", grown(4)},
                       {"power_s", grown(5)},
                       {"harq_s", grown(6)},
                       {"handover_s", grown(7)},
                       {"core_s", core_s},
                       {"window_s", waiting_s - core_s},
                       {"transport_blocks", grown(8)},
                       {"harq_retransmissions", grown(9)},
                       {"rlc_recoveries", grown(10)},
                       {"queue_drops", grown(11)},
                       {"handovers", grown(12)}};
  if (const double blocks = grown(8); blocks > 0) {
    counters.emplace_back("phy_rate_bps", grown(13) / (blocks * cell_.access->slots().seconds(1)));
    counters.emplace_back("resource_blocks", grown(14) / blocks);
    counters.emplace_back("mcs", grown(15) / blocks);
    counters.emplace_back("layers", grown(16) / blocks);
    counters.emplace_back("sinr_db", grown(17) / blocks);
  }
  return counters;
}

// ---- What cannot be

// Robots whose scheduling requests share an uplink slot: cyclic shifts of PUCCH format 0 and 1 in
// one resource block, TS 38.211 6.3.2.
constexpr std::int64_t kRequestsOfSlot = 12;

void check_access(const LinkOptions& options) {
  const NrOptions& nr = options.nr;
  const nr::Slots slots(nr.numerology, nr.pattern, nr.special_downlink_symbols);
  const double slot_s = slots.seconds(1);
  const auto period = static_cast<std::int64_t>(std::llround(nr.request_period_s / slot_s));
  const bool whole = std::abs(period * slot_s - nr.request_period_s) < 1e-9;
  char text[64];
  const bool too_short = period == 0 && nr.request_period_s > 0;
  if (!whole || too_short || period % slots.period() != 0) {
    std::snprintf(text, sizeof text, "%g", slot_s * static_cast<double>(slots.period()));
    throw OptionError({"nr.request_period_s", "nr.pattern", "nr.numerology"},
                      "nr.request_period_s: expected 0 (every uplink slot) or a multiple of " +
                          std::string(text) + ", which pattern \"" + nr.pattern +
                          "\" takes to repeat");
  }
  std::int64_t turns = 0;
  for (std::int64_t slot = 0; slot < std::max<std::int64_t>(1, period); ++slot) {
    turns += slots.uplink(slot);
  }
  const std::int64_t most = kRequestsOfSlot * (period == 0 ? 1 : turns);
  if (options.workers > most) {
    throw OptionError({"nr.request_period_s", "team.workers", "nr.pattern"},
                      "nr.request_period_s: the uplink slots of a period hold the requests of " +
                          std::to_string(most) + " robots, and there are " +
                          std::to_string(options.workers) + "; a longer period has more");
  }
}

std::vector<Point> nr_station_points(const LinkOptions& options) {
  std::vector<Point> points;
  for (const ns3::Vector& place : station_places(options)) points.emplace_back(place.x, place.y);
  return points;
}

std::string nr_summary(const LinkOptions& options) {
  const NrOptions& nr = options.nr;
  return text_of("%g MHz", nr.bandwidth_mhz) + text_of(" at %g GHz", nr.frequency_ghz) +
         ", pattern " + nr.pattern + ", " + std::to_string(nr.uplink_layers) + " layer" +
         (nr.uplink_layers == 1 ? "" : "s") + " up and " + std::to_string(nr.downlink_layers) +
         " down, access by " + nr.access;
}

CoverageNow cover_by_nr(const LinkOptions& options) {
  const auto cell = std::make_shared<Cell>(options);
  return [cell, options, stations = nr_station_points(options)] {
    if (stations.size() > 1) cell->connect(options);  // to the strongest now
    std::vector<Covered> all;
    for (int i = 0; i < options.workers; ++i) {
      const nr::Reach up = cell->access->reach(i, nr::Way::kUp);
      const nr::Reach down = cell->access->reach(i, nr::Way::kDown);
      const ns3::Vector at = cell->robots.Get(i)->GetObject<ns3::MobilityModel>()->GetPosition();
      Covered covered;
      covered.place = {at.x, at.y};
      covered.station = stations.at(cell->access->station_of(i));
      covered.distance_m = cell->world->distance_m(i, cell->access->station_of(i));
      covered.path_loss_db = path_loss_db(i, up, options);
      covered.snr_db = up.sinr_db;
      covered.up_bps = up.rate_bps;
      covered.down_bps = down.rate_bps;
      covered.reached = up.enough && down.enough;
      all.push_back(covered);
    }
    return all;
  };
}

std::vector<std::string> ineffective_nr(const LinkOptions& options) {
  static const NrOptions usual;
  const NrOptions& nr = options.nr;
  std::vector<std::string> sentences;
  if (nr.pattern.find('S') == std::string::npos &&
      nr.special_downlink_symbols != usual.special_downlink_symbols) {
    sentences.push_back("nr.special_downlink_symbols has no effect: pattern \"" + nr.pattern +
                        "\" has no special slot");
  }
  if (station_places(options).size() == 1 &&
      (nr.handover_margin_db != usual.handover_margin_db ||
       nr.handover_interruption_s != usual.handover_interruption_s)) {
    sentences.push_back(
        "nr.handover_margin_db and nr.handover_interruption_s have no effect: there is one "
        "station");
  }
  return sentences;
}

void check_nr(const LinkOptions& options) {
  const NrOptions& nr = options.nr;
  const std::int64_t blocks =
      nr::resource_blocks(nr.frequency_ghz, nr.bandwidth_mhz, nr.numerology);
  const nr::Mcs& lowest = nr::mcs_table(nr).front();
  nr::information(2, 1);  // computes its tables here, once, and not in each child
  check_queue(nr.core_queue, "nr.core");
  nr::access(nr);
  nr::scheduler(nr);
  nr::combining(nr);
  check_delay_profile("nr.fading", nr.fading);
  check_access(options);
  if (nr.pucch_blocks >= blocks) {
    throw OptionError({"nr.pucch_blocks", "nr.bandwidth_mhz"},
                      "nr.pucch_blocks: the carrier has " + std::to_string(blocks) +
                          " resource blocks, which leaves none for data");
  }
  // The lowest scheme has to hold headers and a few bytes.
  const auto bits = [&](std::int64_t symbols, std::int64_t of_blocks) {
    const std::int64_t elements = nr::resource_elements(
        static_cast<int>(symbols), static_cast<int>(nr.dmrs_elements), 0, of_blocks);
    return nr::transport_block_bits(elements, lowest, 1);
  };
  const std::int64_t up_blocks = blocks - nr::control_blocks(nr.pucch_blocks, blocks);
  if (bits(nr::kSymbolsOfSlot, up_blocks) < nr::kLeastBits ||
      bits(nr::kSymbolsOfSlot - nr.control_symbols, blocks) < nr::kLeastBits) {
    throw OptionError(
        {"nr.pucch_blocks", "nr.bandwidth_mhz", "nr.dmrs_elements", "nr.control_symbols"},
        "nr.bandwidth_mhz: what control and reference signals leave of a slot does not hold the "
        "least message by the lowest scheme; expected fewer nr.pucch_blocks, nr.dmrs_elements or "
        "nr.control_symbols");
  }
  if (nr.buffer_bytes < kMtuBytes + 10) {
    throw OptionError({"nr.buffer_bytes"}, "nr.buffer_bytes does not hold one packet of 1500");
  }
  if (nr.stations > 1 && !nr.station_positions_m.empty()) {
    throw OptionError({"nr.stations", "nr.station_positions_m"},
                      "nr.stations: nr.station_positions_m says how many there are");
  }
  if (!nr::has_core(nr) && station_places(options).size() > 1) {
    throw OptionError({"nr.server", "nr.stations", "nr.station_positions_m"},
                      "nr.server: with several stations the server stands behind them; expected "
                      "\"core\"");
  }
  if (is_deployment(options.radio.path_loss) && nr.frequency_ghz < 0.5) {
    throw OptionError({"nr.frequency_ghz", "radio.path_loss"},
                      "nr.frequency_ghz: TR 38.901 holds from 0.5 GHz on; expected another "
                      "radio.path_loss, as \"log-distance\"");
  }
  if (options.radio.path_loss == "rma" && nr.frequency_ghz > 30) {
    throw OptionError({"nr.frequency_ghz", "radio.path_loss"},
                      "nr.frequency_ghz: path loss \"rma\" holds up to 30 GHz");
  }
  check_propagation(options.radio, options.placement);
  check_mobility(options);
  check_tcp(options.tcp, kMtuBytes);
}

std::vector<std::string> describe_nr(const LinkOptions& options, const MessageSizes& messages) {
  const NrOptions& nr = options.nr;
  const Cell cell(options);
  const nr::RadioAccess& access = *cell.access;
  const double stations = cell.stations.GetN();
  const double up_bps = stations * access.ceiling_bps(nr::Way::kUp);
  const double down_bps = stations * access.ceiling_bps(nr::Way::kDown);
  const std::int64_t blocks =
      nr::resource_blocks(nr.frequency_ghz, nr.bandwidth_mhz, nr.numerology);
  const int bits = nr::mcs_table(nr).back().bits_per_symbol;
  const bool above = nr.frequency_ghz > 24;
  const auto advertised = [&](std::int64_t layers, double overhead) {
    return 1e-6 *
           nr::advertised_rate_bps(nr.numerology, blocks, bits, static_cast<int>(layers), overhead);
  };
  std::vector<std::string> lines;
  lines.push_back("5G: " + std::to_string(blocks) +
                  text_of(" resource blocks in %g MHz", nr.bandwidth_mhz) +
                  text_of(" at %g GHz, ", nr.frequency_ghz) + nr.pattern +
                  text_of("; at most %.1f Mbit/s up", 1e-6 * up_bps) +
                  text_of(" and %.1f down, all robots together", 1e-6 * down_bps) +
                  text_of(" (a carrier of nothing else, TS 38.306: %.0f",
                          advertised(nr.uplink_layers, above ? 0.10 : 0.08)) +
                  text_of(" and %.0f)", advertised(nr.downlink_layers, above ? 0.18 : 0.14)));
  for (const nr::Way way : {nr::Way::kUp, nr::Way::kDown}) {
    int worst = 0;
    double most_db = -1e9, least_bps = 1e18, most_bps = 0;
    for (int i = 0; i < options.workers; ++i) {
      const nr::Reach reach = access.reach(i, way);
      if (reach.sinr_db < access.reach(worst, way).sinr_db) worst = i;
      most_db = std::max(most_db, reach.sinr_db);
      least_bps = std::min(least_bps, reach.rate_bps);
      most_bps = std::max(most_bps, reach.rate_bps);
    }
    const nr::Reach reach = access.reach(worst, way);
    lines.push_back(std::string(way == nr::Way::kUp ? "up" : "down") + ": robots alone get " +
                    text_of("%.1f to ", 1e-6 * least_bps) +
                    text_of("%.1f Mbit/s", 1e-6 * most_bps) +
                    text_of(", SNR %.1f to ", reach.sinr_db) +
                    text_of("%.1f dB; the weakest is robot ", most_db) + std::to_string(worst) +
                    text_of(", %.1f m from its station",
                            cell.world->distance_m(worst, access.station_of(worst))) +
                    text_of(", path loss %.1f dB", path_loss_db(worst, reach, options)) + ", MCS " +
                    std::to_string(reach.mcs));
  }
  const double workers = static_cast<double>(options.workers);
  const double wait_s = nr.request_period_s / 2;
  lines.push_back(
      text_of("a round takes at least %.4f s up", 8 * workers * messages.uplink_bytes / up_bps) +
      text_of(" and %.4f s down by these rates", 8 * workers * messages.downlink_bytes / down_bps) +
      text_of(", and %.4f s on average", wait_s + 2 * nr_one_way_s(options)) +
      " until requests are heard and for processing and core");
  const std::string far = out_of_reach(access, *cell.world, options);
  if (!far.empty()) lines.push_back("out of reach where they start: " + far);
  return lines;
}

void apply_nr(const LinkOptions& options) {
  apply_propagation(options.radio, 1e9 * options.nr.frequency_ghz);
  if (nr::has_core(options.nr)) {
    apply_point_to_point(options.nr.core_rate_bps, options.nr.core_delay_s, kMtuBytes);
  }
  apply_tcp(options.tcp, kMtuBytes, round_trip_s(options));
}

std::unique_ptr<Link> make_nr(const LinkOptions& options) { return std::make_unique<Nr>(options); }

std::string delay_setting(const LinkOptions& options) {
  return nr::has_core(options.nr) ? "nr.core_delay_s" : "nr.processing_s";
}
std::string fading(const LinkOptions& options) { return options.nr.fading; }
double robot_power_dbm(const LinkOptions& options) { return options.nr.robot_power_dbm; }
double robot_gain_dbi(const LinkOptions& options) { return options.nr.robot_gain_dbi; }

World world(const LinkOptions& options) {
  World world;
  world.same_for_every_seed = false;  // echoes are drawn once a run
  world.time_out_s = options.tcp.min_rto_s;
  return world;
}

HostWork host_work(double robots) { return {2.5, 6, 0, 0, 5e-6 + 4.7e-8 * robots, 480}; }

}  // namespace

Technology nr_technology() {
  Technology of;
  of.check = check_nr;
  of.apply = apply_nr;
  of.make = make_nr;
  of.one_way_s = nr_one_way_s;
  of.delay_key = delay_setting;
  of.world = world;
  of.influence = never;
  of.unsampled = never;
  of.host_work = host_work;
  of.cover = cover_by_nr;
  of.stations = nr_station_points;
  of.radio = nr_summary;
  of.fading = fading;
  of.robot_power_dbm = robot_power_dbm;
  of.robot_gain_dbi = robot_gain_dbi;
  of.ineffective = ineffective_nr;
  of.describe = describe_nr;
  return of;
}

}  // namespace gradwave::channel
