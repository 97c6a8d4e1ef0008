// SPDX-License-Identifier: GPL-2.0-only
#include "results/connection.h"

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>

#include "results/migrate.h"
#include "results/tables.h"

namespace gradwave::results {
namespace {

namespace fs = std::filesystem;

constexpr int kBusyTimeout_ms = 60000;  // other runs' transactions take milliseconds

[[noreturn]] void refuse(const fs::path& file, const std::string& reason) {
  throw DatabaseError(file.string() + ": " + reason);
}

// The file's first bytes (SQLite's file format, section 1.3), read before SQLite looks at what they
// mean and could touch a file that is not ours. Through SQLite all the same: closing a descriptor
// of our own would drop the locks that this process holds on the file (POSIX).
std::array<unsigned char, 100> read_header(const fs::path& file) {
  return guarded(file, [&] {
    const SQLite::Database unread(file.string(), SQLite::OPEN_READONLY);
    sqlite3_file* stream = nullptr;
    sqlite3_file_control(unread.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &stream);
    std::array<unsigned char, 100> header = {};
    stream->pMethods->xRead(stream, header.data(), static_cast<int>(header.size()), 0);
    return header;
  });
}

void check_version(const fs::path& file, int version) {
  if (version > kSchemaVersion) {
    refuse(file, "has schema version " + std::to_string(version) +
                     "; this gradwave knows version " + std::to_string(kSchemaVersion));
  }
  if (version < 1) {
    refuse(file, "has schema version " + std::to_string(version) + ", which no gradwave has made");
  }
}

// SQLite takes some names for something else than a file.
void check_name(const fs::path& file) {
  const std::string name = file.string();
  if (name.empty()) throw DatabaseError("the results file has no name");
  if (name == ":memory:") refuse(file, "is memory to SQLite, expected the name of a results file");
  if (name.rfind("file:", 0) == 0) {
    refuse(file, "is an address, expected the name of a results file, as in " + name.substr(5));
  }
}

// True if there is a database of ours, false if there is nothing yet.
bool is_ours(const fs::path& file) {
  check_name(file);
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::none) refuse(file, "cannot be opened: " + error.message());
  if (!fs::exists(status)) return false;
  if (fs::is_directory(status)) refuse(file, "is a folder, expected a results file");
  if (!fs::is_regular_file(status)) refuse(file, "is no file that can hold results");
  if (fs::file_size(file, error) == 0) return false;
  const auto header = read_header(file);
  const auto word = [&](int at) {
    return header[at] << 24 | header[at + 1] << 16 | header[at + 2] << 8 | header[at + 3];
  };
  if (std::memcmp(header.data(), "SQLite format 3", 16) != 0) {
    refuse(file, "is not a results file of gradwave: it is no SQLite database");
  }
  if (word(68) != kApplicationId) {
    refuse(file, "is not a results file of gradwave: it is a SQLite database of something else");
  }
  check_version(file, word(60));
  return true;
}

// Two programs may start together: the second finds the tables of the first.
void create(SQLite::Database& database) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::EXCLUSIVE);
  if (database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0) {
    database.exec(kSchema);
  }
  transaction.commit();
}

// SQLite does not wait its busy timeout for this change: of two programs that make it together,
// one is told to try again.
void use_write_ahead_log(SQLite::Database& database) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(kBusyTimeout_ms);
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (const SQLite::Exception& error) {
      const bool is_late = std::chrono::steady_clock::now() > deadline;
      if (error.getErrorCode() != SQLITE_BUSY || is_late) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

// The file as it stands. SQLite writes a file beside a database in order to read it, which cannot
// be in a read-only folder; there it may do without, if no run's rows wait in a journal.
SQLite::Database open_unchanging(const fs::path& file) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    if (c == '%' || c == '?' || c == '#') {
      char escaped[4];
      std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned>(c));
      uri += escaped;
    } else {
      uri += c;
    }
  }
  return SQLite::Database(uri + "?immutable=1", SQLite::OPEN_READONLY | SQLite::OPEN_URI);
}

// They lie beside the file itself, not beside a link to it.
bool has_journal(const fs::path& file) {
  std::error_code unknown;
  const fs::path target = fs::canonical(file, unknown);
  for (const char* suffix : {"-wal", "-journal"}) {
    std::error_code missing;
    const auto bytes = fs::file_size((unknown ? file : target).string() + suffix, missing);
    if (!missing && bytes > 0) return true;
  }
  return false;
}

