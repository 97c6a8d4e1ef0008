// SPDX-License-Identifier: GPL-2.0-only
// What a link is told: plain values, no ns-3. Defaults stand here; ranges, words and descriptions
// in sim/scenario/settings/.
#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace gradwave::channel {

// Options that cannot be. The sentence is for the scenario's author; `keys` are those of the
// scenario file that are at fault, the likeliest first.
struct OptionError : std::invalid_argument {
  OptionError(std::vector<std::string> at_fault, const std::string& sentence)
      : std::invalid_argument(sentence), keys(std::move(at_fault)) {}
  std::vector<std::string> keys;
};

// A file that the scenario names, in its own folder or by a whole path: its name there, and its
// text.
struct TextFile {
  std::string name, text;
};

using Point = std::pair<double, double>;  // x, y in metres, in the frame of the floor's map

// Of a wire's end behind a radio's station: a FIFO's packets that find it full are dropped.
struct QueueOptions {
  std::string discipline = "fifo";      // queue_disciplines()
  std::int64_t buffer_bytes = 6172672;  // of "fifo", each way
};

constexpr std::int64_t kUsualStreams = 2;  // over Wi-Fi, of a robot's module or a laptop

struct WifiOptions {
  std::string standard = "802.11ax";  // wifi_standards()
  std::string band = "5GHz";          // wifi_bands()
  std::int64_t channel_width_mhz = 20;
  double tx_power_dbm = 20;                 // of robots and access point
  double guard_interval_us = 0;             // 0: the shortest of the standard
  std::int64_t streams = 0;                 // spatial, and antennas; 0: 2
  std::vector<std::int64_t> robot_streams;  // [M], of each robot instead; empty: as many for all
  std::int64_t block_ack_frames = 0;        // that one block acknowledgment covers; 0: all it can
  std::string rate_control = "ideal";       // rate_controls()
  std::string constant_mode = "HeMcs5";     // of rate_control "constant": an ns-3 WifiMode name
  std::string server = "access-point";      // server_places(): on the access point or behind it
  double backhaul_rate_bps = 1e9;           // of server "backhaul"
  double backhaul_delay_s = 0.001;
  QueueOptions backhaul_queue;
};

struct NrOptions {  // 5G: one carrier, one station (gNB) or several; defaults: a private network
  double frequency_ghz = 3.5;
  double bandwidth_mhz = 100;
  std::int64_t numerology = 1;  // subcarriers of 15 kHz << numerology, slots of 1 ms >> numerology
  std::string pattern = "DDDSU";               // of slots, or "FDD"
  std::int64_t special_downlink_symbols = 10;  // of a slot S
  std::string mcs_table = "256qam";            // mcs_tables()
  std::int64_t uplink_layers = 1, downlink_layers = 2;
  double robot_power_dbm = 23, station_power_dbm = 24;  // over all resource blocks
  double robot_gain_dbi = 0, station_gain_dbi = 0;
  double robot_noise_figure_db = 9, station_noise_figure_db = 5;
  double p0_dbm = -76, alpha = 1;  // uplink power control, of a resource block at 15 kHz
  std::string access = "request";  // nr_accesses(): how a robot asks for the uplink
  double request_period_s = 0.02;  // of its scheduling requests, or configured grants
  std::int64_t first_grant_bytes = 512;
  std::int64_t k1_slots = 4, k2_slots = 4;  // downlink to acknowledgment, grant to uplink
  double processing_s = 0.003;  // in robot, station and core beside the slots, each direction
  std::string scheduler = "proportional-fair";  // nr_schedulers()
  std::int64_t max_grants = 16;                 // in a slot and direction
  double block_error_target = 0.1;
  double receiver_loss_db = 2;
  double report_period_s = 0.01;    // of what is known of the channel
  std::string combining = "chase";  // combinings()
  std::int64_t max_attempts = 5;    // of HARQ
  double rlc_recovery_s = 0.04;
  std::int64_t buffer_bytes = 6172672;  // of each robot and direction
  std::int64_t control_symbols = 2;     // of a downlink slot
  std::int64_t dmrs_elements = 24;      // of a resource block and slot
  std::int64_t pucch_blocks = -1;       // of an uplink slot; -1: 3 % of the carrier
  std::string fading = "tdl-a";         // nr_fadings()
  double delay_spread_s = 30e-9;
  double scatterer_speed_mps = 0.3;  // of what moves around robots that stand
  std::int64_t stations = 1;         // on a square grid about the access point
  double station_spacing_m = 50;
  std::vector<std::pair<double, double>> station_positions_m;  // instead of the grid
  double handover_margin_db = 3;
  double handover_interruption_s = 0.05;
  std::string server = "gnb";  // nr_server_places()
  double core_rate_bps = 1e9;  // of server "core"
  double core_delay_s = 0.001;
  QueueOptions core_queue;
};

