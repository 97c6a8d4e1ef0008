// SPDX-License-Identifier: GPL-2.0-only
#include "sim/cli/map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <ostream>
#include <set>

#include "sim/cli/commands.h"
#include "sim/scenario/scenario.h"

namespace gradwave {
namespace {

constexpr double kWide = 900, kKey = 90, kHead = 34, kFoot = 34;  // of the picture, in its units
constexpr int kCells = 6000;

struct Colour {
  double red, green, blue;
};

// Viridis, light where the signal is strong (Smith and van der Walt, matplotlib 2.0).
std::string colour_of(double share) {
  constexpr std::array<Colour, 6> kStops = {
      {{68, 1, 84}, {65, 68, 135}, {42, 120, 142}, {34, 168, 132}, {122, 209, 81}, {253, 231, 37}}};
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto below = std::min<std::size_t>(static_cast<std::size_t>(at), kStops.size() - 2);
  const double rest = at - static_cast<double>(below);
  const auto mix = [&](double Colour::*part) {
    return static_cast<int>(
        std::lround(kStops[below].*part + rest * (kStops[below + 1].*part - kStops[below].*part)));
  };
  char text[16];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", mix(&Colour::red), mix(&Colour::green),
                mix(&Colour::blue));
  return text;
}

std::string escaped(const std::string& text) {
  std::string all;
  for (const char c : text) {
    all += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
  }
  return all;
}

// A round number of metres, at most a quarter of the width.
double scale_bar(double width_m) {
  const double most_m = width_m / 4, power = std::pow(10, std::floor(std::log10(most_m)));
  for (const double step : {5.0, 2.0, 1.0}) {
    if (step * power <= most_m) return step * power;
  }
  return power;
}

class Picture {
 public:
  explicit Picture(const channel::FloorMap& map)
      : map_(map), scale_(kWide / (map.most.first - map.least.first)) {
    for (const double snr_db : map.grid.snr_db) {
      if (std::isnan(snr_db)) continue;
      low_db_ = std::min(low_db_, snr_db);
      high_db_ = std::max(high_db_, snr_db);
    }
    low_db_ = 5 * std::floor(low_db_ / 5);
    high_db_ = std::max(low_db_ + 5, 5 * std::ceil(high_db_ / 5));
  }

  std::string draw(const std::string& title) {
    const double height = scale_ * (map_.most.second - map_.least.second);
    bottom_ = kHead + height;
    write(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
        "font-family=\"sans-serif\" font-size=\"14\">\n<rect width=\"100%%\" height=\"100%%\" "
        "fill=\"white\"/>\n",
        kWide + kKey, kHead + height + kFoot);
    text_ += "<text x=\"4\" y=\"22\" font-size=\"16\">" + escaped(title) + "</text>\n";
    if (!map_.grid.snr_db.empty()) draw_grid();
    draw_lines();
    draw_hops();
    draw_nodes();
    if (!map_.grid.snr_db.empty()) draw_key(height);
    draw_scale();
    return text_ + "</svg>\n";
  }

 private:
  template <typename... Values>
  void write(const char* format, Values... values) {
    char text[512];
    std::snprintf(text, sizeof text, format, values...);
    text_ += text;
  }

  double x(double at_m) const { return scale_ * (at_m - map_.least.first); }
  double y(double at_m) const { return bottom_ - scale_ * (at_m - map_.least.second); }

  void line(const channel::Point& from, const channel::Point& to, const char* style) {
    write("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x(from.first),
          y(from.second), x(to.first), y(to.second), style);
  }

  // Cells of one colour that lie side by side are one rectangle.
  void draw_grid() {
    const channel::FloorMap::Grid& grid = map_.grid;
    text_ += "<g shape-rendering=\"crispEdges\">\n";
    const auto fill = [&](int row, int column) {
      const double snr_db = grid.snr_db[static_cast<std::size_t>(row) * grid.columns + column];
      // Steps of a decibel.
      return std::isnan(snr_db) ? std::string("#dddddd")
                                : colour_of((std::floor(snr_db) - low_db_) / (high_db_ - low_db_));
    };
    for (int row = 0; row < grid.rows; ++row) {
      for (int begin = 0, end = 0; begin < grid.columns; begin = end) {
        const std::string colour = fill(row, begin);
        while (end < grid.columns && fill(row, end) == colour) ++end;
        const double left = x(grid.least.first + begin * grid.step_m);
        const double right = std::min(kWide, x(grid.least.first + end * grid.step_m));
        const double low = y(grid.least.second + row * grid.step_m);
        const double top = std::max(kHead, y(grid.least.second + (row + 1) * grid.step_m));
        write("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", left,
              top, right - left + 0.5, low - top + 0.5, colour.c_str());  // no hair between them
      }
    }
    text_ += "</g>\n";
  }

  void draw_lines() {
    for (const auto& wall : map_.walls) {
      line(wall.points[0], wall.points[1],
           "stroke=\"black\" stroke-width=\"3\" stroke-linecap=\"round\"");
    }
    for (const auto& door : map_.doors) {
      line(door.points[0], door.points[1],
           "stroke=\"white\" stroke-width=\"3\" stroke-dasharray=\"3 3\"");
    }
    for (const auto& path : map_.paths) {
      for (std::size_t i = 1; i < path.points.size(); ++i) {
        line(
            path.points[i - 1], path.points[i],
            map_.grid.snr_db.empty()
                ? "stroke=\"grey\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\""
                : "stroke=\"white\" stroke-width=\"1.5\" stroke-dasharray=\"6 4\" opacity=\"0.8\"");
      }
    }
  }

