// Each kind of damage is found and named. That a sound state has no findings is asserted wherever
// commands are tested.

#include "storage/verify/verify.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>

#include "storage/catalog/names.h"
#include "storage/query/namespace.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

const std::string long_name(600, 'n');

constexpr ObjectId volume_id{root_id.value + 1};
constexpr ObjectId bucket_id{root_id.value + 2};
constexpr ObjectId key_id{root_id.value + 3};
constexpr ObjectId link_id{1};

// Volume "shire" with bucket "maps", container 1, keys "a" (two blocks), "old" replaced once, and
// one with a long name under a link.
struct Sound : test::State {
  Sound() {
    const std::vector<Command> commands{
        CreateVolume{"shire", "frodo", "root", {}},
        CreateBucket{.volume = "shire", .bucket = "maps", .creator = "frodo"},
        CreateContainer{},
        PutKey{"shire", "maps", "a", 30, Md5{}, {{block(1), 10}, {block(2), 20}}},
        PutKey{"shire", "maps", "old", 5, Md5{}, {{block(3), 5}}},
        PutKey{"shire", "maps", "old", 6, Md5{}, {{block(4), 6}}},
        PutKey{"shire", "maps", long_name, 7, Md5{}, {{block(5), 7}}},
        PurgeKeys{1}};
    for (const auto& outcome : run(commands, 1000)) BOOST_TEST_REQUIRE(outcome.ok());
    BOOST_TEST_REQUIRE(findings().empty());
  }

  static BlockId block(std::uint64_t local) { return {ContainerId{1}, local}; }
  static BlockKey row(std::uint64_t local, ObjectId content) { return {block(local), content}; }

  void damage(const std::function<void(WriteTxn&)>& change) {
    WriteTxn txn(env());
    change(txn);
    txn.commit();
  }

  // Changes the record of a name.
  template <class Record>
  void damage_name(ObjectId parent, const std::string& name,
                   const std::function<void(Record&)>& change) {
    damage([&](WriteTxn& txn) {
      auto record = decode_name_row<Record>(name, find_name(txn, parent, name).value());
      change(record);
      std::string row;
      encode_as<NameRow>(record, row);
      std::uint64_t next_link = 100;
      put_name(txn, parent, name, row, next_link);
    });
  }

  void damage_names(ObjectId parent, const std::string& name, const std::string& row) {
    damage([&](WriteTxn& txn) {
      txn.put(catalog::names.index, encode_key(NameKey{parent, name}), row);
    });
  }

  std::string row_of_a() { return std::string(find_name(Snapshot(env()), bucket_id, "a").value()); }

  void expect(const std::vector<std::string>& expected) {
    BOOST_TEST(findings() == expected, boost::test_tools::per_element());
  }

  void expect_among_others(const std::string& expected) {
    const std::vector<std::string> found = findings();
    BOOST_TEST(std::ranges::count(found, expected) == 1, expected);
  }

  // A row of the bucket as `verify` names it when it looks at rows one by one.
  static std::string in_bucket(const std::string& name) {
    return "namespace " + std::to_string(bucket_id.value) + "/" + name;
  }
};

// The name of a link's row.
std::string link_name(char byte) {
  return std::string(502, byte) + '\0';
}

std::string link_row(ObjectId rest) {
  std::string row;
  encode_as<NameRow>(NameLink{rest}, row);
  return row;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_verify, Sound)

BOOST_AUTO_TEST_CASE(rows_that_do_not_decode) {
  damage([](WriteTxn& txn) {
    txn.put(catalog::containers.index, "short", "\x01");
    txn.put(catalog::blocks.index, encode_key(row(1, key_id)), "\x02");
  });
  expect({"containers short: malformed key", "containers short: malformed record",
          "blocks " + printable(encode_key(row(1, key_id))) +
              ": "
              "written by a newer Dobson: record version 2, known are versions up to 1"});
}

