// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/settings/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

namespace gradwave {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

TEST(Settings, EveryKeyIsUniqueAndDescribed) {
  std::set<std::string> keys;
  for (const Setting& setting : settings_table()) {
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key;
    EXPECT_THAT(setting.key, testing::MatchesRegex("[a-z0-9]+\\.[a-z0-9_]+"));
    EXPECT_FALSE(setting.description.empty()) << setting.key;
  }
}

TEST(Settings, EveryDefaultIsAcceptedByItsOwnSetting) {
  for (const Setting& setting : settings_table()) {
    Settings settings;
    EXPECT_NO_THROW(assign(setting, settings, value_of(setting, Settings()))) << setting.key;
  }
}

TEST(Settings, EveryWordIsAcceptedByItsSetting) {
  for (const Setting& setting : settings_table()) {
    if (!setting.values.words) continue;
    for (const auto& [word, description] : setting.values.words()) {
      Settings settings;
      const bool is_list = value_of(setting, settings).is_array();
      const Json value = is_list ? Json{word} : Json(word);
      assign(setting, settings, value);
      EXPECT_EQ(value_of(setting, settings), value);
      EXPECT_FALSE(description.empty()) << word;
    }
  }
}

TEST(Settings, SurviveTheWayToJsonAndBack) {
  Settings settings;
  assign(*find_setting("team.workers"), settings, 3);
  assign(*find_setting("model.hidden"), settings, {64, 32});
  assign(*find_setting("compute.factors"), settings, {1.5, 2, 3});
  assign(*find_setting("placement.positions_m"), settings,
         Json::parse("[[1, 2], [3, 4.5], [0, 0]]"));
  assign(*find_setting("compression.error_compensation"), settings, true);
  assign(*find_setting("ns3.defaults"), settings, {{"ns3::TcpSocket::SegmentSize", 1000}});
  const Json object = to_json(settings);
  EXPECT_EQ(object.size(), settings_table().size());
  EXPECT_EQ(object, to_json(from_json(Json::parse(object.dump()))));
  EXPECT_NE(object, to_json(Settings()));
}

TEST(Settings, ListsReplaceAndNs3DefaultsAccumulate) {
  Settings settings;
  assign(*find_setting("ns3.defaults"), settings, {{"a", 1}});
  assign(*find_setting("ns3.defaults"), settings, {{"b", true}});
  EXPECT_EQ(settings.link.ns3_defaults.size(), 2u);
  assign(*find_setting("model.hidden"), settings, Json::array());
  EXPECT_TRUE(settings.learning.model.hidden.empty());
}

TEST(Settings, RefuseWhatIsOutOfRangeAndNameTheRange) {
  Settings settings;
  try {
    assign(*find_setting("training.batch"), settings, 0);
    FAIL() << "accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "training.batch = 0: out of range, expected an integer from 1 to 1000000");
  }
}

TEST(Settings, HaveConditionsOnSettingsAndWordsThatThereAre) {
  for (const Setting& setting : settings_table()) {
    EXPECT_NE(setting.modules, 0u) << setting.key;
    if (!setting.instead_of.empty()) {
      const Setting* other = find_setting(setting.instead_of);
      ASSERT_NE(other, nullptr) << setting.key;
      EXPECT_EQ(other->instead_of, setting.key);
    }
    if (setting.condition.key.empty()) continue;
    const Setting* decides = find_setting(setting.condition.key);
    ASSERT_NE(decides, nullptr) << setting.key;
    if (!decides->values.words) continue;
    std::set<std::string> words;
    for (const auto& [word, description] : decides->values.words()) words.insert(word);
    for (const std::string& value : setting.condition.values) {
      EXPECT_EQ(words.count(value), 1u) << setting.key << ": " << value;
    }
  }
}

TEST(Settings, ActWhereTheirConditionAndItsOwnHold) {
  Settings settings;
  const auto acting = [&](const char* key) { return is_active(*find_setting(key), settings); };
  EXPECT_FALSE(acting("radio.nakagami_m"));
  settings.link.radio.fading = "nakagami";
  EXPECT_TRUE(acting("radio.nakagami_m"));
  settings.link.technology = "wire";
  EXPECT_FALSE(acting("radio.nakagami_m"));
  reset_inactive(settings);
  EXPECT_EQ(settings.link.radio.fading, "none");
  EXPECT_EQ(settings.link.technology, "wire");
}

TEST(Settings, AreAllInTheReferencePage) {
  std::ifstream stream(GRADWAVE_SOURCE "/scenarios/settings.md");
  const std::string page((std::istreambuf_iterator<char>(stream)), {});
  const std::string mark = "<!-- gradwave list settings -->\n";
  ASSERT_THAT(page, HasSubstr(mark));
  EXPECT_EQ(page.substr(page.find(mark) + mark.size()), settings_reference())
      << "write it anew: ./gradwave list settings";
}

}  // namespace
}  // namespace gradwave