struct LteOptions {
  std::int64_t bandwidth_blocks = 100;  // 6, 15, 25, 50, 75, 100 (20 MHz), each way
  double robot_power_dbm = 23, station_power_dbm = 30;
  std::string rlc = "um";                       // lte_rlcs()
  std::string scheduler = "proportional-fair";  // lte_schedulers()
  std::int64_t buffer_bytes = 6172672;          // of each robot and direction
  double core_rate_bps = 1e9;                   // from the gateway to the server
  double core_delay_s = 0.001;
  QueueOptions core_queue;
};

struct RadioOptions {                      // of every technology that has one
  std::string path_loss = "log-distance";  // path_losses()
  double path_loss_exponent = 3.0;         // of path loss "log-distance"
  std::string fading = "none";             // fadings()
  double nakagami_m = 1.0;                 // of fading "nakagami"; "rayleigh" is m = 1
  // Of the path losses of TR 38.901:
  bool shadowing = true;
  std::string line_of_sight = "random";  // lines_of_sight()
  double clutter_density = 0;   // of an indoor factory, share of the floor; 0: its usual one
  double clutter_size_m = 0;    // 0: the usual one
  double clutter_height_m = 0;  // 0: the usual one
  // [M], of each robot's radio, instead of the technology's own for all; empty: that.
  std::vector<double> robot_powers_dbm, robot_gains_dbi;
};

struct MeshOptions {                   // robots that relay for each other over ad hoc Wi-Fi
  std::string links = "reach";         // mesh_links(): which there may be
  TextFile edges;                      // of "edges": a table with columns from, to
  double margin_db = 3;                // by which an edge is stronger than it need be
  double update_period_s = 1;          // between two looks at the routes, where robots move
  double hysteresis = 0.1;             // share by which new routes have to be cheaper
  std::string unreached = "refuse";    // mesh_policies()
  std::string aggregation = "server";  // mesh_aggregations()
};

struct WireOptions {  // one full-duplex point-to-point link per robot, to the server
  double rate_bps = 100e6;
  double delay_s = 0.001;
  double loss = 0;                // probability that a packet is lost, each direction
  std::int64_t mtu_bytes = 1500;  // of the IP packet
};

struct TraceOptions {  // a link of its own from each robot to the server, as it was measured
  std::vector<TextFile> uplink, downlink;  // given to the robots in turn
  std::string between = "steps";           // trace_betweens()
  std::string ending = "loop";             // trace_endings()
  double shift_s = 0;  // by which the next robot that shares a trace is ahead in it
  double delay_s = 0;  // one way, beside what the traces say
  std::int64_t buffer_bytes = 6172672;  // of each robot and direction
};

struct TcpOptions {
  std::int64_t segment_bytes = 0;       // payload; 0: what the smallest MTU holds, at most 1448
  std::int64_t buffer_bytes = 4 << 20;  // send and receive buffer, each
  double min_rto_s = 0.2;
  std::string congestion_control = "cubic";  // congestion_controls()
  std::string after_idle = "linux";          // after_idle_words()
  double sending_rate_bps = 0;               // cap on each application's sending; 0: none
  std::vector<double> sending_rates_bps;     // [M], of each robot instead; empty: that for all
};

struct PlacementOptions {
  std::string layout = "disc";     // placements()
  double radius_m = 30;            // of "disc" and "circle", about the access point
  double spacing_m = 10;           // of "grid", centred on the access point
  std::vector<Point> positions_m;  // of "list", of each robot
  double height_m = 1.0;           // of the robots
  Point access_point_m = {0, 0};   // the server's radio, or the first of several
  double access_point_height_m = 3.0;
};

struct FloorOptions {
  TextFile plan;                            // .toml, .svg or .dxf; none: no walls
  double metres_per_unit = 1;               // of a drawing
  Point origin_m = {0, 0};                  // where a drawing's [0, 0] is
  std::map<std::string, double> losses_db;  // of materials, beside or instead of materials()
  std::vector<std::string> not_walls;       // layers, classes and labels of a drawing
};

struct MobilityOptions {
  std::string model = "static";  // mobilities()
  double speed_min_mps = 0.5;    // of a robot, or of each way: drawn between these
  double speed_max_mps = 1.5;
  double pause_s = 2;
  double memory = 0.85;  // of "gauss-markov": alpha, of a step in the next one
  double turn_rad = 0.5;
  double step_s = 1;
  std::vector<std::vector<Point>> loops_m;  // of "patrol"
  TextFile file;                            // of "waypoints" and "ns2"
  std::string ending = "stay";              // endings(), of "waypoints"
  double time_origin_s = 0;                 // the time in `file` at which round 0 begins
};

