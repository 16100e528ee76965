// What paths of the namespace name (spec/recon.md §4.12, §8.2), sizes with three copies (§8.1), and
// which children of a place are kept in an account of sizes (§4.13).

#include "handlers/recon/place.h"

#include <boost/test/unit_test.hpp>

#include "handlers/recon/sub_paths.h"
#include "tests/support/state.h"

namespace dobson::recon {

namespace {

namespace st = storage;

// The volumes and buckets of §8.1 with three copies of every byte, and an OBJECT_STORE bucket.
struct World : test::State {
  World() {
    container = run(st::CreateContainer{})->container;
    for (const auto* volume : {"vol", "vol2", "vol3"}) {
      BOOST_TEST_REQUIRE(run(st::CreateVolume{volume, "TestUser", "TestUser", {}}).ok());
    }
    tree("vol", "bucket1");
    put("file1", 500);
    put("dir1/dir2/file2", 1025);
    put("dir1/dir3/file3", 4097);
    put("dir1/dir4/file6", 2049);
    put("dir1/file7", 4097);
    tree("vol", "bucket2");
    put("file4", 2049);
    put("file5", 100);
    tree("vol2", "bucket3");
    put("file8", 1025);
    put("dir5/file9", 2049);
    put("dir5/file10", 2049);
    tree("vol2", "bucket4");
    put("file11", 1025);
    tree("vol3", "bucket5");
    put("file12", 1024);
    put("dir6/file13", 1024);
    put("dir6/dir7/file14", 1024);
  }
  ~World() {
    BOOST_TEST(findings() == std::vector<std::string>(), boost::test_tools::per_element());
  }

  void tree(const std::string& volume, const std::string& bucket,
            st::Layout layout = st::Layout::file_system_optimized) {
    volume_ = volume;
    bucket_ = bucket;
    BOOST_TEST_REQUIRE(run(st::CreateBucket{.volume = volume,
                                            .bucket = bucket,
                                            .creator = "TestUser",
                                            .layout = layout,
                                            .replication = st::Replication::three})
                           .ok());
  }
  void put(const std::string& name, std::uint64_t size) {
    st::PutKey put{volume_, bucket_, name, size, st::Md5{}, {}};
    if (size != 0) put.blocks = {{{container, next_local++}, size}};
    BOOST_TEST_REQUIRE(test::text_of(run(put)) == "ok");
  }

  // "KIND path", and what it holds, with all copies.
  std::string at(std::string_view path) {
    constexpr std::string_view kinds[] = {"none", "root", "volume", "bucket", "directory", "key"};
    const st::Snapshot txn(env());
    std::pmr::monotonic_buffer_resource arena;
    const Place place = find_place(txn, path, arena);
    std::string text(kinds[place.found.index()]);
    if (place.path.empty()) return text;
    text.append(" ").append(place.path);
    const auto* totals = place.totals();
    return totals == nullptr ? text
                             : text + " " + std::to_string(totals->bytes) + " " +
                                   std::to_string(totals->replicated_bytes);
  }

  // "name bytes replicated", of a directory with the directories below it.
  std::vector<std::string> entries(std::string_view path, std::string_view after = {}) {
    const st::Snapshot txn(env());
    std::pmr::monotonic_buffer_resource arena;
    const Place place = find_place(txn, path, arena);
    const auto* bucket = std::get_if<st::BucketRecord>(&place.found);
    const auto id = bucket != nullptr ? bucket->id : std::get<Directory>(place.found).record.id;
    std::vector<std::string> found;
    st::visit_entries(txn, id, st::Replication::three, after, [&](const st::Entry& entry) {
      found.push_back(std::string(entry.name) + " " + std::to_string(entry.bytes) + " " +
                      std::to_string(entry.replicated_bytes) +
                      (entry.directory ? " " + std::to_string(entry.directories) : ""));
      return true;
    });
    return found;
  }

  std::vector<std::string> buckets(const st::BucketPlace& after, std::size_t most = 100) {
    std::vector<std::string> found;
    st::visit_all_buckets(
        st::Snapshot(env()), after,
        [&](const st::BucketPlace& place, const st::BucketRecord* bucket) {
          BOOST_TEST((bucket == nullptr) == place.bucket.empty());
          found.push_back(std::string(place.volume) + "/" + std::string(place.bucket));
          return found.size() < most;
        });
    return found;
  }

