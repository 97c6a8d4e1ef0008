// SPDX-License-Identifier: GPL-2.0-only
// The radio access network of an NR deployment, slot by slot: robots and their stations (gNBs),
// what waits to be sent, who is heard when, who gets which resource blocks, what arrives. It counts
// bytes; the packets themselves stay with whoever hands them in, and come out in the order in which
// they went in. It has no clock: it says which slot it wants to see next, and none while nobody has
// anything to send, so that an idle network costs nothing.
//
// Uplink: a robot whose buffer was empty waits for its next scheduling request (SR), gets a small
// grant, reports its buffer in it, and gets what it needs (38.321 5.4.4, 5.4.5). A grant decided in
// a downlink slot is for an uplink slot at least K2 later. Downlink: at once, with the
// acknowledgment at least K1 later. Both: up to 16 HARQ processes, each with up to max_attempts
// transmissions that are combined; what is still not decoded is sent anew after rlc_recovery_s, as
// RLC AM does (38.322), and whatever came after it is held back meanwhile.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "channel-models/nr/block_error.h"
#include "channel-models/nr/block_map.h"
#include "channel-models/nr/carrier.h"
#include "channel-models/nr/link_adaptation.h"
#include "channel-models/nr/words.h"
#include "channel-models/options.h"

namespace gradwave::channel::nr {

enum class Way { kUp, kDown };

constexpr std::int64_t kStationSlots = 2;  // from the end of what it hears to what it decides by it
constexpr std::int64_t kReadySlots = 1;    // from data in a buffer to a transmission that has them
constexpr std::int64_t kDecodeSlots = 1;   // from the end of a transmission to its data

// What lies between robots and stations.
class Channel {
 public:
  virtual ~Channel() = default;

  // Received over sent power of any station and robot now, fading aside, antennas included.
  virtual double gain_db(int robot, int station) const = 0;

  // The fading at a time not long ago, in ns: power gains over the carrier, from its lowest
  // resource block up, with mean about 1 over time; {1} if there is none. For each of the layers.
  virtual const std::vector<double>& fading(int robot, int station, std::int64_t at_ns) const = 0;
};

// What happened on one robot's link in one direction since it was made. Its data spend each second
// in one place: the parts add up to the time in which there was something to be sent.
struct Usage {
  double access_s = 0;    // nobody knew of the data: waiting for a scheduling request
  double grant_s = 0;     // known of, waiting for a slot
  double air_s = 0;       // being sent and decoded, all that there was
  double blocks_s = 0;    // on the air, and until the next slot, when resource blocks were too few
  double power_s = 0;     // the same, when power was too little
  double harq_s = 0;      // waiting for what has to be sent again
  double handover_s = 0;  // from the change of station until sent again
  std::int64_t transmissions = 0;    // of transport blocks, first ones
  std::int64_t retransmissions = 0;  // HARQ
  std::int64_t recoveries = 0;       // HARQ gave up, RLC sent anew
  std::int64_t drops = 0;            // packets that the full buffer refused
  // Sums over first transmissions, to be divided by their number.
  double bits = 0, resource_blocks = 0, mcs = 0, layers = 0, sinr_db = 0;
};

// What a robot would get alone in its cell, without fading.
struct Reach {
  double gain_db = 0;  // to its station
  double sinr_db = 0;  // over all the blocks that it would use
  int mcs = 0;
  double rate_bps = 0;
  bool enough = false;  // for headers and a few bytes by the lowest scheme, all attempts combined
};

// Packets of one flow, complete at its other end: the first `packets` of those handed in.
struct Arrival {
  int robot = 0;
  Way way = Way::kUp;
  std::int64_t packets = 0;
  std::int64_t at_ns = 0;
};

class RadioAccess {
 public:
  // The options are checked. Keeps `channel`.
  RadioAccess(const NrOptions& options, std::int64_t robots, std::int64_t stations,
              std::uint64_t seed, const Channel& channel);

  // Before anything is sent: the most that this robot sends with, instead of robot_power_dbm.
  void set_power_dbm(int robot, double power_dbm) { robots_[robot].power_dbm = power_dbm; }

  // A packet of `bytes` has come into the buffer. False: that is full, and the packet is lost.
  bool enqueue(int robot, Way way, std::int64_t bytes, std::int64_t now_ns);

