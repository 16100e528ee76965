// The rules of recording.h and replay.h on recordings made by hand.

#include <fcntl.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <optional>
#include <set>

#include "tests/crash/replay.h"
#include "tests/support/temporary_directory.h"

using namespace dobson::crash;

namespace {

class Script {
 public:
  uint64_t open(int fd, const std::string& path, int flags = O_CREAT | O_RDWR) {
    return add({.kind = Kind::open, .fd = fd, .flags = static_cast<uint32_t>(flags), .mode = 0600},
               path);
  }
  uint64_t write(int fd, uint64_t offset, std::string data) {
    return add({.kind = Kind::write, .fd = fd, .offset = offset}, {}, std::move(data));
  }
  uint64_t sync(Kind kind, int fd) {
    return add({.kind = kind, .fd = fd, .begin = log_.records()});
  }
  uint64_t rename(const std::string& from, const std::string& to) {
    return add({.kind = Kind::rename}, from, to);
  }
  uint64_t add(const Head& head, const std::string& path = {}, std::string data = {}) {
    const iovec part{data.data(), data.size()};
    log_.append(head, path, {&part, 1});
    return log_.records();
  }

  Recording recording() const { return load(scratch_.path() / "log"); }

  // Of a file after a power cut at the end of the script; nothing if there is no such file.
  std::optional<std::string> survivor(const std::string& path, Policy policy, uint64_t seed = 0) {
    const Recording whole = recording();
    Replay(whole).materialise(whole.ops.size(), policy, seed, scratch_.path() / "left");
    std::ifstream file(scratch_.path() / "left" / path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator(file), {});
  }

  std::set<std::optional<std::string>> survivors(const std::string& path) {
    std::set<std::optional<std::string>> all;
    for (uint64_t seed = 0; seed < 300; ++seed) all.insert(survivor(path, Policy::random, seed));
    return all;
  }

 private:
  dobson::test::TemporaryDirectory scratch_;
  Log log_{scratch_.path() / "log"};
};

// A file `f`, open as 3, whose first bytes are durable.
class Synced : public Script {
 public:
  explicit Synced(const std::string& data) {
    open(3, "f");
    write(3, 0, data);
    sync(Kind::fdatasync, 3);
  }
};

using Texts = std::set<std::optional<std::string>>;

}  // namespace

BOOST_AUTO_TEST_SUITE(power_cut_model)

BOOST_AUTO_TEST_CASE(a_synced_write_stays_and_an_unsynced_one_may_go) {
  Synced script("aaaa");
  script.write(3, 2, "bbbb");
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == "aaaa");
  BOOST_TEST(script.survivor("f", Policy::keep_all).value() == "aabbbb");
  // Torn, its growth is there and its bytes are not.
  BOOST_TEST((script.survivors("f") == Texts{"aaaa", "aabbbb", std::string("aaaa\0\0", 6)}));
}

BOOST_AUTO_TEST_CASE(a_write_during_a_sync_is_not_synced) {
  Synced script("aaaa");
  const uint64_t begin = script.write(3, 0, "b");
  script.write(3, 1, "c");
  script.add({.kind = Kind::fdatasync, .fd = 3, .begin = begin});
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == "baaa");
}

BOOST_AUTO_TEST_CASE(a_sync_covers_no_other_file) {
  Synced script("aaaa");
  script.write(3, 0, "b");
  script.open(4, "g");
  script.sync(Kind::fsync, 4);
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == "aaaa");
}

BOOST_AUTO_TEST_CASE(a_dsync_write_covers_only_itself) {
  Synced script("aaaa");
  script.write(3, 0, "b");
  script.open(4, "f", O_RDWR | O_DSYNC);
  script.write(4, 1, "c");
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == "aaaa");
  script.add({.kind = Kind::dsync, .fd = 4});
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == "acaa");
}

BOOST_AUTO_TEST_CASE(writes_tear_at_sectors_of_the_file) {
  constexpr size_t size = 4096;
  constexpr size_t offset = 100;
  constexpr size_t length = 2000;
  Synced script(std::string(size, 'a'));
  script.write(3, offset, std::string(length, 'b'));
  std::set<std::string> torn_first_sectors;
  for (const auto& text : script.survivors("f")) {
    BOOST_REQUIRE(text->size() == size);
    std::string sectors;
    for (size_t at = offset; at < offset + length; at += 512 - at % 512) sectors += text->at(at);
    for (size_t at = 0; at < size; ++at) {
      const bool written = at >= offset && at < offset + length;
      const char sector = written ? sectors[at / 512] : 'a';
      BOOST_REQUIRE(text->at(at) == sector);
    }
    torn_first_sectors.insert(sectors.substr(0, 2));
  }
  BOOST_TEST((torn_first_sectors == std::set<std::string>{"aa", "ab", "ba", "bb"}));
}

BOOST_AUTO_TEST_CASE(a_new_file_needs_any_sync_of_it_or_fsync_of_its_directory) {
  for (const auto& [kind, path, survives] : {std::tuple{Kind::fdatasync, "d/f", true},
                                             {Kind::fsync, "d/f", true},
                                             {Kind::fsync, "d", true},
                                             {Kind::fdatasync, "d", false},
                                             {Kind::fsync, "", false}}) {
    Script script;
    script.add({.kind = Kind::mkdir, .mode = 0700}, "d");
    script.open(3, "d/f");
    script.open(4, path, O_RDONLY);
    BOOST_TEST(!script.survivor("d/f", Policy::drop_all));
    script.sync(kind, 4);
    BOOST_TEST(script.survivor("d/f", Policy::drop_all).has_value() == survives);
  }
}

