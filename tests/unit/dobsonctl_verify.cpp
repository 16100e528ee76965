// `dobsonctl verify` over a real store: what it prints and returns when all is well, and for each
// kind of damage to its files.

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include "storage/blocks/block_format.h"
#include "storage/catalog/catalog.h"
#include "storage/log/commit.h"
#include "storage/query/namespace.h"
#include "storage/store.h"
#include "tests/support/local_blocks.h"
#include "tests/support/temporary_directory.h"
#include "tools/dobsonctl/commands.h"

namespace dobson::ctl {

namespace {

namespace fs = std::filesystem;
using namespace storage;

// What is written to standard output meanwhile.
std::string output_of(const std::function<void()>& work) {
  std::FILE* file = std::tmpfile();
  std::fflush(stdout);
  const int before = dup(STDOUT_FILENO);
  dup2(fileno(file), STDOUT_FILENO);
  work();
  std::fflush(stdout);
  dup2(before, STDOUT_FILENO);
  close(before);
  std::string text(static_cast<std::size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  BOOST_TEST(std::fread(text.data(), 1, text.size(), file) == text.size());
  std::fclose(file);
  return text;
}

// Keys "a" and "b" of 100,000 bytes each in /shire/maps; the server is stopped.
struct Stopped {
  Stopped() {
    const auto store = open();
    run(*store, CreateVolume{"shire", "frodo", "root", {}});
    run(*store, CreateBucket{.volume = "shire", .bucket = "maps", .creator = "frodo"});
    put(*store, "a");
    put(*store, "b");
  }

  std::unique_ptr<Store> open() {
    auto store = Store::open(
        {.data = data, .map_size = 1ULL << 30, .free_watermark = 0, .nodes = {}}, clock);
    BOOST_REQUIRE(store.ok());
    return std::move(*store);
  }

  static void run(Store& store, Command command) {
    BOOST_REQUIRE(commit_and_wait(store.log(), std::move(command), Priority::client).ok());
  }

  void put(Store& store, const std::string& key) {
    const test::Bytes bytes = test::pattern(100'000);
    const auto writer = std::move(store.blocks().write(bytes.size()).value());
    BOOST_REQUIRE(writer->append(bytes).ok());
    const auto& written = test::finish(*writer);
    BOOST_REQUIRE(written.ok());
    run(store, PutKey{"shire", "maps", key, written->size, written->md5, written->blocks});
    writer->keep();
    block = written->blocks.at(0);
  }

  fs::path container() const { return data / "blocks" / container_file_name(block.id.container); }

  // Changes the tables behind the server's back.
  void damage(const std::function<void(WriteTxn&)>& change) {
    Env env(state_options(data, 1ULL << 30, 1));
    WriteTxn txn(env);
    change(txn);
    txn.commit();
  }

  // The exit code, and the lines that `verify` prints but for the last, which counts.
  int lines(std::vector<std::string>& found, bool json = false) {
    int code = -1;
    std::string text = output_of(
        [&] { code = static_cast<int>(verify({.json = json}, data.native(), "").value()); });
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      found.push_back(text.substr(0, end));
    }
    last = found.back();
    found.pop_back();
    return code;
  }

  void expect(const std::vector<std::string>& expected) {
    std::vector<std::string> found;
    BOOST_TEST(lines(found) == 1);
    BOOST_TEST(found == expected, boost::test_tools::per_element());
    BOOST_TEST(last.ends_with("; findings: " + std::to_string(expected.size())));
  }

  test::TemporaryDirectory directory;
  const fs::path data = directory.path() / "data";
  SystemClock clock;
  BlockRef block;  // of "b"
  std::string last;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dobsonctl_verify, Stopped)

BOOST_AUTO_TEST_CASE(a_sound_store) {
  std::vector<std::string> found;
  BOOST_TEST(lines(found) == 0);
  BOOST_TEST(found.empty());
  BOOST_TEST(last.starts_with("verified " + data.native() +
                              ": 1 volumes, 1 buckets, 2 keys, 195.3 KiB in "));
  BOOST_TEST(last.ends_with("; nothing is wrong"));
  open();  // nothing was changed that the server minds
}

BOOST_AUTO_TEST_CASE(a_flipped_byte) {
  std::fstream bytes(container(), std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(block.id.local + 70'000));
  const char before = static_cast<char>(bytes.get());
  bytes.seekp(static_cast<std::streamoff>(block.id.local + 70'000));
  bytes.put(static_cast<char>(before ^ 1));
  bytes.close();
  const std::string number = std::to_string(block.id.local);
  expect({"blocks block " + number + " in container 1: bytes of key shire/maps/b: " +
          container().native() + ": checksum of part 1 of block " + number});
}

BOOST_AUTO_TEST_CASE(a_container_file_that_is_cut) {
  fs::resize_file(container(), block.id.local + 70'000);
  const std::string number = std::to_string(block.id.local);
  expect({"blocks block " + number + " in container 1: bytes of key shire/maps/b: " +
          container().native() + ": ends inside part 1 of block " + number});
}

BOOST_AUTO_TEST_CASE(a_container_file_that_is_missing) {
  fs::remove(container());
  std::vector<std::string> found;
  BOOST_TEST(lines(found) == 1);
  BOOST_TEST_REQUIRE(found.size() == 3u);  // each block, and the container
  BOOST_TEST(
      found[1].ends_with("bytes of key shire/maps/b: " + container().native() + " is missing"));
  BOOST_TEST(found[2] == "containers 1: " + container().native() + " is missing");
}

BOOST_AUTO_TEST_CASE(rows_and_totals) {
  damage([this](WriteTxn& txn) {
    const ObjectId content = find_key(txn, "shire", "maps", "b").value().id;
    erase(txn, catalog::blocks, {block.id, content});
    StateRecord state = read_state(txn);
    ++state.totals.keys;
    write_state(txn, state);
  });
  std::vector<std::string> found;
  BOOST_TEST(lines(found) == 1);
  BOOST_TEST(last.ends_with("; findings: 3"));
  const std::vector<std::string> expected{
      "blocks block " + std::to_string(block.id.local) +
          " in container 1: missing; key shire/maps/b has it",
      "namespace /: totals: keys 3, counted 2",
      "containers 1: 2 blocks of 200000 bytes for 2 keys, counted 1, 100000, 2",
      // 100,000 bytes and two checksums touch 25 stretches of 4 KiB.
      "100.0 KiB of container files belong to no key; the server gives them back"};
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(bytes_that_belong_to_no_key_are_no_damage) {
  std::fstream bytes(container(), std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(static_cast<std::streamoff>(block.id.local + 1'000'000));
  bytes.put('x');
  bytes.close();
  std::vector<std::string> found;
  BOOST_TEST(lines(found) == 0);
  BOOST_TEST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0] == "4.0 KiB of container files belong to no key; the server gives them back");
}

BOOST_AUTO_TEST_CASE(containers_at_their_end_need_no_file) {
  damage([](WriteTxn& txn) {
    StateRecord state = read_state(txn);
    for (const ContainerState end : {ContainerState::deleting, ContainerState::deleted}) {
      storage::put(txn, catalog::containers, ContainerId{state.next_container++}, {.state = end});
      ++state.containers[static_cast<std::size_t>(end)];
    }
    write_state(txn, state);
  });
  std::vector<std::string> found;
  BOOST_TEST(lines(found) == 0);
  BOOST_TEST(found.empty());
  const std::string left = container_file_name({3});
  std::ofstream(data / "blocks" / left).put('x');  // of the deleted one
  expect({"containers " + left + ": a file of no container"});
}

BOOST_AUTO_TEST_CASE(findings_as_json) {
  damage([](WriteTxn& txn) { storage::put(txn, catalog::containers, ContainerId{77}, {}); });
  std::vector<std::string> found;
  BOOST_TEST(lines(found, true) == 1);
  const std::vector<std::string> expected{
      R"({"table":"containers","row":"77","what":"its id was never drawn"})",
      R"({"table":"meta","row":"containers","what":"not as many of each state as there are"})"};
  BOOST_TEST(found == expected, boost::test_tools::per_element());
  const std::string counts =
      R"({"command":"verify","data":")" + data.native() +
      R"(","volumes":1,"buckets":1,"keys":2,"bytes":200000,"unaccounted_bytes":0,"findings":2,)";
  BOOST_TEST(last.starts_with(counts));
}

BOOST_AUTO_TEST_CASE(a_server_that_runs_and_no_data_directory) {
  const auto store = open();
  const Failure running = verify({}, data.native(), "").error();
  BOOST_TEST(running.reason.ends_with("in use by process " + std::to_string(getpid()) +
                                      "; stop the server first"));
  BOOST_TEST((running.exit == Exit::failed));
  BOOST_TEST((verify({}, directory.path().native(), "").error().exit == Exit::usage));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::ctl