BOOST_AUTO_TEST_CASE(totals_of_every_level) {
  damage_name<BucketRecord>(volume_id, "maps", [](BucketRecord& bucket) {
    bucket.totals.keys = 4;
    bucket.totals.direct_bytes = 44;
  });
  damage_name<VolumeRecord>(root_id, "shire",
                            [](VolumeRecord& volume) { volume.totals.bytes = 1; });
  damage([](WriteTxn& txn) {
    StateRecord state = read_state(txn);
    state.totals.keys_by_size[1] = 9;
    write_state(txn, state);
  });
  expect({"namespace shire/maps: totals: keys 4, counted 3; direct bytes 44, counted 43",
          "namespace shire: totals: bytes 1, counted 43",
          "namespace /: totals: keys of size bin 1 9, counted 0"});
}

BOOST_AUTO_TEST_CASE(the_index_of_owners) {
  damage([](WriteTxn& txn) {
    erase(txn, catalog::volumes_by_owner, {"frodo", "shire"});
    put(txn, catalog::volumes_by_owner, {"sam", "shire"}, {});
    put(txn, catalog::volumes_by_owner, {"frodo", "rohan"}, {});
  });
  expect({"volumes_by_owner shire: missing for owner frodo",
          "volumes_by_owner frodo/rohan: no such volume of this owner",
          "volumes_by_owner sam/shire: no such volume of this owner"});
}

BOOST_AUTO_TEST_CASE(blocks_of_keys) {
  damage([](WriteTxn& txn) {
    erase(txn, catalog::blocks, row(1, key_id));
    put(txn, catalog::blocks, row(2, key_id), {21});
    put(txn, catalog::blocks, row(9, key_id), {1});
    put(txn, catalog::deleted_blocks, block(4), {6, 1000});
  });
  expect({"blocks block 1 in container 1: missing; key shire/maps/a has it",
          "blocks block 2 in container 1: of another length; key shire/maps/a has it",
          "blocks block 4 in container 1: deleted as well",
          "blocks container 1: 4 rows, keys have 3",
          "containers 1: 5 blocks of 48 bytes for 3 keys, counted 6, 46, 3",
          "namespace /: deleted blocks: 1 of 5 bytes, with copies 5; counted 2, 11, 11"});
}

BOOST_AUTO_TEST_CASE(keys_of_containers) {
  const ContainerId container{1};
  damage([&](WriteTxn& txn) {
    erase(txn, catalog::container_keys, container_key(container, bucket_id, "a", key_id));
    put(txn, catalog::container_keys, container_key(container, bucket_id, "none", key_id), {});
  });
  expect({"container_keys shire/maps/a: missing in container 1",
          "container_keys " + std::to_string(bucket_id.value) +
              "/none: has no blocks in container 1"});
}

BOOST_AUTO_TEST_CASE(where_parents_stand) {
  damage([](WriteTxn& txn) {
    erase(txn, catalog::parents, bucket_id);
    put(txn, catalog::parents, volume_id, {root_id, "mordor"});
  });
  expect({"parents shire: not where it stands", "parents shire/maps: missing",
          "parents : 1 rows for 2 parents"});
}

BOOST_AUTO_TEST_CASE(sums_of_what_was_deleted) {
  damage_name<BucketRecord>(volume_id, "maps", [](BucketRecord& bucket) {
    bucket.deleted.keys = 2;
    bucket.deleted_keys.rows = 1;
  });
  damage([](WriteTxn& txn) {
    StateRecord state = read_state(txn);
    state.deleted.bytes = 1;
    state.deleted_keys.bytes = 2;
    write_state(txn, state);
  });
  expect({"namespace below deleted directories: totals: bytes 1, counted 0",
          "namespace /: deleted keys: 0 of 2 bytes, with copies 0; counted 0, 0, 0",
          "namespace shire/maps, deleted: totals: keys 2, counted 0",
          "namespace shire/maps: deleted keys: 1 of 0 bytes, with copies 0; counted 0, 0, 0"});
}