// The header that is_ours() read may be older than what a journal holds. From here to its end the
// connection sees the file as it is now.
void begin_reading(const fs::path& file, SQLite::Database& database) {
  database.exec("BEGIN");
  const int version = version_of(database);
  check_version(file, version);
  database.execAndGet("SELECT count(*) FROM sqlite_master");
  if (version < kSchemaVersion) show_as_current(database);
  database.exec("PRAGMA query_only = ON");
}

void bring_up_to_date(const fs::path& file, SQLite::Database& database) {
  if (version_of(database) == kSchemaVersion) return;
  try {
    migrate(database);
  } catch (const SQLite::Exception&) {
    throw;
  } catch (const std::runtime_error& reason) {
    refuse(file, reason.what());
  }
}

}  // namespace

void check_results_file(const fs::path& file) {
  if (is_ours(file)) return;
  std::error_code unreadable;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!file.has_filename() || !fs::is_directory(folder, unreadable)) {
    refuse(file, "cannot be made: there is no folder " + folder.string());
  }
}

SQLite::Database open_for_writing(const fs::path& file) {
  const bool exists = is_ours(file);
  return guarded(file, [&] {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                              kBusyTimeout_ms);
    if (!exists) create(database);
    check_version(file, version_of(database));
    use_write_ahead_log(database);
    database.exec("PRAGMA synchronous = NORMAL");
    bring_up_to_date(file, database);
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("BEGIN IMMEDIATE; ROLLBACK");  // a file that cannot be written says so now
    return database;
  });
}

SQLite::Database open_for_reading(const fs::path& file) {
  if (!is_ours(file)) refuse(file, "there is no such results file; gradwave run makes one");
  return guarded(file, [&] {
    try {
      // Not OPEN_READONLY, which would leave SQLite's files beside the database for ever.
      SQLite::Database database(file.string(), SQLite::OPEN_READWRITE, kBusyTimeout_ms);
      begin_reading(file, database);
      return database;
    } catch (const SQLite::Exception& error) {
      const bool is_read_only =
          error.getErrorCode() == SQLITE_READONLY || error.getErrorCode() == SQLITE_CANTOPEN;
      if (!is_read_only || has_journal(file)) throw;
      SQLite::Database database = open_unchanging(file);
      begin_reading(file, database);
      return database;
    }
  });
}

void mark_interrupted(SQLite::Database& database, std::int64_t run_id) {
  SQLite::Statement mark(database,
                         "UPDATE runs SET status = 'interrupted', error = ?, host_process = NULL, "
                         "finished_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = ? AND "
                         "status = 'running'");
  mark.bind(1, kDied);
  mark.bind(2, run_id);
  mark.exec();
}

void forget_rows(SQLite::Database& database, std::int64_t run_id) {
  const std::vector<TableOf>& tables = tables_of_runs();
  for (auto table = tables.rbegin(); table != tables.rend();
       ++table) {  // what refers to others first
    SQLite::Statement forget(database, "DELETE FROM " + table->name + " WHERE run_id = ?");
    forget.bind(1, run_id);
    forget.exec();
  }
}

namespace {

// Besides a full disk: a quota, or a limit on the size of files.
bool is_of_storage(int extended_code) {
  switch (extended_code) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_FSYNC:
    case SQLITE_IOERR_TRUNCATE:
    case SQLITE_IOERR_SHMSIZE:
    case SQLITE_IOERR_SHMMAP:
      return true;
    default:
      return (extended_code & 0xff) == SQLITE_FULL;
  }
}

}  // namespace

void rethrow(const fs::path& file, const SQLite::Exception& error) {
  if (error.getErrorCode() == SQLITE_FULL) throw StorageError(file.string() + ": the disk is full");
  if (is_of_storage(error.getExtendedErrorCode())) {
    throw StorageError(file.string() +
                       ": cannot be written (is the disk full?): " + error.getErrorStr());
  }
  switch (error.getErrorCode()) {
    case SQLITE_IOERR:
      refuse(file, std::string("cannot be read or written: ") + error.getErrorStr());
    case SQLITE_CANTOPEN:
      refuse(file, "cannot be opened; is its folder there, and may you write in it?");
    case SQLITE_READONLY:
      refuse(file, "cannot be written: it, or its folder, is read-only");
    case SQLITE_BUSY:
      refuse(file, "another program holds it locked");
    default:
      refuse(file, error.what());
  }
}

}  // namespace gradwave::results
