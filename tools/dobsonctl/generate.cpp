// generate: a namespace of a chosen size in a data directory of its own, without object bytes.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "core/base/limits.h"
#include "core/time/clock.h"
#include "storage/blocks/block_format.h"
#include "storage/log/commit.h"
#include "storage/store.h"
#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/generated.h"
#include "tools/dobsonctl/interrupt.h"
#include "tools/dobsonctl/output.h"
#include "tools/dobsonctl/progress.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

namespace fs = std::filesystem;
using storage::BlockRef;
using storage::Command;
using storage::ContainerId;
using storage::ObjectId;

constexpr std::size_t round_commands = 4096;
constexpr UnixMillis delete_delay_ms = 365LL * 86'400'000;  // what is deleted is to be seen
static_assert(2 * round_commands <= limits::waiting_commands);

Failure failure_of(const Error& error) {
  return {.reason = fmt::format("{} {} {}", name_of(error.code), error.message, error.detail)};
}

Try<std::vector<storage::Outcome>> outcomes_of(storage::Round& round) {
  auto outcomes = round.wait();
  if (!outcomes.ok()) return failure_of(outcomes.error());
  return std::move(*outcomes);
}

// One round is applied while the next is made.
class Proposer {
 public:
  explicit Proposer(storage::Log& log) : log_(log) {}
  ~Proposer() {
    for (storage::Round& round : rounds_) static_cast<void>(round.wait());
  }

  Try<void> add(Command command) {
    rounds_[current_].add(std::move(command));
    if (rounds_[current_].size() < round_commands) return {};
    return send();
  }

  Try<void> finish() {
    TRY(send());
    return send();
  }

 private:
  Try<void> send() {
    rounds_[current_].propose(log_);
    current_ = 1 - current_;
    TRY(outcomes_of(rounds_[current_]));
    return {};
  }

  storage::Log& log_;
  storage::Round rounds_[2];
  std::size_t current_ = 0;
};

// Places for blocks, one behind the other, as a store with bytes would have them.
class Places {
 public:
  explicit Places(storage::Log& log) : log_(log) {}

  // Containers that were full before are closed through `proposer`: what took their last blocks was
  // proposed.
  Try<std::vector<BlockRef>> take(std::uint64_t size, Proposer& proposer) {
    for (const ContainerId full : std::exchange(full_, {})) {
      TRY(proposer.add(storage::MoveContainer{full}));
    }
    std::vector<BlockRef> blocks;
    while (size > 0) {
      const std::uint64_t length = std::min<std::uint64_t>(size, limits::block_bytes);
      const std::uint64_t bytes = storage::bytes_on_disk(length);
      if (end_ + bytes > limits::container_bytes) TRY(next_container());
      blocks.push_back({{containers_.back(), end_}, length});
      end_ += bytes;
      size -= length;
    }
    return blocks;
  }

 private:
  static constexpr std::size_t made_together = 256;

  Try<void> next_container() {
    if (!containers_.empty()) {
      full_.push_back(containers_.back());
      containers_.pop_back();
    }
    if (containers_.empty()) {
      storage::Round round;
      for (std::size_t i = 0; i < made_together; ++i) round.add(storage::CreateContainer{});
      round.propose(log_);
      for (const storage::Outcome& made : TRY(outcomes_of(round)))
        containers_.push_back(made.container);
      std::ranges::reverse(containers_);
    }
    end_ = storage::container_header_bytes;
    return {};
  }

  storage::Log& log_;
  std::vector<ContainerId> containers_;  // OPEN; the last one is being filled
  std::vector<ContainerId> full_;
  std::uint64_t end_ = limits::container_bytes;
};

class Generation {
 public:
  Generation(const Shape& shape, storage::Log& log)
      : shape_(shape), generated_(shape), log_(log), places_(log) {}

  Try<void> run() {
    TRY(put_all());
    TRY(delete_some());
    return start_uploads();
  }

 private:
  Try<void> put_all() {
    Progress progress("generate", {.keys = shape_.keys});
    for (std::uint64_t bucket = 0; bucket < generated_.buckets(); ++bucket) {
      TRY(make_bucket(bucket));
      TRY(put_keys(bucket, progress));
    }
    return {};
  }

  Try<void> delete_some() {
    Progress progress("choose deleted", {.keys = shape_.keys});
    for (std::uint64_t bucket = 0; bucket < generated_.buckets(); ++bucket) {
      TRY(delete_keys(bucket, progress));
    }
    return {};
  }

