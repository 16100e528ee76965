// The rules of FILE_SYSTEM_OPTIMIZED buckets, of what is deleted there, and of the stages behind it
// (spec/ozone-rest.md §4.13). What random commands do together is tests/model.

#include <boost/test/unit_test.hpp>

#include "core/base/limits.h"
#include "storage/query/namespace.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

using test::text_of;
using Names = std::vector<std::string>;

// Volume "shire" with the bucket "tree", and a container.
struct Tree : test::State {
  Tree() {
    BOOST_TEST_REQUIRE(run(CreateVolume{"shire", "frodo", "root", {}}).ok());
    BOOST_TEST_REQUIRE(run(CreateBucket{.volume = "shire",
                                        .bucket = "tree",
                                        .creator = "frodo",
                                        .layout = Layout::file_system_optimized})
                           .ok());
    container = run(CreateContainer{})->container;
  }
  ~Tree() {
    BOOST_TEST(findings() == std::vector<std::string>(), boost::test_tools::per_element());
  }

  std::string put(const std::string& name, std::uint64_t size = 0, UnixMillis time = 1000) {
    PutKey put{"shire", "tree", name, size, Md5{}, {}};
    if (size != 0) put.blocks = {{{container, next_local++}, size}};
    return text_of(run(put, time));
  }
  std::string move(const std::string& from, const std::string& to, UnixMillis time = 1000) {
    return text_of(run(RenameKey{"shire", "tree", from, to}, time));
  }
  std::string remove(const std::string& name, bool recursive = false) {
    return text_of(run(DeleteKey{"shire", "tree", name, {}, recursive}, 2000));
  }
  BucketRecord tree() { return find_bucket(Snapshot(env()), "shire", "tree").value(); }
  Names names(bool directories = true) {
    Names names;
    const Snapshot txn(env());
    visit_keys(txn, KeySpace(find_bucket(txn, "shire", "tree").value(), directories), {},
               [&names](const KeyRow& row) {
                 names.emplace_back(row.name);
                 return true;
               });
    return names;
  }
  std::uint64_t rows(TableIndex table) { return Snapshot(env()).rows(table); }

  ContainerId container;
  std::uint64_t next_local = 1;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_directories, Tree)

BOOST_AUTO_TEST_CASE(a_put_makes_the_parents_it_lacks) {
  BOOST_TEST(put("a/b/c", 5) == "ok");
  BOOST_TEST(put("a-b", 1) == "ok");
  BOOST_TEST(put("a/b/d", 6) == "ok");
  BOOST_TEST(names() == (Names{"a-b", "a/", "a/b/", "a/b/c", "a/b/d"}));
  BOOST_TEST(names(false) == (Names{"a-b", "a/b/c", "a/b/d"}));
  BOOST_TEST(tree().totals.directories == 2);
  BOOST_TEST(tree().totals.keys == 3);
  BOOST_TEST(tree().totals.bytes == 12);
  BOOST_TEST(tree().totals.direct_bytes == 1);
}

BOOST_AUTO_TEST_CASE(a_directory_is_made_once_and_stays) {
  BOOST_TEST(put("a/b/", 0, 1000) == "ok");
  BOOST_TEST(put("a/b/", 0, 2000) == "ok");
  BOOST_TEST(find_key(Snapshot(env()), "shire", "tree", "a/b/").value().modified == 1000);
  BOOST_TEST(put("a/b/", 5) == "invalid_argument");
  BOOST_TEST(put("a/b/c") == "ok");
  BOOST_TEST(remove("a/b/c") == "ok");
  BOOST_TEST(names() == (Names{"a/", "a/b/"}));
}

BOOST_AUTO_TEST_CASE(keys_and_directories_exclude_each_other) {
  BOOST_TEST(put("a/b") == "ok");
  BOOST_TEST(put("a") == "key_exists");
  BOOST_TEST(put("a/b/") == "key_exists");
  BOOST_TEST(put("a/b/c") == "key_exists");
  BOOST_TEST(put("a/b/c/d/e") == "key_exists");
  BOOST_TEST(put("c") == "ok");
  BOOST_TEST(move("c", "a") == "key_exists");
  BOOST_TEST(move("c", "a/b/c") == "key_exists");
  BOOST_TEST(move("a/", "c/") == "key_exists");
  BOOST_TEST(names() == (Names{"a/", "a/b", "c"}));
  const Snapshot txn(env());
  for (const char* name : {"a", "a/b/", "a/b/c", "c/", "c/d/e"}) {
    BOOST_TEST(text_of(check_path(txn, tree(), name)) == "key_exists", name);
  }
  for (const char* name : {"a/", "a/b", "a/c", "a/c/", "c", "d/e/f", "a-b"}) {
    BOOST_TEST(text_of(check_path(txn, tree(), name)) == "ok", name);
  }
}