struct LinkOptions {
  std::string technology = "wifi";  // links()
  RadioOptions radio;
  WifiOptions wifi;
  NrOptions nr;
  LteOptions lte;
  MeshOptions mesh;
  WireOptions wire;
  TraceOptions trace;
  TcpOptions tcp;
  PlacementOptions placement;
  FloorOptions floor;
  MobilityOptions mobility;
  std::map<std::string, std::string> ns3_defaults;  // "ns3::TcpSocket::DelAckCount" -> "2"
  std::int64_t workers = 8;                         // M
  std::uint64_t seed = 1;                           // ns-3's run number
};

// The words a scenario may use, each with a one-line description.
using Words = std::vector<std::pair<std::string, std::string>>;
Words links();
Words wifi_standards();
Words wifi_bands();
Words rate_controls();
Words path_losses();
Words fadings();
Words lines_of_sight();
Words server_places();
Words queue_disciplines();
Words congestion_controls();
Words after_idle_words();
Words mcs_tables();
Words nr_accesses();
Words nr_schedulers();
Words combinings();
Words nr_fadings();
Words nr_server_places();
Words lte_rlcs();
Words lte_schedulers();
Words mesh_links();
Words mesh_policies();
Words mesh_aggregations();
Words trace_betweens();
Words trace_endings();
Words placements();
Words materials();
Words mobilities();
Words endings();

// Throws OptionError for what contradicts itself: a width the standard does not have in that band,
// a list of positions of the wrong length, an unknown ns-3 attribute or value under "ns3.defaults",
// ...
void check_link(const LinkOptions& options);

// What is allowed and may surprise, each in a sentence: settings that differ from their defaults
// and change nothing beside the others, robots that walk through walls. The options are checked.
std::vector<std::string> remarks(const LinkOptions& options);

struct MessageSizes {
  double uplink_bytes = 0, downlink_bytes = 0;  // of a robot and round
};

// What the network could do and would take, in sentences, before anything runs; none where a
// technology has nothing to say. The options are checked.
std::vector<std::string> describe_link(const LinkOptions& options, const MessageSizes& messages);

// Whether there is one: robots that gossip do without.
bool has_server(const LinkOptions& options);

// Why the network influences what is learned, in a clause, so that a run cannot learn before or
// without it; "": it never does. The options are checked.
std::string influence_on_learning(const LinkOptions& options);
// Why its rounds cannot be sampled (sim/sampling); "": they can.
std::string unsampled(const LinkOptions& options);
// Whether robots add gradients up on the way to the server.
bool adds_on_the_way(const LinkOptions& options);

// The setting that decides the delay of the path's wires, "" without one.
std::string delay_key(const LinkOptions& options);

// What a robot has where `team.robots` gives it nothing of its own; 0 without a radio.
double usual_power_dbm(const LinkOptions& options);
double usual_gain_dbi(const LinkOptions& options);
std::int64_t streams_of(const WifiOptions& options);

// What simulating M robots costs the host: ns-3's events for a TCP segment, a message, a second in
// which robots compute, and connecting, how long an event takes, and a message's row in the
// results. Rules of thumb, of tests/benchmarks/growth.py.
struct HostWork {
  double segment = 0, message = 0, second = 0, start = 0;
  double event_s = 0;
  double transfer_bytes = 0;
};
HostWork host_work(const LinkOptions& options);

// What can be known of the network over a whole run. The options are checked.
struct World {
  bool still = true;                // what it is at the start it stays: nothing moves
  bool same_for_every_seed = true;  // no place, obstacle or echo is drawn
  bool routed = false;              // robots relay for each other on the way to the server
  bool learns = false;              // TCP, from losses: rounds remember those before them
  double time_out_s = 0;  // the least retransmission timeout of TCP; 0: no packet can be lost
  bool wanders = false;   // robots move at random
};
World world_of(const LinkOptions& options);

// The links between robots where they start, if there is no server; else 0. The options are
// checked.
std::int64_t neighbour_links(const LinkOptions& options);

// What a round trip takes at the least: the delay of the wires on the path, both ways.
double round_trip_s(const LinkOptions& options);

// Sets ns-3's attribute defaults and random streams of this process, so it precedes whatever of
// ns-3 they shall apply to. The options are checked.
void apply_defaults(const LinkOptions& options);
// The random streams alone: what the layout and the walks are drawn from.
void seed_streams(const LinkOptions& options);

std::string ns3_version();

}  // namespace gradwave::channel
