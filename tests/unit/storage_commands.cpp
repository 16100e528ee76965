// The rules of commands that a reader of command.h and spec/ozone-rest.md would check by hand. What
// random commands do together is tests/model.

#include <boost/test/unit_test.hpp>

#include "core/base/limits.h"
#include "storage/query/namespace.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

using test::text_of;

// Volume "shire" of frodo with bucket "maps", and a container.
struct Shire : test::State {
  Shire() {
    BOOST_TEST_REQUIRE(run(CreateVolume{"shire", "frodo", "root", {}}).ok());
    BOOST_TEST_REQUIRE(run(bucket("maps")).ok());
    container = run(CreateContainer{})->container;
  }
  ~Shire() {
    BOOST_TEST(findings() == std::vector<std::string>(), boost::test_tools::per_element());
  }

  static CreateBucket bucket(std::string name) {
    return {.volume = "shire", .bucket = std::move(name), .creator = "sam"};
  }
  PutKey key(std::string name, std::uint64_t size) {
    PutKey put{"shire", "maps", std::move(name), size, Md5{}, {}};
    if (size != 0) put.blocks = {{{container, next_local++}, size}};
    return put;
  }
  KeyRecord find(const std::string& name) {
    return find_key(Snapshot(env()), "shire", "maps", name).value();
  }
  VolumeRecord volume() { return find_volume(Snapshot(env()), "shire").value(); }
  BucketRecord maps() { return find_bucket(Snapshot(env()), "shire", "maps").value(); }
  std::vector<std::string> volumes_of(const std::string& owner) {
    std::vector<std::string> names;
    visit_volumes_of(Snapshot(env()), owner, {}, [&names](std::string_view name, const auto&) {
      names.emplace_back(name);
      return true;
    });
    return names;
  }

  ContainerId container;
  std::uint64_t next_local = 1;
};

using Names = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_commands, Shire)

BOOST_AUTO_TEST_CASE(a_volume_is_made_once) {
  BOOST_TEST(text_of(run(CreateVolume{"shire", "sam", "root", {}})) == "volume_exists");
  BOOST_TEST(volume().owner == "frodo");
  BOOST_TEST(volume().created == 1000);
}

BOOST_AUTO_TEST_CASE(a_new_owner_lists_the_volume_and_the_old_one_does_not) {
  BOOST_TEST(run(UpdateVolume{"shire", "sam", {}}, 2000).ok());
  BOOST_TEST(volumes_of("frodo") == Names());
  BOOST_TEST(volumes_of("sam") == Names{"shire"});
  BOOST_TEST(volume().modified == 2000);
  BOOST_TEST(volume().created_by == "root");
}

BOOST_AUTO_TEST_CASE(an_update_to_what_is_changes_nothing) {
  BOOST_TEST(run(UpdateVolume{"shire", "frodo", {}}, 2000).ok());
  BOOST_TEST(volume().modified == 1000);
  BOOST_TEST(volumes_of("frodo") == Names{"shire"});
  BOOST_TEST(text_of(run(UpdateVolume{"mordor", {}, {}})) == "volume_not_found");
}

BOOST_AUTO_TEST_CASE(a_quota_is_set_and_removed) {
  BOOST_TEST(run(UpdateVolume{"shire", {}, std::optional<std::uint64_t>(5)}).ok());
  BOOST_TEST(volume().quota_bytes.value() == 5);
  BOOST_TEST(run(UpdateVolume{"shire", {}, std::optional<std::uint64_t>()}).ok());
  BOOST_TEST(!volume().quota_bytes.has_value());
}

