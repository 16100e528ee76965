#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "tests/support/local_blocks.h"
#include "tests/support/seed.h"

namespace dobson::storage {
namespace {

using test::Bytes;
using test::LocalBlocks;
using test::pattern;

constexpr std::size_t part = limits::part_bytes;

Md5 md5_of(const Bytes& bytes) {
  Md5Digest digest;
  digest.update(bytes);
  return digest.finish();
}

void flip_byte(const std::filesystem::path& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
}

// Lets the open descriptor of `path` lead to another file, until it is destroyed.
class Diversion {
 public:
  Diversion(const std::filesystem::path& path, const char* instead) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry, gone) == path) {
        fd_ = std::stoi(entry.path().filename());
      }
    }
    BOOST_REQUIRE(fd_ >= 0);
    saved_ = ::dup(fd_);
    const int other = ::open(instead, O_RDWR);
    ::dup2(other, fd_);
    ::close(other);
  }
  ~Diversion() {
    ::dup2(saved_, fd_);
    ::close(saved_);
  }

 private:
  int fd_ = -1;
  int saved_ = -1;
};

Errc error_of(const auto& result) {
  BOOST_REQUIRE(!result.ok());
  return result.error().code;
}

BOOST_FIXTURE_TEST_SUITE(blocks_store, LocalBlocks)