BOOST_AUTO_TEST_CASE(a_key_whose_blocks_are_not_its_size) {
  damage_name<KeyRecord>(bucket_id, "a", [](KeyRecord& key) { key.size = 31; });
  const std::vector<std::string> found = findings();
  BOOST_TEST_REQUIRE(!found.empty());
  BOOST_TEST(found[0] == "namespace shire/maps/a: 30 bytes in its blocks, size 31");
  BOOST_CHECK_EXCEPTION(find_key(Snapshot(env()), "shire", "maps", "a").ok(), EnvError,
                        [](const EnvError& error) { return error.code() == Errc::corrupt; });
}

BOOST_AUTO_TEST_CASE(a_container_that_is_missing) {
  damage([](WriteTxn& txn) { erase(txn, catalog::containers, ContainerId{1}); });
  const std::vector<std::string> found = findings();
  BOOST_TEST(found.size() == 6);  // four live blocks and a deleted one, and the number of them
  BOOST_TEST(found[0] == "blocks block 1 in container 1: no such container");
  BOOST_TEST(found[4] == "deleted_blocks block 3 in container 1: no such container");
}

BOOST_AUTO_TEST_CASE(rows_that_nothing_leads_to) {
  damage_names(ObjectId{77}, "lost", row_of_a());
  damage_names(key_id, "below-a-key", row_of_a());
  expect_among_others("namespace 77/lost: under a parent that does not exist");
  expect_among_others("namespace " + std::to_string(key_id.value) +
                      "/below-a-key: under a parent that does not exist");
}

BOOST_AUTO_TEST_CASE(a_row_that_is_as_long_as_a_link) {
  damage_names(bucket_id, std::string(503, 'x'), row_of_a());
  expect_among_others(in_bucket(std::string(503, 'x')) + ": a row's name of the wrong length");
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_nowhere) {
  damage([](WriteTxn& txn) {
    StateRecord state = read_state(txn);
    state.next_link = 60;
    write_state(txn, state);
  });
  damage_names(bucket_id, link_name('x'), link_row(ObjectId{50}));
  expect({in_bucket(std::string(502, 'x')) + "\\x00: a link that leads nowhere"});
}

BOOST_AUTO_TEST_CASE(links_that_turn_back) {
  damage_names(bucket_id, link_name('x'), link_row(bucket_id));
  expect({"state : table namespace, row " + printable(encode_key(NameKey{bucket_id, {}})) +
          std::string(502, 'x') + "\\x00: malformed link"});
  damage([](WriteTxn& txn) {
    txn.erase(catalog::names.index, encode_key(NameKey{bucket_id, link_name('x')}));
  });
  damage_names(link_id, link_name('x'), link_row(link_id));
  expect({"state : table namespace, row " + printable(encode_key(NameKey{link_id, {}})) +
          std::string(502, 'x') + "\\x00: malformed link"});
}

BOOST_AUTO_TEST_CASE(ids_that_were_never_drawn) {
  damage_name<KeyRecord>(bucket_id, "a", [](KeyRecord& key) { key.id = {1000}; });
  expect_among_others(in_bucket("a") + ": id 1000 was never drawn");
  damage_name<KeyRecord>(bucket_id, "a", [](KeyRecord& key) { key.id = {key_id.value + 4}; });
  expect_among_others(in_bucket("a") + ": id " + std::to_string(key_id.value + 4) +
                      " was never drawn");
  damage_name<KeyRecord>(bucket_id, "a", [](KeyRecord& key) { key.id = key_id; });
  damage([](WriteTxn& txn) { put(txn, catalog::containers, ContainerId{2}, {}); });
  expect({"containers 2: its id was never drawn",
          "meta containers: not as many of each state as there are"});
}

BOOST_AUTO_TEST_CASE(ids_that_were_drawn_twice) {
  damage_name<KeyRecord>(bucket_id, "old", [](KeyRecord& key) { key.id = key_id; });
  expect_among_others(in_bucket("old") + ": id " + std::to_string(key_id.value) +
                      " has another owner as well");
  damage_names(bucket_id, link_name('x'), link_row(link_id));
  expect_among_others(in_bucket(std::string(502, 'x')) + "\\x00: id 1 has another owner as well");

  // However many are looked at together.
  const std::vector<std::string> at_once = findings();
  for (const std::uint64_t ids : {1, 2, 3, 7}) {
    std::vector<std::string> found;
    VerifyOptions options;
    options.ids_at_once = ids;
    verify(Snapshot(env()), options, [&found](const Finding& each) {
      found.push_back(each.table + " " + each.row + ": " + each.what);
    });
    BOOST_TEST((std::ranges::is_permutation(found, at_once)));
  }
}

