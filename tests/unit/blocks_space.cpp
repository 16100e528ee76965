#include <boost/test/unit_test.hpp>
#include <fstream>
#include <thread>

#include "storage/jobs/purge.h"
#include "storage/verify/block_bytes.h"
#include "tests/support/local_blocks.h"
#include "tests/support/seed.h"

namespace dobson::storage {
namespace {

using test::Bytes;
using test::LocalBlocks;
using test::pattern;

constexpr std::size_t part = limits::part_bytes;
constexpr std::size_t page = 4096;
constexpr UnixMillis delay_ms = 10'000;

struct Space : LocalBlocks {
  Purge make_purge() { return Purge(*store, state, state, delay_ms); }

  // Two rounds: one notes, one purges.
  void purge_at(Purge& purge, UnixMillis now) {
    purge.run_once(now);
    purge.run_once(now);
  }
};

BOOST_FIXTURE_TEST_SUITE(blocks_space, Space)

BOOST_AUTO_TEST_CASE(an_abandoned_object_gives_its_space_back) {
  const WrittenObject before = put(pattern(part, 1));
  const std::uint64_t held = disk_bytes();
  {
    const auto body = writer(std::nullopt);
    BOOST_REQUIRE(body->append(pattern(2 * options.block_bytes)).ok());
    BOOST_TEST(store->reclaim(state, before.blocks.at(0).id.container).ok());
    BOOST_TEST(unaccounted() >= 2 * options.block_bytes);  // in flight
  }
  const WrittenObject after = put(pattern(part, 2));
  BOOST_TEST(unaccounted() >= 2 * options.block_bytes);
  Purge purge = make_purge();
  purge.run_once(0);
  BOOST_TEST(unaccounted() == 0u);
  BOOST_TEST(disk_bytes() <= held + options.preallocate_bytes);
  BOOST_TEST((*read(before) == pattern(part, 1)));
  BOOST_TEST((*read(after) == pattern(part, 2)));
}

BOOST_AUTO_TEST_CASE(what_is_in_flight_is_not_given_back) {
  const auto early = writer(part);
  BOOST_REQUIRE(early->append(pattern(part, 1)).ok());
  writer(part)->append(pattern(part)).value();
  const auto late = writer(2 * part);
  BOOST_REQUIRE(late->append(pattern(part, 2)).ok());
  Purge purge = make_purge();
  purge.run_once(0);
  BOOST_REQUIRE(late->append(pattern(part, 3)).ok());
  const WrittenObject first = *test::finish(*early);
  const WrittenObject second = *test::finish(*late);
  BOOST_TEST((*read(first) == pattern(part, 1)));
  BOOST_TEST(read(second).ok());
}

BOOST_AUTO_TEST_CASE(an_object_left_in_doubt_stays) {
  WrittenObject object;
  {
    const auto body = writer(part);
    BOOST_REQUIRE(body->append(pattern(part, 1)).ok());
    object = *test::finish(*body);
    body->leave();
  }
  writer(part)->append(pattern(part)).value();
  Purge purge = make_purge();
  purge.run_once(0);
  BOOST_TEST((*read(object) == pattern(part, 1)));
  reopen();  // no row names it
  BOOST_TEST(!read(object).ok());
}

BOOST_AUTO_TEST_CASE(a_purge_gives_space_back_and_leaves_the_neighbours) {
  const std::size_t size = 3 * part + 1;
  const WrittenObject left = put(pattern(size, 1));
  const WrittenObject gone = put(pattern(size, 2));
  const WrittenObject right = put(pattern(size, 3));
  const std::uint64_t held = disk_bytes();
  remove(gone, 1'000);

  Purge purge = make_purge();
  purge_at(purge, 1'000 + delay_ms - 1);
  BOOST_TEST(state.blocks().size() == 3u);
  purge_at(purge, 1'000 + delay_ms);
  BOOST_TEST(state.blocks().size() == 2u);
  BOOST_TEST(disk_bytes() + 3 * part - 2 * page <= held);  // shared with the neighbours
  BOOST_TEST(unaccounted() == 0u);
  BOOST_TEST(!read(gone).ok());
  BOOST_TEST((*read(left) == pattern(size, 1)));
  BOOST_TEST((*read(right) == pattern(size, 3)));
}

// Blocks smaller than a page free it together with the last of them.
BOOST_AUTO_TEST_CASE(small_blocks_free_the_pages_they_share) {
  std::vector<WrittenObject> objects;
  for (int i = 0; i < 300; ++i) objects.push_back(put(pattern(1'000, i)));
  const std::uint64_t held = disk_bytes();
  Purge purge = make_purge();
  for (int i = 1; i < 299; i += 2) remove(objects[i], 0);
  purge_at(purge, delay_ms);
  for (int i = 2; i < 299; i += 2) remove(objects[i], 0);
  purge_at(purge, delay_ms);
  BOOST_TEST(state.blocks().size() == 2u);
  BOOST_TEST(disk_bytes() + 290'000 <= held);
  BOOST_TEST(unaccounted() == 0u);
  BOOST_TEST((*read(objects[0]) == pattern(1'000, 0)));
  BOOST_TEST((*read(objects[299]) == pattern(1'000, 299)));
}

BOOST_AUTO_TEST_CASE(a_pin_holds_a_deleted_block) {
  const WrittenObject object = put(pattern(part));
  Purge purge = make_purge();
  {
    const BlockPin pin = store->pin(object.blocks);
    remove(object, 0);
    purge_at(purge, delay_ms);
    purge_at(purge, delay_ms);
    BOOST_TEST((*read(object) == pattern(part)));
    BOOST_TEST(state.blocks().size() == 1u);
  }
  purge_at(purge, delay_ms);
  BOOST_TEST(state.blocks().size() == 0u);
  BOOST_TEST(!read(object).ok());
}

BOOST_AUTO_TEST_CASE(an_old_snapshot_holds_a_deleted_block) {
  const WrittenObject object = put(pattern(part));
  state.begin_reader();
  remove(object, 0);
  Purge purge = make_purge();
  purge_at(purge, delay_ms);
  purge_at(purge, delay_ms);
  BOOST_TEST(read(object).ok());
  state.end_reader();
  purge.run_once(delay_ms);
  BOOST_TEST(!read(object).ok());
}

BOOST_AUTO_TEST_CASE(a_purge_that_is_refused_comes_again) {
  const WrittenObject object = put(pattern(part));
  remove(object, 0);
  Purge purge = make_purge();
  purge.run_once(delay_ms);
  state.refuse(Error{Errc::overloaded});
  purge.run_once(delay_ms);
  BOOST_TEST(read(object).ok());
  state.refuse(std::nullopt);
  purge_at(purge, delay_ms);
  BOOST_TEST(!read(object).ok());
  BOOST_TEST(state.blocks().size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_crash_leaves_no_orphans_in_open_containers) {
  const WrittenObject first = put(pattern(1'000, 1));
  const auto middle = writer(3'000);
  BOOST_REQUIRE(middle->append(pattern(3'000)).ok());
  const auto large = writer(2 * part);
  BOOST_REQUIRE(large->append(pattern(2 * part)).ok());
  const WrittenObject second = put(pattern(1'000, 2));
  const auto last = writer(2 * options.block_bytes);
  BOOST_REQUIRE(last->append(pattern(2 * options.block_bytes)).ok());
  middle->leave();  // as if the process ended here
  large->leave();
  last->leave();
  const std::uint64_t held = disk_bytes();
  reopen();
  BOOST_TEST(unaccounted() == 0u);
  BOOST_TEST(disk_bytes() + 2 * options.block_bytes + part <= held);
  BOOST_TEST((*read(first) == pattern(1'000, 1)));
  BOOST_TEST((*read(second) == pattern(1'000, 2)));
  const WrittenObject third = put(pattern(1'000, 3));
  BOOST_TEST((*read(third) == pattern(1'000, 3)));
}

BOOST_AUTO_TEST_CASE(a_lost_punch_is_made_up_in_closed_containers) {
  const WrittenObject first = put(pattern(2 * part, 1));
  const WrittenObject kept = put(pattern(2 * part, 2));
  const ContainerId id = first.blocks.at(0).id.container;
  WrittenObject second = first;
  while (second.blocks.at(0).id.container == id) second = put(pattern(options.block_bytes));
  const ContainerId next = second.blocks.at(0).id.container;
  while (put(pattern(options.block_bytes)).blocks.at(0).id.container == next) {
  }
  state.wait_until_closed(id);
  state.wait_until_closed(next);
  state.forget(first.blocks);  // the process ended before the punch
  state.forget(second.blocks);
  reopen();
  BOOST_TEST(unaccounted() >= 2 * part + options.block_bytes);
  Purge purge = make_purge();
  for (std::size_t i = 0; i < state.containers().size(); ++i) purge.run_once(0);
  BOOST_TEST(unaccounted() == 0u);
  BOOST_TEST((*read(kept) == pattern(2 * part, 2)));
}

BOOST_AUTO_TEST_CASE(bytes_outside_of_blocks_are_counted) {
  const WrittenObject left = put(pattern(5'000, 1));
  const WrittenObject gone = put(pattern(20'000, 2));
  put(pattern(5'000, 3));
  remove(gone, 0);
  Purge purge = make_purge();
  purge_at(purge, delay_ms);
  BOOST_TEST(unaccounted() == 0u);
  const BlockRef block = gone.blocks.at(0);
  std::fstream bytes(file(block.id.container), std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(static_cast<std::streamoff>(block.id.local));
  bytes.put('x');
  bytes.seekp(static_cast<std::streamoff>(block.id.local + 10'000));
  bytes.put('x');
  bytes.close();
  BOOST_TEST(unaccounted() > 0u);
  BOOST_TEST(unaccounted() <= 8'192u);

  BlockFiles files(options.directory);
  BOOST_TEST(check_block_bytes(files, left.blocks.at(0)).ok());
  BOOST_TEST(!check_block_bytes(files, block).ok());

  std::ofstream(options.directory / "stray");
  std::filesystem::remove(file(block.id.container));
  std::vector<std::string> findings;
  BlockFiles reopened(options.directory);
  verify_containers(reopened, state, [&](const Finding& finding) {
    findings.push_back(finding.row + ": " + finding.what);
  });
  std::ranges::sort(findings);
  const std::string id = std::to_string(block.id.container.value);
  BOOST_TEST_REQUIRE(findings.size() == 2u);
  BOOST_TEST(findings[0] == id + ": " + file(block.id.container).native() + " is missing");
  BOOST_TEST(findings[1] == "stray: a file of no container");
}

BOOST_AUTO_TEST_CASE(writers_readers_and_the_purge_at_once, *boost::unit_test::label("tsan")) {
  constexpr int writers = 6;
  constexpr int rounds = 40;
  const std::uint64_t seed = test::seed();
  std::atomic<int> running{writers};
  std::atomic<int> wrong{0};
  const auto write_and_read = [&](int thread) {
    std::mt19937_64 random(seed + thread);
    for (int round = 0; round < rounds; ++round) {
      const Bytes bytes = pattern(random() % (3 * part), random());
      const bool announced = random() % 2 == 0;
      const auto body = store->write(announced ? std::optional(bytes.size()) : std::nullopt);
      if (!body.ok() || !(*body)->append(bytes).ok() || !test::finish(**body).ok()) {
        ++wrong;
        continue;
      }
      const WrittenObject object = *(*body)->result();
      if (random() % 3 == 0) continue;  // abandoned
      for (const BlockRef& block : object.blocks) state.add_block(block);
      (*body)->keep();
      const BlockPin pin = store->pin(object.blocks);
      if (random() % 2 == 0) remove(object, 0);
      const auto found = read(object);
      if (!found.ok() || *found != bytes) ++wrong;
    }
    --running;
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) threads.emplace_back(write_and_read, i);
  Purge purge = make_purge();
  while (running != 0) purge.run_once(delay_ms);
  for (std::thread& thread : threads) thread.join();
  BOOST_TEST(wrong == 0);
  purge_at(purge, delay_ms);
  purge_at(purge, delay_ms);
  BOOST_TEST(unaccounted() == 0u);
  BlockFiles files(options.directory);
  for (const BlockRef& block : state.blocks()) BOOST_TEST(check_block_bytes(files, block).ok());
  BOOST_TEST(store->metrics().syncs <= store->metrics().finished);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