  void draw_hops() {
    for (const bool routes : {false, true}) {
      for (const auto& hop : map_.hops) {
        if (hop.is_route != routes) continue;
        line(hop.from, hop.to,
             routes ? "stroke=\"#d62728\" stroke-width=\"3\""
                    : "stroke=\"#d62728\" stroke-width=\"1\" opacity=\"0.45\"");
      }
    }
  }

  void draw_nodes() {
    for (const channel::Point& station : map_.stations) {
      const double at_x = x(station.first), at_y = y(station.second);
      write(
          "<path d=\"M %.1f %.1f l 10 17 h -20 z\" fill=\"#d62728\" stroke=\"white\" "
          "stroke-width=\"1.5\"/>\n",
          at_x, at_y - 11);
    }
    for (std::size_t i = 0; i < map_.robots.size(); ++i) {
      const channel::Covered& robot = map_.robots[i];
      const double at_x = x(robot.place.first), at_y = y(robot.place.second);
      write("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"9\" fill=\"%s\" stroke=\"black\"/>\n", at_x, at_y,
            robot.reached || !map_.hops.empty() ? "white" : "#ff9896");
      write("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\">%zu</text>\n",
            at_x, at_y + 4, i);
    }
  }

  void draw_key(double height) {
    constexpr int kSteps = 60;
    const double left = kWide + 14, tall = std::min(height - 30, 360.0), top = kHead + 24;
    write("<text x=\"%.1f\" y=\"%.1f\">SNR, dB</text>\n", left, top - 10);
    for (int i = 0; i < kSteps; ++i) {
      write("<rect x=\"%.1f\" y=\"%.2f\" width=\"16\" height=\"%.2f\" fill=\"%s\"/>\n", left,
            top + tall * (kSteps - 1 - i) / kSteps, tall / kSteps + 0.5,
            colour_of((i + 0.5) / kSteps).c_str());
    }
    const double step_db = high_db_ - low_db_ > 40 ? 10 : 5;
    for (double at_db = low_db_; at_db <= high_db_ + 0.1; at_db += step_db) {
      write("<text x=\"%.1f\" y=\"%.1f\" font-size=\"12\">%.0f</text>\n", left + 22,
            top + tall * (high_db_ - at_db) / (high_db_ - low_db_) + 4, at_db);
    }
  }

  void draw_scale() {
    const double bar_m = scale_bar(map_.most.first - map_.least.first);
    write(
        "<line x1=\"4\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"black\" "
        "stroke-width=\"3\"/>\n<text x=\"%.1f\" y=\"%.1f\">%g m</text>\n",
        bottom_ + 18, 4 + scale_ * bar_m, bottom_ + 18, 12 + scale_ * bar_m, bottom_ + 23, bar_m);
    std::string key =
        map_.stations.empty() ? "circles: robots" : "triangle: station; circles: robots";
    if (!map_.paths.empty()) key += "; dashes: paths";
    if (!map_.hops.empty()) {
      key += map_.stations.empty() ? "; red: links" : "; red: links and, thick, routes";
    }
    const bool blind = std::any_of(map_.grid.snr_db.begin(), map_.grid.snr_db.end(),
                                   [](double snr_db) { return std::isnan(snr_db); });
    if (blind) key += "; grey: out of reach";
    text_ += "<text text-anchor=\"end\" x=\"" + std::to_string(static_cast<int>(kWide)) +
             "\" y=\"" + std::to_string(static_cast<int>(bottom_ + 23)) + "\" font-size=\"12\">" +
             key + "</text>\n";
  }

  const channel::FloorMap& map_;
  double scale_, bottom_ = 0;
  double low_db_ = 1e9, high_db_ = -1e9;
  std::string text_;
};

}  // namespace

std::string svg_of(const channel::FloorMap& map, const std::string& title) {
  return Picture(map).draw(title);
}

int draw_map(const std::filesystem::path& file, const std::vector<std::string>& overrides,
             const std::vector<std::string>& variants, const std::filesystem::path& picture,
             std::ostream& err) {
  const Scenario scenario = read_scenario(file, overrides, variants);
  const PlannedRun& run = scenario.runs.front();
  std::set<std::string> networks;
  for (const PlannedRun& each : scenario.runs) {
    networks.insert(text_for(each.settings, kChannel) + std::to_string(each.seed));
  }
  if (networks.size() > 1) {
    err << "note: the scenario has " << networks.size()
        << " networks; drawn is the first, variant \"" << run.variant << "\", seed " << run.seed
        << (run.parameters == "{}" ? "" : ", " + run.parameters) << '\n';
  }
  std::string svg;
  try {
    svg = svg_of(channel::map_of(link_options(run.settings), kCells), scenario.name);
  } catch (const channel::OptionError& error) {
    throw ScenarioError(file.string() + ": " + error.what());
  }
  std::ofstream out(picture, std::ios::binary);
  out << svg;
  out.close();
  if (!out) {
    err << "gradwave: " << picture.string() << ": cannot be written\n";
    return 1;
  }
  return 0;
}

}  // namespace gradwave
