// Each kind of damage is found and named. That a sound state has no findings is asserted wherever
// commands are tested.

#include "storage/verify/verify.h"

#include <boost/test/unit_test.hpp>
#include <functional>

#include "storage/catalog/names.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

const std::string long_name(600, 'n');

// Volume 2 "shire" with bucket 3 "maps", container 4, keys "a" (id 5, two blocks), "old" replaced
// once, and one with a long name.
struct Sound : test::State {
  Sound() {
    const std::vector<Command> commands{
        CreateVolume{"shire", "frodo", "root", {}},
        CreateBucket{.volume = "shire", .bucket = "maps", .creator = "frodo"},
        CreateContainer{},
        PutKey{"shire", "maps", "a", 30, Md5{}, {{block(1), 10}, {block(2), 20}}},
        PutKey{"shire", "maps", "old", 5, Md5{}, {{block(3), 5}}},
        PutKey{"shire", "maps", "old", 6, Md5{}, {{block(4), 6}}},
        PutKey{"shire", "maps", long_name, 7, Md5{}, {{block(5), 7}}}};
    for (const auto& outcome : run(commands, 1000)) BOOST_TEST_REQUIRE(outcome.ok());
    BOOST_TEST_REQUIRE(findings().empty());
  }

  static BlockId block(std::uint64_t local) { return {ContainerId{4}, local}; }

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
      std::uint64_t next_id = 100;
      put_name(txn, parent, name, row, next_id);
    });
  }

  void expect(const std::vector<std::string>& expected) {
    BOOST_TEST(findings() == expected, boost::test_tools::per_element());
  }
};

constexpr ObjectId volume_id{2};
constexpr ObjectId bucket_id{3};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_verify, Sound)

BOOST_AUTO_TEST_CASE(rows_that_do_not_decode) {
  damage([](WriteTxn& txn) {
    txn.put(catalog::containers.index, "short", "\x01");
    txn.put(catalog::blocks.index, encode_key(block(1)), "\x02");
  });
  expect(
      {"containers short: malformed key", "containers short: malformed record",
       "blocks \\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01: "
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
    erase(txn, catalog::blocks, block(1));
    put(txn, catalog::blocks, block(2), {21, bucket_id, "a"});
    put(txn, catalog::blocks, block(9), {1, bucket_id, "none"});
    put(txn, catalog::deleted_blocks, block(4), {6, 1000});
  });
  expect({"blocks block 1 in container 4: missing; key shire/maps/a has it",
          "blocks block 2 in container 4: not as key shire/maps/a has it",
          "blocks block 2 in container 4: key 3/a does not have it",
          "blocks block 4 in container 4: deleted as well",
          "blocks block 9 in container 4: key 3/none does not have it"});
}

BOOST_AUTO_TEST_CASE(a_key_whose_blocks_are_not_its_size) {
  damage_name<KeyRecord>(bucket_id, "a", [](KeyRecord& key) { key.size = 31; });
  const std::vector<std::string> found = findings();
  BOOST_TEST_REQUIRE(!found.empty());
  BOOST_TEST(found[0] == "namespace shire/maps/a: 30 bytes in its blocks, size 31");
}

BOOST_AUTO_TEST_CASE(a_container_that_is_missing) {
  damage([](WriteTxn& txn) { erase(txn, catalog::containers, ContainerId{4}); });
  const std::vector<std::string> found = findings();
  BOOST_TEST(found.size() == 5);  // four live blocks and a deleted one
  BOOST_TEST(found[0] == "blocks block 1 in container 4: no such container");
  BOOST_TEST(found[4] == "deleted_blocks block 3 in container 4: no such container");
}

BOOST_AUTO_TEST_CASE(rows_that_nothing_leads_to) {
  damage([](WriteTxn& txn) {
    const std::string row(
        txn.get(catalog::names.index, encode_key(NameKey{bucket_id, "a"})).value());
    txn.put(catalog::names.index, encode_key(NameKey{ObjectId{77}, "lost"}), row);
    txn.put(catalog::names.index, encode_key(NameKey{bucket_id, std::string(503, 'x')}), row);
  });
  const std::vector<std::string> found = findings();
  BOOST_TEST_REQUIRE(found.size() >= 2);
  BOOST_TEST(found[found.size() - 2] ==
             "namespace 3/" + std::string(503, 'x') + ": a row's name of the wrong length");
  BOOST_TEST(found.back() == "namespace 77/lost: under a parent that does not exist");
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_nowhere) {
  damage([](WriteTxn& txn) {
    std::string link;
    encode_as<NameRow>(NameLink{ObjectId{50}}, link);
    txn.put(catalog::names.index, encode_key(NameKey{bucket_id, std::string(502, 'x') + '\0'}),
            link);
    StateRecord state = read_state(txn);
    state.next_id = 60;
    write_state(txn, state);
  });
  expect({"namespace 50/: a link that leads nowhere"});
}

BOOST_AUTO_TEST_CASE(a_link_that_turns_back) {
  damage([](WriteTxn& txn) {
    std::string link;
    encode_as<NameRow>(NameLink{bucket_id}, link);
    txn.put(catalog::names.index, encode_key(NameKey{bucket_id, std::string(502, 'x') + '\0'}),
            link);
  });
  expect({"state : table namespace, row \\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x03" +
          std::string(502, 'x') + "\\x00: malformed link"});
}

BOOST_AUTO_TEST_CASE(an_id_that_was_never_drawn) {
  damage_name<KeyRecord>(bucket_id, "a", [](KeyRecord& key) { key.id = {1000}; });
  expect({"namespace shire/maps/a: id 1000 was never drawn"});
}

BOOST_AUTO_TEST_CASE(an_id_that_was_drawn_twice) {
  damage([](WriteTxn& txn) {
    std::string link;
    encode_as<NameRow>(NameLink{ObjectId{6}}, link);
    for (const char c : {'x', 'y'}) {
      const std::string name = std::string(502, c) + '\0';
      txn.put(catalog::names.index, encode_key(NameKey{bucket_id, name}), link);
    }
  });
  const std::vector<std::string> found = findings();
  BOOST_TEST_REQUIRE(!found.empty());
  BOOST_TEST(found[0] ==
             "namespace 3/" + std::string(502, 'y') + "\\x00: id 6 has another owner as well");
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
  BOOST_TEST(found[0].what == "bytes of key 3/a: bad checksum");
  BOOST_TEST(read.size() == 4);
  BOOST_TEST(done == all);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