  // The next slot to run; none while there is nothing to do until the next packet.
  std::optional<std::int64_t> next_slot() const { return next_slot_; }
  // Runs that slot, at its start.
  void run();

  // What has arrived in the slots run so far and was not taken yet, in order of time.
  std::vector<Arrival> take_arrivals();

  // Bits of transport blocks over the pattern, by exact TBS: all blocks, the highest scheme, all
  // layers.
  double ceiling_bps(Way way) const;

  Reach reach(int robot, Way way) const;

  Usage usage(int robot, Way way, std::int64_t now_ns) const;
  int station_of(int robot) const { return robots_[robot].station; }
  std::int64_t handovers(int robot) const { return robots_[robot].handovers; }
  double busy_s() const { return slots_.seconds(busy_slots_); }  // with something on the air
  std::int64_t air_bytes() const { return air_bits_ / 8; }       // of all transport blocks

  const Slots& slots() const { return slots_; }

 private:
  enum class Phase { kIdle, kAccess, kGrant, kAir, kAirBlocks, kAirPower, kHarq, kHandover };

  struct Packet {
    std::int64_t bytes_left = 0;
    std::int64_t usable = 0;  // first slot whose transmission can have it
    bool begun = false;
  };

  // A transport block: a HARQ process until it is decoded.
  struct Block {
    Grant grant;
    std::int64_t number = 0;   // of the flow's blocks
    std::int64_t packets = 0;  // that end in it
    std::int64_t bytes = 0;    // of them and others, with headers
    std::int64_t first_slot = 0;
    std::int64_t ready = 0;    // slot from which on it may be decided to send it again
    std::int64_t report = 0;   // bytes that waited behind it: the buffer status in it
    std::int64_t granted = 0;  // to the flow so far, this included
    std::vector<Transmission> received;
    Phase air = Phase::kAir;  // what its time on the air is
    bool lost = false;        // HARQ gave up: to be sent anew, as another block or several
    bool decoded = false;
  };

  struct Report {
    std::int64_t from = 0;  // slot from which on it is known
    std::int64_t bytes = 0, granted = 0;
  };

  struct Flow {
    std::deque<Packet> queue;
    std::int64_t queued_bytes = 0;
    std::deque<Block> blocks;  // in the order of their packets
    std::int64_t next_number = 0;

    // What the station knows of a robot's buffer.
    std::deque<Report> reports;
    std::int64_t reported_number = -1;
    std::int64_t granted_bytes = 0;
    std::int64_t believed_bytes = 0;
    std::optional<std::int64_t> request;  // slot of the scheduling request

    // Scheduling.
    double average_bits = 1;  // a slot, decaying
    std::int64_t averaged_slot = 0;
    double offset_db = 0;                   // outer loop: what the estimates are off by
    double interference = 0;                // linear over noise, as last heard
    std::int64_t interfered = 0;            // slot in which it was heard
    std::deque<std::int64_t> acknowledged;  // slots at which decoded blocks' processes are free

    // Time.
    Phase phase = Phase::kIdle;
    std::int64_t since_ns = 0;
    Phase on_air = Phase::kAir;  // what the last time on the air is counted as
    Phase air = Phase::kAir;     // what waiting for the next slot is, if more is known of
    Usage usage;
  };

  struct Robot {
    int station = 0;
    double power_dbm = 0;        // at most
    std::int64_t reachable = 0;  // first slot after a handover
    std::int64_t looked = -1;    // the period in which it last compared stations
    std::int64_t handovers = 0;
    std::array<Flow, 2> flows;
  };

  // Who could send something new in this slot.
  struct Candidate {
    int robot = 0;
    Flow* flow = nullptr;
    std::int64_t needed_bits = 0;
    bool anew = false;  // a lost block
    Quality quality;
    std::int64_t blocks = 0;  // share of the slot
    double worth = 0;         // of more of it
  };

  // A transmission of this slot.
  struct Sending {
    int robot = 0;
    Flow* flow = nullptr;
    std::int64_t number = 0;  // of the block
    Pieces pieces;            // of the carrier
    double block_power_dbm = 0;
  };

  Flow& flow(int robot, Way way) { return robots_[robot].flows[static_cast<int>(way)]; }
  const Flow& flow(int robot, Way way) const { return robots_[robot].flows[static_cast<int>(way)]; }

