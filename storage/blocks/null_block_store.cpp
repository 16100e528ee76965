#include "storage/blocks/null_block_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "storage/blocks/md5_digest.h"
#include "storage/env/directory.h"

namespace dobson::storage {

namespace {

namespace fs = std::filesystem;

constexpr const char* mark = "no-bytes";

Error no_bytes() {
  return {.code = Errc::unavailable,
          .message = "This store keeps no bytes",
          .detail = "blocks.store = null"};
}

class NullBlockWriter final : public BlockWriter {
 public:
  Status append(std::span<const std::byte> bytes) override {
    if (!bytes.empty()) result_ = no_bytes();
    return result_.ok() ? Status() : Status(result_.error());
  }
  void finish(Completion& done) override { done.complete(); }
  const Result<WrittenObject>& result() const override { return result_; }
  void keep() override {}
  void leave() override {}

 private:
  Result<WrittenObject> result_ = WrittenObject{{}, 0, Md5Digest().finish()};
};

class NullBlockStore final : public ManagedBlockStore {
 public:
  Result<std::unique_ptr<BlockWriter>> write(std::optional<std::uint64_t>) override {
    return std::unique_ptr<BlockWriter>(std::make_unique<NullBlockWriter>());
  }
  BlockPin pin(std::span<const BlockRef>) override { return {}; }
  Status read(const BlockRef&, std::uint64_t, std::span<std::byte>) override { return no_bytes(); }
  bool read_at_once(const BlockRef&, std::uint64_t, std::span<std::byte>) override { return false; }

  bool pinned(BlockId) const override { return false; }
  std::optional<Error> stopped() const override { return std::nullopt; }
  std::uint64_t committed_bytes() const override { return 0; }
  std::vector<Garbage> take_garbage() override { return {}; }
  void give_back(BlockIndex&, std::vector<Garbage>) override {}
  Status reclaim(BlockIndex&, ContainerId) override { return {}; }
  Status remove(ContainerId) override { return {}; }
  void remember(ContainerId, const FileStamp&, UnixMillis) override {}
  Result<ReplicaFile> look_at(BlockIndex&, const ContainerRow&, UnixMillis) override {
    return ReplicaFile{};
  }
  std::uint64_t scrub(BlockIndex&, UnixMillis, UnixMillis, std::uint64_t) override { return 0; }
  std::set<ContainerId> take_changes() override { return {}; }
  const BlockMetrics& metrics() const override { return metrics_; }

 private:
  void unpin(std::span<const BlockRef>) override {}

  BlockMetrics metrics_;
};

bool has_containers(const fs::path& directory) {
  return std::ranges::any_of(fs::directory_iterator(directory), [](const auto& entry) {
    return entry.path().extension() == ".container";
  });
}

}  // namespace

bool keeps_no_bytes(const fs::path& directory) {
  std::error_code missing;
  return fs::exists(directory / mark, missing);
}

Result<std::unique_ptr<ManagedBlockStore>> make_null_block_store(const fs::path& directory) {
  TRY(make_directory(directory));
  if (has_containers(directory)) {
    return Error{Errc::invalid_argument,
                 fmt::format("{} has object bytes, and blocks.store = null would serve none; set "
                             "blocks.store = local",
                             directory.c_str())};
  }
  if (!std::ofstream(directory / mark)) {
    return Error{Errc::io, fmt::format("cannot write {}", (directory / mark).c_str())};
  }
  TRY(sync_directory(directory));
  return std::unique_ptr<ManagedBlockStore>(std::make_unique<NullBlockStore>());
}

}  // namespace dobson::storage
