// SPDX-License-Identifier: GPL-2.0-only
#include "channel-models/plan/affine.h"

#include <cmath>
#include <regex>
#include <vector>

#include "channel-models/plan/svg_numbers.h"

namespace gradwave::channel {
namespace {

double radians(double degrees) { return degrees * M_PI / 180; }

std::optional<Affine> step(const std::string& name, const std::vector<double>& v) {
  const std::size_t count = v.size();
  if (name == "matrix" && count == 6) return Affine{v[0], v[1], v[2], v[3], v[4], v[5]};
  if (name == "translate" && (count == 1 || count == 2)) {
    return Affine::moved(v[0], count == 2 ? v[1] : 0);
  }
  if (name == "scale" && (count == 1 || count == 2)) {
    return Affine::scaled(v[0], count == 2 ? v[1] : v[0]);
  }
  if (name == "rotate" && count == 1) return Affine::turned(v[0]);
  if (name == "rotate" && count == 3) {
    return Affine::moved(v[1], v[2]) * Affine::turned(v[0]) * Affine::moved(-v[1], -v[2]);
  }
  if (name == "skewX" && count == 1) return Affine{1, 0, std::tan(radians(v[0])), 1, 0, 0};
  if (name == "skewY" && count == 1) return Affine{1, std::tan(radians(v[0])), 0, 1, 0, 0};
  return std::nullopt;
}

}  // namespace

Point Affine::operator()(const Point& point) const {
  const auto& [x, y] = point;
  return {a * x + c * y + e, b * x + d * y + f};
}

Affine Affine::operator*(const Affine& inner) const {
  const Point x = {a * inner.a + c * inner.b, b * inner.a + d * inner.b};
  const Point y = {a * inner.c + c * inner.d, b * inner.c + d * inner.d};
  const Point origin = (*this)({inner.e, inner.f});
  return {x.first, x.second, y.first, y.second, origin.first, origin.second};
}

double Affine::greatest_scale() const {
  const double squares = (a * a + b * b + c * c + d * d) / 2, area = a * d - b * c;
  return std::sqrt(squares + std::sqrt(std::max(0.0, squares * squares - area * area)));
}

Affine Affine::turned(double degrees) {
  const double sine = std::sin(radians(degrees)), cosine = std::cos(radians(degrees));
  return {cosine, sine, -sine, cosine, 0, 0};
}

std::optional<Affine> read_transform(const std::string& text) {
  static const std::regex next(R"(^[\s,]*([A-Za-z]+)\s*\(([^()]*)\))");
  static const std::regex end(R"([\s,]*)");
  Affine all;
  auto at = text.cbegin();
  for (std::smatch part; std::regex_search(at, text.cend(), part, next); at = part[0].second) {
    const auto numbers = read_numbers(part[2]);
    const auto one = numbers ? step(part[1], *numbers) : std::nullopt;
    if (!one) return std::nullopt;
    all = all * *one;
  }
  if (!std::regex_match(at, text.cend(), end) && std::string(at, text.cend()) != "none") {
    return std::nullopt;
  }
  return all;
}

}  // namespace gradwave::channel
