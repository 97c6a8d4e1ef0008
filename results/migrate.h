// SPDX-License-Identifier: GPL-2.0-only
// Results files of an earlier version. A step of migrations/ says in SQL how the tables of one
// version look to the next: as temporary views v2_runs, v3_rounds, ... over v1_runs, v2_rounds, ...
// of which the first are the file's own tables. A table that a step does not mention stays as it
// was. Through the last of these views an old file is read as if it were of this version, and is
// not changed; or what they show is copied into tables that schema.sql makes.
//
// Whoever changes a table or a view of schema.sql raises the version there and in connection.h,
// adds migrations/versionN.sql (which may be empty), and keeps a file of the version before in
// tests/results/data.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <vector>

namespace gradwave::results {

// kMigrations[n] leads from version n + 1 to version n + 2.
extern const std::vector<const char*> kMigrations;

int version_of(SQLite::Database& database);

// Lays today's tables and views over those of an older file, for this connection alone. In a
// transaction of the caller's, which keeps the file from changing under them.
void show_as_current(SQLite::Database& database);

// Brings the file to this version, in one exclusive transaction: whoever ends in the middle of it
// leaves the file as it was, and of two that start together the second finds the work done. Of what
// others have added to the file, tables and views stay, and indexes and triggers of our tables as
// far as they still have a meaning. Throws SQLite::Exception; and std::runtime_error, which says
// why, while an earlier gradwave writes a run: that would fail.
void migrate(SQLite::Database& database);

}  // namespace gradwave::results