// Beside "shire/maps", a bucket "tree" with the key "a/b/c", and an upload of "maps/up" with a
// part.
struct Tree : Sound {
  Tree() {
    const auto outcomes = run({CreateBucket{.volume = "shire",
                                            .bucket = "tree",
                                            .creator = "frodo",
                                            .layout = Layout::file_system_optimized},
                               PutKey{"shire", "tree", "a/b/c", 8, Md5{}, {{block(6), 8}}},
                               StartUpload{"shire", "maps", "up"}},
                              1000);
    for (const auto& outcome : outcomes) BOOST_TEST_REQUIRE(outcome.ok());
    upload = outcomes[2]->upload;
    const PutPart part{{"shire", "maps", "up", upload}, 2, 9, Md5{}, {{block(7), 9}}};
    BOOST_TEST_REQUIRE(run(part).ok());
    tree = find_bucket(Snapshot(env()), "shire", "tree").value().id;
    outer = find_key(Snapshot(env()), "shire", "tree", "a/").value().id;
    BOOST_TEST_REQUIRE(findings().empty());
  }

  ObjectId upload;
  ObjectId tree;
  ObjectId outer;
};

BOOST_FIXTURE_TEST_CASE(totals_of_directories, Tree) {
  damage_name<DirectoryRecord>(outer, "b/", [](DirectoryRecord& b) { b.totals.bytes = 9; });
  expect({"namespace shire/tree/a/b/: totals: bytes 9, counted 8"});
}

BOOST_FIXTURE_TEST_CASE(a_directory_that_does_not_reach_its_keys, Tree) {
  damage_name<DirectoryRecord>(outer, "b/", [](DirectoryRecord& b) { b.reach = 0; });
  expect({"namespace shire/tree/a/b/: a name of 1 bytes below it, reach 0"});
}

BOOST_FIXTURE_TEST_CASE(names_that_no_directory_has, Tree) {
  damage_names(outer, "d/e", row_of_a());
  damage_names(bucket_id, "d/", std::string(find_name(Snapshot(env()), outer, "b/").value()));
  expect_among_others("namespace shire/tree/a/d/e: not a key, or not a name of one");
  expect_among_others("namespace shire/maps/d/: not a key, or not a name of one");
}

BOOST_FIXTURE_TEST_CASE(a_key_with_the_name_of_a_directory, Tree) {
  damage_names(outer, "b", row_of_a());
  expect_among_others("namespace shire/tree/a/b/: a key has the name of this directory");
}

BOOST_FIXTURE_TEST_CASE(a_directory_inside_itself, Tree) {
  damage_name<DirectoryRecord>(outer, "b/", [&](DirectoryRecord& b) { b.id = outer; });
  const Snapshot txn(env());
  BOOST_CHECK_EXCEPTION(
      visit_keys(txn, find_bucket(txn, "shire", "tree").value(), {}, [](const auto&) { return 1; }),
      EnvError, [](const EnvError& error) { return error.code() == Errc::corrupt; });
}

BOOST_FIXTURE_TEST_CASE(uploads_and_their_rows, Tree) {
  damage([&](WriteTxn& txn) {
    UploadRecord record = get(txn, catalog::uploads, upload).value();
    record.key = "other";
    put(txn, catalog::uploads, upload, record);
  });
  expect(
      {"namespace shire/maps/" + printable(upload_row_name("up", upload)) + ": not an upload's",
       "uploads " + std::to_string(upload.value) + ": its bucket does not list it: shire/maps/up",
       "blocks container 1: 6 rows, keys have 5",
       "namespace /: parts: 1 of 9 bytes, with copies 9; counted 0, 0, 0",
       "namespace shire/maps: parts: 1 of 9 bytes, with copies 9; counted 0, 0, 0"});
}

