// SPDX-License-Identifier: GPL-2.0-only
#include "results/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <sstream>
#include <streambuf>

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

// Also on an SQLite to which the dot in parameters ->> 'link.technology' is a path (3.40).
TEST_F(Query, ASweptValueHasARowOfItsOwn) {
  results::Run run;
  run.experiment_id = run.workers = 1;
  run.parameters =
      R"({"link.technology": "wifi", "model.hidden": [32, 16], "placement.radius_m": 20.5,
                       "team.workers": 4})";
  Database database(file_);
  database.add_run(run);
  run.parameters = "{}";
  database.add_run(run);
  EXPECT_EQ(
      query(file_, "SELECT key, value FROM run_parameters WHERE run_id = 1 ORDER BY key").rows,
      (std::vector<std::vector<Value>>{{"link.technology", "wifi"},
                                       {"model.hidden", "[32,16]"},
                                       {"placement.radius_m", 20.5},
                                       {"team.workers", std::int64_t{4}}}));
  EXPECT_EQ(query(file_, "SELECT * FROM run_parameters WHERE run_id = 2").rows.size(), 0u);
}

TEST_F(Query, ABlobIsNoText) {
  const Table table = query(file_, "SELECT x'00ff41' AS b, 'A' AS t");
  EXPECT_EQ(table.rows.at(0), (std::vector<Value>{Blob{std::string("\0\xff"
                                                                   "A",
                                                                   3)},
                                                  std::string("A")}));
}

TEST_F(Query, NamesTheNearestTableAndColumn) {
  EXPECT_THAT(refusal("SELECT * FROM run_sumary"), HasSubstr("did you mean \"run_summary\"?"));
  EXPECT_THAT(refusal("SELECT accurracy FROM evaluations"),
              HasSubstr("did you mean \"accuracy\"?"));
  EXPECT_THAT(refusal("SELECT train_loss FROM runs"),
              HasSubstr("no such column: train_loss in these tables (it is in rounds)"));
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

TEST_F(Query, AnswersRowByRowAsItPrintsATable) {
  for (const char* sql : {"SELECT 1 AS a, 'x' AS b WHERE 0", "SELECT 1 AS a, 'x' AS b",
                          "SELECT 1 AS a, 2.5 AS b, NULL AS c, 'ä, \"' AS d, x'0f' AS e UNION ALL "
                          "SELECT 10, 1e300, 'x', NULL, NULL",
                          "SELECT 1 AS a, 2 AS b, 3 AS a"}) {
    for (const char* format : {"table", "csv", "json"}) {
      std::ostringstream out;
      print_query(file_, sql, format, out);
      EXPECT_EQ(out.str(), printed(sql, format)) << sql;
    }
  }
}

TEST_F(Query, PrintsEveryKindOfValue) {
  const std::string sql =
      "SELECT 9007199254740993 AS i, 0.1 AS r, 4.0 AS w, 1e999 AS inf, -1e999 AS neg, NULL AS n, "
      "'a' || char(10) || '\"' AS t, x'00fF' AS b, CAST(x'ff' AS TEXT) AS bad";
  EXPECT_EQ(printed(sql, "csv"),
            "i,r,w,inf,neg,n,t,b,bad\r\n"
            "9007199254740993,0.1,4,inf,-inf,,\"a\n\"\"\",X'00FF',\xff\r\n");
  EXPECT_EQ(printed(sql, "json"),
            "[\n  {\n    \"i\": 9007199254740993,\n    \"r\": 0.1,\n    \"w\": 4.0,\n"
            "    \"inf\": 1e999,\n    \"neg\": -1e999,\n    \"n\": null,\n"
            "    \"t\": \"a\\n\\\"\",\n    \"b\": \"X'00FF'\",\n    \"bad\": \"\uFFFD\"\n  }\n]\n");
  EXPECT_THAT(printed(sql, "table"), HasSubstr("X'00FF'"));
}

TEST_F(Query, NoRowsAreAnEmptyArrayOfJson) {
  EXPECT_EQ(printed("SELECT 1 AS x WHERE 0", "json"), "[]\n");
}

constexpr const char* kMany =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
    "SELECT i, CASE WHEN i < 3000 THEN 'a' ELSE 'longer than the rest' END AS t, i AS j FROM n";

TEST_F(Query, ARowFarDownMayBeWiderThanItsColumn) {
  const std::string table = printed(kMany, "table");
  EXPECT_THAT(table, testing::StartsWith("   i  t     j\n----  -  ----\n   1  a     1\n"));
  EXPECT_THAT(table, testing::EndsWith("\n2999  a  2999\n3000  longer than the rest  3000\n"));
}

// Takes so many characters and no more, and counts how often it was asked for room since.
class FullDisk final : public std::streambuf {
 public:
  explicit FullDisk(int room) : room_(room) {}
  int refused = 0;

 private:
  int overflow(int c) override {
    if (room_-- > 0) return c;
    ++refused;
    return traits_type::eof();
  }
  int room_;
};

TEST_F(Query, HoldsNoRowsBackAndEndsWhenTheOutputFails) {
  const std::string endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
  for (const char* format : {"table", "csv", "json"}) {
    FullDisk disk(20000);
    std::ostream out(&disk);
    print_query(file_, endless, format, out);  // for ever, if it went on
    EXPECT_TRUE(out.fail());
    EXPECT_LT(disk.refused, 3);
  }
}

TEST_F(Query, AMistakeThatTheFirstRowShowsPrintsNothing) {
  std::ostringstream out;
  EXPECT_THROW(print_query(file_, "SELECT json_extract('{', '$')", "csv", out), DatabaseError);
  EXPECT_EQ(out.str(), "");
}

TEST_F(Query, WideAndCombiningCharactersStayAligned) {
  EXPECT_EQ(printed("SELECT '圧縮' AS name, 1 AS n UNION ALL SELECT 'e' || char(769), 10 UNION ALL "
                    "SELECT 'Top-K', 100",
                    "table"),
            "name     n\n"
            "-----  ---\n"
            "圧縮     1\n"
            "e\u0301       10\n"
            "Top-K  100\n");
}

TEST_F(Query, WhatIsNoUtf8IsPrintedAllTheSame) {
  EXPECT_EQ(printed("SELECT CAST(x'ff41' AS TEXT) AS t, 1 AS n", "table"),
            "t   n\n--  -\n\xff"
            "A  1\n");
}

TEST(PrintJson, KeepsSeveralColumnsOfOneName) {
  std::ostringstream out;
  print({{"a", "a", "b"}, {{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}}, "json", out);
  EXPECT_EQ(out.str(), "[\n  {\n    \"a\": 1,\n    \"a:2\": 2,\n    \"b\": 3\n  }\n]\n");
}

}  // namespace
}  // namespace gradwave::results
