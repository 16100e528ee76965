// Container files that are lost, cut, overwritten and put back, as replicas.

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <random>
#include <thread>

#include "storage/jobs/purge.h"
#include "tests/support/looked_after.h"
#include "tests/support/seed.h"

namespace dobson::storage {
namespace {

namespace fs = std::filesystem;
using test::pattern;

struct Replicas : test::LookedAfter {
  // Its modification time is what tells: a clock of the kernel may not have moved on yet.
  void touch(ContainerId id) {
    const auto path = file(id);
    fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(1));
  }
  void flip_byte(ContainerId id, std::uint64_t offset) {
    std::fstream bytes(file(id), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(offset));
    const char byte = static_cast<char>(bytes.get() ^ 1);
    bytes.seekp(static_cast<std::streamoff>(offset));
    bytes.put(byte);
  }
  // As a disk does it: the time stays.
  void rot(ContainerId id, std::uint64_t offset) {
    const auto time = fs::last_write_time(file(id));
    flip_byte(id, offset);
    fs::last_write_time(file(id), time);
  }
  void overwrite(ContainerId id, std::uint64_t offset) {
    flip_byte(id, offset);
    touch(id);
  }
  fs::path saved(ContainerId id) { return directory.path() / container_file_name(id); }
  void save(ContainerId id) { fs::copy_file(file(id), saved(id)); }
  void put_back(ContainerId id) {
    fs::rename(saved(id), file(id));
    touch(id);
  }

  HealthState unhealthy_state() {
    const auto row = unhealthy();
    BOOST_REQUIRE(row.has_value());
    return row->state;
  }
};

BOOST_FIXTURE_TEST_SUITE(blocks_replicas, Replicas)

BOOST_AUTO_TEST_CASE(a_container_file_is_a_replica) {
  const ContainerId id = container_of(put(pattern(1000)));
  round();
  const auto found = replicas(id);
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST((found[0].node == node));
  BOOST_TEST(found[0].host == "host");
  BOOST_TEST((found[0].state == ReplicaState::open));
  BOOST_TEST(found[0].bytes == disk_bytes());
  BOOST_TEST(!unhealthy());
}

BOOST_AUTO_TEST_CASE(a_closed_container_has_a_closed_replica) {
  const ContainerId id = container_of(put_and_close());
  check();
  const auto found = replicas(id);
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST((found[0].state == ReplicaState::closed));
  BOOST_TEST(found[0].last_seen == now);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_gone_is_missing_until_it_is_put_back) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  const UnixMillis seen = now;
  const UnixMillis first_seen = replicas(id).at(0).first_seen;
  save(id);
  fs::remove(file(id));
  check();
  BOOST_TEST((unhealthy_state() == HealthState::missing));
  const auto row = *unhealthy();
  BOOST_TEST(row.since == now);
  BOOST_TEST(row.expected == 1u);
  BOOST_TEST(row.actual == 0u);
  BOOST_TEST_REQUIRE(row.replicas.size() == 1u);
  BOOST_TEST(!row.replicas[0].present);
  BOOST_TEST((row.pipeline == uuid_of_nodes({node})));
  const auto history = cluster->history(id);
  BOOST_TEST_REQUIRE(history.size() == 1u);
  BOOST_TEST((history[0].state == ReplicaState::closed));
  BOOST_TEST(history[0].last_seen == seen);

  const UnixMillis since = now;
  check();
  BOOST_TEST(unhealthy()->since == since);
  put_back(id);
  check();
  BOOST_TEST(!unhealthy());
  BOOST_TEST(read(object).ok());
  BOOST_TEST(replicas(id).at(0).first_seen == first_seen);

  fs::remove(file(id));
  check();
  BOOST_TEST(unhealthy()->since == now);  // a new one
}

BOOST_AUTO_TEST_CASE(without_keys_it_is_not_listed) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  for (const BlockRef& block : state.blocks()) {
    if (block.id.container == id) state.delete_block(block.id, 0);
  }
  fs::remove(file(id));
  check();
  BOOST_TEST(!unhealthy());
  const auto page = cluster->unhealthy({.filter = UnhealthyFilter::empty_missing, .limit = 10});
  BOOST_TEST_REQUIRE(page.rows.size() == 1u);
  BOOST_TEST((page.rows[0].container == id));
  BOOST_TEST(page.counts[static_cast<std::size_t>(HealthState::empty_missing)] == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_shape_is_unhealthy) {
  const ContainerId id = container_of(put_and_close());
  check();
  const auto damages = {
      +[](const fs::path& path) { fs::resize_file(path, container_header_bytes + 100); },
      +[](const fs::path& path) { fs::resize_file(path, 0); },
      +[](const fs::path& path) { std::fstream(path, std::ios::in | std::ios::out) << "dobson"; },
      +[](const fs::path& path) {
        fs::remove(path);
        fs::create_directory(path);  // cannot be opened
      }};
  for (const auto& damage : damages) {
    save(id);
    damage(file(id));
    check();
    BOOST_TEST(is_unhealthy(id));
    BOOST_TEST((unhealthy_state() == HealthState::under_replicated));
    BOOST_TEST(unhealthy()->actual == 0u);
    if (fs::is_directory(file(id))) fs::remove(file(id));
    put_back(id);
    check();
    BOOST_TEST(!is_unhealthy(id));
    BOOST_TEST(!unhealthy());
  }
}

