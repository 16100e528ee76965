#include "tests/crash/world.h"

#include <fmt/format.h>

#include <span>
#include <stdexcept>

#include "storage/blocks/block_files.h"
#include "storage/query/namespace.h"
#include "storage/query/state_block_index.h"
#include "storage/store.h"
#include "storage/verify/block_bytes.h"
#include "storage/verify/stopped_store.h"

namespace dobson::crash {

using namespace storage;

namespace {

const SystemClock system_clock;

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " " + result.error().detail);
  return std::move(result).value();
}

std::string_view name_of(StorageType type) {
  constexpr std::string_view names[] = {"DISK", "SSD", "RAM_DISK", "ARCHIVE"};
  return names[static_cast<int>(type)];
}

std::string_view name_of(Versioning versioning) {
  constexpr std::string_view names[] = {"NOT_DEFINED", "ENABLED", "DISABLED"};
  return names[static_cast<int>(versioning)];
}

std::string text_of(BlockStore& blocks, const KeyRecord& key) {
  std::string bytes(key.size, '\0');
  std::span<char> rest = bytes;
  for (const BlockRef& block : key.blocks) {
    const auto piece = rest.first(block.length);
    const Status read = blocks.read(block, 0, std::as_writable_bytes(piece));
    if (!read) return "unreadable: " + read.error().detail;
    rest = rest.subspan(block.length);
  }
  return key_text(bytes);
}

}  // namespace

std::string volume_text(std::string_view owner, uint64_t quota_bytes) {
  return fmt::format("owner {}, quota {}", owner, quota_bytes);
}

std::string bucket_text(std::string_view storage_type, std::string_view versioning) {
  return fmt::format("{} {}", storage_type, versioning);
}

std::string key_text(std::string_view bytes) {
  return fmt::format("{} bytes with hash {:x}", bytes.size(), std::hash<std::string_view>()(bytes));
}

World recovered_world(const std::filesystem::path& data) {
  const auto store =
      must(Store::open({.data = data, .free_watermark = 0, .nodes = {}}, system_clock));
  const auto reader = store->make_reader();
  const ReadTxn& txn = reader->txn();
  World world;
  visit_volumes(txn, {}, [&](std::string_view volume_name, const VolumeRecord& volume) {
    const std::string volume_path = fmt::format("/{}", volume_name);
    world[volume_path] = volume_text(volume.owner, volume.quota_bytes.value_or(0));
    visit_buckets(txn, volume.id, {}, [&](std::string_view name, const BucketRecord& bucket) {
      const std::string path = fmt::format("{}/{}", volume_path, name);
      world[path] = bucket_text(name_of(bucket.storage_type), name_of(bucket.versioning));
      visit_keys(txn, KeySpace(bucket, true), {}, [&](const KeyRow& row) {
        const auto key = must(find_key(txn, volume_name, name, row.name));
        world[fmt::format("{}/{}", path, row.name)] =
            key.tag() ? text_of(store->blocks(), key) : directory_text;
        return true;
      });
      return true;
    });
    return true;
  });
  return world;
}

std::string findings(const std::filesystem::path& data) {
  const auto stopped = must(StoppedStore::open(data));
  StateBlockIndex index(stopped->state());
  BlockFiles files(data / "blocks");

  std::string found;
  const auto report = [&](const Finding& finding) {
    found += finding.table + " " + finding.row + ": " + finding.what + '\n';
  };
  verify(Snapshot(stopped->state()),
         {.check_block = [&](const BlockRef& block) { return check_block_bytes(files, block); },
          .progress = {}},
         report);
  const std::uint64_t unaccounted = verify_containers(files, index, report);
  if (unaccounted != 0) found += fmt::format("{} bytes of no block\n", unaccounted);
  return found;
}

}  // namespace dobson::crash