BOOST_AUTO_TEST_CASE(objects_of_odd_sizes_come_back) {
  const std::size_t block = options.block_bytes;
  for (const std::size_t size :
       {0ul, 1ul, part - 1, part, part + 1, block - 1, block, block + 1, 2 * block + part + 7}) {
    for (const bool announced : {true, false}) {
      for (const std::size_t piece : {1'000ul, part, 100'000ul}) {
        BOOST_TEST_CONTEXT("size " << size << ", announced " << announced << ", piece " << piece) {
          const Bytes bytes = pattern(size, size);
          const WrittenObject object = put(bytes, announced, piece);
          BOOST_TEST(object.size == size);
          BOOST_TEST((object.md5 == md5_of(bytes)));
          BOOST_TEST(object.blocks.size() == (size + block - 1) / block);
          for (const BlockRef& each : object.blocks) BOOST_TEST(each.length <= block);
          BOOST_TEST((*read(object) == bytes));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(blocks_of_an_unknown_size_double) {
  reopen_with_blocks_of(4 * limits::MiB);
  const Bytes bytes = pattern(5 * limits::MiB);
  const WrittenObject object = put(bytes, false);
  std::vector<std::uint64_t> lengths;
  for (const BlockRef& each : object.blocks) lengths.push_back(each.length);
  const std::vector<std::uint64_t> expected{limits::MiB, limits::MiB, 2 * limits::MiB, limits::MiB};
  BOOST_TEST(lengths == expected);
  BOOST_TEST((*read(object) == bytes));
}

BOOST_AUTO_TEST_CASE(any_range_of_a_block) {
  const Bytes bytes = pattern(3 * part + 100);
  const BlockRef block = put(bytes).blocks.at(0);
  std::mt19937_64 random(test::seed());
  const auto check = [&](std::uint64_t offset, std::uint64_t length) {
    Bytes out(length);
    BOOST_REQUIRE(store->read(block, offset, out).ok());
    BOOST_TEST((std::ranges::equal(out, std::span(bytes).subspan(offset, length))),
               "offset " << offset << ", length " << length);
    Bytes again(length);
    BOOST_TEST((!store->read_at_once(block, offset, again) || again == out));
  };
  check(0, 0);
  check(bytes.size(), 0);
  for (const std::uint64_t edge : {part, 2 * part, 3 * part}) {
    check(edge - 1, 1);
    check(edge - 1, 2);
    check(edge, 1);
    check(edge - 1, bytes.size() - edge + 1);
  }
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t offset = random() % bytes.size();
    check(offset, random() % (bytes.size() - offset + 1));
  }
}

BOOST_AUTO_TEST_CASE(a_flipped_byte_is_found) {
  const WrittenObject object = put(pattern(2 * part + 10));
  const BlockRef block = object.blocks.at(0);
  const auto path = file(block.id.container);
  const std::uint64_t on_disk = bytes_on_disk(block.length);
  for (const std::uint64_t at : {0ul, part - 1, part, part + 3, part + 4, on_disk - 1}) {
    flip_byte(path, block.id.local + at);
    BOOST_TEST((error_of(read(object)) == Errc::corrupt), "byte " << at);
    Bytes bytes(block.length);
    BOOST_TEST(!store->read_at_once(block, 0, bytes));
    flip_byte(path, block.id.local + at);
    BOOST_TEST(read(object).ok());
  }
  BOOST_TEST(store->metrics().damaged_reads == 6u);
}

BOOST_AUTO_TEST_CASE(an_undamaged_part_is_read_beside_a_damaged_one) {
  const BlockRef block = put(pattern(2 * part)).blocks.at(0);
  flip_byte(file(block.id.container), block.id.local);
  Bytes out(10);
  BOOST_TEST((error_of(store->read(block, 0, out)) == Errc::corrupt));
  BOOST_TEST(store->read(block, part, out).ok());
}

BOOST_AUTO_TEST_CASE(a_misplaced_part_is_found) {
  const WrittenObject object = put(pattern(2 * part));
  const BlockRef block = object.blocks.at(0);
  std::fstream bytes(file(block.id.container), std::ios::in | std::ios::out | std::ios::binary);
  std::vector<char> first(part_stride);
  bytes.seekg(static_cast<std::streamoff>(block.id.local));
  bytes.read(first.data(), part_stride);
  bytes.seekp(static_cast<std::streamoff>(block.id.local + part_stride));
  bytes.write(first.data(), part_stride);
  bytes.close();
  BOOST_TEST((error_of(read(object)) == Errc::corrupt));
}

BOOST_AUTO_TEST_CASE(a_wrong_length_is_found) {
  const BlockRef block = put(pattern(100)).blocks.at(0);
  for (const std::uint64_t length : {99ul, 101ul, part + 1, 1ul << 40}) {
    Bytes out(1);
    BOOST_TEST((error_of(store->read({block.id, length}, 0, out)) == Errc::corrupt));
  }
}

BOOST_AUTO_TEST_CASE(a_cut_file_and_a_missing_file_are_damage) {
  const WrittenObject object = put(pattern(part));
  const auto path = file(object.blocks.at(0).id.container);
  std::filesystem::resize_file(path, object.blocks.at(0).id.local + part);
  BOOST_TEST((error_of(read(object)) == Errc::corrupt));
  std::filesystem::resize_file(path, 100);
  reopen();
  BOOST_TEST((error_of(read(object)) == Errc::corrupt));
  std::filesystem::remove(path);
  reopen();
  BOOST_TEST((error_of(read(object)) == Errc::corrupt));
}

BOOST_AUTO_TEST_CASE(the_others_go_on_without_a_lost_container) {
  const WrittenObject lost = put(pattern(10));
  std::filesystem::remove(file(lost.blocks.at(0).id.container));
  reopen();
  const WrittenObject fresh = put(pattern(20));
  BOOST_TEST(read(fresh).ok());
  BOOST_TEST((fresh.blocks.at(0).id.container != lost.blocks.at(0).id.container));
}

BOOST_AUTO_TEST_CASE(an_empty_container_gets_the_file_that_a_crash_kept_from_it) {
  BOOST_REQUIRE(state.containers().size() == 1u);
  const ContainerId id = state.containers().at(0).id;
  for (const bool torn : {false, true}) {
    store.reset();
    std::filesystem::remove(file(id));
    if (torn) std::ofstream(file(id)) << "Dob";
    reopen();
    BOOST_TEST(state.containers().size() == 1u);
    BOOST_TEST(std::filesystem::exists(file(id)));
  }
  const WrittenObject object = put(pattern(10));
  BOOST_TEST((object.blocks.at(0).id.container == id));
  BOOST_TEST(read(object).ok());
}

BOOST_AUTO_TEST_CASE(appends_go_on_behind_the_last_block_after_a_restart) {
  const WrittenObject first = put(pattern(part + 1, 1));
  reopen();
  const WrittenObject second = put(pattern(part + 1, 2));
  BOOST_TEST((second.blocks.at(0).id.container == first.blocks.at(0).id.container));
  BOOST_TEST(second.blocks.at(0).id.local == first.blocks.at(0).id.local + bytes_on_disk(part + 1));
  BOOST_TEST((*read(first) == pattern(part + 1, 1)));
  BOOST_TEST((*read(second) == pattern(part + 1, 2)));
}

BOOST_AUTO_TEST_CASE(a_full_container_makes_room_for_a_new_one) {
  std::vector<WrittenObject> objects;
  for (int i = 0; i < 50; ++i) objects.push_back(put(pattern(options.block_bytes, i)));
  for (int i = 0; i < 50; ++i) {
    BOOST_TEST((*read(objects[i]) == pattern(options.block_bytes, i)));
  }
  for (const auto& row : state.containers()) {
    BOOST_TEST(std::filesystem::file_size(file(row.id)) <= options.container_bytes);
  }
  const ContainerId last = objects.back().blocks.at(0).id.container;
  for (const auto& row : state.containers()) {
    if (row.id < last) state.wait_until_closed(row.id);
  }
  BOOST_TEST(last.value > 2u);
}

BOOST_AUTO_TEST_CASE(disk_space_is_taken_ahead_and_dropped_when_a_container_closes) {
  const ContainerId id = put(pattern(options.block_bytes)).blocks.at(0).id.container;
  BOOST_TEST(disk_bytes() >= options.preallocate_bytes);
  put(pattern(options.block_bytes));
  BOOST_TEST(disk_bytes() >= 2 * options.preallocate_bytes);

  options.block_bytes = 3 * limits::MiB;  // a second one does not fit
  reopen();
  const WrittenObject object = put(pattern(3 * limits::MiB));
  const ContainerId full = object.blocks.at(0).id.container;
  BOOST_TEST((full == id));
  put(pattern(3 * limits::MiB));
  state.wait_until_closed(full);
  const auto closed = ContainerFile::open(options.directory, full);
  const std::uint64_t end = object.blocks.at(0).id.local + bytes_on_disk(3 * limits::MiB);
  BOOST_TEST(*(*closed)->allocated_bytes() <= end + 4096 * 2);
  BOOST_TEST(read(object).ok());
}

BOOST_AUTO_TEST_CASE(a_container_is_closed_when_nothing_in_it_is_in_flight) {
  const auto early = writer(part);
  BOOST_REQUIRE(early->append(pattern(part)).ok());
  const ContainerId id = state.containers().at(0).id;
  WrittenObject later;
  do {
    later = put(pattern(options.block_bytes));
  } while (later.blocks.at(0).id.container.value < id.value + 2);
  state.wait_until_closed(ContainerId{id.value + 1});  // retired after the first one
  BOOST_TEST((state.containers().at(0).state == ContainerState::closing));

  for (const BlockRef& block : test::finish(*early)->blocks) state.add_block(block);
  early->keep();
  state.wait_until_closed(id);
}

BOOST_AUTO_TEST_CASE(what_a_body_of_unknown_size_does_not_need_is_taken_by_the_next) {
  const BlockRef first = put(pattern(part + 1), false).blocks.at(0);
  const BlockRef second = put(pattern(1)).blocks.at(0);
  BOOST_TEST(second.id.local == first.id.local + bytes_on_disk(part + 1));
}

BOOST_AUTO_TEST_CASE(a_container_that_cannot_be_made_is_told_and_tried_again) {
  const WrittenObject first = put(pattern(10));
  state.refuse(Error{Errc::out_of_space});
  Status status;
  std::vector<std::unique_ptr<BlockWriter>> writers;
  while (status.ok()) {
    writers.push_back(writer(options.block_bytes));
    status = writers.back()->append(pattern(options.block_bytes));
  }
  BOOST_TEST((error_of(status) == Errc::out_of_space));
  BOOST_TEST((error_of(test::finish(*writers.back())) == Errc::out_of_space));
  BOOST_TEST(read(first).ok());
  state.refuse(std::nullopt);
  BOOST_TEST(read(put(pattern(options.block_bytes))).ok());
}

BOOST_AUTO_TEST_CASE(a_full_disk_fails_the_writer_and_nobody_else) {
  const WrittenObject before = put(pattern(10));
  const auto path = file(before.blocks.at(0).id.container);
  {
    const auto body = writer(part);
    const Diversion full(path, "/dev/full");
    BOOST_TEST((error_of(body->append(pattern(part))) == Errc::out_of_space));
    BOOST_TEST((error_of(test::finish(*body)) == Errc::out_of_space));
  }
  BOOST_TEST(!store->stopped().has_value());
  BOOST_TEST(read(put(pattern(part))).ok());
  BOOST_TEST(read(before).ok());
}

// /dev/null takes every write and cannot be synced.
BOOST_AUTO_TEST_CASE(a_failed_sync_stops_writing_for_good) {
  const WrittenObject before = put(pattern(10));
  const auto path = file(before.blocks.at(0).id.container);
  const auto late = writer(10);
  {
    const auto body = writer(10);
    const Diversion unsyncable(path, "/dev/null");
    BOOST_REQUIRE(body->append(pattern(10)).ok());
    BOOST_TEST((error_of(test::finish(*body)) == Errc::unavailable));
  }
  BOOST_REQUIRE(store->stopped().has_value());
  BOOST_TEST((error_of(store->write(10)) == Errc::unavailable));
  BOOST_TEST((error_of(late->append(pattern(10))) == Errc::unavailable));
  BOOST_TEST((error_of(test::finish(*late)) == Errc::unavailable));
  BOOST_TEST(store->metrics().syncs == 2u);
  BOOST_TEST(read(before).ok());
}

BOOST_AUTO_TEST_CASE(pins_count) {
  const WrittenObject object = put(pattern(10));
  const BlockId id = object.blocks.at(0).id;
  BOOST_TEST(!store->pinned(id));
  {
    const BlockPin pin = store->pin(object.blocks);
    BlockPin other = store->pin(object.blocks);
    const BlockPin moved = std::move(other);
    BOOST_TEST(store->pinned(id));
    {
      const BlockPin ended = store->pin(object.blocks);
    }
    BOOST_TEST(store->pinned(id));
  }
  BOOST_TEST(!store->pinned(id));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
