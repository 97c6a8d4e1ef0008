// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/motion/ns2_file.h"

#include <ns3/mobility-model.h>
#include <ns3/ns2-mobility-helper.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <regex>
#include <stdexcept>

#include "channel-models/files/table_file.h"

namespace gradwave::channel {
namespace {

const std::string kKey = "mobility.file";
const std::string kNumber = R"(([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?))";

// What a line does to a node.
struct Command {
  std::size_t node = 0;
  bool starts = false;  // sets a coordinate before anything moves
  double time_s = 0;
  char axis = 0;     // of "set"; else "setdest"
  double value = 0;  // the coordinate, or the speed
};

std::optional<Command> command_of(const std::string& line) {
  static const std::string node = R"(\$node_\(([0-9]+)\)\s+)";
  static const std::string set = node + R"(set\s+([XYZ])_\s+)" + kNumber;
  static const std::string at = R"(\s*\$ns_\s+at\s+)" + kNumber + R"(\s+")";
  static const std::regex start(R"(\s*)" + set + R"(\s*;?\s*)");
  static const std::regex later(at + set + R"(\s*"\s*;?\s*)");
  static const std::regex move(at + node + R"(setdest\s+)" + kNumber + R"(\s+)" + kNumber +
                               R"(\s+)" + kNumber + R"(\s*"\s*;?\s*)");
  std::smatch part;
  if (std::regex_match(line, part, start)) {
    return Command{std::stoul(part[1]), true, 0, part[2].str()[0], std::stod(part[3])};
  }
  if (std::regex_match(line, part, later)) {
    const double time_s = std::stod(part[1]);
    return Command{std::stoul(part[2]), time_s == 0, time_s, part[3].str()[0], std::stod(part[4])};
  }
  if (std::regex_match(line, part, move)) {
    return Command{std::stoul(part[2]), false, std::stod(part[1]), 0, std::stod(part[5])};
  }
  return std::nullopt;
}

// For a reader that wants a file; gone with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    const int file = mkstemp(name_.data());
    const auto size = static_cast<ssize_t>(text.size());
    if (file < 0 || write(file, text.data(), text.size()) != size || close(file) != 0) {
      throw std::runtime_error(name_ + ": cannot be written: " + std::strerror(errno));
    }
  }
  ~TemporaryFile() { unlink(name_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& name() const { return name_; }

 private:
  std::string name_ = (std::filesystem::temp_directory_path() / "gradwave-XXXXXX").string();
};

bool says_nothing(const std::string& line) {
  static const std::regex nothing(R"(\s*(#.*|\$god_.*|set\s.*)?)");
  return std::regex_match(line, nothing);
}

}  // namespace

Ns2File read_ns2(const LinkOptions& options) {
  const std::string& name = options.mobility.file.name;
  if (name.empty()) {
    throw OptionError({"mobility.file", "mobility.model"},
                      "mobility.file: expected a movement file of ns-2's");
  }
  const auto workers = static_cast<std::size_t>(options.workers);
  Ns2File file;
  file.starts.resize(workers, {0, 0, options.placement.height_m});
  std::vector<bool> x(workers), y(workers), z(workers);
  std::vector<double> last_s(workers);
  std::int64_t number = 0;
  for (const std::string& line : lines_of(options.mobility.file.text)) {
    ++number;
    if (says_nothing(line)) continue;
    std::optional<Command> command;
    try {
      command = command_of(line);
    } catch (const std::exception&) {  // numbers beyond all bounds
    }
    if (!command) {
      refuse_file(kKey, name, number,
                  "expected \"$node_(i) set X_ number\" or \"$ns_ at time \"$node_(i) setdest x y "
                  "speed\"\", found: " +
                      line);
    }
    if (command->node >= workers) {
      refuse_file(kKey, name, number,
                  "moves node " + std::to_string(command->node) +
                      ", but team.workers = " + std::to_string(workers));
    }
    // ns-3 follows them in the order of the file.
    if (command->time_s < last_s[command->node]) {
      refuse_file(kKey, name, number, "node " + std::to_string(command->node) + ": time runs back");
    }
    last_s[command->node] = command->time_s;
    if (command->axis == 0) {
      if (!(command->value > 0)) refuse_file(kKey, name, number, "expected a speed above 0");
      file.fastest_mps = std::max(file.fastest_mps, command->value);
    } else if (command->starts) {
      ns3::Vector& at = file.starts[command->node];
      const char axis = command->axis;
      (axis == 'X' ? at.x : axis == 'Y' ? at.y : at.z) = command->value;
      std::vector<bool>& set = axis == 'X' ? x : axis == 'Y' ? y : z;
      if (set[command->node]) {
        refuse_file(kKey, name, number,
                    "node " + std::to_string(command->node) + " has its " + axis + "_ already");
      }
      set[command->node] = true;
    }
  }
  for (std::size_t i = 0; i < workers; ++i) {
    if (x[i] && y[i]) continue;
    refuse_file(kKey, name, 0,
                "does not say where node " + std::to_string(i) + " starts; expected \"$node_(" +
                    std::to_string(i) + ") set X_ number\" and Y_");
  }
  return file;
}

void install_ns2(const ns3::NodeContainer& robots, const LinkOptions& options) {
  const Ns2File file = read_ns2(options);
  const TemporaryFile copy(options.mobility.file.text);
  ns3::Ns2MobilityHelper(copy.name()).Install(robots.Begin(), robots.End());
  for (std::size_t i = 0; i < file.starts.size(); ++i) {
    robots.Get(i)->GetObject<ns3::MobilityModel>()->SetPosition(file.starts[i]);
  }
}

}  // namespace gradwave::channel
