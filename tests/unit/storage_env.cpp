#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "storage/env/create_env.h"
#include "storage/env/data_lock.h"
#include "storage/env/txn.h"
#include "tests/support/temporary_directory.h"

namespace dobson::storage {

namespace {

struct OneTable {
  test::TemporaryDirectory directory;
  Env env{EnvOptions{directory.path(), 1ULL << 30, 4, {"table"}}};

  void put(std::string_view key, std::string_view value) {
    WriteTxn txn(env);
    txn.put(0, key, value);
    txn.commit();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_env, OneTable)

BOOST_AUTO_TEST_CASE(a_snapshot_sees_its_moment) {
  put("key", "old");
  Snapshot snapshot(env);
  put("key", "new");
  BOOST_TEST(snapshot.get(0, "key").value() == "old");
  BOOST_TEST(env.oldest_snapshot() == snapshot.id());

  snapshot.reset();
  BOOST_TEST(env.oldest_snapshot() == snapshot.id() + 1);
  snapshot.renew();
  BOOST_TEST(snapshot.get(0, "key").value() == "new");
}

BOOST_AUTO_TEST_CASE(a_write_is_seen_inside_and_gone_unless_committed) {
  {
    WriteTxn txn(env);
    txn.put(0, "key", "value");
    BOOST_TEST(txn.get(0, "key").value() == "value");
    BOOST_TEST(txn.erase(0, "key"));
    BOOST_TEST(!txn.erase(0, "key"));
    txn.put(0, "key", "value");
  }
  BOOST_TEST(!Snapshot(env).get(0, "key").has_value());
}

BOOST_AUTO_TEST_CASE(a_cursor_finds_its_neighbours) {
  put("b", "2");
  put("d", "4");
  const Snapshot txn(env);
  Cursor cursor(txn, 0);
  BOOST_TEST(cursor.seek("c"));
  BOOST_TEST(cursor.key() == "d");
  BOOST_TEST(!cursor.next());
  BOOST_TEST(cursor.seek_before("d"));
  BOOST_TEST(cursor.value() == "2");
  BOOST_TEST(cursor.seek_before("z"));
  BOOST_TEST(cursor.value() == "4");
  BOOST_TEST(!cursor.seek_before("b"));
  BOOST_TEST(!cursor.seek("e"));
}

BOOST_AUTO_TEST_CASE(a_full_map_is_out_of_space) {
  test::TemporaryDirectory other;
  Env small(EnvOptions{other.path(), 1 << 20, 4, {"table"}});
  WriteTxn txn(small);
  const auto fill = [&txn] {
    for (int i = 0; i < 2000; ++i) txn.put(0, std::to_string(i), std::string(1000, 'x'));
  };
  BOOST_CHECK_EXCEPTION(fill(), EnvError, [](const EnvError& error) {
    return error.code() == Errc::out_of_space &&
           std::string_view(error.what()).starts_with("mdb_put: ");
  });
}

BOOST_AUTO_TEST_CASE(too_many_readers_are_refused) {
  const Snapshot a(env), b(env), c(env), d(env);
  BOOST_CHECK_EXCEPTION(Snapshot{env}, EnvError,
                        [](const EnvError& error) { return error.code() == Errc::overloaded; });
}

BOOST_AUTO_TEST_CASE(a_map_that_does_not_fit_says_what_to_do) {
  test::TemporaryDirectory other;
  const EnvOptions options{other.path(), 1ULL << 60, 4, {"table"}};
  BOOST_CHECK_EXCEPTION(Env{options}, EnvError, [](const EnvError& error) {
    const std::string_view text = error.what();
    return text.starts_with("store.map_size is 1152921504606846976 bytes, ") &&
           text.find("ulimit -v") != std::string_view::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_creation_that_was_cut_short_begins_anew) {
  namespace fs = std::filesystem;
  const EnvOptions options{directory.path() / "made", 1ULL << 30, 4, {"table"}};
  const fs::path aside = directory.path() / "made.new";
  const auto create = [&options](const char* value) {
    return create_env(options, [value](WriteTxn& txn) { txn.put(0, "key", value); }).ok();
  };
  fs::create_directory(aside);
  std::ofstream(aside / "data.mdb") << std::string(8192, 'x');
  BOOST_TEST(create("first"));
  BOOST_TEST(!fs::exists(aside));

  fs::create_directory(aside);
  BOOST_TEST(create("second"));
  BOOST_TEST(!fs::exists(aside));
  const Env made(options);
  BOOST_TEST(Snapshot(made).get(0, "key").value() == "first");
}

BOOST_AUTO_TEST_CASE(a_data_directory_has_one_owner) {
  auto first = DataLock::take(directory.path());
  BOOST_TEST_REQUIRE(first.ok());
  const auto second = DataLock::take(directory.path());
  BOOST_TEST_REQUIRE(!second.ok());
  BOOST_TEST(second.error().message.ends_with("in use by process " + std::to_string(getpid())));
  {
    const DataLock freed = std::move(*first);
  }
  BOOST_TEST(DataLock::take(directory.path()).ok());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
