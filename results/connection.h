// SPDX-License-Identifier: GPL-2.0-only
// How this room opens SQLite, and how SQLite's complaints become DatabaseErrors.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

#include "results/database.h"

namespace gradwave::results {

extern const char* const kSchema;  // schema.sql

constexpr int kApplicationId = 0x67726477;  // as in schema.sql
constexpr int kSchemaVersion = 11;

// Opens for writing, in WAL mode; makes file and schema if there is no file or an empty one, and
// brings one of an earlier version to this one.
SQLite::Database open_for_writing(const std::filesystem::path& file);

// Opens for reading, also while runs write, and in a folder that is read-only: the file as it is at
// this moment, in a transaction that ends with the connection. One of an earlier version is not
// changed, and shows today's tables and views. Leaves nothing beside the file.
SQLite::Database open_for_reading(const std::filesystem::path& file);

// How a run ended whose process is gone and recorded nothing.
inline constexpr const char* kDied = "its process died without recording a result";

// A run that claims to be running and is not.
void mark_interrupted(SQLite::Database& database, std::int64_t run_id);

// Deletes all rows of a run but its own.
void forget_rows(SQLite::Database& database, std::int64_t run_id);

[[noreturn]] void rethrow(const std::filesystem::path& file, const SQLite::Exception& error);

// Does `work`; whatever SQLite throws meanwhile is a DatabaseError that names the file.
template <class Work>
auto guarded(const std::filesystem::path& file, const Work& work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    rethrow(file, error);
  }
}

}  // namespace gradwave::results
