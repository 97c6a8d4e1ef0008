// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/nr/radio_access.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace gradwave::channel::nr {
namespace {

// Headers, TS 38.321, 38.322, 38.323, 37.324: MAC 3, RLC 3, PDCP 3, SDAP 1; a later segment of a
// packet has no PDCP and SDAP, but an offset of 2.
constexpr std::int64_t kPacketHeader = 10, kSegmentHeader = 8;
constexpr std::int64_t kReportBytes = 4;       // a buffer status report
constexpr std::int64_t kProcesses = 16;        // HARQ
constexpr std::int64_t kReportDelaySlots = 4;  // of the channel's state
constexpr double kMemorySlots = 100;           // of a proportional fair scheduler
constexpr double kOuterStep_db = 0.5;
constexpr double kComparePeriod_s = 0.04;  // of the stations' strengths, while anything is sent

double linear(double db) { return std::pow(10, db / 10); }

// SplitMix64, by Steele, Lea and Flood (OOPSLA 2014): a number's hash.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

RadioAccess::RadioAccess(const NrOptions& options, std::int64_t robots, std::int64_t stations,
                         std::uint64_t seed, const Channel& channel)
    : options_(options),
      mcs_table_(mcs_table(options)),
      access_(access(options)),
      scheduler_(scheduler(options)),
      combining_(combining(options)),
      seed_(seed),
      channel_(channel),
      slots_(options.numerology, options.pattern, options.special_downlink_symbols),
      blocks_(resource_blocks(options.frequency_ghz, options.bandwidth_mhz, options.numerology)),
      adaptation_{LinkAdaptation(mcs_table_, options.block_error_target,
                                 static_cast<int>(options.uplink_layers)),
                  LinkAdaptation(mcs_table_, options.block_error_target,
                                 static_cast<int>(options.downlink_layers))},
      block_noise_dbm_(-174 + 10 * std::log10(12 * 15e3 * (1 << options.numerology))),
      robots_(robots),
      turn_(stations),
      stations_(stations) {
  request_slots_ = slots_in(options.request_period_s);
  for (std::int64_t slot = 0; slot < request_slots_; ++slot) {
    if (slots_.uplink(slot)) request_turns_.push_back(slot);
  }
  for (int i = 0; i < robots; ++i) {
    robots_[i].power_dbm = options.robot_power_dbm;
    for (int station = 1; station < stations; ++station) {
      if (channel_.gain_db(i, station) > channel_.gain_db(i, robots_[i].station)) {
        robots_[i].station = station;
      }
    }
  }
}

// ---- Slots

std::int64_t RadioAccess::slot_of(std::int64_t ns) const {
  return (ns + slots_.slot_ns() - 1) / slots_.slot_ns();
}

std::int64_t RadioAccess::uplink_slot(std::int64_t ready) const {
  std::int64_t slot = std::max(ready + options_.k2_slots, slot_ + 1);
  while (true) {
    slot = slots_.next_uplink(slot);
    if (slots_.latest_downlink(slot - options_.k2_slots) >= ready) return slot;
    ++slot;
  }
}

int RadioAccess::data_symbols(std::int64_t slot) const {
  constexpr int kLeastSymbols = 3;
  const int symbols = slots_.downlink_symbols(slot) - static_cast<int>(options_.control_symbols);
  const bool any = symbols >= kLeastSymbols && 12 * symbols > options_.dmrs_elements;
  return any ? symbols : 0;
}

std::int64_t RadioAccess::blocks_of(Way way) const {
  return way == Way::kUp ? blocks_ - control_blocks(options_.pucch_blocks, blocks_) : blocks_;
}

std::int64_t RadioAccess::elements(Way way, std::int64_t slot) const {
  const int symbols = way == Way::kUp ? kSymbolsOfSlot : data_symbols(slot);
  return symbols == 0 ? 0
                      : resource_elements(symbols, static_cast<int>(options_.dmrs_elements), 0, 1);
}

double RadioAccess::ceiling_bps(Way way) const {
  const bool up = way == Way::kUp;
  const Mcs& highest = mcs_table_.back();
  const auto layers = static_cast<int>(up ? options_.uplink_layers : options_.downlink_layers);
  const std::int64_t blocks = blocks_of(way);
  std::int64_t bits = 0;
  for (std::int64_t slot = 0; slot < slots_.period(); ++slot) {
    const std::int64_t each = up && !slots_.uplink(slot) ? 0 : elements(way, slot);
    if (each > 0) bits += transport_block_bits(each * blocks, highest, layers);
  }
  return static_cast<double>(bits) / slots_.seconds(slots_.period());
}

Reach RadioAccess::reach(int robot, Way way) const {
  const bool up = way == Way::kUp;
  Quality known = quality(robot, way, 0, 0);
  known.gains = {1};
  const std::int64_t slot = up ? slots_.next_uplink(0) : data_slot(0);
  const std::int64_t each = elements(way, slot), blocks = blocks_of(way);
  const LinkAdaptation& adaptation = adaptation_[static_cast<int>(way)];
  adaptation.weigh(known, blocks);
  const Grant grant =
      adaptation.choose(known, each, blocks, std::numeric_limits<std::int64_t>::max() / 16);
  Reach of;
  of.gain_db = channel_.gain_db(robot, robots_[robot].station);
  of.sinr_db = 10 * std::log10(known.sinr(grant.blocks)) + options_.receiver_loss_db;
  of.mcs = grant.mcs.index;
  of.rate_bps = ceiling_bps(way) * static_cast<double>(grant.bits) /
                static_cast<double>(transport_block_bits(
                    each * blocks, mcs_table_.back(),
                    static_cast<int>(up ? options_.uplink_layers : options_.downlink_layers)));
  const Grant least = adaptation.choose(known, each, blocks, kLeastBits);
  const Transmission all{
      static_cast<double>(least.symbols * least.layers),
      known.sinr(least.blocks) / least.layers * static_cast<double>(options_.max_attempts)};
  of.enough = block_error(least.bits, least.mcs, all) < 0.5;
  return of;
}

std::int64_t RadioAccess::data_slot(std::int64_t slot) const {
  while (data_symbols(slot) == 0) ++slot;
  return slot;
}

std::int64_t RadioAccess::downlink_slot(std::int64_t ready) const {
  return data_slot(std::max(ready, slot_ + 1));
}

std::int64_t RadioAccess::slots_in(double seconds) const {
  return static_cast<std::int64_t>(
      std::ceil(1e9 * seconds / static_cast<double>(slots_.slot_ns()) - 1e-6));
}

std::int64_t RadioAccess::heard_slot(const Flow& of) const {
  return access_ == Access::kConfigured ? *of.request : *of.request + 1 + kStationSlots;
}

bool RadioAccess::may_request(int robot, std::int64_t slot) const {
  return request_slots_ == 0
             ? slots_.uplink(slot)
             : slot % request_slots_ == request_turns_[robot % request_turns_.size()];
}

std::int64_t RadioAccess::request_slot(int robot, std::int64_t from) const {
  if (request_slots_ == 0) return slots_.next_uplink(from);
  const std::int64_t turn = request_turns_[robot % request_turns_.size()];
  return from + (turn - from % request_slots_ + request_slots_) % request_slots_;
}

std::optional<std::int64_t> RadioAccess::wanted(int robot, Way way) const {
  const Flow& of = flow(robot, way);
  const bool up = way == Way::kUp;
  std::optional<std::int64_t> first;
  const auto at = [&](std::int64_t ready) {
    ready = std::max(ready, robots_[robot].reachable);
    const std::int64_t slot = up ? uplink_slot(ready) : downlink_slot(ready);
    first = first ? std::min(*first, slot) : slot;
  };
  for (const Block& block : of.blocks) {
    if (!block.decoded) at(block.ready);
  }
  if (!up) {
    if (!of.queue.empty()) at(of.queue.front().usable);
    return first;
  }
  if (of.believed_bytes > 0) at(0);
  for (const Report& report : of.reports) {
    if (report.bytes > of.granted_bytes - report.granted) at(report.from);
  }
  if (of.request && access_ == Access::kConfigured) {
    first = first ? std::min(*first, *of.request) : *of.request;
  } else if (of.request) {
    at(*of.request + 1 + kStationSlots);
  }
  return first;
}

void RadioAccess::want(int robot, Way way) {
  const auto slot = wanted(robot, way);
  if (slot && (!next_slot_ || *slot < *next_slot_)) next_slot_ = slot;
}

// ---- Buffers

bool RadioAccess::enqueue(int robot, Way way, std::int64_t bytes, std::int64_t now_ns) {
  Flow& of = flow(robot, way);
  if (of.queued_bytes + bytes + kPacketHeader > options_.buffer_bytes) {
    ++of.usage.drops;
    return false;
  }
  const bool was_empty = of.queue.empty();
  choose_station(robot);
  of.queue.push_back({bytes, slot_of(now_ns) + kReadySlots});
  of.queued_bytes += bytes + kPacketHeader;
  if (!was_empty) return true;
  of.air = Phase::kAir;
  if (way == Way::kUp && !of.request) {
    of.request = request_slot(
        robot, std::max({of.queue.back().usable, robots_[robot].reachable, slot_ + 1}));
  }
  spend(of, now_ns, waiting_phase(of, way));
  want(robot, way);
  return true;
}

// Puts what waits into the block, and how much waits behind it.
void RadioAccess::fill(Block& block, Flow& of, Way way) const {
  std::int64_t room = block.grant.bits / 8 - (way == Way::kUp ? kReportBytes : 0);
  while (!of.queue.empty() && of.queue.front().usable <= slot_) {
    Packet& packet = of.queue.front();
    const std::int64_t header = packet.begun ? kSegmentHeader : kPacketHeader;
    const std::int64_t bytes = std::min(packet.bytes_left, room - header);
    if (bytes <= 0) break;
    packet.bytes_left -= bytes;
    packet.begun = true;
    of.queued_bytes -= bytes;
    room -= header + bytes;
    block.bytes += header + bytes;
    if (packet.bytes_left > 0) break;
    of.queued_bytes -= kPacketHeader;
    ++block.packets;
    of.queue.pop_front();
  }
  block.report = waiting_bytes(of);
}

// As a buffer status report says it.
std::int64_t RadioAccess::waiting_bytes(const Flow& of) const {
  return !of.queue.empty() && of.queue.front().usable <= slot_ ? of.queued_bytes : 0;
}

std::deque<RadioAccess::Block>::iterator RadioAccess::lost_block(Flow& of,
                                                                 std::int64_t decided) const {
  return std::find_if(of.blocks.begin(), of.blocks.end(),
                      [&](const Block& block) { return block.lost && block.ready <= decided; });
}

RadioAccess::Block& RadioAccess::fill_anew(Block block, Flow& of,
                                           std::deque<Block>::iterator lost) const {
  const std::int64_t room = block.grant.bits / 8 - kReportBytes - kSegmentHeader;
  block.bytes = std::min(room, lost->bytes);
  block.report = waiting_bytes(of);
  if (block.bytes < lost->bytes) {
    lost->bytes -= block.bytes;
    return *of.blocks.insert(lost, std::move(block));
  }
  block.packets = lost->packets;
  *lost = std::move(block);
  return *lost;
}

// What a grant would have to hold, as far as the station knows; 0: there is nothing.
std::int64_t RadioAccess::needed_bits(const Flow& of, Way way) const {
  const bool up = way == Way::kUp;
  const bool any =
      up ? of.believed_bytes > 0 : !of.queue.empty() && of.queue.front().usable <= slot_;
  if (!any) return 0;
  return std::max(kLeastBits,
                  8 * (up ? of.believed_bytes + kReportBytes : of.queued_bytes + kSegmentHeader));
}

std::int64_t RadioAccess::processes(Flow& of, std::int64_t decided) const {
  while (!of.acknowledged.empty() && of.acknowledged.front() <= decided)
    of.acknowledged.pop_front();
  return static_cast<std::int64_t>(of.acknowledged.size()) +
         std::count_if(of.blocks.begin(), of.blocks.end(),
                       [](const Block& block) { return !block.decoded && !block.lost; });
}

void RadioAccess::hear_reports(Flow& of, std::int64_t decided) const {
  while (!of.reports.empty() && of.reports.front().from <= decided) {
    const Report& report = of.reports.front();
    of.believed_bytes =
        std::max<std::int64_t>(0, report.bytes - (of.granted_bytes - report.granted));
    of.reports.pop_front();
  }
}

// Data of which nobody knows or will know asks to be sent: a report may have missed what came just
// after it.
void RadioAccess::ensure_heard(int robot) {
  Flow& of = flow(robot, Way::kUp);
  if (of.queue.empty() || of.request) return;
  for (const Block& block : of.blocks) {
    if (!block.decoded) return;  // its report is still to come
  }
  const std::int64_t will_believe =
      of.reports.empty() ? of.believed_bytes
                         : of.reports.back().bytes - of.granted_bytes + of.reports.back().granted;
  if (will_believe > 0) return;
  if (of.phase == Phase::kGrant) spend(of, slot_ * slots_.slot_ns(), Phase::kAccess);
  of.request =
      request_slot(robot, std::max({of.queue.front().usable, robots_[robot].reachable, slot_ + 1}));
}

// ---- Stations

int RadioAccess::strongest(int robot) const {
  int best = robots_[robot].station;
  double best_db = channel_.gain_db(robot, best) + options_.handover_margin_db;
  for (int station = 0; station < stations_; ++station) {
    const double gain_db = channel_.gain_db(robot, station);
    if (station == robots_[robot].station || gain_db <= best_db) continue;
    best = station;
    best_db = gain_db;
  }
  return best;
}

bool RadioAccess::is_idle(int robot) const {
  const auto& flows = robots_[robot].flows;
  return std::all_of(flows.begin(), flows.end(),
                     [](const Flow& each) { return each.queue.empty() && each.blocks.empty(); });
}

// The new station knows nothing of what the old one knew.
void RadioAccess::move_to(int robot, int station) {
  robots_[robot].station = station;
  for (Flow& each : robots_[robot].flows) {
    each.reports.clear();
    each.believed_bytes = 0;
    each.request.reset();
    each.interference = 0;
    each.air = Phase::kAir;
  }
}

// Who has nothing to send changes its station without anybody's noticing.
void RadioAccess::choose_station(int robot) {
  if (stations_ == 1 || !is_idle(robot)) return;
  const int best = strongest(robot);
  if (best != robots_[robot].station) move_to(robot, best);
}

void RadioAccess::compare_stations(int robot) {
  Robot& of = robots_[robot];
  const std::int64_t look = slot_ / slots_in(kComparePeriod_s);
  if (of.looked == look || is_idle(robot)) return;
  of.looked = look;
  const int best = strongest(robot);
  if (best == of.station) return;
  move_to(robot, best);
  of.reachable = slot_ + 1 + slots_in(options_.handover_interruption_s);
  ++of.handovers;
  for (Flow& each : of.flows) {
    for (Block& block : each.blocks) {
      if (block.decoded) continue;
      block.received.clear();
      block.lost = true;
      block.ready = of.reachable;
    }
    const bool any = !each.queue.empty() || !each.blocks.empty();
    if (any) spend(each, slot_ * slots_.slot_ns(), Phase::kHandover);
  }
  ensure_heard(robot);
}

// ---- Scheduling

double RadioAccess::block_power_dbm(int robot, Way way, std::int64_t blocks) const {
  if (way == Way::kDown) {
    return options_.station_power_dbm - 10 * std::log10(static_cast<double>(blocks_));
  }
  const double gain_db = channel_.gain_db(robot, robots_[robot].station);
  return std::min(
      options_.p0_dbm + 10 * std::log10(1 << options_.numerology) - options_.alpha * gain_db,
      robots_[robot].power_dbm - 10 * std::log10(static_cast<double>(blocks)));
}

Quality RadioAccess::quality(int robot, Way way, std::int64_t at_ns, double interference) const {
  const int station = robots_[robot].station;
  const bool up = way == Way::kUp;
  const double gain_db = channel_.gain_db(robot, station);
  const double noise_dbm =
      block_noise_dbm_ + (up ? options_.station_noise_figure_db : options_.robot_noise_figure_db) +
      10 * std::log10(1 + interference) + options_.receiver_loss_db;
  Quality known;
  known.most = linear(block_power_dbm(robot, way, 1) + gain_db - noise_dbm);
  known.of_one_block = up ? linear(robots_[robot].power_dbm + gain_db - noise_dbm) : INFINITY;
  known.gains = channel_.fading(robot, station, at_ns);
  return known;
}

// Gives each candidate his blocks, and leaves away those whose turn it is not.
void RadioAccess::share(Way way, std::vector<Candidate>& candidates, std::int64_t elements_each,
                        std::int64_t blocks, std::int64_t grants, std::int64_t& turn) {
  const auto keep = [&] {
    if (static_cast<std::int64_t>(candidates.size()) > grants) {
      candidates.resize(static_cast<std::size_t>(grants));
    }
  };
  if (scheduler_ == Scheduler::kRoundRobin) {
    keep();
    if (candidates.empty()) return;
    turn = candidates.back().robot + 1;
    // Evenly; to whom the odd blocks go, changes.
    const auto all = static_cast<std::int64_t>(candidates.size());
    const auto shift = static_cast<std::int64_t>(mixed(slot_) % candidates.size());
    for (std::int64_t i = 0; i < all; ++i) {
      const std::int64_t place = (i + shift) % all;
      candidates[i].blocks = blocks * (place + 1) / all - blocks * place / all;
    }
    return;
  }
  const auto bits = [&](const Candidate& candidate, std::int64_t of_blocks) {
    if (of_blocks == 0) return 0.0;
    return std::min(
        static_cast<double>(candidate.needed_bits),
        adaptation_[static_cast<int>(way)].rate(candidate.quality, elements_each, of_blocks));
  };
  for (Candidate& candidate : candidates) {
    Flow& of = *candidate.flow;
    of.average_bits *=
        std::pow(1 - 1 / kMemorySlots, static_cast<double>(slot_ - of.averaged_slot));
    of.averaged_slot = slot_;
    candidate.worth = bits(candidate, blocks) / (1 + of.average_bits);
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.worth > b.worth; });
  keep();
  // Group by group to whom it brings most, in proportion to what he had.
  const std::int64_t group = resource_block_group(blocks_);
  const auto weigh = [&](Candidate& candidate) {
    candidate.worth =
        (bits(candidate, candidate.blocks + group) - bits(candidate, candidate.blocks)) /
        (1 + candidate.flow->average_bits);
  };
  std::for_each(candidates.begin(), candidates.end(), weigh);
  while (blocks > 0 && !candidates.empty()) {
    const auto best =
        std::max_element(candidates.begin(), candidates.end(),
                         [](const auto& a, const auto& b) { return a.worth < b.worth; });
    if (!(best->worth > 0)) break;
    const std::int64_t given = std::min(group, blocks);
    best->blocks += given;
    blocks -= given;
    weigh(*best);
  }
}