BOOST_AUTO_TEST_CASE(the_checks_of_deletions_come_in_order) {
  BOOST_TEST(text_of(run(DeleteVolume{"mordor", {"sam", false}})) == "volume_not_found");
  BOOST_TEST(text_of(run(DeleteVolume{"shire", {"sam", false}})) == "access_denied");
  BOOST_TEST(text_of(run(DeleteVolume{"shire", {"", false}})) == "access_denied");
  BOOST_TEST(text_of(run(DeleteVolume{"shire", {"frodo", false}})) == "volume_not_empty");
  BOOST_TEST(run(key("a", 1)).ok());
  BOOST_TEST(text_of(run(DeleteBucket{"shire", "none", {"", false}})) == "bucket_not_found");
  BOOST_TEST(text_of(run(DeleteBucket{"shire", "maps", {"bilbo", false}})) == "access_denied");
  BOOST_TEST(text_of(run(DeleteBucket{"shire", "maps", {"sam", false}})) == "bucket_not_empty");
  BOOST_TEST(run(DeleteKey{"shire", "maps", "a"}).ok());
  BOOST_TEST(run(DeleteBucket{"shire", "maps", {"sam", false}}).ok());
  BOOST_TEST(run(DeleteVolume{"shire", {"root", true}}).ok());
  BOOST_TEST(volumes_of("frodo") == Names());
}

BOOST_AUTO_TEST_CASE(a_bucket_without_a_creator_is_nobodys) {
  CreateBucket anonymous = bucket("anon");
  anonymous.creator = "";
  BOOST_TEST(run(anonymous).ok());
  BOOST_TEST(text_of(run(DeleteBucket{"shire", "anon", {"", false}})) == "access_denied");
  BOOST_TEST(run(DeleteBucket{"shire", "anon", {"frodo", false}}).ok());
}

BOOST_AUTO_TEST_CASE(acls_are_removed_then_added_each_once) {
  const Acl read{AclType::user, "frodo", AclRights::read};
  const Acl both{AclType::user, "frodo", AclRights::read_write};
  CreateBucket create = bucket("acls");
  create.acls = {read, both, read};
  BOOST_TEST(run(create).ok());
  const auto acls = [&] { return find_bucket(Snapshot(env()), "shire", "acls").value().acls; };
  BOOST_TEST((acls() == std::vector{read, both}));
  UpdateBucket update{
      .volume = "shire", .bucket = "acls", .remove_acls = {read}, .add_acls = {read}};
  BOOST_TEST(run(update).ok());
  BOOST_TEST((acls() == std::vector{both, read}));

  update = {.volume = "shire", .bucket = "acls"};
  for (std::size_t i = 0; i + 2 < limits::bucket_acls; ++i) {
    update.add_acls.push_back({AclType::group, std::to_string(i), AclRights::read});
  }
  BOOST_TEST(run(update).ok());
  update.add_acls = {{AclType::world, "", AclRights::read}};
  BOOST_TEST(text_of(run(update)) == "invalid_argument");
  BOOST_TEST(acls().size() == limits::bucket_acls);
}

BOOST_AUTO_TEST_CASE(a_bucket_keeps_what_an_update_does_not_name) {
  UpdateBucket update{.volume = "shire", .bucket = "maps"};
  update.versioning = Versioning::enabled;
  BOOST_TEST(run(update, 2000).ok());
  BOOST_TEST((maps().versioning == Versioning::enabled));
  BOOST_TEST((maps().storage_type == StorageType::disk));
  BOOST_TEST(maps().modified == 2000);
  BOOST_TEST(run(update, 3000).ok());
  BOOST_TEST(maps().modified == 2000);
}

BOOST_AUTO_TEST_CASE(a_replaced_key_keeps_its_birth_and_its_blocks_wait) {
  const PutKey first = key("a", 10);
  BOOST_TEST(run(first, 1000).ok());
  const ObjectId content = find("a").id;
  BOOST_TEST(run(key("a", 4), 2000).ok());
  BOOST_TEST((find("a").id != content));
  BOOST_TEST(find("a").created == 1000);
  BOOST_TEST(find("a").modified == 2000);
  BOOST_TEST(find("a").version == 0);
  BOOST_TEST(maps().totals.bytes == 4);
  BOOST_TEST(maps().totals.keys == 1);

  const auto key_row = get(Snapshot(env()), catalog::deleted_keys, content).value();
  BOOST_TEST(key_row.path == "shire/maps/a");
  BOOST_TEST(key_row.created == 1000);
  BOOST_TEST(key_row.deleted == 2000);
  BOOST_TEST(key_row.size == 10);
  BOOST_TEST(run(PurgeKeys{1}, 3000).ok());
  const auto deleted = get(Snapshot(env()), catalog::deleted_blocks, first.blocks[0].id);
  BOOST_TEST(deleted.value().deleted == 2000);
  BOOST_TEST(deleted->length == 10);
  BOOST_TEST(run(PurgeBlocks{{first.blocks[0].id, find("a").blocks[0].id}}).ok());
  BOOST_TEST(!contains(Snapshot(env()), catalog::deleted_blocks, first.blocks[0].id));
  BOOST_TEST(contains(Snapshot(env()), catalog::blocks, {find("a").blocks[0].id, find("a").id}));
}

