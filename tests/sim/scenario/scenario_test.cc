// SPDX-License-Identifier: GPL-2.0-only
#include "sim/scenario/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

namespace gradwave {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

std::vector<fs::path> toml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string slurp(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string name_of(const testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.stem().string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

class ScenarioFile : public testing::Test {
 protected:
  Scenario read(const std::string& text, const std::vector<std::string>& overrides = {},
                const std::vector<std::string>& only = {}) {
    const fs::path file =
        fs::path(testing::TempDir()) /
        (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".toml");
    std::ofstream(file) << text;
    return read_scenario(file, overrides, only);
  }
};

constexpr const char* kDevice = "[compute]\ndevice = \"jetson-nano\"\n";

TEST_F(ScenarioFile, DefaultsToOneRunNamedAfterTheFile) {
  const Scenario scenario = read(kDevice);
  EXPECT_EQ(scenario.name, "DefaultsToOneRunNamedAfterTheFile");
  ASSERT_EQ(scenario.runs.size(), 1u);
  EXPECT_EQ(scenario.runs[0].variant, "base");
  EXPECT_EQ(scenario.runs[0].seed, 1);
  EXPECT_EQ(scenario.runs[0].parameters, "{}");
  EXPECT_EQ(scenario.runs[0].description.model_size, 203530);
}

TEST_F(ScenarioFile, RunsAreSweepTimesSeedsTimesVariantsInThisOrder) {
  const Scenario scenario = read(std::string("seeds = [7, 8]\n") + kDevice +
                                 "[sweep]\nplacement.radius_m = [5, 10]\n"
                                 "[[variant]]\nname = \"A\"\n"
                                 "[[variant]]\nname = \"B\"\ntraining.batch = 16\n");
  ASSERT_EQ(scenario.runs.size(), 8u);
  std::vector<std::string> order;
  for (const PlannedRun& run : scenario.runs) {
    order.push_back(run.parameters + std::to_string(run.seed) + run.variant);
    EXPECT_EQ(run.settings.learning.training.batch, run.variant == "B" ? 16 : 32);
    EXPECT_EQ(run.settings.learning.seed, static_cast<std::uint64_t>(run.seed));
  }
  const std::string five = R"({"placement.radius_m":5.0})", ten = R"({"placement.radius_m":10.0})";
  EXPECT_THAT(order, testing::ElementsAre(five + "7A", five + "7B", five + "8A", five + "8B",
                                          ten + "7A", ten + "7B", ten + "8A", ten + "8B"));
}

TEST_F(ScenarioFile, SweepsOverSeveralSettingsAreTheirProduct) {
  const Scenario scenario = read(std::string(kDevice) +
                                 "[sweep]\nplacement.radius_m = [5, 10]\n"
                                 "wifi.channel_width_mhz = [20, 40, 80]\n");
  EXPECT_EQ(scenario.runs.size(), 6u);
}

TEST_F(ScenarioFile, AVariantThatSetsASweptSettingRunsOnce) {
  const Scenario scenario =
      read(std::string(kDevice) +
           "[sweep]\ncompression.ratio = [128, 256, 512]\n"
           "[[variant]]\nname = \"A\"\n"
           "[[variant]]\nname = \"dense\"\ncompression.sparsifier = \"none\"\n"
           "compression.ratio = 1\n");
  ASSERT_EQ(scenario.runs.size(), 4u);
  EXPECT_EQ(scenario.runs[1].variant, "dense");
  EXPECT_EQ(scenario.runs[1].parameters, "{}");
}

TEST_F(ScenarioFile, OverridesWinOverEverythingAndAreStored) {
  const Scenario scenario = read(std::string(kDevice) +
                                     "[sweep]\ncompression.ratio = [128, 256]\n"
                                     "[[variant]]\nname = \"A\"\ntraining.rounds = 50\n",
                                 {"training.rounds=7", "compression.ratio=64"});
  ASSERT_EQ(scenario.runs.size(), 1u);
  EXPECT_EQ(scenario.runs[0].settings.learning.training.rounds, 7);
  EXPECT_EQ(scenario.runs[0].settings.learning.compression.ratio, 64);
  EXPECT_THAT(scenario.text, HasSubstr("# --set training.rounds=7\n"));
}

TEST_F(ScenarioFile, OverridesOfTextNeedNoQuotes) {
  const Scenario scenario =
      read(kDevice, {"wifi.band=2.4GHz", "placement.layout='circle'", "mobility.model=\"static\""});
  EXPECT_EQ(scenario.runs.at(0).settings.link.wifi.band, "2.4GHz");
  EXPECT_EQ(scenario.runs.at(0).settings.link.placement.layout, "circle");
  EXPECT_EQ(scenario.runs.at(0).settings.link.mobility.model, "static");
  EXPECT_THROW(read(kDevice, {"link.technology=wirre"}), ScenarioError);
  EXPECT_THROW(read(kDevice, {"training.rounds=many"}), ScenarioError);
}

TEST_F(ScenarioFile, OnlyTheVariantsAskedForAreRun) {
  const std::string text =
      std::string(kDevice) + "[[variant]]\nname = \"A\"\n[[variant]]\nname = \"Bee\"\n";
  const Scenario scenario = read(text, {}, {"Bee"});
  EXPECT_EQ(scenario.variants, std::vector<std::string>{"Bee"});
  ASSERT_EQ(scenario.runs.size(), 1u);
  EXPECT_THAT(scenario.text, HasSubstr("# --variant Bee\n"));
  try {
    read(text, {}, {"Bea"});
    FAIL() << "accepted";
  } catch (const ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--variant Bea: there is no such variant (did you mean "
                                        "\"Bee\"?)"));
  }
}

TEST_F(ScenarioFile, ABadOverrideIsNamedInTheMessage) {
  try {
    read(kDevice, {"training.rounds=0"});
    FAIL() << "accepted";
  } catch (const ScenarioError& error) {
    EXPECT_THAT(error.what(), HasSubstr("--set training.rounds=0: training.rounds = 0: out of"));
  }
}

TEST_F(ScenarioFile, AMissingFileIsNamed) {
  try {
    read_scenario("/nowhere/x.toml");
    FAIL() << "accepted";
  } catch (const ScenarioError& error) {
    EXPECT_STREQ(error.what(),
                 "/nowhere/x.toml: cannot be read as a scenario file: there is no such file");
  }
}

TEST_F(ScenarioFile, AnyNs3AttributeCanBeSet) {
  const Scenario scenario =
      read(std::string(kDevice) + "[ns3.defaults]\n\"ns3::TcpSocket::DelAckCount\" = 1\n");
  EXPECT_EQ(scenario.runs[0].settings.link.ns3_defaults.at("ns3::TcpSocket::DelAckCount"), "1");
}

// ---- Layers, pairs that say the same, and what does not act.

std::string refusal(const std::function<void()>& read) {
  try {
    read();
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_F(ScenarioFile, OfTwoKeysThatSayTheSameTheLaterLayerCounts) {
  const Scenario swept = read(
      std::string(kDevice) + "[compression]\nk = 100\n[sweep]\ncompression.ratio = [2, 16, 256]\n");
  ASSERT_EQ(swept.runs.size(), 3u);
  EXPECT_EQ(swept.runs[0].description.k, 203530 / 2);
  EXPECT_EQ(swept.runs[2].description.k, 203530 / 256);

  const Scenario set =
      read(std::string(kDevice) + "[compression]\nratio = 16\n", {"compression.k=7"});
  EXPECT_EQ(set.runs.at(0).description.k, 7);

  const Scenario variants = read(
      "[compute]\ndevice = \"jetson-nano\"\n[[variant]]\nname = \"A\"\n"
      "[[variant]]\nname = \"B\"\ncompute.rate_flops = 1e9\n");
  EXPECT_EQ(variants.runs.at(1).settings.compute.device, "");
  EXPECT_EQ(variants.runs.at(1).settings.compute.rate_flops, 1e9);
}

TEST_F(ScenarioFile, AVariantThatSaysTheSameByAnotherKeyIsNotSweptEither) {
  const Scenario scenario = read(std::string(kDevice) +
                                 "[sweep]\ncompression.ratio = [2, 16]\n[[variant]]\nname = \"A\"\n"
                                 "[[variant]]\nname = \"B\"\ncompression.k = 9\n"
                                 "[[variant]]\nname = \"C\"\ncompression.k = 0\n");
  std::map<std::string, int> runs;
  for (const PlannedRun& run : scenario.runs) ++runs[run.variant];
  EXPECT_EQ(runs, (std::map<std::string, int>{{"A", 2}, {"B", 1}, {"C", 2}}));
}

TEST_F(ScenarioFile, AVariantInWhichASweptSettingDoesNotActRunsOnce) {
  const Scenario scenario =
      read(std::string(kDevice) +
           "[sweep]\ncompression.gamma = [0.1, 0.5]\n[[variant]]\nname = \"fixed\"\n"
           "[[variant]]\nname = \"adaptive\"\ncompression.schedule = \"adaptopk\"\n");
  ASSERT_EQ(scenario.runs.size(), 3u);
  EXPECT_EQ(scenario.runs[0].parameters, "{}");
  EXPECT_EQ(scenario.runs[2].parameters, R"({"compression.gamma":0.5})");
}

TEST_F(ScenarioFile, WhatDoesNotActInARunIsAtItsDefaultThere) {
  const Scenario scenario =
      read(std::string(kDevice) +
           "[compression]\ngamma = 0.25\n[[variant]]\nname = \"fixed\"\n"
           "[[variant]]\nname = \"adaptive\"\ncompression.schedule = \"adaptopk\"\n");
  EXPECT_EQ(scenario.runs.at(0).settings.learning.compression.gamma, 0.5);
  EXPECT_EQ(scenario.runs.at(1).settings.learning.compression.gamma, 0.25);
}

TEST_F(ScenarioFile, WhatCouldActInNoRunIsRefusedAndTheFileIsJudgedWhole) {
  const std::string file =
      std::string(kDevice) +
      "[compression]\ngamma = 0.25\n[[variant]]\nname = \"fixed\"\n"
      "[[variant]]\nname = \"adaptive\"\ncompression.schedule = \"adaptopk\"\n";
  EXPECT_EQ(read(file, {}, {"fixed"}).runs.size(), 1u);
  EXPECT_EQ(read(file, {"compression.schedule=fixed"}).runs.size(), 2u);
  EXPECT_THAT(refusal([&] { read(file, {"compression.gamma=0.1"}, {"fixed"}); }),
              HasSubstr("--set compression.gamma=0.1: compression.gamma acts only where "
                        "compression.schedule = \"adaptopk\", which no run has"));
  EXPECT_THAT(refusal([&] { read(std::string(kDevice) + "[compression]\ngamma = 0.25\n"); }),
              HasSubstr(":4:9: compression.gamma acts only where"));
  EXPECT_THAT(refusal([&] {
                read(std::string(kDevice) +
                     "[[variant]]\nname = \"A\"\ncompression.gamma = 0.1\n"
                     "[[variant]]\nname = \"B\"\ncompression.schedule = \"adaptopk\"\n");
              }),
              HasSubstr("which no run of variant \"A\" has"));
  EXPECT_THAT(refusal([&] { read(std::string(kDevice) + "[sweep]\nwire.loss = [0, 0.1]\n"); }),
              HasSubstr("sweep.wire.loss is swept over in no run"));
  // To say what is so by default is no fault.
  EXPECT_EQ(read(std::string(kDevice) + "[compression]\ngamma = 0.5\n").runs.size(), 1u);
}

TEST_F(ScenarioFile, AValueTwiceInASweepIsRefused) {
  EXPECT_THAT(
      refusal([&] { read(std::string(kDevice) + "[sweep]\ncompression.ratio = [2, 16, 2.0]\n"); }),
      HasSubstr(":4:29: sweep.compression.ratio: 2.0 stands there twice"));
}

TEST_F(ScenarioFile, MillionsOfRunsAreCountedAndNotExpanded) {
  std::string list = "[1";
  for (int i = 2; i <= 1000; ++i) list += ", " + std::to_string(i);
  list += "]";
  EXPECT_THAT(refusal([&] {
                read(std::string(kDevice) + "[sweep]\ncompression.ratio = " + list +
                     "\ntraining.batch = " + list + "\n");
              }),
              testing::AllOf(HasSubstr("1,000,000 runs"), HasSubstr("years in all")));
}

TEST_F(ScenarioFile, KeysOfEarlierVersionsAreUnderstood) {
  const Scenario scenario = read(std::string(kDevice) + "[wifi]\nfading = \"rayleigh\"\n");
  EXPECT_EQ(scenario.runs.at(0).settings.link.radio.fading, "rayleigh");
  EXPECT_THAT(
      refusal([&] {
        read(std::string(kDevice) + "[wifi]\nfading = \"rayleigh\"\n[radio]\nfading = \"none\"\n");
      }),
      HasSubstr("radio.fading is set twice"));
}

TEST_F(ScenarioFile, OverridesSayWhatTheyExpect) {
  const auto of = [&](const std::string& text) { return refusal([&] { read(kDevice, {text}); }); };
  EXPECT_EQ(of("training.rounds = 5"), "accepted");
  EXPECT_THAT(of("compression.error_compensation=True"), HasSubstr("expected true or false"));
  EXPECT_THAT(of("seeds=[1]"), HasSubstr("change it in the scenario file"));
  EXPECT_THAT(of("training.rounds"), HasSubstr("expected group.key=value"));
  EXPECT_THAT(of("training.learning_rate=nan"), HasSubstr("= nan: out of range"));
  EXPECT_THAT(of("training.rounds=5\ntraining.batch=4"), HasSubstr("expected one group.key=value"));
  EXPECT_THAT(of("data.dataset=o'brien"), HasSubstr("unknown word"));
}

TEST_F(ScenarioFile, ClocksAndTimesThatCannotBeAreRefused) {
  const auto of = [&](const std::vector<std::string>& texts) {
    return refusal([&] { read(kDevice, texts); });
  };
  EXPECT_THAT(of({"compute.rate_flops=1e-300"}), HasSubstr("would compute for"));
  EXPECT_THAT(of({"tcp.sending_rate_bps=1e-9"}), HasSubstr("at least 1000 bit/s"));
  EXPECT_THAT(of({"link.technology=wire", "wire.delay_s=40"}),
              HasSubstr("no connection stands within limits.connect_timeout_s"));
  EXPECT_EQ(of({"link.technology=wire", "wire.delay_s=40", "limits.connect_timeout_s=200"}),
            "accepted");
  EXPECT_THAT(of({"link.technology=wire", "wire.delay_s=90", "limits.connect_timeout_s=500"}),
              HasSubstr("longer than limits.stall_s"));
}

TEST_F(ScenarioFile, WhatMaySurpriseIsNoted) {
  const Scenario scenario =
      read(std::string(kDevice) +
           "[data]\ntrain_samples = 100\n[team]\nworkers = 7\n"
           "[link]\ntechnology = \"wire\"\n[ns3.defaults]\n\"ns3::WifiPhy::RxNoiseFigure\" = 9\n");
  EXPECT_THAT(scenario.notes,
              testing::ElementsAre(HasSubstr("2 of the 100 training samples are left out"),
                                   HasSubstr("asks for \"ns3::WifiPhy::RxNoiseFigure\"")));
}

class ShippedScenario : public testing::TestWithParam<fs::path> {};

TEST_P(ShippedScenario, IsValidAndSaysWhatItAsks) {
  const std::string text = slurp(GetParam());
  EXPECT_THAT(text.substr(0, text.find("\n\n")), HasSubstr("?"))
      << "no question in the opening comment";
  const char* data = std::getenv("GRADWAVE_DATA");
  for (const auto& [dataset, folder] :
       {std::pair("mnist", "mnist"), std::pair("cifar10", "cifar-10-batches-bin"),
        std::pair("cifar100", "cifar-100-binary")}) {
    const std::string line = std::string("\ndataset = \"") + dataset + "\"\n";
    if (text.find(line) == std::string::npos) continue;
    if (data == nullptr || !fs::exists(fs::path(data) / folder)) {
      GTEST_SKIP() << "GRADWAVE_DATA names no folder with " << folder;
    }
  }
  EXPECT_GE(read_scenario(GetParam()).runs.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ShippedScenario,
                         testing::ValuesIn(toml_files(GRADWAVE_SOURCE "/scenarios")), name_of);

// The first line of each file says what the message must be, after the file's name.
class BrokenScenario : public testing::TestWithParam<fs::path> {};

TEST_P(BrokenScenario, IsRefusedWithPlaceAndReason) {
  const std::string text = slurp(GetParam());
  const std::string mark = "# expect: ";
  ASSERT_EQ(text.compare(0, mark.size(), mark), 0);
  const std::string expected = text.substr(mark.size(), text.find('\n') - mark.size());
  try {
    read_scenario(GetParam());
    FAIL() << "accepted; expected " << expected;
  } catch (const ScenarioError& error) {
    const bool has_place =
        !expected.empty() && std::isdigit(static_cast<unsigned char>(expected[0]));
    EXPECT_THAT(error.what(), testing::StartsWith(GetParam().string() + ":"));
    EXPECT_THAT(error.what(), HasSubstr((has_place ? GetParam().string() + ":" : "") + expected));
  }
}

INSTANTIATE_TEST_SUITE_P(Corpus, BrokenScenario,
                         testing::ValuesIn(toml_files(GRADWAVE_SOURCE
                                                      "/tests/sim/scenario/broken")),
                         name_of);

}  // namespace
}  // namespace gradwave
