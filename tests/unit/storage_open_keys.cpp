// Keys whose bytes are on their way.

#include "storage/open_keys.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace dobson::storage {

namespace {

std::vector<OpenKey> seen(OpenKeys& keys) {
  std::vector<OpenKey> found;
  keys.visit([&](const OpenKey& key) { found.push_back(key); });
  std::ranges::sort(found, {}, &OpenKey::client);
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(storage_open_keys)

BOOST_AUTO_TEST_CASE(each_is_there_as_long_as_it_lives) {
  OpenKeys keys;
  BOOST_TEST(seen(keys).empty());
  std::vector<std::unique_ptr<OpenKeys::Entry>> entries;
  constexpr std::size_t count = 200;  // of every lock, some
  for (std::size_t i = 0; i < count; ++i) {
    const OpenKey key{.volume = "vol", .bucket = "buc", .key = "k", .created = UnixMillis(i)};
    entries.push_back(std::make_unique<OpenKeys::Entry>(keys, key));
  }
  std::set<UnixMillis> left;
  for (std::size_t i = 0; i < count; ++i) left.insert(UnixMillis(i));
  for (const std::size_t gone : {0, 199, 100, 99, 1, 198}) {
    entries[gone].reset();
    left.erase(UnixMillis(gone));
    std::set<UnixMillis> there;
    for (const OpenKey& key : seen(keys)) there.insert(key.created);
    BOOST_TEST((there == left));
  }
  entries.clear();
  BOOST_TEST(seen(keys).empty());
}

BOOST_AUTO_TEST_CASE(a_size_is_what_was_announced_or_has_come) {
  OpenKeys keys;
  OpenKeys::Entry announced(keys, {.key = "a", .announced = 10});
  OpenKeys::Entry chunked(keys, {.key = "b"});
  announced.received(4);
  chunked.received(5);
  chunked.received(6);
  const auto found = seen(keys);
  BOOST_TEST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].key == "a");
  BOOST_TEST(found[0].size() == 10U);
  BOOST_TEST(found[0].received == 4U);
  BOOST_TEST(found[1].size() == 6U);
  BOOST_TEST(found[0].client < found[1].client);
}

BOOST_AUTO_TEST_CASE(threads_add_and_remove, *boost::unit_test::label("tsan")) {
  OpenKeys keys;
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&keys] {
      for (std::uint64_t i = 0; i < 2000; ++i) {
        OpenKeys::Entry first(keys, {.key = "first", .announced = i});
        OpenKeys::Entry second(keys, {.key = "second"});
        second.received(i);
      }
    });
  }
  std::set<std::string_view> names;
  for (int i = 0; i < 200; ++i) {
    for (const OpenKey& key : seen(keys)) names.insert(key.key);
  }
  for (std::thread& writer : writers) writer.join();
  for (const auto name : names) BOOST_TEST((name == "first" || name == "second"));
  BOOST_TEST(seen(keys).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
