// SPDX-License-Identifier: GPL-2.0-only
#include "results/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "results/database.h"
#include "tests/results/scratch.h"

namespace gradwave::results {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class Query : public testing::Test {
 protected:
  void SetUp() override {
    Database database(file_);
    database.add_experiment({"one, \"two\"", "", "", "", "", ""});
  }

  std::string refusal(const std::string& sql) {
    try {
      query(file_, sql);
      return "";
    } catch (const DatabaseError& error) {
      return error.what();
    }
  }
  std::string printed(const std::string& sql, const std::string& format) {
    std::ostringstream out;
    print(query(file_, sql), format, out);
    return out.str();
  }

  const Scratch scratch_;
  const fs::path file_ = scratch_.folder() / "results.sqlite";
};

TEST_F(Query, KeepsTheTypes) {
  const Table table = query(file_, "SELECT 1 AS i, 0.5 AS r, 'x' AS t, NULL AS n");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"i", "r", "t", "n"}));
  EXPECT_EQ(table.rows.at(0),
            (std::vector<Value>{std::int64_t{1}, 0.5, std::string("x"), std::monostate()}));
}

TEST_F(Query, NamesTheNearestTableAndColumn) {
  EXPECT_THAT(refusal("SELECT * FROM run_sumary"), HasSubstr("did you mean \"run_summary\"?"));
  EXPECT_THAT(refusal("SELECT accurracy FROM evaluations"),
              HasSubstr("did you mean \"accuracy\"?"));
  EXPECT_THAT(refusal("SELECT FROM"), HasSubstr("syntax error"));
}

TEST_F(Query, OnlyReadsAndOnlyOneStatement) {
  EXPECT_THAT(refusal("DELETE FROM experiments"), HasSubstr("queries only read"));
  EXPECT_THAT(refusal("SELECT 1; SELECT 2"), HasSubstr("one SQL statement"));
  EXPECT_EQ(refusal("SELECT 1; -- done"), "");
}

TEST_F(Query, OfAFileThatIsNotThereSaysSoAndMakesNone) {
  fs::remove(file_);
  EXPECT_THAT(refusal("SELECT 1"), HasSubstr("there is no such results file"));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(Query, PrintsAlignedColumns) {
  EXPECT_EQ(printed("SELECT 'a' AS name, 1 AS n UNION ALL SELECT 'bcdef', 100", "table"),
            "name     n\n"
            "-----  ---\n"
            "a        1\n"
            "bcdef  100\n");
}

TEST_F(Query, ATableHasOneLineARowAndCutsLongTexts) {
  EXPECT_EQ(printed("SELECT 'a' || char(10) || 'b' AS t", "table"), "t\n---\na b\n");
  std::string characters;
  for (int i = 0; i < 59; ++i) characters += "ä";
  EXPECT_THAT(printed("SELECT replace(hex(zeroblob(100)), '0', 'ä') AS t", "table"),
              HasSubstr("\n" + characters + "…\n"));
}

TEST_F(Query, AColumnOfNumbersStandsToTheRightWhereverItsFirstNumberIs) {
  EXPECT_EQ(printed("SELECT NULL AS n UNION ALL SELECT 1000 UNION ALL SELECT 1", "table"),
            "   n\n----\n\n1000\n   1\n");
}

TEST_F(Query, OfNoStatementSaysSoAndOfNoRowsStillHasColumns) {
  EXPECT_THAT(refusal("-- nothing"), HasSubstr("no SQL statement"));
  EXPECT_EQ(query(file_, "SELECT 1 AS x WHERE 0").columns, (std::vector<std::string>{"x"}));
}

TEST_F(Query, PrintsCsvWithQuotesWhereNeeded) {
  EXPECT_EQ(printed("SELECT name, 0.1 AS x, NULL AS n FROM experiments", "csv"),
            "name,x,n\r\n\"one, \"\"two\"\"\",0.1,\r\n");
}

TEST_F(Query, PrintsJsonInTheOrderOfTheColumns) {
  EXPECT_EQ(printed("SELECT 2 AS b, 'x' AS a, NULL AS n", "json"),
            "[\n  {\n    \"b\": 2,\n    \"a\": \"x\",\n    \"n\": null\n  }\n]\n");
}

}  // namespace
}  // namespace gradwave::results
