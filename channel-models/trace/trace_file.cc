// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/trace/trace_file.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/trim.hpp>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "channel-models/files/table_file.h"
#include "channel-models/table.h"

namespace gradwave::channel {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kOpportunityBytes = 1500;

enum class Ending { kLoop, kHold, kError };

const Table<Ending>& endings_table() {
  static const Table<Ending> table = {
      {"loop", "it begins anew", Ending::kLoop},
      {"hold", "what was last stays; of a Mahimahi trace its mean rate", Ending::kHold},
      {"error", "the run fails", Ending::kError},
  };
  return table;
}

const Table<bool>& between_table() {  // whether on straight lines
  static const Table<bool> table = {
      {"steps", "they stay until the next row", false},
      {"lines", "they change evenly until the next row", true},
  };
  return table;
}

// ---- Tables

struct Row {
  double time_s, rate_bps, delay_s, loss;
};

class Curve final : public TraceLink {
 public:
  Curve(std::vector<Row> rows, bool lines, Ending ending, std::vector<std::string> passed_over)
      : rows_(std::move(rows)),
        lines_(lines),
        ending_(ending),
        passed_over_(std::move(passed_over)) {
    for (std::size_t i = 0; i + 1 < rows_.size(); ++i) {
      bits_.push_back(bits_.back() + between(i, length(i)));
    }
  }

  double send(double start_s, double bytes) override {
    return time_of(bits_until(start_s) + 8 * bytes, start_s);
  }
  double delay_s(double time_s) const override { return at(time_s, &Row::delay_s); }
  double loss(double time_s) const override { return at(time_s, &Row::loss); }
  bool has_ended(double time_s) const override {
    return ending_ == Ending::kError && time_s > length_s();
  }
  double mean_rate_bps() const override { return bits_.back() / length_s(); }
  double length_s() const override { return rows_.back().time_s; }
  std::vector<std::string> passed_over() const override { return passed_over_; }
  double outage() const override {
    double dead_s = 0;
    for (std::size_t i = 0; i + 1 < rows_.size(); ++i) {
      if (between(i, length(i)) == 0) dead_s += length(i);
    }
    return dead_s / length_s();
  }
  double capacity_bits(double seconds) const override {
    double most_bps = 0;
    for (const Row& row : rows_) most_bps = std::max(most_bps, row.rate_bps);
    return most_bps * seconds;
  }

 private:
  double length(std::size_t i) const { return rows_[i + 1].time_s - rows_[i].time_s; }

  // Bits in the first `passed_s` of the part that begins with row i.
  double between(std::size_t i, double passed_s) const {
    const double rate = rows_[i].rate_bps;
    if (!lines_) return rate * passed_s;
    const double slope = (rows_[i + 1].rate_bps - rate) / length(i);
    return (rate + slope * passed_s / 2) * passed_s;
  }

  // Seconds of the part that begins with row i until so many bits have gone.
  double seconds_for(std::size_t i, double bits) const {
    const double rate = rows_[i].rate_bps;
    const double slope = lines_ ? (rows_[i + 1].rate_bps - rate) / length(i) : 0;
    const double root = std::sqrt(std::max(0.0, rate * rate + 2 * slope * bits));
    return bits <= 0 ? 0 : std::min(length(i), 2 * bits / (rate + root));
  }

  // Whole rounds before it, and the time in its own.
  std::pair<double, double> folded(double time_s) const {
    if (ending_ != Ending::kLoop) return {0, time_s};
    const double rounds = std::floor(time_s / length_s());
    return {rounds, std::max(0.0, time_s - rounds * length_s())};
  }

  // The part in which a time of one round lies; the last row after the end.
  std::size_t part(double time_s) const {
    const auto next = std::upper_bound(rows_.begin(), rows_.end(), time_s,
                                       [](double t, const Row& row) { return t < row.time_s; });
    return next == rows_.begin() ? 0 : next - rows_.begin() - 1;
  }

  double at(double time_s, double Row::*value) const {
    const double folded_s = folded(time_s).second;
    const std::size_t i = part(folded_s);
    if (!lines_ || i + 1 == rows_.size()) return rows_[i].*value;
    const double share = (folded_s - rows_[i].time_s) / length(i);
    return rows_[i].*value + share * (rows_[i + 1].*value - rows_[i].*value);
  }

  double bits_until(double time_s) const {
    const auto [rounds, folded_s] = folded(time_s);
    const std::size_t i = part(folded_s);
    const double passed_s = folded_s - rows_[i].time_s;
    const double bits =
        i + 1 == rows_.size() ? rows_.back().rate_bps * passed_s : between(i, passed_s);
    return rounds * bits_.back() + bits_[i] + bits;
  }

