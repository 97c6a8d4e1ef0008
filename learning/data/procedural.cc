// SPDX-License-Identifier: GPL-2.0-only
// The embedded data set, MNIST's shape without a file: characters of an invented script. A class is
// three bent strokes, of which it shares two with other classes; each class is written in three
// hands that bend them differently. A sample is one hand's character, with its points shaken,
// sheared, scaled and moved, crossed by a stroke that means nothing, in a pen of random width,
// faint or strong, under noise; one label in fifty is drawn at
// random.
//
// All in integers (positions in 1/256 pixel), so that every machine draws the same; each sample has
// its own random stream, so that the first n are the same whatever n is.
#include <algorithm>
#include <array>

#include "learning/data/dataset.h"

namespace gradwave::learning {
namespace {

constexpr int kSide = 28, kPixels = kSide * kSide, kClasses = 10, kHands = 3, kStrokes = 3;
constexpr int kUnit = 256;       // of a position in one pixel
constexpr int kNoisyPixels = 4;  // to which one draw gives their noise
constexpr std::int64_t kTrain = 60000, kTest = 10000;

// SplitMix64: small, fast, the same everywhere.
class Stream {
 public:
  explicit Stream(std::uint64_t seed) : state_(seed * 0xd1342543de82ef95U + 0x2545f4914f6cdd1dU) {
    bits();
  }
  std::uint64_t bits() {
    std::uint64_t x = state_ += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
  }
  void skip(std::uint64_t draws) { state_ += draws * 0x9e3779b97f4a7c15U; }
  // Uniform in least..most.
  int between(int least, int most) {
    return least +
           static_cast<int>((bits() >> 32) * static_cast<std::uint64_t>(most - least + 1) >> 32);
  }

 private:
  std::uint64_t state_;
};

struct Point {
  int x = 0, y = 0;  // about the image's centre, 1/256 pixel
};
using Stroke = std::array<Point, 3>;             // a quadratic Bezier curve's control points
using Character = std::array<Stroke, kStrokes>;  // one hand's way to write one class

Stroke random_stroke(Stream& stream, int reach) {
  Stroke stroke;
  for (Point& point : stroke) {
    point = {stream.between(-reach, reach), stream.between(-reach, reach)};
  }
  return stroke;
}

Stroke shaken(Stroke stroke, Stream& stream, int amount) {
  for (Point& point : stroke) {
    point.x += stream.between(-amount, amount);
    point.y += stream.between(-amount, amount);
  }
  return stroke;
}

// [class][hand]. Class c has its first stroke from c / 2, its second from c % 5, a third of its
// own.
std::array<std::array<Character, kHands>, kClasses> make_script() {
  Stream stream(20230521);
  std::array<Stroke, kClasses / 2> first, second;
  for (Stroke& stroke : first) stroke = random_stroke(stream, 9 * kUnit);
  for (Stroke& stroke : second) stroke = random_stroke(stream, 9 * kUnit);
  std::array<std::array<Character, kHands>, kClasses> script;
  for (int c = 0; c < kClasses; ++c) {
    const Character character = {first[c / 2], second[c % 5], random_stroke(stream, 9 * kUnit)};
    for (Character& hand : script[c]) {
      for (int s = 0; s < kStrokes; ++s) hand[s] = shaken(character[s], stream, 3 * kUnit);
    }
  }
  return script;
}

// A general linear map in 1/256, then a shift.
struct Affine {
  int xx, xy, yx, yy;
  Point shift;
  Point operator()(Point p) const {
    return {(xx * p.x + xy * p.y) / kUnit + shift.x, (yx * p.x + yy * p.y) / kUnit + shift.y};
  }
};

using Canvas = std::array<int, kPixels>;  // ink, 0..255

// A round spot of ink, dark in the middle.
void dab(Point at, int radius, Canvas& canvas) {
  const int cx = at.x + kSide * kUnit / 2, cy = at.y + kSide * kUnit / 2;
  const int x0 = std::max(0, (cx - radius) / kUnit),
            x1 = std::min(kSide - 1, (cx + radius) / kUnit);
  const int y0 = std::max(0, (cy - radius) / kUnit),
            y1 = std::min(kSide - 1, (cy + radius) / kUnit);
  const int reach = radius * radius;
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const int dx = x * kUnit + kUnit / 2 - cx, dy = y * kUnit + kUnit / 2 - cy;
      const int left = reach - dx * dx - dy * dy;
      if (left <= 0) continue;
      int& ink = canvas[y * kSide + x];
      ink = std::max(ink, std::min(255, 510 * (left >> 8) / (reach >> 8)));
    }
  }
}

