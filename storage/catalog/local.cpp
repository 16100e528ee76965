#include "storage/catalog/local.h"

#include <fmt/format.h>

#include "core/base/limits.h"
#include "core/log/log.h"
#include "storage/env/create_env.h"

namespace dobson::storage {

namespace {

namespace fs = std::filesystem;

EnvOptions local_options(const fs::path& data) {
  EnvOptions options{data / "local", limits::local_map_bytes, limits::internal_readers, {}};
  std::apply([&options](const auto&... tables) { (options.tables.push_back(tables.name), ...); },
             catalog::local);
  return options;
}

template <class Key, class Record>
void read_all(const ReadTxn& txn, const Table<Key, Record>& table, RowChanges<Key, Record>& rows) {
  TableCursor cursor(txn, table);
  for (bool more = cursor.first(); more; more = cursor.next()) {
    rows.emplace(cursor.key(), cursor.record());
  }
}

template <class Key, class Record>
void write_all(WriteTxn& txn, const Table<Key, Record>& table,
               const RowChanges<Key, Record>& changes) {
  for (const auto& [key, record] : changes) {
    if (record) {
      put(txn, table, key, *record);
    } else {
      erase(txn, table, key);
    }
  }
}

// Throws EnvError.
Result<OpenedLocal> open_and_read(const EnvOptions& options) {
  TRY(create_env(options,
                 [](WriteTxn& txn) { put(txn, catalog::local_meta, MetaKey{}, LocalRecord{}); }));
  OpenedLocal opened{std::make_unique<Env>(options), {}};
  const Snapshot txn(*opened.env);
  const auto meta = get(txn, catalog::local_meta, MetaKey{});
  if (!meta) throw EnvError(Errc::corrupt, "the row of table meta is missing");
  if (meta->schema > local_schema) {
    return Error{Errc::invalid_argument,
                 fmt::format("{} was written by a newer Dobson: schema {}, this one knows {}",
                             options.directory.c_str(), meta->schema, local_schema)};
  }
  read_all(txn, catalog::nodes, opened.rows.nodes);
  read_all(txn, catalog::replicas, opened.rows.replicas);
  read_all(txn, catalog::unhealthy, opened.rows.unhealthy);
  read_all(txn, catalog::tasks, opened.rows.tasks);
  return opened;
}

Error failure(const EnvOptions& options, std::string_view what) {
  return {Errc::io, fmt::format("cannot open {}: {}", options.directory.c_str(), what)};
}

Status put_aside(const EnvOptions& options, std::string_view why) {
  fs::path aside = options.directory;
  aside += ".damaged";
  log::error("store", "{} is damaged, put aside as {} and made anew: {}",
             options.directory.native(), aside.native(), why);
  std::error_code error;
  fs::remove_all(aside, error);
  fs::rename(options.directory, aside, error);
  if (error) return failure(options, "it is damaged and cannot be put aside: " + error.message());
  return {};
}

}  // namespace

void LocalRows::add_older(LocalRows older) {
  nodes.merge(older.nodes);
  replicas.merge(older.replicas);
  unhealthy.merge(older.unhealthy);
  tasks.merge(older.tasks);
}

Result<OpenedLocal> open_local(const fs::path& data) {
  const EnvOptions options = local_options(data);
  for (bool anew = false;; anew = true) {
    try {
      return open_and_read(options);
    } catch (const EnvError& error) {
      if (error.code() != Errc::corrupt || anew) return failure(options, error.what());
      TRY(put_aside(options, error.what()));
    }
  }
}

void save(Env& local, const LocalRows& changes) {
  WriteTxn txn(local);
  write_all(txn, catalog::nodes, changes.nodes);
  write_all(txn, catalog::replicas, changes.replicas);
  write_all(txn, catalog::unhealthy, changes.unhealthy);
  write_all(txn, catalog::tasks, changes.tasks);
  txn.commit();
}

}  // namespace dobson::storage