  // When so many have gone, not before `start_s`.
  double time_of(double bits, double start_s) const {
    double rounds = 0;
    if (ending_ == Ending::kLoop) {
      rounds = std::ceil(bits / bits_.back()) - 1;  // the end of a round, not the start of the next
      bits -= rounds * bits_.back();
    } else if (bits > bits_.back()) {
      const double rate = rows_.back().rate_bps;
      return rate > 0 ? length_s() + (bits - bits_.back()) / rate : kNever;
    }
    const auto next = std::lower_bound(bits_.begin(), bits_.end(), bits);
    const std::size_t i = next == bits_.begin() ? 0 : next - bits_.begin() - 1;
    const double in_round_s = rows_[i].time_s + seconds_for(i, bits - bits_[i]);
    return std::max(start_s, rounds * length_s() + in_round_s);
  }

  std::vector<Row> rows_;  // the first at 0, two or more
  bool lines_;
  Ending ending_;
  std::vector<std::string> passed_over_;
  std::vector<double> bits_ = {0};  // that have gone until each row
};

// The column of this name in one of its units, and what makes SI of it.
struct Column {
  std::string name;
  double unit;
};

std::optional<Column> column_of(const std::string& key, const TextFile& file,
                                const TableFile& table,
                                const std::vector<std::pair<std::string, double>>& names) {
  std::optional<Column> found;
  for (const auto& [name, unit] : names) {
    if (!table.has(name)) continue;
    if (found) {
      refuse_file(
          key, file.name, 0,
          "columns " + found->name + " and " + name + " say the same; expected one of them");
    }
    found = Column{name, unit};
  }
  return found;
}

std::unique_ptr<TraceLink> read_table(const std::string& key, const TextFile& file, bool lines,
                                      Ending ending) {
  const std::vector<std::pair<std::string, double>> times = {{"t_s", 1}, {"t_ms", 1e-3}};
  const std::vector<std::pair<std::string, double>> rates = {
      {"rate_bps", 1}, {"rate_kbps", 1e3}, {"rate_mbps", 1e6}};
  const std::vector<std::pair<std::string, double>> delays = {{"delay_s", 1}, {"delay_ms", 1e-3}};
  std::vector<std::string> known = {"loss"};
  for (const auto& names : {times, rates, delays}) {
    for (const auto& [name, unit] : names) known.push_back(name);
  }
  const TableFile table(key, file, {}, known, TableFile::Others::kPassedOver);
  const auto time = column_of(key, file, table, times), rate = column_of(key, file, table, rates);
  const auto delay = column_of(key, file, table, delays);
  if (!time || !rate) {
    refuse_file(key, file.name, 0,
                "expected whole numbers alone (Mahimahi), or a first line that names a column t_s "
                "or t_ms and a column rate_bps, rate_kbps or rate_mbps");
  }
  std::vector<Row> rows;
  double first_s = 0;
  for (const TableFile::Row& row : table.rows()) {
    const double at_s = time->unit * table.number(row, time->name, 0, 1e13);
    if (rows.empty()) first_s = at_s;
    const double time_s = at_s - first_s;
    if (!rows.empty() && time_s <= rows.back().time_s) {
      table.refuse(row, time->name + " = " + table.text(row, time->name) + ": time runs back");
    }
    rows.push_back(
        {time_s, rate->unit * table.number(row, rate->name, 0, 1e15),
         delay ? delay->unit * table.number_or_nothing(row, delay->name, 0, 1e6).value_or(0) : 0,
         table.has("loss") ? table.number_or_nothing(row, "loss", 0, 1).value_or(0) : 0});
  }
  if (rows.size() < 2) {
    refuse_file(key, file.name, 0,
                "has one row; expected two or more, the last of which is its end");
  }
  if (std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.loss == 1; })) {
    refuse_file(key, file.name, 0, "carries nothing: every packet is lost");
  }
  auto curve = std::make_unique<Curve>(rows, lines, ending, table.others());
  if (!(curve->mean_rate_bps() > 0)) {
    refuse_file(key, file.name, 0, "carries nothing: every rate before its last row is 0");
  }
  return curve;
}

// ---- Mahimahi

class Opportunities final : public TraceLink {
 public:
  Opportunities(std::vector<std::int64_t> times_ms, Ending ending)
      : times_ms_(std::move(times_ms)), ending_(ending) {
    count_windows();
  }

  double send(double start_s, double bytes) override {
    double left = bytes;
    // What is left of the one in use is good for its own millisecond alone.
    const double start_ms = 1e3 * start_s;
    if (left_ <= 0 || start_ms > time_ms(next_ - 1) + 1e-6) {
      left_ = 0;
      skip_to(start_ms);
    }
    while (true) {
      if (left_ <= 0) {
        if (time_ms(next_) == kNever) return kNever;
        left_ = kOpportunityBytes;
        ++next_;
      }
      const double used = std::min(left, left_);
      left_ -= used;
      left -= used;
      if (left <= 0) return std::max(start_s, 1e-3 * time_ms(next_ - 1));
    }
  }
  double delay_s(double) const override { return 0; }
  double loss(double) const override { return 0; }
  bool has_ended(double time_s) const override {
    return ending_ == Ending::kError && time_s > length_s();
  }
  double mean_rate_bps() const override {
    return 8 * kOpportunityBytes * static_cast<double>(times_ms_.size()) / length_s();
  }
  double length_s() const override { return 1e-3 * static_cast<double>(times_ms_.back()); }
  // Of gaps of a second or more; in the millisecond at their end something goes.
  double outage() const override {
    std::int64_t dead_ms = 0, last_ms = 0;
    for (const std::int64_t time_ms : times_ms_) {
      const std::int64_t gap_ms = time_ms - std::exchange(last_ms, time_ms);
      if (gap_ms >= 1000) dead_ms += gap_ms - 1;
    }
    return static_cast<double>(dead_ms) / static_cast<double>(times_ms_.back());
  }
  double capacity_bits(double seconds) const override {
    std::size_t k = 0;
    while (k + 1 < most_.size() && std::ldexp(1e-3, static_cast<int>(k)) < seconds) ++k;
    const double windows = std::ceil(seconds / std::ldexp(1e-3, static_cast<int>(k)));
    return 8 * kOpportunityBytes * static_cast<double>(most_[k]) * std::max(1.0, windows);
  }