// What disturbed it, as long as that is news.
double RadioAccess::remembered(const Flow& of) const {
  constexpr double kNews_s = 0.5;
  return slot_ - of.interfered > slots_in(kNews_s) ? 0 : of.interference;
}

Quality RadioAccess::reported(int robot, Way way) const {
  const std::int64_t report_slots = std::max<std::int64_t>(1, slots_in(options_.report_period_s));
  const std::int64_t report_slot =
      std::max<std::int64_t>(0, slot_ - kReportDelaySlots) / report_slots * report_slots;
  return quality(robot, way, report_slot * slots_.slot_ns(), remembered(flow(robot, way)));
}

// How many blocks are needed depends on where they are, and the best place on how many they are.
std::pair<Grant, Pieces> RadioAccess::place(const Candidate& candidate, Way way,
                                            std::int64_t blocks, const BlockMap& map) const {
  const LinkAdaptation& adaptation = adaptation_[static_cast<int>(way)];
  const Quality& whole = candidate.quality;
  const std::int64_t each = elements(way, slot_);
  Grant grant = adaptation.choose(whole, each, blocks, candidate.needed_bits);
  if (grant.blocks == 0) return {grant, {}};
  const auto put = [&] { return map.best(grant.blocks, whole.gains, whole.sinr(grant.blocks)); };
  if (whole.gains.size() == 1) return {grant, put()};
  const auto choose_there = [&](std::int64_t most) {
    Quality there = whole;
    there.gains = gains_on(put(), whole.gains, blocks_);
    adaptation.weigh(there, grant.blocks);
    grant = adaptation.choose(there, each, most, candidate.needed_bits);
  };
  choose_there(blocks);
  const std::int64_t most = grant.blocks;
  if (most > 0) choose_there(most);
  return {grant, grant.blocks > 0 ? put() : Pieces{}};
}

