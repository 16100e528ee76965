#include "storage/env/env.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
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

void fail(const char* function, int code) {
  throw EnvError(errc_of(code), std::string(function) + ": " + mdb_strerror(code));
}

void Env::Close::operator()(MDB_env* env) const {
  mdb_env_close(env);
}

namespace {

// LMDB stores to a map of its lock file; a store that finds no disk space ends the process.
void allocate_lock_file(const EnvOptions& options) {
  constexpr std::uint64_t reader_bytes = 64;
  const std::uint64_t bytes = limits::page_bytes + options.readers * reader_bytes;
  const auto path = options.directory / "lock.mdb";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  check("open lock.mdb", file < 0 ? errno : 0);
  const int code = ::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, bytes) == 0 ? 0 : errno;
  ::close(file);
  check("fallocate lock.mdb", code);
}

// Beside the memory of the machine; a file that is not there yet is.
bool is_small(const std::filesystem::path& file) {
  const auto memory =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  return missing || size < memory / 2;
}

}  // namespace

Env::Opened Env::open(const EnvOptions& options, unsigned flags) {
  MDB_env* env = nullptr;
  check("mdb_env_create", mdb_env_create(&env));
  Opened opened;
  opened.env.reset(env);
  DOBSON_ASSERT(mdb_env_get_maxkeysize(env) == static_cast<int>(limits::row_key_bytes));
  check("mdb_env_set_mapsize", mdb_env_set_mapsize(env, options.map_size));
  check("mdb_env_set_maxreaders", mdb_env_set_maxreaders(env, options.readers));
  check("mdb_env_set_maxdbs", mdb_env_set_maxdbs(env, options.tables.size()));
  if ((flags & MDB_NOLOCK) == 0) allocate_lock_file(options);
  const bool read_ahead = options.read_ahead || is_small(options.directory / "data.mdb");
  flags |= MDB_NOTLS | (read_ahead ? 0U : MDB_NORDAHEAD);
  const int code = mdb_env_open(env, options.directory.c_str(), flags, S_IRUSR | S_IWUSR);
  if (code == ENOMEM) {
    throw EnvError(Errc::io,
                   fmt::format("store.map_size is {} bytes, and so much address space cannot be "
                               "reserved: raise the limit (ulimit -v; LimitAS of a service), or "
                               "lower the option; it bounds how large the state may grow",
                               options.map_size));
  }
  check("mdb_env_open", code);
  int dead = 0;
  check("mdb_reader_check", mdb_reader_check(env, &dead));

  const unsigned reads = flags & MDB_RDONLY;
  MDB_txn* txn = nullptr;
  check("mdb_txn_begin", mdb_txn_begin(env, nullptr, reads, &txn));
  for (const std::string& name : options.tables) {
    MDB_dbi table = 0;
    if (const int refused = mdb_dbi_open(txn, name.c_str(), reads ? 0 : MDB_CREATE, &table)) {
      mdb_txn_abort(txn);
      check("mdb_dbi_open", refused);
    }
    opened.tables.push_back(table);
  }
  check("mdb_txn_commit", mdb_txn_commit(txn));
  return opened;
}

Env::Env(const EnvOptions& options) : options_(options), opened_(open(options, 0)) {}

const Env::Opened& Env::frozen() const {
  std::lock_guard lock(frozen_mutex_);
  if (!frozen_) {
    EnvOptions options = options_;
    options.map_size = limits::page_bytes;  // as large as the file
    frozen_ = open(options, MDB_RDONLY | MDB_NOLOCK);
  }
  return *frozen_;
}

std::uint64_t Env::oldest_snapshot() const {
  // The newest one first: who takes a slot while the list is made is in this one or a newer.
  MDB_envinfo info;
  check("mdb_env_info", mdb_env_info(opened_.env.get(), &info));
  std::uint64_t oldest = info.me_last_txnid;
  // LMDB shows its reader table only as text, a line a reader: pid, thread, snapshot or "-".
  const auto look_at = [](const char* line, void* context) {
    std::uint64_t& least = *static_cast<std::uint64_t*>(context);
    std::uint64_t snapshot = 0;
    if (std::sscanf(line, "%*d %*x %lu", &snapshot) == 1) least = std::min(least, snapshot);
    return 0;
  };
  const int code = mdb_reader_list(opened_.env.get(), look_at, &oldest);
  if (code < 0) check("mdb_reader_list", code);
  return oldest;
}

std::uint64_t Env::file_bytes() const {
  MDB_envinfo info;
  check("mdb_env_info", mdb_env_info(opened_.env.get(), &info));
  MDB_stat stat;
  check("mdb_env_stat", mdb_env_stat(opened_.env.get(), &stat));
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

bool Env::make_room(std::uint64_t bytes) {
  const std::uint64_t begin = file_bytes();
  const std::uint64_t end = begin + bytes;
  if (end <= allocated_) return true;
  mdb_filehandle_t file;
  check("mdb_env_get_fd", mdb_env_get_fd(opened_.env.get(), &file));
  // A fallocate that fails keeps what it got: only on a disk with plenty more than is needed.
  struct statvfs status{};
  check("fstatvfs", ::fstatvfs(file, &status) == 0 ? 0 : errno);
  const std::uint64_t ahead = limits::state_step_bytes;
  const bool plenty = status.f_bavail * status.f_frsize / 2 >= bytes + ahead;
  const std::uint64_t target = plenty ? end + ahead : end;
  const int code = ::fallocate(file, FALLOC_FL_KEEP_SIZE, begin, target - begin) == 0 ? 0 : errno;
  if (code == ENOSPC || code == EDQUOT) return false;
  check("fallocate", code);
  allocated_ = target;
  return true;
}

}  // namespace dobson::storage