 private:
  // Of an opportunity, counted on beyond the end.
  double time_ms(std::int64_t number) const {
    const auto all = static_cast<std::int64_t>(times_ms_.size());
    const double length_ms = static_cast<double>(times_ms_.back());
    if (number < 0) return -1;
    if (number < all) return static_cast<double>(times_ms_[number]);
    if (ending_ == Ending::kLoop) {
      return static_cast<double>(number / all) * length_ms +
             static_cast<double>(times_ms_[number % all]);
    }
    return length_ms * static_cast<double>(number + 1) / static_cast<double>(all);  // mean rate
  }

  // The first that is not over.
  void skip_to(double start_ms) {
    const auto all = static_cast<std::int64_t>(times_ms_.size());
    const double length_ms = static_cast<double>(times_ms_.back());
    if (time_ms(next_) >= start_ms - 1e-6) return;
    std::int64_t low = next_, high = next_ + 1;
    if (start_ms > time_ms(next_) + length_ms) {
      const double rounds = std::floor((start_ms - time_ms(next_)) / length_ms) - 1;
      low += static_cast<std::int64_t>(std::max(0.0, rounds)) * all;
    }
    high = low + 1;
    while (time_ms(high) < start_ms - 1e-6) high += std::max<std::int64_t>(1, high - low);
    while (low < high) {
      const std::int64_t middle = low + (high - low) / 2;
      if (time_ms(middle) < start_ms - 1e-6) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    next_ = low;
  }

  // The most opportunities in any window of 2^k ms, both ends counted, over the joint of two
  // rounds.
  void count_windows() {
    std::vector<double> times;
    for (std::size_t i = 0; i < 2 * times_ms_.size(); ++i) {
      times.push_back(time_ms(static_cast<std::int64_t>(i)));
    }
    for (double window_ms = 1; window_ms <= times.back(); window_ms *= 2) {
      std::size_t first = 0;
      std::int64_t most = 1;
      for (std::size_t last = 0; last < times.size(); ++last) {
        while (times[last] - times[first] > window_ms) ++first;
        most = std::max(most, static_cast<std::int64_t>(last - first + 1));
      }
      most_.push_back(most);
    }
    if (most_.empty()) most_.push_back(static_cast<std::int64_t>(times_ms_.size()));
  }

  std::vector<std::int64_t> times_ms_;
  Ending ending_;
  std::int64_t next_ = 0;  // the first that is not in use
  double left_ = 0;        // bytes of the one before it
  std::vector<std::int64_t> most_;
};

std::unique_ptr<TraceLink> read_mahimahi(const std::string& key, const TextFile& file,
                                         Ending ending) {
  std::vector<std::int64_t> times_ms;
  std::int64_t number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    const std::string word = boost::trim_copy(line);
    if (word.empty()) continue;
    const auto time_ms = to_integer(word);
    if (!time_ms || *time_ms < 0 || *time_ms > 1000000000000) {
      refuse_file(key, file.name, number,
                  "\"" + word + "\": expected a whole number of milliseconds");
    }
    if (!times_ms.empty() && *time_ms < times_ms.back()) {
      refuse_file(key, file.name, number, word + ": time runs back");
    }
    times_ms.push_back(*time_ms);
  }
  if (times_ms.back() == 0) {
    refuse_file(key, file.name, 0, "ends where it begins: its last time has to be above 0");
  }
  return std::make_unique<Opportunities>(std::move(times_ms), ending);
}

}  // namespace

Words trace_endings() { return words_of(endings_table()); }
Words trace_betweens() { return words_of(between_table()); }

bool is_mahimahi(const TextFile& file) {
  for (const std::string& line : lines_of(file.text)) {
    const std::string word = boost::trim_copy(line);
    if (!word.empty()) return to_number(word).has_value();
  }
  return false;
}

std::unique_ptr<TraceLink> read_trace(const std::string& key, const TextFile& file,
                                      const TraceOptions& options) {
  const Ending ending = look_up(endings_table(), "trace.ending", options.ending);
  const bool lines = look_up(between_table(), "trace.between", options.between);
  if (is_mahimahi(file)) return read_mahimahi(key, file, ending);
  return read_table(key, file, lines, ending);
}

}  // namespace gradwave::channel