void RadioAccess::schedule(Way way, int station, std::vector<Sending>& sendings) {
  const bool up = way == Way::kUp;
  const std::int64_t decided = up ? slots_.latest_downlink(slot_ - options_.k2_slots) : slot_;
  const std::int64_t reserved = blocks_ - blocks_of(way);
  // Over a flat channel neighbours begin at opposite ends, so that they meet on the same blocks
  // late.
  BlockMap map(blocks_, reserved, station % 2 == 1);
  std::int64_t left = blocks_ - reserved, grants = options_.max_grants;
  const std::int64_t elements_each = elements(way, slot_);

  const auto add = [&](int robot, Flow& of, const Block& block, Pieces pieces) {
    const std::int64_t of_blocks = blocks_in(pieces);
    map.take(pieces);
    sendings.push_back(
        {robot, &of, block.number, std::move(pieces), block_power_dbm(robot, way, of_blocks)});
    left -= of_blocks;
    --grants;
  };

  std::vector<Candidate> candidates;
  const int robots = static_cast<int>(robots_.size());
  std::int64_t& turn = turn_[station][static_cast<int>(way)];
  const auto in_turn = [&](int i) { return static_cast<int>((turn + i) % robots); };
  const auto is_here = [&](int robot) {
    return robots_[robot].station == station && robots_[robot].reachable <= slot_;
  };

  // First what has to be sent again, one block a robot.
  std::vector<bool> served(robots, false);
  for (int i = 0; i < robots; ++i) {
    const int robot = in_turn(i);
    if (!is_here(robot)) continue;
    Flow& of = flow(robot, way);
    for (Block& block : of.blocks) {
      if (block.decoded || block.lost || block.ready > decided) continue;
      // The same symbols; in a shorter slot they need more blocks.
      const std::int64_t blocks = (block.grant.symbols + elements_each - 1) / elements_each;
      if (blocks > left || grants == 0) continue;
      const Quality known = reported(robot, way);
      add(robot, of, block, map.best(blocks, known.gains, known.sinr(blocks)));
      served[robot] = true;
      break;
    }
  }

  // Then what is new.
  const LinkAdaptation& adaptation = adaptation_[static_cast<int>(way)];
  for (int i = 0; i < robots; ++i) {
    const int robot = in_turn(i);
    if (!is_here(robot)) continue;
    Flow& of = flow(robot, way);
    if (up) {
      hear_reports(of, decided);
      const std::int64_t known_by = access_ == Access::kConfigured ? slot_ : decided;
      if (of.request && heard_slot(of) <= known_by) {
        const std::int64_t heard = heard_slot(of);
        of.believed_bytes = std::max(of.believed_bytes, options_.first_grant_bytes);
        of.request.reset();
        spend(of, heard * slots_.slot_ns(), Phase::kGrant);
      }
      ensure_heard(robot);  // a report that came late may have undone a request
    }
    const auto lost = lost_block(of, decided);
    const bool anew = lost != of.blocks.end();
    const std::int64_t needed =
        anew ? std::max(kLeastBits, 8 * (lost->bytes + kReportBytes + kSegmentHeader))
             : needed_bits(of, way);
    if (up && needed == 0 && access_ == Access::kConfigured && may_request(robot, slot_)) {
      // His whether he uses it or not, but half of the slot is for those who have more to send.
      Quality known = reported(robot, way);
      const std::int64_t most = std::max<std::int64_t>(1, left);
      adaptation.weigh(known, most);
      const std::int64_t held =
          adaptation.choose(known, elements_each, most, 8 * options_.first_grant_bytes).blocks;
      left = std::max(std::min(left, (blocks_ - reserved) / 2), left - held);
    }
    if (served[robot] || needed == 0 || processes(of, decided) >= kProcesses) continue;
    Quality known = reported(robot, way);
    const double off = linear(-of.offset_db);
    known.of_one_block *= off;
    known.most *= off;
    adaptation.weigh(known, std::max<std::int64_t>(1, left));
    candidates.push_back({robot, &of, needed, anew, std::move(known)});
  }

  share(way, candidates, elements_each, left, grants, turn);
  for (Candidate& candidate : candidates) {
    if (left == 0 || candidate.blocks == 0) continue;
    Flow& of = *candidate.flow;
    auto [grant, pieces] = place(candidate, way, std::min(left, candidate.blocks), map);
    if (grant.bits < kLeastBits) std::tie(grant, pieces) = place(candidate, way, left, map);
    if (grant.bits < kLeastBits) {
      grant = adaptation.lowest(elements_each, left);
      if (grant.bits < kLeastBits) continue;
      pieces = map.best(grant.blocks, candidate.quality.gains, candidate.quality.most);
    }
    Block block;
    block.grant = grant;
    block.number = of.next_number++;
    block.first_slot = slot_;
    block.air = grant.power_limited                  ? Phase::kAirPower
                : grant.bits < candidate.needed_bits ? Phase::kAirBlocks
                                                     : Phase::kAir;
    block.granted = of.granted_bytes;
    if (!candidate.anew) {
      fill(block, of, way);
      of.granted_bytes += grant.bits / 8;
      of.believed_bytes = std::max<std::int64_t>(0, of.believed_bytes - grant.bits / 8);
      block.granted = of.granted_bytes;
    }
    // The report says it.
    if (up && (block.report > 0 || of.queue.empty())) of.request.reset();
    of.average_bits += static_cast<double>(grant.bits) / kMemorySlots;
    ++of.usage.transmissions;
    of.usage.bits += static_cast<double>(grant.bits);
    of.usage.resource_blocks += static_cast<double>(grant.blocks);
    of.usage.mcs += grant.mcs.index;
    of.usage.layers += grant.layers;
    if (candidate.anew) {
      add(candidate.robot, of, fill_anew(std::move(block), of, lost_block(of, decided)),
          std::move(pieces));
    } else {
      of.blocks.push_back(std::move(block));
      add(candidate.robot, of, of.blocks.back(), std::move(pieces));
    }
  }
}