BOOST_AUTO_TEST_CASE(names_must_be_normal) {
  for (const char* name : {"/", "/a", "a//b", "a//", ".", "..", "./a", "a/./b", "a/../b", "a/.."}) {
    BOOST_TEST(put(name) == "invalid_key_name", name);
    BOOST_TEST(remove(name) == "invalid_key_name", name);
    BOOST_TEST(move(name, "x") == "invalid_key_name", name);
    BOOST_TEST(text_of(find_key(Snapshot(env()), "shire", "tree", name)) == "invalid_key_name");
    BOOST_TEST(text_of(check_path(Snapshot(env()), tree(), name)) == "invalid_key_name", name);
  }
  for (const char* name : {"...", ".a", "a.", "a/..b", " "}) BOOST_TEST(put(name) == "ok", name);
}

BOOST_AUTO_TEST_CASE(a_directory_moves_with_all_it_holds) {
  BOOST_TEST(put("a/b/c", 5) == "ok");
  BOOST_TEST(put("a/b/d/e", 6) == "ok");
  const std::uint64_t rows_before = rows(catalog::names.index);
  BOOST_TEST(move("a/b/", "x/y/", 5000) == "ok");
  BOOST_TEST(names() == (Names{"a/", "x/", "x/y/", "x/y/c", "x/y/d/", "x/y/d/e"}));
  BOOST_TEST(rows(catalog::names.index) == rows_before + 1);  // "x/"
  BOOST_TEST(find_key(Snapshot(env()), "shire", "tree", "x/y/").value().modified == 5000);
  BOOST_TEST(find_key(Snapshot(env()), "shire", "tree", "x/y/c").value().modified == 1000);
  BOOST_TEST(tree().totals.bytes == 11);
}

BOOST_AUTO_TEST_CASE(moves_of_directories_that_cannot_be) {
  BOOST_TEST(put("a/b/c") == "ok");
  BOOST_TEST(put("d/") == "ok");
  BOOST_TEST(move("none/", "x/") == "key_not_found");
  BOOST_TEST(move("a/", "a/b/x/") == "invalid_key_name");
  BOOST_TEST(move("a/", "x") == "invalid_key_name");
  BOOST_TEST(move("a/b/c", "x/") == "invalid_key_name");
  BOOST_TEST(move("a/", "d/") == "key_exists");
  BOOST_TEST(move("a/", "a/", 9000) == "ok");
  BOOST_TEST(find_key(Snapshot(env()), "shire", "tree", "a/").value().modified == 1000);
  BOOST_TEST(names() == (Names{"a/", "a/b/", "a/b/c", "d/"}));
}

// 1024 bytes hold for names below a directory that moves, too.
BOOST_AUTO_TEST_CASE(no_move_makes_a_name_too_long) {
  const std::string component(1000, 'n');
  BOOST_TEST(put("a/" + component) == "ok");
  BOOST_TEST(move("a/", std::string(24, 'x') + "/") == "invalid_key_name");
  BOOST_TEST(move("a/", std::string(23, 'x') + "/") == "ok");
  BOOST_TEST(remove(std::string(23, 'x') + "/" + component) == "ok");
  BOOST_TEST(move(std::string(23, 'x') + "/", std::string(500, 'y') + "/") == "ok");
}

BOOST_AUTO_TEST_CASE(only_an_empty_directory_goes_unless_all_are_meant) {
  BOOST_TEST(put("a/b/c", 5) == "ok");
  BOOST_TEST(remove("a/b/") == "directory_not_empty");
  BOOST_TEST(remove("a/") == "directory_not_empty");
  BOOST_TEST(remove("a/b/c") == "ok");
  BOOST_TEST(remove("a/b/") == "ok");
  BOOST_TEST(remove("a/b/") == "key_not_found");
  BOOST_TEST(remove("a/", true) == "ok");
  BOOST_TEST(names() == Names());
  BOOST_TEST(rows(catalog::deleted_directories.index) == 0);
}

BOOST_AUTO_TEST_CASE(a_tree_is_gone_at_once_and_its_space_by_and_by) {
  for (int i = 0; i < 50; ++i) {
    BOOST_TEST(put("a/" + std::to_string(i % 5) + "/" + std::to_string(i), 10) == "ok");
  }
  BOOST_TEST(put("b", 1) == "ok");
  BOOST_TEST(remove("a/", true) == "ok");
  BOOST_TEST(names() == Names{"b"});
  BOOST_TEST(tree().totals.bytes == 1);
  BOOST_TEST(tree().totals.directories == 0);
  BOOST_TEST(put("a/0/0", 2) == "ok");  // the name is free

  int commands = 0;
  for (; rows(catalog::deleted_directories.index) + rows(catalog::deleted_keys.index) > 0;
       ++commands) {
    BOOST_TEST(run(PurgeDirectories{7}).ok());
    BOOST_TEST(run(PurgeKeys{7}).ok());
    BOOST_TEST(findings() == Names(), boost::test_tools::per_element());
  }
  BOOST_TEST(commands >= 8);  // 56 rows, at most 7 of each stage by a command
  BOOST_TEST(rows(catalog::deleted_blocks.index) == 50);
  BOOST_TEST(names() == (Names{"a/", "a/0/", "a/0/0", "b"}));
}

