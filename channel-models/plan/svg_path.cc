// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/svg_path.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <map>
#include <stdexcept>

#include "channel-models/plan/svg_numbers.h"

namespace gradwave::channel {
namespace {

constexpr int kMostChords = 1000;

Point operator+(const Point& a, const Point& b) { return {a.first + b.first, a.second + b.second}; }
Point operator-(const Point& a, const Point& b) { return {a.first - b.first, a.second - b.second}; }
Point operator*(double s, const Point& a) { return {s * a.first, s * a.second}; }
double size(const Point& a) { return std::hypot(a.first, a.second); }

// How many numbers follow each command, again and again.
const std::map<char, int>& commands() {
  static const std::map<char, int> table = {{'M', 2}, {'L', 2}, {'H', 1}, {'V', 1}, {'Z', 0},
                                            {'C', 6}, {'S', 4}, {'Q', 4}, {'T', 2}, {'A', 7}};
  return table;
}

// Chords of n equal steps are at most (3/4) D / n^2 away, D the greatest second difference.
void add_cubic(std::vector<Point>& line, const std::array<Point, 4>& p, double tolerance) {
  const double bend = std::max(size(p[0] - 2 * p[1] + p[2]), size(p[1] - 2 * p[2] + p[3]));
  const int chords =
      std::clamp(static_cast<int>(std::ceil(std::sqrt(0.75 * bend / tolerance))), 1, kMostChords);
  for (int i = 1; i < chords; ++i) {
    const double t = static_cast<double>(i) / chords, u = 1 - t;
    line.push_back((u * u * u) * p[0] + (3 * u * u * t) * p[1] + (3 * u * t * t) * p[2] +
                   (t * t * t) * p[3]);
  }
  line.push_back(p[3]);
}

// From ends to the centre, SVG 1.1 F.6.5 and F.6.6.
void add_svg_arc(std::vector<Point>& line, const Point& from, const std::vector<double>& v,
                 const Point& to, double tolerance) {
  double rx = std::abs(v[0]), ry = std::abs(v[1]);
  if (rx == 0 || ry == 0 || from == to) {
    line.push_back(to);
    return;
  }
  const double turned = v[2] * M_PI / 180, sine = std::sin(turned), cosine = std::cos(turned);
  const Point half = 0.5 * (from - to);
  const double x = cosine * half.first + sine * half.second;
  const double y = cosine * half.second - sine * half.first;
  const double stretch = x * x / (rx * rx) + y * y / (ry * ry);
  if (stretch > 1) {
    rx *= std::sqrt(stretch);
    ry *= std::sqrt(stretch);
  }
  const double squares = rx * rx * y * y + ry * ry * x * x;
  const double root =
      std::sqrt(std::max(0.0, (rx * rx * ry * ry - squares) / squares)) * (v[3] == v[4] ? -1 : 1);
  const double cx = root * rx * y / ry, cy = -root * ry * x / rx;
  const Point centre = Point{cosine * cx - sine * cy, sine * cx + cosine * cy} + 0.5 * (from + to);
  const double begin = std::atan2((y - cy) / ry, (x - cx) / rx);
  double sweep = std::atan2((-y - cy) / ry, (-x - cx) / rx) - begin;
  if (v[4] == 0 && sweep > 0) sweep -= 2 * M_PI;
  if (v[4] == 1 && sweep < 0) sweep += 2 * M_PI;
  add_arc(line, centre, rx, ry, turned, begin, begin + sweep, tolerance);
  line.back() = to;
}

class Pen {
 public:
  explicit Pen(double tolerance) : tolerance_(tolerance) {}

  std::vector<std::vector<Point>> lines;

