#include "storage/env/env.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "storage/env/check.h"

namespace dobson::storage {

namespace {

Errc errc_of(int code) {
  switch (code) {
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
      return Errc::out_of_space;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
      return Errc::corrupt;
    case MDB_READERS_FULL:
      return Errc::overloaded;
    default:
      return Errc::io;
  }
}

}  // namespace

void check(const char* function, int code) {
  if (code != MDB_SUCCESS) {
    throw EnvError(errc_of(code), std::string(function) + ": " + mdb_strerror(code));
  }
}

void Env::Close::operator()(MDB_env* env) const {
  mdb_env_close(env);
}

Env::Env(const EnvOptions& options) {
  MDB_env* env = nullptr;
  check("mdb_env_create", mdb_env_create(&env));
  env_.reset(env);
  DOBSON_ASSERT(mdb_env_get_maxkeysize(env) == static_cast<int>(limits::row_key_bytes));
  check("mdb_env_set_mapsize", mdb_env_set_mapsize(env, options.map_size));
  check("mdb_env_set_maxreaders", mdb_env_set_maxreaders(env, options.readers));
  check("mdb_env_set_maxdbs", mdb_env_set_maxdbs(env, options.tables.size()));
  const int opened = mdb_env_open(env, options.directory.c_str(), MDB_NOTLS, S_IRUSR | S_IWUSR);
  if (opened == ENOMEM) {
    throw EnvError(Errc::io,
                   fmt::format("store.map_size is {} bytes, and so much address space cannot be "
                               "reserved: raise the limit (ulimit -v; LimitAS of a service), or "
                               "lower the option; it bounds how large the state may grow",
                               options.map_size));
  }
  check("mdb_env_open", opened);
  int dead = 0;
  check("mdb_reader_check", mdb_reader_check(env, &dead));

  MDB_txn* txn = nullptr;
  check("mdb_txn_begin", mdb_txn_begin(env, nullptr, 0, &txn));
  for (const std::string& name : options.tables) {
    MDB_dbi table = 0;
    if (const int code = mdb_dbi_open(txn, name.c_str(), MDB_CREATE, &table)) {
      mdb_txn_abort(txn);
      check("mdb_dbi_open", code);
    }
    tables_.push_back(table);
  }
  check("mdb_txn_commit", mdb_txn_commit(txn));
}

std::uint64_t Env::oldest_snapshot() const {
  // The newest one first: who takes a slot while the list is made is in this one or a newer.
  MDB_envinfo info;
  check("mdb_env_info", mdb_env_info(env_.get(), &info));
  std::uint64_t oldest = info.me_last_txnid;
  // LMDB shows its reader table only as text, a line a reader: pid, thread, snapshot or "-".
  const auto look_at = [](const char* line, void* context) {
    std::uint64_t& least = *static_cast<std::uint64_t*>(context);
    std::uint64_t snapshot = 0;
    if (std::sscanf(line, "%*d %*x %lu", &snapshot) == 1) least = std::min(least, snapshot);
    return 0;
  };
  const int code = mdb_reader_list(env_.get(), look_at, &oldest);
  if (code < 0) check("mdb_reader_list", code);
  return oldest;
}

std::uint64_t Env::file_bytes() const {
  MDB_envinfo info;
  check("mdb_env_info", mdb_env_info(env_.get(), &info));
  MDB_stat stat;
  check("mdb_env_stat", mdb_env_stat(env_.get(), &stat));
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

}  // namespace dobson::storage