BOOST_AUTO_TEST_CASE(a_rename_needs_fsync_of_the_file_or_a_directory) {
  for (const auto& [kind, path, survives] : {std::tuple{Kind::fdatasync, "d/g", false},
                                             {Kind::fsync, "d/g", true},
                                             {Kind::fsync, "d", true},
                                             {Kind::fsync, "", true}}) {
    Synced script("aaaa");
    script.add({.kind = Kind::mkdir, .mode = 0700}, "d");
    script.rename("f", "d/g");
    script.open(5, path, O_RDONLY);
    script.sync(kind, 5);
    BOOST_TEST(script.survivor("d/g", Policy::drop_all).has_value() == survives);
    BOOST_TEST(script.survivor("f", Policy::drop_all).has_value() == !survives);
  }
}

BOOST_AUTO_TEST_CASE(names_reach_the_disk_in_order) {
  Script script;
  script.open(3, "first");
  script.open(4, "second");
  script.open(5, "third");
  script.sync(Kind::fdatasync, 4);
  BOOST_TEST(script.survivor("first", Policy::drop_all).has_value());
  BOOST_TEST(!script.survivor("third", Policy::drop_all).has_value());
  BOOST_TEST((script.survivors("third") == Texts{std::nullopt, ""}));
}

BOOST_AUTO_TEST_CASE(a_removed_file_may_come_back) {
  Synced script("aaaa");
  script.open(4, "", O_RDONLY);
  script.add({.kind = Kind::unlink}, "f");
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == "aaaa");
  BOOST_TEST(!script.survivor("f", Policy::keep_all));
  script.sync(Kind::fsync, 3);
  BOOST_TEST(script.survivor("f", Policy::drop_all).has_value());
  script.sync(Kind::fsync, 4);
  BOOST_TEST(!script.survivor("f", Policy::drop_all));
}

BOOST_AUTO_TEST_CASE(a_directory_moves_with_what_is_in_it) {
  Script script;
  script.add({.kind = Kind::mkdir, .mode = 0700}, "d");
  script.open(3, "d/f");
  script.open(4, "d-f");
  script.rename("d", "e");
  script.write(3, 0, "x");
  BOOST_TEST(script.survivor("e/f", Policy::keep_all).value() == "x");
  BOOST_TEST(!script.survivor("d/f", Policy::keep_all));
  BOOST_TEST(script.survivor("d-f", Policy::keep_all).has_value());
}

BOOST_AUTO_TEST_CASE(sizes_and_holes_are_kept_in_order) {
  Synced script(std::string(8, 'a'));
  script.add({.kind = Kind::truncate, .fd = 3, .length = 2});
  script.add({.kind = Kind::allocate, .fd = 3, .offset = 0, .length = 4});
  script.add({.kind = Kind::allocate,
              .fd = 3,
              .flags = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
              .offset = 1,
              .length = 100});
  const std::string holed("a\0\0\0", 4);
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == "aaaaaaaa");
  BOOST_TEST(script.survivor("f", Policy::keep_all).value() == holed);
  BOOST_TEST((script.survivors("f") == Texts{"aaaaaaaa", "aa", std::string("aa\0\0", 4), holed}));
  script.sync(Kind::fdatasync, 3);
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == holed);
}

BOOST_AUTO_TEST_CASE(opening_with_truncation_is_one) {
  Synced script("aaaa");
  script.open(4, "f", O_CREAT | O_TRUNC | O_WRONLY);
  BOOST_TEST(script.survivor("f", Policy::drop_all).value() == "aaaa");
  BOOST_TEST(script.survivor("f", Policy::keep_all).value() == "");
}

BOOST_AUTO_TEST_CASE(cuts_do_not_depend_on_cuts_before) {
  Synced script("aaaa");
  script.write(3, 0, "b");
  script.sync(Kind::fdatasync, 3);
  const Recording recording = script.recording();
  Replay replay(recording);
  const dobson::test::TemporaryDirectory scratch;
  const auto left = [&](uint64_t prefix, Policy policy) {
    replay.materialise(prefix, policy, 0, scratch.path() / "left");
    std::ifstream file(scratch.path() / "left/f");
    return std::string(std::istreambuf_iterator(file), {});
  };
  BOOST_TEST(left(4, Policy::keep_all) == "baaa");
  BOOST_TEST(left(4, Policy::drop_all) == "aaaa");
  BOOST_TEST(left(5, Policy::drop_all) == "baaa");
  BOOST_TEST(left(3, Policy::keep_all) == "aaaa");
}

BOOST_AUTO_TEST_CASE(what_the_recorder_missed_is_an_error) {
  Script unmade;
  unmade.open(3, "f", O_RDWR);
  BOOST_CHECK_THROW(unmade.recording(), std::runtime_error);
  Script next_life;
  next_life.open(3, "f");
  next_life.add({.kind = Kind::start});
  next_life.write(3, 0, "x");
  BOOST_CHECK_THROW(next_life.recording(), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