BOOST_AUTO_TEST_CASE(an_overwritten_block_is_found_by_the_next_check) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  start();  // so that no thread tells any more that the container was closed
  check();
  save(id);
  overwrite(id, object.blocks[0].id.local + limits::part_bytes + 10);
  round();  // no check yet
  BOOST_TEST(!is_unhealthy(id));
  check();
  BOOST_TEST(is_unhealthy(id));
  check();
  BOOST_TEST(is_unhealthy(id));
  put_back(id);
  check();
  BOOST_TEST(!is_unhealthy(id));
  BOOST_TEST(!unhealthy());
  BOOST_TEST(read(object).ok());
}

BOOST_AUTO_TEST_CASE(a_block_overwritten_between_two_runs_is_found_by_the_second) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  stop();
  overwrite(id, object.blocks[0].id.local);
  start();
  BOOST_TEST(is_unhealthy(id));
}

BOOST_AUTO_TEST_CASE(damage_that_is_read_counts_at_once) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  rot(id, object.blocks[0].id.local);
  check();
  BOOST_TEST(!is_unhealthy(id));  // nobody could know
  BOOST_TEST(!read(object).ok());
  round();
  BOOST_TEST(is_unhealthy(id));
  rot(id, object.blocks[0].id.local);  // back again
  check();
  BOOST_TEST(!is_unhealthy(id));
}

BOOST_AUTO_TEST_CASE(a_block_of_two_damaged_ones_does_not_heal_the_container) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  std::vector<BlockRef> blocks;
  for (const BlockRef& block : state.blocks()) {
    if (block.id.container == id) blocks.push_back(block);
  }
  BOOST_TEST_REQUIRE(blocks.size() > 1u);
  check();
  for (const BlockRef& block : blocks) rot(id, block.id.local);
  BOOST_TEST(!read(object).ok());
  check();
  rot(id, blocks[0].id.local);
  for (int i = 0; i < 3; ++i) {
    check();
    BOOST_TEST(is_unhealthy(id));
  }
  for (std::size_t i = 1; i < blocks.size(); ++i) rot(id, blocks[i].id.local);
  check();
  BOOST_TEST(!is_unhealthy(id));
}

BOOST_AUTO_TEST_CASE(a_damaged_block_that_is_purged_was_the_last_one) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  rot(id, object.blocks[0].id.local);
  BOOST_TEST(!read(object).ok());
  round();
  BOOST_TEST(is_unhealthy(id));
  state.forget(object.blocks);
  check();
  BOOST_TEST(!is_unhealthy(id));
}

BOOST_AUTO_TEST_CASE(everything_is_read_once_in_the_interval) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  rot(id, object.blocks[0].id.local);
  round(health.scrub_interval_ms - 1000 * 1000);
  BOOST_TEST(store->metrics().scrubbed_bytes == 0u);
  round(health.scrub_interval_ms);
  BOOST_TEST(store->metrics().scrubbed_bytes > 0u);
  BOOST_TEST(is_unhealthy(id));
}

BOOST_AUTO_TEST_CASE(damage_in_one_container_hides_none_in_the_next) {
  for (const std::uint64_t id : {1, 2}) {
    put_and_close();
    rot(ContainerId{id}, container_header_bytes);
  }
  check();
  round(health.scrub_interval_ms);
  for (const std::uint64_t id : {1, 2}) BOOST_TEST(is_unhealthy(ContainerId{id}));
}

BOOST_AUTO_TEST_CASE(a_long_block_is_read_to_its_end) {
  reopen_with_blocks_of(4 * limits::scrub_read_bytes);
  start();
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  rot(id, object.blocks[0].id.local + object.blocks[0].length - 1);
  round(health.scrub_interval_ms);
  BOOST_TEST(is_unhealthy(id));
}

BOOST_AUTO_TEST_CASE(the_scrub_keeps_to_its_rate_and_its_interval_over_restarts) {
  put_and_close();
  std::uint64_t all = 0;
  for (const BlockRef& block : state.blocks()) all += block.length;
  health.scrub_rate = options.block_bytes;
  start();
  round(health.scrub_interval_ms);
  BOOST_TEST(store->metrics().scrubbed_bytes == options.block_bytes);
  std::uint64_t rounds = 1;
  for (; rounds * options.block_bytes < all; ++rounds) {
    round();
    BOOST_TEST(store->metrics().scrubbed_bytes <= (rounds + 1) * options.block_bytes);
  }
  BOOST_TEST(store->metrics().scrubbed_bytes == all);
  round();  // the end of the last one
  now += health.scrub_interval_ms / 2;
  kill_and_start();
  BOOST_TEST(store->metrics().scrubbed_bytes == 0u);  // of this run
  round(health.scrub_interval_ms / 2);
  BOOST_TEST(store->metrics().scrubbed_bytes > 0u);
}