BOOST_FIXTURE_TEST_CASE(parts_of_uploads, Tree) {
  damage_name<PartRecord>(upload, part_row_name(2), [](PartRecord& part) { part.size = 10; });
  const std::string parts = "parts: 1 of 9 bytes, with copies 9; counted 1, 10, 10";
  expect({"namespace shire/maps/up part 2: 9 bytes in its blocks, size 10",
          "namespace shire/maps/up: " + parts, "namespace /: " + parts,
          "namespace shire/maps: " + parts});
  damage_name<PartRecord>(upload, part_row_name(2), [](PartRecord& part) { part.blocks.clear(); });
  expect({"namespace shire/maps/up part 2: 0 bytes in its blocks, size 10",
          "namespace shire/maps/up: " + parts, "blocks container 1: 6 rows, keys have 5",
          "namespace /: " + parts, "namespace shire/maps: " + parts});
  damage_names(upload, "2", row_of_a());
  expect_among_others("namespace shire/maps/up: not a part: 2");
}

BOOST_FIXTURE_TEST_CASE(what_was_deleted_and_waits, Tree) {
  BOOST_TEST_REQUIRE(run(DeleteKey{"shire", "tree", "a/", {}, true}).ok());
  BOOST_TEST_REQUIRE(run(DeleteKey{"shire", "maps", "a"}).ok());
  BOOST_TEST_REQUIRE(findings().empty());
  damage([&](WriteTxn& txn) {
    DeletedKeyRecord key = get(txn, catalog::deleted_keys, key_id).value();
    key.blocks.pop_back();
    put(txn, catalog::deleted_keys, key_id, key);
    DeletedDirectoryRecord directory = get(txn, catalog::deleted_directories, outer).value();
    directory.totals.keys = 3;
    put(txn, catalog::deleted_directories, outer, directory);
  });
  expect({"namespace deleted shire/tree/a/: totals: keys 3, counted 1",
          "blocks container 1: 6 rows, keys have 5"});
}

BOOST_AUTO_TEST_CASE(bytes_are_read_when_asked_for) {
  std::vector<BlockRef> read;
  VerifyOptions options;
  options.check_block = [&read](const BlockRef& block) {
    read.push_back(block);
    return block.length == 20 ? Status(Error{Errc::corrupt, {}, "bad checksum"}) : Status();
  };
  std::uint64_t done = 0;
  std::uint64_t all = 0;
  options.progress = [&](std::uint64_t rows, std::uint64_t of) {
    done = rows;
    all = of;
  };
  std::vector<Finding> found;
  const std::uint64_t count =
      verify(Snapshot(env()), options, [&found](const Finding& each) { found.push_back(each); });
  BOOST_TEST(count == 1);
  BOOST_TEST(found[0].what == "bytes of key shire/maps/a: bad checksum");
  BOOST_TEST(read.size() == 4);
  BOOST_TEST(done == all);
}

BOOST_FIXTURE_TEST_CASE(damaged_bytes_are_of_somebody, Tree) {
  BOOST_TEST_REQUIRE(run(DeleteKey{"shire", "tree", "a/", {}, true}).ok());
  BOOST_TEST_REQUIRE(run(DeleteKey{"shire", "maps", "a"}).ok());
  VerifyOptions options;
  options.check_block = [](const BlockRef& block) {
    return block.length == 10 ? Status() : Status(Error{Errc::corrupt, {}, "bad"});
  };
  std::vector<std::string> found;
  verify(Snapshot(env()), options, [&found](const Finding& each) { found.push_back(each.what); });
  const std::vector<std::string> expected{
      "bytes of key deleted shire/maps/a: bad", "bytes of key shire/maps/old: bad",
      "bytes of key shire/maps/" + long_name + ": bad", "bytes of key shire/tree/a/b/c: bad",
      "bytes of key in an unfinished upload: bad"};
  BOOST_TEST(found == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
