#include "storage/store.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "core/time/clock.h"
#include "storage/log/commit.h"
#include "storage/metrics.h"
#include "storage/query/namespace.h"
#include "storage/query/state_block_index.h"
#include "storage/verify/stopped_store.h"
#include "tests/support/local_blocks.h"
#include "tests/support/state.h"
#include "tests/support/temporary_directory.h"

namespace dobson::storage {

namespace {

namespace fs = std::filesystem;

struct OneStore {
  std::unique_ptr<Store> open() {
    auto store = Store::open(options, clock);
    BOOST_TEST_REQUIRE(store.ok());
    return std::move(*store);
  }
  static Result<Outcome> run(Store& store, Command command) {
    return commit_and_wait(store.log(), std::move(command), Priority::client);
  }

  test::TemporaryDirectory directory;
  StoreOptions options{.data = directory.path() / "data",
                       .map_size = test::state_map_size,
                       .free_watermark = 0,
                       .nodes = {}};
  SystemClock clock;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_store, OneStore)

BOOST_AUTO_TEST_CASE(what_was_committed_is_there_when_opened_again) {
  {
    const auto store = open();
    BOOST_TEST(run(*store, CreateVolume{"shire", "frodo", "root", {}}).ok());
  }
  const auto store = open();
  const auto reader = store->make_reader();
  BOOST_TEST(find_volume(reader->txn(), "shire").value().owner == "frodo");
  BOOST_TEST((fs::status(options.data).permissions() == fs::perms::owner_all));
}

BOOST_AUTO_TEST_CASE(a_reader_stays_in_its_snapshot_until_reset) {
  const auto store = open();
  const auto reader = store->make_reader();
  BOOST_TEST(root_totals(reader->txn()).volumes == 0);
  BOOST_TEST(run(*store, CreateVolume{"shire", "frodo", "root", {}}).ok());
  BOOST_TEST(root_totals(reader->txn()).volumes == 0);
  reader->reset();
  reader->reset();
  BOOST_TEST(root_totals(reader->txn()).volumes == 1);
}

BOOST_AUTO_TEST_CASE(a_second_server_is_refused) {
  const auto store = open();
  const std::string used = "in use by process " + std::to_string(getpid());
  BOOST_TEST(Store::open(options, clock).error().message.ends_with(used));
  BOOST_TEST(StoppedStore::open(options.data).error().message.ends_with(used));
}

BOOST_AUTO_TEST_CASE(a_stopped_store_is_opened_for_tools_and_no_other_directory) {
  const auto none = StoppedStore::open(directory.path());
  BOOST_TEST(none.error().message.ends_with("is not a data directory of dobsond"));
  open();
  const auto stopped = StoppedStore::open(options.data);
  BOOST_TEST_REQUIRE(stopped.ok());
  BOOST_TEST(read_state(Snapshot((*stopped)->state())).schema == state_schema);
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_refused) {
  open();
  {
    Env env(state_options(options.data, options.map_size, 4));
    WriteTxn txn(env);
    StateRecord state;
    state.schema = 1000;
    write_state(txn, state);
    txn.commit();
  }
  const Error error = Store::open(options, clock).error();
  BOOST_TEST(error.message.find("written by a newer Dobson: schema 1000") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_state_without_its_counters_is_refused) {
  open();
  {
    Env env(state_options(options.data, options.map_size, 4));
    WriteTxn txn(env);
    erase(txn, catalog::meta, MetaKey{});
    txn.commit();
  }
  BOOST_TEST(Store::open(options, clock).error().message ==
             "cannot open the store: " + (options.data / "state").string() +
                 ": the row of table meta is missing");
}

BOOST_AUTO_TEST_CASE(directories_are_made_with_their_parents) {
  options.data = directory.path() / "a" / "b";
  open();
  BOOST_TEST((fs::status(options.data.parent_path()).permissions() == fs::perms::owner_all));
  options.data = directory.path() / "a" / "b" / "lock" / "c";
  BOOST_TEST(Store::open(options, clock).error().message.ends_with("/b/lock: File exists"));
}

BOOST_AUTO_TEST_CASE(a_store_that_is_nearly_full_says_so) {
  options.free_watermark = UINT64_MAX;
  const auto store = open();
  BOOST_TEST(!store->health().writable);
  BOOST_TEST(store->health().why.find("store.free_watermark") != std::string::npos);
  BOOST_TEST(test::text_of(run(*store, CreateVolume{"shire", "frodo", "root", {}})) ==
             "out_of_space");
  BOOST_TEST(store->metrics().free_bytes > 0);
}

BOOST_AUTO_TEST_CASE(a_store_without_its_bytes_starts_and_says_what_is_lost) {
  ContainerId lost;
  const test::Bytes bytes = test::pattern(1000);
  WrittenObject object;
  const auto put = [&](Store& store, const std::string& key) {
    const auto writer = std::move(store.blocks().write(bytes.size()).value());
    BOOST_TEST_REQUIRE(writer->append(bytes).ok());
    object = test::finish(*writer).value();
    run(store, PutKey{"shire", "bag", key, object.size, object.md5, object.blocks}).value();
    writer->keep();
  };
  {
    const auto store = open();
    run(*store, CreateVolume{"shire", "frodo", "root", {}}).value();
    run(*store, CreateBucket{.volume = "shire", .bucket = "bag", .creator = ""}).value();
    put(*store, "ring");
    lost = object.blocks.at(0).id.container;
    BOOST_TEST(store->cluster().unhealthy({.limit = 9}).rows.empty());
  }
  fs::remove_all(options.data / "blocks");
  const auto store = open();
  const auto page = store->cluster().unhealthy({.limit = 9});
  BOOST_TEST_REQUIRE(page.rows.size() == 1u);
  BOOST_TEST((page.rows[0].container == lost));
  BOOST_TEST((page.rows[0].state == HealthState::missing));
  BOOST_TEST(store->cluster().history(lost).size() == 1u);
  BOOST_TEST(store->cluster().nodes(clock.now()).size() == 2u);
  test::Bytes read(bytes.size());
  BOOST_TEST(test::text_of(store->blocks().read(object.blocks.at(0), 0, read)) == "corrupt");
  put(*store, "sting");
  BOOST_TEST(store->blocks().read(object.blocks.at(0), 0, read).ok());
}

// All jobs at work, and a reader that meets them.
BOOST_AUTO_TEST_CASE(a_deleted_tree_goes_by_itself, *boost::unit_test::label("tsan")) {
  options.delete_delay_ms = 0;
  const auto store = open();
  run(*store, CreateVolume{"shire", "frodo", "root", {}}).value();
  run(*store, CreateBucket{.volume = "shire",
                           .bucket = "tree",
                           .creator = "",
                           .layout = Layout::file_system_optimized})
      .value();
  const test::Bytes bytes = test::pattern(1000);
  for (int i = 0; i < 50; ++i) {
    const auto writer = std::move(store->blocks().write(bytes.size()).value());
    BOOST_TEST_REQUIRE(writer->append(bytes).ok());
    const WrittenObject written = test::finish(*writer).value();
    run(*store, PutKey{"shire", "tree", "a/" + std::to_string(i), written.size, written.md5,
                       written.blocks})
        .value();
    writer->keep();
  }
  run(*store, DeleteKey{"shire", "tree", "a/", {}, true}).value();

  const auto reader = store->make_reader();
  const auto waiting = [&store] {
    const auto [uploads, directories, keys, blocks] = store->metrics().deletion;
    return uploads + directories + keys + blocks;
  };
  while (waiting() != 0) {
    BOOST_TEST_REQUIRE(root_totals(reader->txn()).keys == 0);
    reader->reset();
  }
  while (store->metrics().blocks.freed_bytes == 0) continue;  // behind the commit
}

BOOST_AUTO_TEST_SUITE_END()

// Container 2 with live blocks at 4096, 8192 and a deleted one at 6000; container 3 with one at 0.
struct Blocks : test::State {
  Blocks() {
    WriteTxn txn(env());
    put(txn, catalog::containers, ContainerId{2}, {ContainerState::closed, 1});
    put(txn, catalog::containers, ContainerId{3}, {ContainerState::open, 2});
    for (const std::uint64_t local : {4096, 8192}) {
      put(txn, catalog::blocks, {{ContainerId{2}, local}, ObjectId{10}}, {100});
    }
    put(txn, catalog::blocks, {{ContainerId{3}, 0}, ObjectId{11}}, {100});
    put(txn, catalog::deleted_blocks, {ContainerId{2}, 6000}, {50, 1000});
    put(txn, catalog::deleted_blocks, {ContainerId{2}, 7000}, {60, 3000});
    put(txn, catalog::deleted_blocks, {ContainerId{3}, 500}, {70, 2000});
    txn.commit();
  }

  std::vector<std::uint64_t> blocks_of(ContainerId container, std::size_t count) {
    std::vector<std::uint64_t> found;
    index.visit_blocks({container, 0}, [&](const BlockRef& block) {
      found.push_back(block.id.local);
      return found.size() < count;
    });
    return found;
  }

  StateBlockIndex index{env()};
};

BOOST_FIXTURE_TEST_SUITE(storage_block_index, Blocks)

BOOST_AUTO_TEST_CASE(containers_by_id) {
  const auto rows = index.containers();
  BOOST_TEST_REQUIRE(rows.size() == 2);
  BOOST_TEST((rows[0].id == ContainerId{2} && rows[0].state == ContainerState::closed));
  BOOST_TEST((rows[1].id == ContainerId{3} && rows[1].state == ContainerState::open));
}

BOOST_AUTO_TEST_CASE(live_and_deleted_blocks_in_order) {
  BOOST_TEST(blocks_of(ContainerId{2}, 9) == (std::vector<std::uint64_t>{4096, 6000, 7000, 8192}),
             boost::test_tools::per_element());
  BOOST_TEST(blocks_of(ContainerId{2}, 2) == (std::vector<std::uint64_t>{4096, 6000}),
             boost::test_tools::per_element());
  BOOST_TEST(blocks_of(ContainerId{4}, 9).empty());
}

BOOST_AUTO_TEST_CASE(gaps_end_at_blocks_of_the_container) {
  const ByteRange between = index.gap_around(ContainerId{2}, {6500, 6600});
  BOOST_TEST((between == ByteRange{6000 + 50 + 4, 7000}));  // one part, one checksum
  const ByteRange before = index.gap_around(ContainerId{2}, {4096 - 1, 4096});
  BOOST_TEST((before == ByteRange{0, 4096}));
  const ByteRange behind = index.gap_around(ContainerId{2}, {9000, 9100});
  BOOST_TEST((behind == ByteRange{8192 + 100 + 4, UINT64_MAX}));
}

BOOST_AUTO_TEST_CASE(deleted_blocks_come_in_pages) {
  const DeletedBlocks first = index.deleted_blocks({}, 2000, 1);
  BOOST_TEST_REQUIRE(first.blocks.size() == 1);
  BOOST_TEST((first.blocks[0] == BlockRef{{ContainerId{2}, 6000}, 50}));
  BOOST_TEST((first.last == first.blocks[0].id));
  BOOST_TEST(first.snapshot == Snapshot(env()).id());
  const DeletedBlocks rest = index.deleted_blocks(first.last, 2000, 2);
  BOOST_TEST_REQUIRE(rest.blocks.size() == 1);
  BOOST_TEST((rest.blocks[0].id == BlockId{ContainerId{3}, 500}));
  BOOST_TEST((rest.last == BlockId{}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
