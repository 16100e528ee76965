// From ids back to names.

#include "storage/query/path.h"

#include <boost/test/unit_test.hpp>

#include "storage/query/namespace.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

struct World : test::State {
  World() {
    BOOST_TEST_REQUIRE(run(CreateVolume{"vol", "owner", "owner", {}}).ok());
    BOOST_TEST_REQUIRE(run(CreateBucket{.volume = "vol",
                                        .bucket = "bucket",
                                        .creator = "owner",
                                        .layout = Layout::file_system_optimized})
                           .ok());
    put("a/b/c/key");
  }

  void put(const std::string& key) {
    BOOST_TEST_REQUIRE(run(PutKey{"vol", "bucket", key, 0, Md5{}, {}}).ok());
  }
  ObjectId id_of(const std::string& directory) {
    const Snapshot txn(env());
    const auto bucket = find_bucket(txn, "vol", "bucket");
    return directory.empty() ? bucket->id : find_directory(txn, *bucket, directory)->id;
  }
  std::string path(ObjectId id) {
    const Snapshot txn(env());
    return path_of(txn, id).value_or("none");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_paths, World)

BOOST_AUTO_TEST_CASE(of_what_is_there) {
  BOOST_TEST(path(id_of("")) == "vol/bucket/");
  BOOST_TEST(path(id_of("a/")) == "vol/bucket/a/");
  BOOST_TEST(path(id_of("a/b/c/")) == "vol/bucket/a/b/c/");
  BOOST_TEST(path(ObjectId{1}) == "none");
  const auto moved = id_of("a/b/");
  BOOST_TEST_REQUIRE(run(RenameKey{"vol", "bucket", "a/b/", "x/y/"}).ok());
  BOOST_TEST(path(moved) == "vol/bucket/x/y/");
}

BOOST_AUTO_TEST_CASE(of_what_is_deleted_while_something_is_in_it) {
  const auto top = id_of("a/");
  const auto inner = id_of("a/b/c/");
  BOOST_TEST_REQUIRE(
      run(DeleteKey{.volume = "vol", .bucket = "bucket", .key = "a/", .recursive = true}).ok());
  BOOST_TEST(path(top) == "vol/bucket/a/");
  BOOST_TEST(path(inner) == "vol/bucket/a/b/c/");
  BOOST_TEST_REQUIRE(run(PurgeDirectories{1}).ok());
  BOOST_TEST(path(inner) == "vol/bucket/a/b/c/");
  BOOST_TEST_REQUIRE(run(PurgeDirectories{10}).ok());
  BOOST_TEST(path(top) == "none");
  BOOST_TEST(path(inner) == "none");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