// ---- On the air

// Of all other stations' transmissions on the same blocks, over noise.
double RadioAccess::interference(Way way, int station, const Sending& sending,
                                 const std::vector<std::vector<Sending>>& sendings) const {
  const bool up = way == Way::kUp;
  const double noise_dbm =
      block_noise_dbm_ + (up ? options_.station_noise_figure_db : options_.robot_noise_figure_db);
  double sum = 0;
  for (int other = 0; other < stations_; ++other) {
    if (other == station) continue;
    for (const Sending& theirs : sendings[other]) {
      const std::int64_t shared = shared_blocks(sending.pieces, theirs.pieces);
      if (shared == 0) continue;
      const double gain_db =
          up ? channel_.gain_db(theirs.robot, station) : channel_.gain_db(sending.robot, other);
      sum += linear(theirs.block_power_dbm + gain_db - noise_dbm) * static_cast<double>(shared) /
             static_cast<double>(blocks_in(sending.pieces));
    }
  }
  return sum;
}

double RadioAccess::draw(int robot, Way way) const {
  const std::uint64_t of = mixed(mixed(mixed(seed_) + 2 * static_cast<std::uint64_t>(robot) +
                                       static_cast<std::uint64_t>(way)) +
                                 static_cast<std::uint64_t>(slot_));
  return static_cast<double>(of >> 11) * 0x1p-53;
}

