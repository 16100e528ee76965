#pragma once

// A local block store in a directory of its own, with small containers and blocks, and the state it
// asks, in memory.

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "storage/blocks/local_block_store.h"
#include "storage/blocks/md5_digest.h"
#include "storage/verify/block_bytes.h"
#include "tests/support/fake_state.h"
#include "tests/support/temporary_directory.h"

namespace dobson::test {

using Bytes = std::vector<std::byte>;

// Bytes that differ from offset to offset and from salt to salt.
inline Bytes pattern(std::size_t size, std::uint64_t salt = 0) {
  Bytes bytes(size);
  std::uint64_t state = salt * 0x9e3779b97f4a7c15 + 1;
  for (std::byte& byte : bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<std::byte>(state >> 56);
  }
  return bytes;
}

// Finishes on the calling thread.
inline const Result<storage::WrittenObject>& finish(storage::BlockWriter& writer) {
  struct Waiter final : Mailbox, Completion {
    Waiter() : Completion(static_cast<Mailbox&>(*this)) {}
    void post(Completion&) override { run(); }
    void run() override { arrived.release(); }
    std::binary_semaphore arrived{0};
  } waiter;
  writer.finish(waiter);
  waiter.arrived.acquire();
  return writer.result();
}

struct LocalBlocks {
  LocalBlocks() { reopen(); }

  void reopen() {
    store.reset();
    auto made = storage::make_local_block_store(options, state, state);
    BOOST_REQUIRE(made.ok());
    store = std::move(*made);
  }

  void reopen_with_blocks_of(std::uint64_t block_bytes) {
    options.block_bytes = block_bytes;
    options.container_bytes = 4 * block_bytes;
    reopen();
  }

  std::unique_ptr<storage::BlockWriter> writer(std::optional<std::uint64_t> size) {
    auto made = store->write(size);
    BOOST_REQUIRE(made.ok());
    return std::move(*made);
  }

  // A committed object, appended in pieces.
  storage::WrittenObject put(const Bytes& bytes, bool announced = true,
                             std::size_t piece = 100'000) {
    const auto body = writer(announced ? std::optional(bytes.size()) : std::nullopt);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const std::size_t length = std::min(piece, bytes.size() - at);
      BOOST_REQUIRE(body->append(std::span(bytes).subspan(at, length)).ok());
    }
    const auto& written = finish(*body);
    BOOST_REQUIRE(written.ok());
    for (const storage::BlockRef& block : written->blocks) state.add_block(block);
    body->keep();
    return *written;
  }

  void remove(const storage::WrittenObject& object, UnixMillis time) {
    for (const storage::BlockRef& block : object.blocks) state.delete_block(block.id, time);
  }

  Result<Bytes> read(const storage::WrittenObject& object) {
    Bytes bytes(object.size);
    std::size_t at = 0;
    for (const storage::BlockRef& block : object.blocks) {
      TRY(store->read(block, 0, std::span(bytes).subspan(at, block.length)));
      at += block.length;
    }
    return bytes;
  }

  std::filesystem::path file(storage::ContainerId id) const {
    return options.directory / storage::container_file_name(id);
  }

  // On disk, of all containers.
  std::uint64_t disk_bytes() {
    std::uint64_t total = 0;
    for (const auto& row : state.containers()) {
      const auto opened = storage::ContainerFile::open(options.directory, row.id);
      BOOST_REQUIRE(opened.ok());
      total += *(*opened)->allocated_bytes();
    }
    return total;
  }

  // Bytes without a row, those in flight included.
  std::uint64_t unaccounted() {
    storage::BlockFiles files(options.directory);
    return verify_containers(files, state, [](const storage::Finding&) {});
  }

  TemporaryDirectory directory;
  FakeState state;
  storage::LocalBlockOptions options{.directory = directory.path() / "blocks",
                                     .container_bytes = 4 * limits::MiB,
                                     .block_bytes = 4 * limits::part_bytes,
                                     .preallocate_bytes = 512 * limits::KiB};
  std::unique_ptr<storage::LocalBlockStore> store;
};

}  // namespace dobson::test
