#include "bench/peers/loops.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "bench/load/names.h"
#include "core/base/limits.h"
#include "core/base/splitmix.h"
#include "storage/blocks/md5_digest.h"
#include "storage/env/txn.h"

namespace dobson::bench {

namespace {

constexpr std::size_t put_bytes = 4096;
constexpr std::size_t row_bytes = 275;  // a key's, docs/adr/0012-names-in-one-flat-table.md

void check(bool done, const char* what) {
  if (!done) throw std::system_error(errno, std::generic_category(), what);
}

// A file that grows as a container file does.
class Appender {
 public:
  explicit Appender(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    check(file_ >= 0, "open");
  }
  Appender(const Appender&) = delete;
  ~Appender() { ::close(file_); }

  void append() {
    if (end_ % limits::preallocate_bytes == 0) {
      check(::fallocate(file_, 0, end_, limits::preallocate_bytes) == 0, "fallocate");
    }
    check(::pwrite(file_, bytes_.data(), put_bytes, end_) == put_bytes, "pwrite");
    end_ += put_bytes;
    check(::fdatasync(file_) == 0, "fdatasync");
  }

 private:
  const int file_;
  off_t end_ = 0;
  const std::array<char, put_bytes> bytes_{};
};

class Table {
 public:
  Table(const std::filesystem::path& directory, std::uint64_t rows)
      : env_({.directory = directory,
              .map_size = 64 * limits::GiB,
              .readers = 2,
              .tables = {"rows"}}) {
    constexpr std::uint64_t batch = 100'000;
    for (std::uint64_t first = storage::Snapshot(env_).rows(0); first < rows; first += batch) {
      storage::WriteTxn txn(env_);
      for (std::uint64_t i = first; i < std::min(first + batch, rows); ++i) {
        std::string name;
        append_ascending_name(name, i);
        txn.put(0, name, row_);
      }
      txn.commit();
    }
    random_ = storage::Snapshot(env_).id();  // names that no earlier run has used
  }

  void put() {
    std::string name;
    append_scattered_name(name, next_random(random_));
    storage::WriteTxn txn(env_);
    txn.put(0, name, row_);
    txn.commit();
  }

 private:
  storage::Env env_;
  std::uint64_t random_;
  const std::string row_ = std::string(row_bytes, 'x');
};

}  // namespace

Measurement run_loop(const Loop& loop, double warmup_s, double seconds) {
  const auto after = [](double duration_s) {
    return now_ns() + static_cast<std::int64_t>(duration_s * 1e9);
  };
  for (const std::int64_t end_ns = after(warmup_s); now_ns() < end_ns;) loop.step();
  Measurement measurement;
  const std::int64_t cpu_before_ns = cpu_ns_of(::getpid());
  const std::int64_t begin_ns = now_ns();
  const std::int64_t end_ns = after(seconds);
  std::int64_t last_ns = begin_ns;
  while (last_ns < end_ns) {
    loop.step();
    const std::int64_t time_ns = now_ns();
    measurement.latencies_ns.add(static_cast<std::uint64_t>(time_ns - last_ns));
    last_ns = time_ns;
  }
  measurement.done = measurement.latencies_ns.count();
  measurement.bytes = measurement.done * loop.bytes;
  measurement.elapsed_ns = last_ns - begin_ns;
  measurement.cpu_ns = cpu_ns_of(::getpid()) - cpu_before_ns;
  return measurement;
}

Loop sync_loop(const std::filesystem::path& directory) {
  const auto file = std::make_shared<Appender>(directory / "sync");
  return {.step = [file] { file->append(); }, .bytes = put_bytes};
}

Loop commit_loop(const std::filesystem::path& directory, std::uint64_t rows) {
  const auto file = std::make_shared<Appender>(directory / "commit");
  const auto table = std::make_shared<Table>(directory, rows);
  const auto put = [file, table] {
    file->append();
    table->put();
  };
  return {.step = put, .bytes = put_bytes};
}

Loop md5_loop() {
  const std::vector<std::byte> bytes(limits::MiB);
  const auto digest_all = [bytes] {
    storage::Md5Digest digest;
    digest.update(bytes);
    digest.finish();
  };
  return {.step = digest_all, .bytes = limits::MiB};
}

}  // namespace dobson::bench