  Try<void> make_bucket(std::uint64_t bucket) {
    Proposer proposer(log_);
    const std::string volume = generated_.volume(bucket);
    if (bucket % shape_.buckets == 0) {
      TRY(proposer.add(storage::CreateVolume{volume, owner, owner, std::nullopt}));
    }
    TRY(proposer.add(storage::CreateBucket{.volume = volume,
                                           .bucket = generated_.bucket(bucket),
                                           .creator = owner,
                                           .layout = generated_.layout(bucket)}));
    return proposer.finish();
  }

  Try<void> put_keys(std::uint64_t bucket, Progress& progress) {
    Proposer proposer(log_);
    for (std::uint64_t index = 0; index < generated_.keys(bucket); ++index) {
      const std::uint64_t size = generated_.size(bucket, index);
      std::vector<BlockRef> blocks = TRY(places_.take(size, proposer));
      TRY(proposer.add(storage::PutKey{.volume = generated_.volume(bucket),
                                       .bucket = generated_.bucket(bucket),
                                       .key = generated_.name(bucket, index),
                                       .size = size,
                                       .md5 = generated_.md5(bucket, index),
                                       .blocks = std::move(blocks)}));
      progress.finished();
    }
    return proposer.finish();
  }

  Try<void> delete_keys(std::uint64_t bucket, Progress& progress) {
    Proposer proposer(log_);
    storage::DeleteKeys batch{generated_.volume(bucket), generated_.bucket(bucket), {}};
    const auto send = [&]() -> Try<void> {
      TRY(proposer.add(batch));
      batch.keys.clear();
      return {};
    };
    for (std::uint64_t index = 0; index < generated_.keys(bucket); ++index) {
      progress.finished();
      if (!generated_.is_deleted(bucket, index)) continue;
      batch.keys.push_back(generated_.name(bucket, index));
      if (batch.keys.size() == limits::batch_delete_keys) TRY(send());
    }
    if (!batch.keys.empty()) TRY(send());
    return proposer.finish();
  }

  // Each has one part.
  Try<void> start_uploads() {
    Proposer proposer(log_);
    storage::Round starts;
    for (std::uint64_t i = 0; i < shape_.uploads; ++i) {
      const std::uint64_t bucket = i % generated_.buckets();
      starts.add(storage::StartUpload{generated_.volume(bucket), generated_.bucket(bucket),
                                      upload_name(i)});
      if (starts.size() < round_commands && i + 1 < shape_.uploads) continue;
      std::uint64_t begun = i + 1 - starts.size();
      starts.propose(log_);
      for (const storage::Outcome& started : TRY(outcomes_of(starts))) {
        TRY(put_part(begun++, started.upload, proposer));
      }
    }
    return proposer.finish();
  }

  Try<void> put_part(std::uint64_t upload, ObjectId id, Proposer& proposer) {
    constexpr std::uint64_t size = limits::upload_part_bytes_min;
    const std::uint64_t bucket = upload % generated_.buckets();
    std::vector<BlockRef> blocks = TRY(places_.take(size, proposer));
    return proposer.add(storage::PutPart{
        {generated_.volume(bucket), generated_.bucket(bucket), upload_name(upload), id},
        1,
        size,
        generated_.md5(bucket, upload),
        std::move(blocks)});
  }

  static std::string upload_name(std::uint64_t upload) {
    return fmt::format("uploads/upload-{:09}", upload);
  }

  static constexpr const char* owner = "generate";

  const Shape& shape_;
  const Generated generated_;
  storage::Log& log_;
  Places places_;
};

bool is_new(const fs::path& data) {
  std::error_code missing;
  return !fs::exists(data, missing) || fs::is_empty(data, missing);
}

}  // namespace

Try<Exit> generate(const std::string& data, const Shape& shape) {
  let_interrupts_end();
  if (!is_new(data)) return usage_failure(printable(data) + " is there already, and not empty");
  const auto began = std::chrono::steady_clock::now();
  const SystemClock clock;
  storage::StoreOptions options;
  options.data = data;
  options.blocks = storage::BlockStoreKind::null;
  options.delete_delay_ms = delete_delay_ms;
  const auto store = storage::Store::open(options, clock);
  if (!store.ok()) return Failure{.reason = store.error().message};
  TRY(Generation(shape, (*store)->log()).run());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
  print(stdout,
        "generated {} keys in {:.1f} s; serve them: dobsond --data {} --set blocks.store=null\n",
        grouped(shape.keys), elapsed.count(), printable(data));
  return Exit::done;
}

}  // namespace dobson::ctl