void draw(const Stroke& stroke, const Affine& affine, int radius, Canvas& canvas) {
  constexpr int kSteps = 20;
  const Point a = affine(stroke[0]), b = affine(stroke[1]), c = affine(stroke[2]);
  for (int i = 0; i <= kSteps; ++i) {
    const int wa = (kSteps - i) * (kSteps - i), wb = 2 * i * (kSteps - i), wc = i * i;
    dab({(wa * a.x + wb * b.x + wc * c.x) / (kSteps * kSteps),
         (wa * a.y + wb * b.y + wc * c.y) / (kSteps * kSteps)},
        radius, canvas);
  }
}

// Adds noise (a triangular distribution) to ink of this strength.
void expose(const Canvas& canvas, int strength, Stream& stream, std::uint8_t* pixels) {
  constexpr int kNoise = 40;
  std::uint64_t bits = 0;
  for (int i = 0; i < kPixels; ++i) {
    if (i % kNoisyPixels == 0) bits = stream.bits();
    const int noise = static_cast<int>(bits & 0xff) + static_cast<int>(bits >> 8 & 0xff) - 255;
    bits >>= 16;
    const int value = canvas[i] * strength / 256 + noise * kNoise / 255;
    pixels[i] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
  }
}

// Of null pixels, the label alone, for which less is to be done.
void draw_sample(std::uint64_t number, std::uint8_t* pixels, Label& label) {
  static const auto script = make_script();
  Stream stream(number + 1);
  const int written = stream.between(0, kClasses - 1);
  const Character& character = script[written][stream.between(0, kHands - 1)];
  const Affine affine = {
      stream.between(216, 296),
      stream.between(-70, 70),
      stream.between(-70, 70),
      stream.between(216, 296),
      {stream.between(-2 * kUnit, 2 * kUnit), stream.between(-2 * kUnit, 2 * kUnit)}};
  const int radius = stream.between(300, 480);

  Character strokes = character;
  for (Stroke& stroke : strokes) stroke = shaken(stroke, stream, 320);
  const Stroke crossing = random_stroke(stream, 12 * kUnit);
  const int strength = stream.between(110, 256);
  if (pixels == nullptr) {
    stream.skip(kPixels / kNoisyPixels);
  } else {
    Canvas canvas = {};
    for (const Stroke& stroke : strokes) draw(stroke, affine, radius, canvas);
    draw(crossing, affine, radius, canvas);
    expose(canvas, strength, stream, pixels);
  }

  const bool mistaken = stream.between(1, 50) == 1;
  label = static_cast<Label>(mistaken ? stream.between(0, kClasses - 1) : written);
}

Images draw_images(std::int64_t first, std::int64_t count) {
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>(count * kPixels);
  Images images;
  images.labels.resize(count);
  for (std::int64_t i = 0; i < count; ++i) {
    draw_sample(static_cast<std::uint64_t>(first + i), pixels->data() + i * kPixels,
                images.labels[i]);
  }
  images.append(pixels->data(), kPixels, count, pixels);
  return images;
}

std::vector<Label> draw_labels(std::int64_t count) {
  std::vector<Label> labels(count);
  for (std::int64_t i = 0; i < count; ++i) {
    draw_sample(static_cast<std::uint64_t>(i), nullptr, labels[i]);
  }
  return labels;
}

constexpr ImageShape kShape = {1, kSide, kSide};
constexpr Normalisation kNormalisation = {0.14F, 0.26F};

}  // namespace

DatasetShape inspect_procedural(const DataOptions& /*options*/) {
  static const std::vector<Label> labels = draw_labels(kTrain + kTest);
  const auto first_of_test = labels.begin() + kTrain;
  DatasetShape shape = {kClasses, kShape, kTrain, kTest, {labels.begin(), first_of_test}};
  shape.test_labels.assign(first_of_test, labels.end());
  shape.normalisation = {kNormalisation};
  shape.train_examples = draw_images(0, 8);
  shape.test_examples = draw_images(kTrain, 8);
  return shape;
}

Dataset load_procedural(const DataOptions& options) {
  Dataset data;
  data.classes = kClasses;
  data.image = kShape;
  data.normalisation = {kNormalisation};
  const auto at_most = [](std::int64_t wanted, std::int64_t all) {
    return wanted > 0 ? std::min(wanted, all) : all;
  };
  data.train = draw_images(0, at_most(options.train_samples, kTrain));
  data.test = draw_images(kTrain, at_most(options.test_samples, kTest));
  return data;
}

}  // namespace gradwave::learning