BOOST_AUTO_TEST_CASE(our_own_punch_is_not_taken_for_somebody_elses) {
  const WrittenObject object = put_and_close();
  check();
  remove(object, 0);
  Purge purge(*store, state, state, 0);
  purge.run_once(1);
  purge.run_once(1);
  BOOST_TEST(store->metrics().freed_bytes > 0u);
  check();
  BOOST_TEST(store->metrics().scrubbed_bytes == 0u);
}

BOOST_AUTO_TEST_CASE(our_own_punch_does_not_hide_somebody_elses) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  const auto blocks = state.blocks();
  const auto kept = std::ranges::find_if(blocks, [&](const BlockRef& block) {
    return block.id.container == id && block.id != object.blocks[0].id;
  });
  overwrite(id, kept->id.local);
  remove(object, 0);
  Purge purge(*store, state, state, 0);
  purge.run_once(1);
  purge.run_once(1);
  check();
  BOOST_TEST(is_unhealthy(id));
}

BOOST_AUTO_TEST_CASE(a_damaged_open_container_takes_no_more_and_is_closed) {
  const ContainerId id = container_of(put(pattern(1000)));
  flip_byte(id, 0);
  check();
  state.wait_until_closed(id);
  const WrittenObject next = put(pattern(1000));
  BOOST_TEST((container_of(next) != id));
  BOOST_TEST(read(next).ok());
  check();
  BOOST_TEST(is_unhealthy(id));
}

BOOST_AUTO_TEST_CASE(an_open_container_that_is_lost_before_a_start_is_closed) {
  const WrittenObject object = put(pattern(1000));
  const ContainerId id = container_of(object);
  stop();
  fs::remove(file(id));
  start();
  BOOST_TEST((state.containers().at(0).state == ContainerState::closed));
  BOOST_TEST((unhealthy_state() == HealthState::missing));
  BOOST_TEST(!read(object).ok());
  BOOST_TEST(read(put(pattern(1000))).ok());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_replaced_is_read_anew) {
  const WrittenObject object = put_and_close();
  const ContainerId id = container_of(object);
  check();
  BOOST_TEST(read(object).ok());
  save(id);
  overwrite(id, object.blocks[0].id.local);
  check();
  put_back(id);
  BOOST_TEST(!read(object).ok());  // what is open is the old one
  check();
  BOOST_TEST(read(object).ok());
}

BOOST_AUTO_TEST_CASE(a_removed_container_leaves_its_history) {
  const ContainerId id = container_of(put_and_close());
  check();
  state.move(id, ContainerState::deleting);
  BOOST_TEST(store->remove(id).ok());
  BOOST_TEST(store->remove(id).ok());
  round();
  BOOST_TEST(replicas(id).empty());
  BOOST_TEST(!unhealthy());
  BOOST_TEST_REQUIRE(cluster->history(id).size() == 1u);
  BOOST_TEST((cluster->history(id)[0].state == ReplicaState::deleted));
  state.move(id, ContainerState::deleted);
  start();
  check();
  BOOST_TEST(!unhealthy());
  BOOST_TEST((cluster->history(id).at(0).state == ReplicaState::deleted));
}

// What the purge takes away under the scrub is no damage, and its punches are nobody else's.
BOOST_AUTO_TEST_CASE(writers_the_purge_and_the_scrub_at_once, *boost::unit_test::label("tsan")) {
  constexpr int objects = 300;
  health.scrub_interval_ms = 1;
  health.scrub_rate = 1ULL << 40;
  start();
  std::atomic<bool> writing{true};
  std::atomic<bool> purging{true};
  std::thread writer([&] {
    std::mt19937_64 random(test::seed());
    for (int i = 0; i < objects; ++i) {
      const WrittenObject object = put(pattern(1 + random() % options.block_bytes, random()));
      if (random() % 4 != 0) remove(object, 0);
    }
    writing = false;
  });
  std::thread purger([&] {
    Purge purge(*store, state, state, 0);
    while (writing) purge.run_once(1);
    purge.run_once(1);
    purge.run_once(1);
    purging = false;
  });
  std::uint64_t unhealthy = 0;
  while (purging) {
    check();
    for (const std::uint64_t count : cluster->unhealthy({.limit = 0}).counts) unhealthy += count;
  }
  writer.join();
  purger.join();
  check();
  BOOST_TEST(unhealthy == 0u);
  BOOST_TEST(!this->unhealthy());
  BOOST_TEST(store->metrics().scrubbed_bytes > 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
