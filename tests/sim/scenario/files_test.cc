// SPDX-License-Identifier: GPL-2.0-only
// Files that a scenario names, and the table of robots.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/scenario/scenario.h"

namespace gradwave {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class ScenarioFiles : public testing::Test {
 protected:
  ScenarioFiles() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  Scenario read(const std::string& text) const {
    write("s.toml", text + "\n[compute]\ndevice = \"jetson-nano\"\n");
    return read_scenario(folder_ / "s.toml");
  }
  std::string refusal(const std::string& text) const {
    try {
      read(text);
    } catch (const ScenarioError& error) {
      return error.what();
    }
    return "";
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
};

constexpr const char* kLog =
    "[team]\nworkers = 1\n[mobility]\nmodel = \"waypoints\"\nfile = \"log.csv\"\n";

TEST_F(ScenarioFiles, AreReadBesideTheScenarioAndKept) {
  write("log.csv", "robot,t_s,x_m,y_m\n0,0,1,2\n");
  const Scenario scenario = read(kLog);
  EXPECT_EQ(scenario.inputs.at("log.csv"), "robot,t_s,x_m,y_m\n0,0,1,2\n");
  EXPECT_EQ(scenario.runs[0].settings.link.mobility.file.text, scenario.inputs.at("log.csv"));
  EXPECT_EQ(to_json(scenario.runs[0].settings)["mobility.file"], "log.csv");
}

TEST_F(ScenarioFiles, ThatAreNotThereAreNamedWhereTheScenarioNamesThem) {
  EXPECT_THAT(refusal(kLog), HasSubstr("s.toml:5:8: mobility.file: "));
  EXPECT_THAT(refusal(kLog), HasSubstr("log.csv: there is no such file"));
}

TEST_F(ScenarioFiles, ThatAreBrokenAreRefusedWithTheirOwnLineToo) {
  write("log.csv", "robot,t_s,x_m,y_m\n0,0,1,here\n");
  EXPECT_THAT(refusal(kLog), HasSubstr("s.toml:5:8: mobility.file: log.csv:2: y_m = \"here\""));
}

constexpr const char* kTeam = "[team]\nworkers = 2\nrobots = \"robots.csv\"\n";

TEST_F(ScenarioFiles, ATableOfRobotsIsWrittenIntoTheListsThatEachHas) {
  write("robots.csv",
        "robot,x_m,y_m,device,factor,sending_rate_bps,power_dbm,gain_dbi\n"
        "1,3,4,,2,,,6\n0,1,2,raspberry-pi-4,,5e6,10,\n");
  const Settings settings = read(kTeam).runs.at(0).settings;
  EXPECT_EQ(settings.link.placement.layout, "list");
  EXPECT_THAT(settings.link.placement.positions_m,
              ElementsAre(channel::Point(1, 2), channel::Point(3, 4)));
  EXPECT_THAT(settings.compute.devices, ElementsAre("raspberry-pi-4", ""));
  EXPECT_THAT(settings.compute.factors, ElementsAre(1, 2));
  EXPECT_THAT(settings.link.tcp.sending_rates_bps, ElementsAre(5e6, 0));
  EXPECT_THAT(settings.link.radio.robot_powers_dbm, ElementsAre(10, 20));
  EXPECT_THAT(settings.link.radio.robot_gains_dbi, ElementsAre(0, 6));
  const nlohmann::json stored = to_json(settings);
  EXPECT_EQ(to_json(from_json(stored)), stored);
}

TEST_F(ScenarioFiles, ATableOfRobotsThatCannotBeIsRefused) {
  const auto said = [&](const std::string& table, const std::string& more = "") {
    write("robots.csv", table);
    return refusal(kTeam + more);
  };
  EXPECT_THAT(said("robot,factor\n0,1\n"), HasSubstr("s.toml:3:10: team.robots: robots.csv: has no "
                                                     "row of robot 1"));
  EXPECT_THAT(said("robot,factor\n0,1\n0,1\n"),
              HasSubstr("robots.csv:3: robot 0 stands there twice"));
  EXPECT_THAT(said("robot,factor\n0,1\n2,1\n"), HasSubstr("robots.csv:3: robot = \"2\""));
  EXPECT_THAT(said("robot,x_m\n0,1\n1,1\n"), HasSubstr("x_m and y_m go together"));
  EXPECT_THAT(said("robot,device\n0,jetson-nono\n1,\n"),
              AllOf(HasSubstr("robots.csv:2: column device: "), HasSubstr("jetson-nano")));
  EXPECT_THAT(said("robot,factor\n0,1\n1,0\n"), HasSubstr("robots.csv:3: column factor: "));
  EXPECT_THAT(said("robot,sending_rate_bps\n0,10\n1,10\n"),
              HasSubstr("s.toml:3:10: tcp.sending_rates_bps"));
  EXPECT_THAT(said("robot,x_m,y_m\n0,1,1\n1,2,2\n", "[link]\ntechnology = \"wire\"\n"),
              HasSubstr("says where robots are, which they are only where link.technology"));
  EXPECT_THAT(said("robot,x_m,y_m\n0,1,1\n1,2,2\n", "[placement]\nlayout = \"grid\"\n"),
              HasSubstr("says where robots start, and so does placement.layout"));
  EXPECT_THAT(said("robot,power_dbm\n0,1\n1,2\n", "[link]\ntechnology = \"wire\"\n"),
              HasSubstr("radio.robot_powers_dbm acts only where link.technology"));
  EXPECT_THAT(said("robot,power_dbm\n0,1\n1,2\n", "[radio]\nrobot_powers_dbm = [1, 2]\n"),
              HasSubstr("and radio.robot_powers_dbm is set: expected one of them"));
}

TEST_F(ScenarioFiles, ListsOfRobotsAreAsLongAsTheTeam) {
  EXPECT_THAT(refusal("[radio]\nrobot_powers_dbm = [1, 2]\n"),
              HasSubstr("s.toml:2:20: radio.robot_powers_dbm has 2 entries, but team.workers = 8"));
  EXPECT_THAT(refusal("[tcp]\nsending_rates_bps = [1e6]\n"), HasSubstr("has 1 entries"));
}

}  // namespace
}  // namespace gradwave