void RadioAccess::send(Way way, const std::vector<std::vector<Sending>>& sendings) {
  const std::int64_t now_ns = slot_ * slots_.slot_ns();
  const std::int64_t end_ns = (slot_ + 1 + kDecodeSlots) * slots_.slot_ns();
  for (int station = 0; station < stations_; ++station) {
    for (const Sending& sending : sendings[station]) {
      Flow& of = *sending.flow;
      Block& block = *std::find_if(of.blocks.begin(), of.blocks.end(), [&](const Block& each) {
        return each.number == sending.number;
      });
      const double now_interference =
          stations_ > 1 ? interference(way, station, sending, sendings) : 0;
      of.interference = 0.5 * (of.interference + now_interference);
      of.interfered = slot_;
      const Quality actual = quality(sending.robot, way, now_ns, now_interference);
      const double sinr = actual.sinr(blocks_in(sending.pieces)) / block.grant.layers;
      std::vector<double> sinrs = gains_on(sending.pieces, actual.gains, blocks_);
      for (double& each : sinrs) each *= sinr;
      const Mcs& mcs = block.grant.mcs;
      const double effective = effective_sinr(mcs.bits_per_symbol, sinrs);
      const bool first = block.received.empty() && block.first_slot == slot_;
      if (first) {
        of.usage.sinr_db += 10 * std::log10(std::max(1e-9, effective)) + options_.receiver_loss_db;
      } else {
        ++of.usage.retransmissions;
      }
      block.received.push_back(
          {static_cast<double>(block.grant.symbols * block.grant.layers), effective});
      const bool lost =
          draw(sending.robot, way) < block_error(block.grant.bits, mcs, block.received, combining_);
      if (first) {
        const double target = options_.block_error_target;
        of.offset_db += lost ? kOuterStep_db : -kOuterStep_db * target / (1 - target);
        of.offset_db = std::clamp(of.offset_db, -10.0, 20.0);
      }
      of.air = of.on_air = block.air;
      spend(of, now_ns, of.on_air);
      spend(of, end_ns, Phase::kIdle);
      air_bits_ += block.grant.bits;
      lost ? failed(of, way, block) : decoded(sending.robot, way, block);
    }
  }
  for (const auto& of_station : sendings) {
    for (const Sending& sending : of_station) {
      if (way == Way::kUp) ensure_heard(sending.robot);
      deliver(sending.robot, way);
      sending.flow->phase = waiting_phase(*sending.flow, way);
    }
  }
}