  st::ContainerId container;
  std::uint64_t next_local = 1;
  std::string volume_;
  std::string bucket_;
};

using Texts = std::vector<std::string>;

std::string names_of(SubPaths& paths) {
  std::string names;
  for (const SubPath& each : paths.sorted()) names.append(each.name).append(" ");
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recon_places)

BOOST_FIXTURE_TEST_CASE(totals_with_three_copies, World) {
  BOOST_TEST(at("/") == "root / 23137 69411");
  BOOST_TEST(at("/vol") == "volume /vol 13917 41751");
  BOOST_TEST(at("/vol3") == "volume /vol3 3072 9216");
  BOOST_TEST(at("/vol/bucket1") == "bucket /vol/bucket1 11768 35304");
  BOOST_TEST(at("/vol/bucket1/dir1") == "directory /vol/bucket1/dir1 11268 33804");
  BOOST_TEST(at("/vol3/bucket5/dir6") == "directory /vol3/bucket5/dir6 2048 6144");
}

BOOST_FIXTURE_TEST_CASE(entries_of_buckets_and_directories, World) {
  BOOST_TEST(entries("/vol/bucket1") == (Texts{"dir1/ 11268 33804 3", "file1 500 1500"}),
             boost::test_tools::per_element());
  BOOST_TEST(entries("/vol/bucket1/dir1") == (Texts{"dir2/ 1025 3075 0", "dir3/ 4097 12291 0",
                                                    "dir4/ 2049 6147 0", "file7 4097 12291"}),
             boost::test_tools::per_element());
  BOOST_TEST(
      entries("/vol/bucket1/dir1", "dir3/") == (Texts{"dir4/ 2049 6147 0", "file7 4097 12291"}),
      boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(buckets_of_all_volumes, World) {
  for (const char* empty : {"vol0", "vol4"}) {
    BOOST_TEST_REQUIRE(run(st::CreateVolume{empty, "TestUser", "TestUser", {}}).ok());
  }
  const Texts all{"vol/bucket1",  "vol/bucket2",  "vol0/", "vol2/bucket3",
                  "vol2/bucket4", "vol3/bucket5", "vol4/"};
  BOOST_TEST(buckets({}) == all, boost::test_tools::per_element());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto slash = all[i].find('/');
    const st::BucketPlace after{std::string_view(all[i]).substr(0, slash),
                                std::string_view(all[i]).substr(slash + 1)};
    BOOST_TEST(buckets(after) == Texts(all.begin() + i + 1, all.end()),
               boost::test_tools::per_element());
  }
  BOOST_TEST(buckets({"vol", "bucket11"}, 2) == (Texts{"vol/bucket2", "vol0/"}),
             boost::test_tools::per_element());
  BOOST_TEST(buckets({"vol1", "zzz"}, 1) == Texts{"vol2/bucket3"},
             boost::test_tools::per_element());
  BOOST_TEST(buckets({"vol4", {}}).empty());
}

BOOST_FIXTURE_TEST_CASE(paths_of_a_tree, World) {
  const std::string dir1 = "directory /vol/bucket1/dir1 11268 33804";
  for (const auto* path : {"vol/bucket1/dir1", "//vol//bucket1///dir1/", "/vol/./bucket1/dir1/.",
                           "/vol/bucket1/dir1/dir2/..", "/vol2/../vol/bucket1/dir1"}) {
    BOOST_TEST(at(path) == dir1);
  }
  BOOST_TEST(at("/vol/bucket1/dir1/file7") == "key /vol/bucket1/dir1/file7");
  BOOST_TEST(at("/vol/bucket1/dir1/file7/") == "key /vol/bucket1/dir1/file7");
  for (const auto* path :
       {"", "//", "/.", "/..", "/../vol", "/vol/..", "/vol/../..", " ", "/nosuch", "/vol/nosuch",
        "/vol/bucket1/dir", "/vol/bucket1/dir1/file7/x", "/vol/bucket1/nosuch/file7"}) {
    BOOST_TEST(at(path) == "none");
  }
}

BOOST_FIXTURE_TEST_CASE(paths_of_an_object_store, World) {
  tree("vol", "obs", st::Layout::object_store);
  for (const auto* key : {"file1", "////file2", "file3///", "a//b", "a/b", "////", "../x", "./y"}) {
    put(key, 1);
    const std::string path = std::string("/vol/obs/") + key;
    BOOST_TEST(at(path) == "key " + path);
    BOOST_TEST(at(path.substr(1)) == "key " + path);
    BOOST_TEST(at("//" + path) == "key " + path);
  }
  for (const auto* path : {"/vol/obs", "/vol/obs/", "//vol//obs//"}) {
    BOOST_TEST(at(path) == "bucket /vol/obs 8 24");
  }
  for (const auto* path : {"/vol/obs/a", "/vol/obs/a/", "/vol/obs/a/b/", "/vol//obs/file1",
                           "/vol/obs//file1", "/vol/obs/./file1"}) {
    BOOST_TEST(at(path) == "none");
  }
}

BOOST_AUTO_TEST_CASE(the_first_by_size) {
  SubPaths paths(SubPaths::Order::by_size, 3);
  const std::uint64_t sizes[] = {5, 9, 5, 1, 9, 7, 9};
  for (std::size_t i = 0; i < std::size(sizes); ++i) {
    paths.add(std::to_string(i), i == 1, sizes[i], 0);
  }
  BOOST_TEST(paths.count() == 7U);
  BOOST_TEST(names_of(paths) == "4 6 1 ");  // of equal ones directories before keys
}

BOOST_AUTO_TEST_CASE(the_first_in_order) {
  SubPaths paths(SubPaths::Order::keys_last, 4);
  for (std::size_t i = 0; i < 6; ++i) paths.add(std::to_string(i), i % 2 == 0, i, 0);
  BOOST_TEST(names_of(paths) == "1 3 5 0 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::recon