BOOST_AUTO_TEST_CASE(versions_count_while_versioning_is_enabled) {
  UpdateBucket update{.volume = "shire", .bucket = "maps"};
  update.versioning = Versioning::enabled;
  BOOST_TEST(run(update).ok());
  BOOST_TEST(run(key("a", 1)).ok());
  BOOST_TEST(find("a").version == 0);
  BOOST_TEST(run(key("a", 1)).ok());
  BOOST_TEST(find("a").version == 1);
  update.versioning = Versioning::disabled;
  BOOST_TEST(run(update).ok());
  BOOST_TEST(run(key("a", 1)).ok());
  BOOST_TEST(find("a").version == 1);
}

BOOST_AUTO_TEST_CASE(a_rename_takes_all_but_the_time_along) {
  const PutKey put = key("a", 10);
  BOOST_TEST(run(put, 1000).ok());
  BOOST_TEST(run(key("c", 1)).ok());
  const std::string target(1024, 'b');
  BOOST_TEST(text_of(run(RenameKey{"shire", "maps", "none", "c"})) == "key_not_found");
  BOOST_TEST(text_of(run(RenameKey{"shire", "maps", "a", "c"})) == "key_exists");
  BOOST_TEST(text_of(run(RenameKey{"shire", "maps", "a", target + "b"})) == "invalid_argument");
  BOOST_TEST(run(RenameKey{"shire", "maps", "a", "a"}, 2000).ok());
  BOOST_TEST(find("a").modified == 1000);
  BOOST_TEST(run(RenameKey{"shire", "maps", "a", target}, 2000).ok());
  BOOST_TEST(find(target).created == 1000);
  BOOST_TEST(find(target).modified == 2000);
  BOOST_TEST((find(target).blocks == put.blocks));
  BOOST_TEST(contains(Snapshot(env()), catalog::blocks, {put.blocks[0].id, find(target).id}));
}

BOOST_AUTO_TEST_CASE(a_quota_holds_to_the_byte_and_within_a_batch) {
  BOOST_TEST(run(UpdateVolume{"shire", {}, std::optional<std::uint64_t>(10)}).ok());
  const auto outcomes = run({key("a", 6), key("b", 5), key("b", 4), key("a", 7), key("a", 6),
                             key("c", 0), key("d", 1), key("d", UINT64_MAX)},
                            1000);
  Names texts;
  for (const auto& outcome : outcomes) texts.push_back(text_of(outcome));
  const Names expected{"ok",
                       "quota_exceeded",
                       "ok",
                       "quota_exceeded",
                       "ok",
                       "ok",
                       "quota_exceeded",
                       "quota_exceeded"};
  BOOST_TEST(texts == expected, boost::test_tools::per_element());
  BOOST_TEST(volume().totals.bytes == 10);
  BOOST_TEST(run(UpdateVolume{"shire", {}, std::optional<std::uint64_t>(3)}).ok());
  BOOST_TEST(text_of(run(key("a", 5))) == "quota_exceeded");
  BOOST_TEST(text_of(run(key("e", 0))) == "quota_exceeded");
}