void RadioAccess::decoded(int robot, Way way, Block& block) {
  block.decoded = true;
  Flow& of = flow(robot, way);
  of.acknowledged.push_back(answer_slot(way));
  if (way == Way::kDown || block.number < of.reported_number) return;
  of.reported_number = block.number;
  of.reports.push_back({slot_ + 1 + kStationSlots, block.report, block.granted});
}

// From which on the station knows whether a block of this slot was decoded.
std::int64_t RadioAccess::answer_slot(Way way) const {
  return 1 + kStationSlots +
         (way == Way::kUp ? slot_ : slots_.next_uplink(slot_ + options_.k1_slots));
}

void RadioAccess::failed(Flow& of, Way way, Block& block) {
  block.ready = answer_slot(way);
  if (static_cast<std::int64_t>(block.received.size()) < options_.max_attempts) return;
  ++of.usage.recoveries;
  block.received.clear();
  block.lost = true;
  block.ready += slots_in(options_.rlc_recovery_s);
}

// In order: what is decoded behind a block that is not waits for it.
void RadioAccess::deliver(int robot, Way way) {
  Flow& of = flow(robot, way);
  std::int64_t packets = 0;
  while (!of.blocks.empty() && of.blocks.front().decoded) {
    packets += of.blocks.front().packets;
    of.blocks.pop_front();
  }
  if (packets == 0) return;
  arrivals_.push_back({robot, way, packets, (slot_ + 1 + kDecodeSlots) * slots_.slot_ns()});
}