// Directories that the batch made have no row before it ends.
BOOST_AUTO_TEST_CASE(a_purge_finds_what_its_batch_deleted) {
  const auto outcomes = run({PutKey{"shire", "tree", "a/b/c/", 0, {}, {}},
                             DeleteKey{"shire", "tree", "a/", {}, true}, PurgeDirectories{100}},
                            1000);
  for (const auto& outcome : outcomes) BOOST_TEST(text_of(outcome) == "ok");
  BOOST_TEST(rows(catalog::deleted_directories.index) == 0);
  BOOST_TEST(rows(catalog::names.index) == 2);  // the volume and the bucket
}

BOOST_AUTO_TEST_CASE(a_bucket_of_directories_alone_goes_with_them) {
  BOOST_TEST(put("a/b/", 0) == "ok");
  const UploadName upload{"shire", "tree", "c", run(StartUpload{"shire", "tree", "c"})->upload};
  BOOST_TEST(run(PutPart{upload, 1, 9, Md5{}, {{{container, 99}, 9}}}).ok());
  BOOST_TEST(run(DeleteBucket{"shire", "tree", {"frodo", false}}).ok());
  BOOST_TEST(findings() == Names(), boost::test_tools::per_element());
  BOOST_TEST(root_totals(Snapshot(env())).directories == 0);
  BOOST_TEST(run(PurgeDirectories{100}).ok());
  BOOST_TEST(run(PurgeDirectories{100}).ok());
  BOOST_TEST(rows(catalog::uploads.index) == 0);
  BOOST_TEST(rows(catalog::deleted_keys.index) == 1);  // the part
  BOOST_TEST(rows(catalog::names.index) == 1);         // the volume
}

BOOST_AUTO_TEST_CASE(a_bucket_counts_what_is_below_its_deleted_directories) {
  BOOST_TEST(put("a/b/c", 5) == "ok");
  BOOST_TEST(put("a/d", 2000) == "ok");
  BOOST_TEST(put("e", 7) == "ok");
  BOOST_TEST(remove("a/", true) == "ok");
  BOOST_TEST(tree().totals.keys == 1);
  const auto below = [&] {
    const Totals deleted = tree().deleted;
    BOOST_TEST((read_state(Snapshot(env())).deleted == deleted));
    return std::tuple(deleted.directories, deleted.keys, deleted.bytes);
  };
  BOOST_TEST((below() == std::tuple(1, 2, 2005)));  // "a/" itself is none of them
  BOOST_TEST(tree().deleted.keys_by_size[1] == 1);
  BOOST_TEST(run(PurgeDirectories{2}).ok());
  BOOST_TEST((below() == std::tuple(0, 1, 5)));
  BOOST_TEST((tree().deleted_keys == Tally{1, 2000, 2000}));
  BOOST_TEST(run(PurgeDirectories{9}).ok());
  BOOST_TEST((below() == std::tuple(0, 0, 0)));
  BOOST_TEST((tree().deleted_keys == Tally{2, 2005, 2005}));
  BOOST_TEST(run(PurgeKeys{9}).ok());
  BOOST_TEST((tree().deleted_keys == Tally{}));
  BOOST_TEST((read_state(Snapshot(env())).deleted_blocks == Tally{2, 2005, 2005}));
}

BOOST_AUTO_TEST_SUITE_END()

// A copy shares its blocks, and they stay until the last key of them is gone.
BOOST_FIXTURE_TEST_CASE(copies_share_their_blocks, Tree) {
  const BlockId block{container, next_local};
  BOOST_TEST(put("a", 5) == "ok");
  const auto copied = run(CopyKey{"shire", "tree", "a", {}, "shire", "tree", "b/c", {}});
  BOOST_TEST((copied.ok() && copied->tag == EntityTag{Md5{}, 0}));
  BOOST_TEST(tree().totals.bytes == 10);
  BOOST_TEST(remove("a") == "ok");
  BOOST_TEST(run(PurgeKeys{9}).ok());
  BOOST_TEST(!contains(Snapshot(env()), catalog::deleted_blocks, block));
  BOOST_TEST(remove("b/", true) == "ok");
  BOOST_TEST(run(PurgeDirectories{9}).ok());
  BOOST_TEST(run(PurgeKeys{9}).ok());
  BOOST_TEST(contains(Snapshot(env()), catalog::deleted_blocks, block));
}

}  // namespace dobson::storage