  // Slots.
  std::int64_t slot_of(std::int64_t ns) const;           // first that starts at or after
  std::int64_t uplink_slot(std::int64_t ready) const;    // first whose grant can know of `ready`
  std::int64_t downlink_slot(std::int64_t ready) const;  // first with data
  std::int64_t slots_in(double seconds) const;           // rounded up
  std::int64_t heard_slot(const Flow& flow) const;       // from which on its request is known
  bool may_request(int robot, std::int64_t slot) const;
  std::int64_t request_slot(int robot, std::int64_t from) const;  // the first
  int data_symbols(std::int64_t slot) const;
  std::int64_t data_slot(std::int64_t slot) const;  // the first downlink with data at or after
  std::int64_t blocks_of(Way way) const;            // for data
  std::int64_t elements(Way way, std::int64_t slot) const;  // of a resource block, for data
  std::optional<std::int64_t> wanted(int robot, Way way) const;
  void want(int robot, Way way);

  // Scheduling.
  void schedule(Way way, int station, std::vector<Sending>& sendings);
  void share(Way way, std::vector<Candidate>& candidates, std::int64_t elements_each,
             std::int64_t blocks, std::int64_t grants, std::int64_t& turn);
  // Of each of `blocks` resource blocks; TS 38.213 7.1.1 for the uplink.
  double block_power_dbm(int robot, Way way, std::int64_t blocks) const;
  Quality quality(int robot, Way way, std::int64_t at_ns, double interference) const;
  // As the station knows it when it decides about this slot.
  Quality reported(int robot, Way way) const;
  // The largest transport block of at most `blocks`, and where it is put.
  std::pair<Grant, Pieces> place(const Candidate& candidate, Way way, std::int64_t blocks,
                                 const BlockMap& map) const;
  std::int64_t needed_bits(const Flow& flow, Way way) const;
  std::int64_t waiting_bytes(const Flow& flow) const;
  std::int64_t processes(Flow& flow, std::int64_t decided) const;  // of HARQ, in use
  std::int64_t answer_slot(Way way) const;
  double remembered(const Flow& flow) const;
  void hear_reports(Flow& flow, std::int64_t decided) const;
  void fill(Block& block, Flow& flow, Way way) const;
  // The flow's lost block whose turn it is; its end if there is none.
  std::deque<Block>::iterator lost_block(Flow& flow, std::int64_t decided) const;
  // Puts it, or its beginning, into the block, which takes its place.
  Block& fill_anew(Block block, Flow& flow, std::deque<Block>::iterator lost) const;
  void send(Way way, const std::vector<std::vector<Sending>>& sendings);
  double interference(Way way, int station, const Sending& sending,
                      const std::vector<std::vector<Sending>>& sendings) const;
  void decoded(int robot, Way way, Block& block);
  void failed(Flow& flow, Way way, Block& block);
  void deliver(int robot, Way way);
  void ensure_heard(int robot);
  int strongest(int robot) const;  // its own, unless another is so much stronger
  bool is_idle(int robot) const;
  void move_to(int robot, int station);
  void choose_station(int robot);
  void compare_stations(int robot);
  double draw(int robot, Way way) const;

  // Time.
  static void add(Usage& usage, Phase phase, std::int64_t spent_ns);
  static void spend(Flow& flow, std::int64_t until_ns, Phase next);
  Phase waiting_phase(const Flow& flow, Way way) const;

  NrOptions options_;
  const std::vector<Mcs>& mcs_table_;
  Access access_;
  Scheduler scheduler_;
  Combining combining_;
  std::uint64_t seed_;
  const Channel& channel_;
  Slots slots_;
  std::int64_t request_slots_;  // period of scheduling requests; 0: in every uplink slot
  std::vector<std::int64_t> request_turns_;  // its uplink slots; robot i has the i-th, going around
  std::int64_t blocks_;
  std::array<LinkAdaptation, 2> adaptation_;
  double block_noise_dbm_;  // of one resource block, without the receiver's noise figure
  std::vector<Robot> robots_;
  std::vector<std::array<std::int64_t, 2>> turn_;  // round robin, by station and way
  std::int64_t stations_;
  std::int64_t slot_ = -1;  // the one run, or last run
  std::optional<std::int64_t> next_slot_;
  std::int64_t busy_slots_ = 0, air_bits_ = 0;
  std::vector<Arrival> arrivals_;
};

}  // namespace gradwave::channel::nr