void RadioAccess::run() {
  assert(next_slot_);
  slot_ = *next_slot_;
  next_slot_.reset();
  if (stations_ > 1) {
    for (std::size_t i = 0; i < robots_.size(); ++i) {
      compare_stations(static_cast<int>(i));
    }
  }
  bool busy = false;
  for (const Way way : {Way::kUp, Way::kDown}) {
    if (way == Way::kUp ? !slots_.uplink(slot_) : data_symbols(slot_) == 0) continue;
    std::vector<std::vector<Sending>> sendings(stations_);
    for (int station = 0; station < stations_; ++station) {
      schedule(way, station, sendings[station]);
      busy = busy || !sendings[station].empty();
    }
    send(way, sendings);
  }
  busy_slots_ += busy;
  for (std::size_t i = 0; i < robots_.size(); ++i) {
    want(static_cast<int>(i), Way::kUp);
    want(static_cast<int>(i), Way::kDown);
  }
}

std::vector<Arrival> RadioAccess::take_arrivals() { return std::exchange(arrivals_, {}); }

// ---- Time

RadioAccess::Phase RadioAccess::waiting_phase(const Flow& of, Way way) const {
  for (const Block& block : of.blocks) {
    if (!block.decoded) return Phase::kHarq;
  }
  if (of.queue.empty()) return Phase::kIdle;
  if (of.air != Phase::kAir && !of.request) return of.air;  // the last slot was too small
  return way == Way::kUp && of.request ? Phase::kAccess : Phase::kGrant;
}