BOOST_AUTO_TEST_CASE(conditions_see_what_the_batch_did_before) {
  using Kind = KeyCondition::Kind;
  PutKey create = key("a", 1);
  create.condition = {Kind::absent, {}};
  PutKey again = key("a", 2);
  again.condition = {Kind::absent, {}};
  PutKey replace = key("a", 3);
  replace.md5 = Md5{1};
  replace.condition = {Kind::one_of, {{Md5{7}, 0}, {Md5{}, 0}}};
  PutKey late = key("a", 4);
  late.condition = replace.condition;
  const DeleteKey other{"shire", "maps", "a", {Kind::one_of, {{Md5{}, 0}}}};
  const DeleteKey gone{"shire", "maps", "a", {Kind::present, {}}};
  const auto outcomes = run({create, again, replace, late, other, gone, gone}, 1000);
  Names texts;
  for (const auto& outcome : outcomes) texts.push_back(text_of(outcome));
  const Names expected{
      "ok", "precondition_failed", "ok", "precondition_failed", "precondition_failed",
      "ok", "precondition_failed"};
  BOOST_TEST(texts == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_put_of_blocks_that_cannot_be_is_refused) {
  const PutKey good = key("a", 10);
  BOOST_TEST(run(good).ok());
  BOOST_TEST(text_of(run(good)) == "internal");  // in use
  BOOST_TEST(run(DeleteKey{"shire", "maps", "a"}).ok());
  BOOST_TEST(text_of(run(good)) == "internal");  // deleted, not purged
  PutKey put = key("b", 10);
  put.size = 11;
  BOOST_TEST(text_of(run(put)) == "internal");
  put = key("b", 10);
  put.blocks.push_back(put.blocks[0]);
  put.size = 20;
  BOOST_TEST(text_of(run(put)) == "internal");
  put = key("b", 10);
  put.blocks[0].id.container = {container.value + 1000};
  BOOST_TEST(text_of(run(put)) == "internal");
  BOOST_TEST(maps().totals.keys == 0);
}

BOOST_AUTO_TEST_CASE(what_can_never_be_stored_is_refused) {
  BOOST_TEST(text_of(run(key("", 0))) == "invalid_argument");
  BOOST_TEST(text_of(run(key(std::string(1025, 'a'), 0))) == "invalid_argument");
  BOOST_TEST(run(key(std::string(1024, 'a'), 0)).ok());
  BOOST_TEST(text_of(run(CreateVolume{"ab", "frodo", "", {}})) == "invalid_argument");
  BOOST_TEST(text_of(run(CreateVolume{"abc", "", "", {}})) == "invalid_argument");
  BOOST_TEST(text_of(run(CreateVolume{"abc", std::string(256, 'x'), "", {}})) ==
             "invalid_argument");
  BOOST_TEST(run(CreateVolume{std::string(63, 'a'), std::string(255, 'x'), "", {}}).ok());
  BOOST_TEST(text_of(run(UpdateVolume{"shire", std::string("x\0", 2), {}})) == "invalid_argument");
}

BOOST_AUTO_TEST_CASE(totals_know_replicas_and_size_bins) {
  CreateBucket create = bucket("three");
  create.replication = Replication::three;
  BOOST_TEST(run(create).ok());
  PutKey put = key("a", 1024);
  put.bucket = "three";
  BOOST_TEST(run(put).ok());
  BOOST_TEST(run(key("b", 1025)).ok());
  const Totals totals = root_totals(Snapshot(env()));
  BOOST_TEST(totals.volumes == 1);
  BOOST_TEST(totals.buckets == 2);
  BOOST_TEST(totals.keys == 2);
  BOOST_TEST(totals.bytes == 2049);
  BOOST_TEST(totals.replicated_bytes == 3 * 1024 + 1025);
  BOOST_TEST(totals.direct_bytes == 0);
  BOOST_TEST(maps().totals.direct_bytes == 1025);
  BOOST_TEST(totals.keys_by_size[0] == 1);
  BOOST_TEST(totals.keys_by_size[1] == 1);
}

BOOST_AUTO_TEST_CASE(size_bins_begin_behind_powers_of_two) {
  BOOST_TEST(size_bin(0) == 0);
  BOOST_TEST(size_bin(1024) == 0);
  BOOST_TEST(size_bin(1025) == 1);
  BOOST_TEST(size_bin(2048) == 1);
  BOOST_TEST(size_bin((1ULL << 50) - 1) == 40);
  BOOST_TEST(size_bin(1ULL << 50) == 41);
  BOOST_TEST(size_bin(UINT64_MAX) == 41);
}

BOOST_AUTO_TEST_CASE(time_does_not_run_backwards) {
  BOOST_TEST(run(key("a", 1), 5000).ok());
  BOOST_TEST(run(key("b", 1), 4000).ok());
  BOOST_TEST(find("b").created == 5000);
  // A refused command does not advance it.
  BOOST_TEST(!run(DeleteKey{"shire", "maps", "none"}, 9000).ok());
  BOOST_TEST(run(key("c", 1), 6000).ok());
  BOOST_TEST(find("c").created == 6000);
}

BOOST_AUTO_TEST_CASE(a_batch_sees_what_it_made_and_removed) {
  const auto outcomes = run(
      {CreateVolume{"rohan", "eomer", "root", {}},
       CreateBucket{.volume = "rohan", .bucket = "horses", .creator = ""},
       PutKey{"rohan", "horses", "snowmane", 0, {}, {}}, DeleteKey{"rohan", "horses", "snowmane"},
       DeleteBucket{"rohan", "horses", {"eomer", false}}, DeleteVolume{"rohan", {"eomer", false}},
       CreateVolume{"rohan", "theoden", "root", {}}},
      1000);
  for (const auto& outcome : outcomes) BOOST_TEST(text_of(outcome) == "ok");
  BOOST_TEST(find_volume(Snapshot(env()), "rohan").value().owner == "theoden");
  BOOST_TEST(text_of(find_bucket(Snapshot(env()), "rohan", "horses")) == "bucket_not_found");
}

BOOST_AUTO_TEST_CASE(objects_links_and_containers_have_counters_of_their_own) {
  BOOST_TEST(container.value == 1);  // behind a volume and a bucket
  const std::uint64_t objects = read_state(Snapshot(env())).next_object;
  BOOST_TEST(run(key(std::string(1024, 'n'), 1)).ok());
  const StateRecord state = read_state(Snapshot(env()));
  BOOST_TEST(state.next_object == objects + 1);
  BOOST_TEST(state.next_link == 3);  // a long name has two links
  BOOST_TEST(state.next_link < root_id.value);
  BOOST_TEST(run(CreateContainer{})->container.value == 2);
}

BOOST_AUTO_TEST_CASE(a_container_lives_until_it_is_empty) {
  const auto row = [&] { return get(Snapshot(env()), catalog::containers, container).value(); };
  const auto move = [&](ContainerState to) { return text_of(run(MoveContainer{container, to})); };
  BOOST_TEST(run(key("a", 7)).ok());
  BOOST_TEST((row().blocks == 1 && row().bytes == 7 && row().keys == 1));
  BOOST_TEST(move(ContainerState::closing) == "ok");
  BOOST_TEST(run(key("b", 1)).ok());  // what was on its way still arrives
  BOOST_TEST(move(ContainerState::closed) == "ok");
  BOOST_TEST(move(ContainerState::closed) == "ok");
  BOOST_TEST(text_of(run(key("c", 1))) == "internal");
  BOOST_TEST(move(ContainerState::open) == "precondition_failed");
  BOOST_TEST(move(ContainerState::deleting) == "precondition_failed");  // it has blocks
  BOOST_TEST(run(DeleteKey{"shire", "maps", "a"}).ok());
  BOOST_TEST(run(DeleteKey{"shire", "maps", "b"}).ok());
  BOOST_TEST((row().blocks == 2 && row().keys == 0));
  BOOST_TEST(run(PurgeKeys{9}).ok());
  BOOST_TEST(move(ContainerState::deleting) ==
             "precondition_failed");  // its blocks have their space still
  PurgeBlocks purge;
  {
    const Snapshot txn(env());
    TableCursor deleted(txn, catalog::deleted_blocks);
    for (bool more = deleted.first(); more; more = deleted.next()) {
      purge.blocks.push_back(deleted.key());
    }
  }
  BOOST_TEST(run(std::move(purge)).ok());
  BOOST_TEST((row().blocks == 0 && row().bytes == 0));
  BOOST_TEST(move(ContainerState::deleted) == "precondition_failed");
  BOOST_TEST(move(ContainerState::deleting) == "ok");
  BOOST_TEST(move(ContainerState::deleted) == "ok");
  const auto counts = read_state(Snapshot(env())).containers;
  BOOST_TEST(counts == (std::array<std::uint64_t, container_states>{0, 0, 0, 0, 1}),
             boost::test_tools::per_element());
  BOOST_TEST(text_of(run(MoveContainer{{999}})) == "container_not_found");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