  void draw(char command, std::vector<double> v) {
    const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(command)));
    const bool relative = command != upper;
    if (upper == 'Z') {
      lines.back().push_back(start_);
      at_ = start_;
      ended_ = true;
      last_ = 'Z';
      return;
    }
    if (upper == 'H') v = {v[0] + (relative ? at_.first : 0), at_.second};
    if (upper == 'V') v = {at_.first, v[0] + (relative ? at_.second : 0)};
    if (relative && upper != 'H' && upper != 'V') {
      for (std::size_t i = upper == 'A' ? 5 : 0; i + 1 < v.size(); i += 2) {
        v[i] += at_.first;
        v[i + 1] += at_.second;
      }
    }
    const Point to = {v[v.size() - 2], v.back()};
    if (upper == 'M') {
      lines.emplace_back();
      start_ = to;
    } else if (ended_) {  // after Z another part begins where that one began
      lines.push_back({start_});
    }
    ended_ = false;
    std::vector<Point>& line = lines.back();
    if (upper == 'C' || upper == 'S') {
      const Point first = upper == 'C' ? Point{v[0], v[1]} : mirrored("CS");
      const std::size_t second = upper == 'C' ? 2 : 0;
      control_ = {v[second], v[second + 1]};
      add_cubic(line, {at_, first, control_, to}, tolerance_);
    } else if (upper == 'Q' || upper == 'T') {
      control_ = upper == 'Q' ? Point{v[0], v[1]} : mirrored("QT");
      const Point one = at_ + (2.0 / 3) * (control_ - at_);
      const Point two = to + (2.0 / 3) * (control_ - to);
      add_cubic(line, {at_, one, two, to}, tolerance_);
    } else if (upper == 'A') {
      add_svg_arc(line, at_, v, to, tolerance_);
    } else {
      line.push_back(to);
    }
    at_ = to;
    last_ = upper;
  }

 private:
  Point mirrored(const std::string& after) const {
    return after.find(last_) == std::string::npos ? at_ : 2 * at_ - control_;
  }

  double tolerance_;
  Point at_ = {0, 0}, start_ = {0, 0}, control_ = {0, 0};
  char last_ = 0;
  bool ended_ = false;
};

}  // namespace

bool has_curves(const std::string& path) {
  return path.find_first_of("CcSsQqTtAa") != std::string::npos;
}

std::vector<std::vector<Point>> read_path(const std::string& path, double tolerance) {
  SvgNumbers text(path);
  Pen pen(tolerance);
  char command = 0;
  for (text.skip(); !text.ended(); text.skip()) {
    const bool is_letter = std::isalpha(static_cast<unsigned char>(text.peek())) != 0;
    if (is_letter) command = text.take();
    const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(command)));
    const auto found = commands().find(upper);
    if (found == commands().end() || (!is_letter && upper == 'Z')) {
      throw std::invalid_argument("found \"" + (is_letter ? std::string(1, command) : text.rest()) +
                                  "\", expected a path command, one of MLHVZCSQTA");
    }
    if (pen.lines.empty() && upper != 'M') throw std::invalid_argument("a path begins with M");
    std::vector<double> values;
    for (int i = 0; i < found->second; ++i) {
      const auto value = upper == 'A' && (i == 3 || i == 4) ? text.flag() : text.number();
      if (!value) {
        throw std::invalid_argument(std::string("path command ") + command + " takes " +
                                    std::to_string(found->second) + " numbers, found \"" +
                                    text.rest() + "\"");
      }
      values.push_back(*value);
    }
    pen.draw(command, values);
    if (upper == 'M') command = command == 'M' ? 'L' : 'l';  // of more numbers
  }
  return pen.lines;
}

void add_arc(std::vector<Point>& line, const Point& centre, double radius_x, double radius_y,
             double turned, double from, double to, double tolerance) {
  const double radius = std::max(radius_x, radius_y);
  const double step = 2 * std::acos(std::max(0.0, 1 - tolerance / radius));
  const int chords =
      std::clamp(static_cast<int>(std::ceil(std::abs(to - from) / step)), 1, kMostChords);
  for (int i = 1; i <= chords; ++i) {
    const double angle = from + (to - from) * i / chords;
    const double x = radius_x * std::cos(angle), y = radius_y * std::sin(angle);
    line.push_back(centre + Point{std::cos(turned) * x - std::sin(turned) * y,
                                  std::sin(turned) * x + std::cos(turned) * y});
  }
}

}  // namespace gradwave::channel