void RadioAccess::add(Usage& usage, Phase phase, std::int64_t spent_ns) {
  const double spent_s = 1e-9 * static_cast<double>(spent_ns);
  switch (phase) {
    case Phase::kAccess:
      usage.access_s += spent_s;
      break;
    case Phase::kGrant:
      usage.grant_s += spent_s;
      break;
    case Phase::kAir:
      usage.air_s += spent_s;
      break;
    case Phase::kAirBlocks:
      usage.blocks_s += spent_s;
      break;
    case Phase::kAirPower:
      usage.power_s += spent_s;
      break;
    case Phase::kHandover:
      usage.handover_s += spent_s;
      break;
    case Phase::kHarq:
      usage.harq_s += spent_s;
      break;
    case Phase::kIdle:
      break;
  }
}

void RadioAccess::spend(Flow& of, std::int64_t until_ns, Phase next) {
  if (until_ns > of.since_ns) {
    add(of.usage, of.phase, until_ns - of.since_ns);
    of.since_ns = until_ns;
  }
  of.phase = next;
}

Usage RadioAccess::usage(int robot, Way way, std::int64_t now_ns) const {
  const Flow& of = flow(robot, way);
  Usage now = of.usage;
  if (now_ns < of.since_ns) {  // still on the air, and counted to its end
    add(now, of.on_air, now_ns - of.since_ns);
    return now;
  }
  std::int64_t from_ns = of.since_ns;
  Phase phase = of.phase;
  if (phase == Phase::kAccess && of.request) {
    const std::int64_t heard_ns = heard_slot(of) * slots_.slot_ns();
    if (heard_ns < now_ns) {
      add(now, phase, std::max<std::int64_t>(0, heard_ns - from_ns));
      from_ns = std::max(from_ns, heard_ns);
      phase = Phase::kGrant;
    }
  }
  add(now, phase, now_ns - from_ns);
  return now;
}

}  // namespace gradwave::channel::nr
