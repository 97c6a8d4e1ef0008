// SPDX-License-Identifier: GPL-2.0-only
#include "learning/data/content.h"

#include <gtest/gtest.h>

#include <set>

namespace gradwave::learning {
namespace {

std::string of(const std::string& text) {
  ContentHash hash;
  hash.add(text);
  return hash.text();
}

TEST(ContentHash, TellsEveryByteAndTheirOrder) {
  std::set<std::string> all;
  std::string text(20, 'a');
  all.insert(of(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = text;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      all.insert(of(other));
    }
  }
  EXPECT_EQ(all.size(), 1u + 20 * 8);
  EXPECT_NE(of("ab"), of("ba"));
  EXPECT_NE(of("a"), of(std::string("a\0", 2)));
  EXPECT_EQ(of("ab").size(), 16u);
}

TEST(ContentHash, OfADataSetIsItsImagesAndLabels) {
  const auto pixels = std::make_shared<std::vector<std::uint8_t>>(30, 7);
  Dataset data;
  data.image = {1, 3, 5};
  data.train.append(pixels->data(), 15, 1, pixels);
  data.train.labels = {1};
  data.test.append(pixels->data() + 15, 15, 1, pixels);
  data.test.labels = {2};
  const std::string before = content_of(data);
  EXPECT_EQ(content_of(data), before);
  data.test.labels = {3};
  EXPECT_NE(content_of(data), before);
  data.test.labels = {2};
  (*pixels)[29] = 8;
  EXPECT_NE(content_of(data), before);
}

}  // namespace
}  // namespace gradwave::learning
