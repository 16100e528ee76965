// Random commands in random batches against the oracle: outcomes, records, listings and totals are
// equal, `verify` finds nothing, and reopening changes nothing. The pools of names are tiny, so
// that commands meet; some names are long, and share what is before the split.

#include <boost/test/unit_test.hpp>
#include <random>

#include "storage/query/namespace.h"
#include "tests/model/storage_oracle.h"
#include "tests/support/seed.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

class Model : public test::State {
 public:
  void run_steps(int steps) {
    for (int step = 0; step < steps; ++step) {
      run_batch();
      if (below(20) == 0) reopen();
      check_listings();
      if (step % 50 == 0 || step + 1 == steps) check_all();
    }
  }

  // The answers that commands got so far.
  const std::set<std::string>& answers() const { return answers_; }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  std::string user() { return one_of<std::string>({"frodo", "sam", "pippin", ""}); }
  std::string owner() { return one_of<std::string>({"frodo", "sam", "pippin"}); }
  std::string volume() { return one_of<std::string>({"shire", "rohan", "shire-two"}); }
  std::string bucket() { return one_of<std::string>({"maps", "map", "maps.old"}); }
  std::string key() {
    if (below(4) != 0) {
      return one_of<std::string>({"a", "a/", "a/b", "a/b/c", "b", "\xc3\xa9", "\xff", "~"});
    }
    std::string name(one_of<std::size_t>({501, 502, 503, 504, 1003, 1004, 1005, 1024}), 'a');
    name.back() = one_of<char>({'a', 'b', '\x01', '\xff'});
    return name;
  }
  Principal principal() { return {user(), below(4) == 0}; }
  std::optional<std::uint64_t> quota() {
    return below(2) == 0 ? std::nullopt : std::optional<std::uint64_t>(below(6000));
  }
  std::vector<Acl> acls() {
    std::vector<Acl> acls(below(4));
    for (Acl& acl : acls) {
      acl = {one_of({AclType::user, AclType::group}), owner(),
             one_of({AclRights::read, AclRights::write})};
    }
    return acls;
  }
  Versioning versioning() { return one_of({Versioning::enabled, Versioning::disabled}); }

  ContainerId container() {
    if (oracle_.containers.empty() || below(30) == 0) return {999'999};
    auto at = oracle_.containers.begin();
    std::advance(at, below(oracle_.containers.size()));
    return at->first;
  }

  // Digests are of one byte repeated; of few, so that conditions hold now and then.
  Md5 digest() {
    Md5 md5;
    md5.fill(static_cast<std::uint8_t>(below(3)));
    return md5;
  }
  KeyCondition condition() {
    using Kind = KeyCondition::Kind;
    if (below(2) == 0) return {};
    KeyCondition condition{one_of({Kind::absent, Kind::present, Kind::one_of}), {}};
    if (condition.kind == Kind::one_of) condition.digests = {digest(), digest()};
    return condition;
  }

  PutKey put_key() {
    PutKey put{volume(), bucket(), key(), 0, {}, {}, condition()};
    if (below(3) != 0) put.md5 = digest();
    for (std::uint64_t blocks = below(4); blocks > 0; --blocks) {
      // Now and then one that was used before.
      const std::uint64_t local = below(20) == 0 ? below(next_local_ + 1) : ++next_local_;
      put.blocks.push_back({{container(), local}, 1 + below(2000)});
      put.size += put.blocks.back().length;
    }
    // Two equal ids would be an error of this test's generator.
    for (std::size_t i = 1; i < put.blocks.size(); ++i) put.blocks[i].id.local = ++next_local_;
    return put;
  }

  PurgeBlocks purge() {
    PurgeBlocks purge;
    for (const auto& [block, when] : oracle_.deleted) {
      if (below(2) == 0) purge.blocks.push_back(block);
    }
    purge.blocks.push_back({container(), next_local_});
    return purge;
  }

  Command command() {
    switch (below(24)) {
      case 0:
        return CreateVolume{volume(), owner(), user(), quota()};
      case 1: {
        UpdateVolume update{volume(), {}, {}};
        if (below(2) == 0) update.owner = owner();
        if (below(2) == 0) update.quota_bytes = quota();
        return update;
      }
      case 2:
        return DeleteVolume{volume(), principal()};
      case 3:
      case 4:
        return CreateBucket{.volume = volume(),
                            .bucket = bucket(),
                            .creator = user(),
                            .acls = acls(),
                            .versioning = versioning(),
                            .replication = one_of({Replication::one, Replication::three})};
      case 5: {
        UpdateBucket update{volume(), bucket(), acls(), acls()};
        if (below(2) == 0) update.storage_type = one_of({StorageType::ssd, StorageType::archive});
        if (below(2) == 0) update.versioning = versioning();
        return update;
      }
      case 6:
        return DeleteBucket{volume(), bucket(), principal()};
      case 7:
        return CreateContainer{};
      case 8:
        return CloseContainer{container()};
      case 9:
        return purge();
      case 10:
      case 11:
      case 12:
        return RenameKey{volume(), bucket(), key(), key()};
      case 13:
      case 14:
      case 15:
      case 16:
      case 17:
        return DeleteKey{volume(), bucket(), key(), condition()};
      default:
        return put_key();
    }
  }

  void run_batch() {
    const UnixMillis time = time_ += below(2000) - 500;  // clocks of proposers disagree
    std::vector<Command> commands;
    for (std::uint64_t count = 1 + below(8); count > 0; --count) commands.push_back(command());
    const auto outcomes = run(commands, time);
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const ContainerId drawn = outcomes[i].ok() ? outcomes[i]->container : ContainerId{};
      const auto error = oracle_.apply(commands[i], time, drawn);
      const std::string expected = error ? std::string(name_of(*error)) : "ok";
      BOOST_TEST_REQUIRE(test::text_of(outcomes[i]) == expected, "command " << commands[i].index());
      answers_.insert(expected);
    }
  }

  // A page of each kind of listing, from a random place.
  void check_listings() {
    const Snapshot txn(env());
    const std::string prefix = below(2) == 0 ? "" : key().substr(0, 1 + below(600));
    const std::string after = below(2) == 0 ? "" : key();
    const std::uint64_t count = 1 + below(5);
    for (const auto& [volume_name, volume] : oracle_.volumes) {
      for (const auto& [bucket_name, bucket] : volume.buckets) {
        std::vector<std::string> expected;
        for (const auto& [name, key] : bucket.keys) {
          if (name > after && name.starts_with(prefix) && expected.size() < count) {
            expected.push_back(name);
          }
        }
        std::vector<std::string> listed;
        const ObjectId id = find_bucket(txn, volume_name, bucket_name).value().id;
        visit_keys(txn, id, {prefix, after}, [&](const KeyRow& row) {
          listed.emplace_back(row.name);
          return listed.size() < count;
        });
        BOOST_TEST(listed == expected, boost::test_tools::per_element());
      }
    }
    check_volumes_of(txn, owner(), {"shire", after});
  }

  void check_volumes_of(const ReadTxn& txn, const std::string& owner, const Range& range) {
    std::vector<std::string> expected;
    for (const auto& [name, volume] : oracle_.volumes) {
      const bool in_range = name > range.after && name.starts_with(range.prefix);
      if (in_range && volume.made.owner == owner) expected.push_back(name);
    }
    std::vector<std::string> listed;
    visit_volumes_of(txn, owner, range, [&listed](std::string_view name, const VolumeRecord&) {
      listed.emplace_back(name);
      return true;
    });
    BOOST_TEST(listed == expected, boost::test_tools::per_element());
  }

  // Every record, and what `verify` recounts.
  void check_all() {
    const Snapshot txn(env());
    auto expected = oracle_.volumes.begin();
    visit_volumes(txn, {}, [&](std::string_view name, const VolumeRecord& volume) {
      BOOST_TEST_REQUIRE((expected != oracle_.volumes.end()));
      BOOST_TEST(name == expected->first);
      check_volume(txn, volume, expected->second);
      ++expected;
      return true;
    });
    BOOST_TEST((expected == oracle_.volumes.end()));
    BOOST_TEST(txn.rows(catalog::deleted_blocks.index) == oracle_.deleted.size());
    for (const auto& [block, when] : oracle_.deleted) {
      BOOST_TEST(get(txn, catalog::deleted_blocks, block).value().deleted == when);
    }
    BOOST_TEST(txn.rows(catalog::containers.index) == oracle_.containers.size());
    for (const auto& [id, state] : oracle_.containers) {
      BOOST_TEST((get(txn, catalog::containers, id).value().state == state));
    }
    BOOST_TEST(findings() == std::vector<std::string>(), boost::test_tools::per_element());
  }

  void check_volume(const ReadTxn& txn, const VolumeRecord& volume,
                    const test::OracleVolume& oracle) {
    BOOST_TEST(volume.owner == oracle.made.owner);
    BOOST_TEST(volume.created_by == oracle.made.created_by);
    BOOST_TEST((volume.quota_bytes == oracle.made.quota_bytes));
    BOOST_TEST(volume.created == oracle.created);
    BOOST_TEST(volume.modified == oracle.modified);
    BOOST_TEST(volume.totals.bytes == oracle.bytes());
    BOOST_TEST(volume.totals.buckets == oracle.buckets.size());
    auto expected = oracle.buckets.begin();
    visit_buckets(txn, volume.id, {}, [&](std::string_view name, const BucketRecord& bucket) {
      BOOST_TEST_REQUIRE((expected != oracle.buckets.end()));
      BOOST_TEST(name == expected->first);
      check_bucket(txn, bucket, expected->second);
      ++expected;
      return true;
    });
    BOOST_TEST((expected == oracle.buckets.end()));
  }

  void check_bucket(const ReadTxn& txn, const BucketRecord& bucket,
                    const test::OracleBucket& oracle) {
    BOOST_TEST(bucket.creator == oracle.made.creator);
    BOOST_TEST((bucket.acls == oracle.made.acls));
    BOOST_TEST((bucket.storage_type == oracle.made.storage_type));
    BOOST_TEST((bucket.versioning == oracle.made.versioning));
    BOOST_TEST((bucket.replication == oracle.made.replication));
    BOOST_TEST(bucket.created == oracle.created);
    BOOST_TEST(bucket.modified == oracle.modified);
    BOOST_TEST(bucket.totals.keys == oracle.keys.size());
    auto expected = oracle.keys.begin();
    visit_keys(txn, bucket.id, {}, [&](const KeyRow& row) {
      BOOST_TEST_REQUIRE((expected != oracle.keys.end()));
      BOOST_TEST(row.name == expected->first);
      const test::OracleKey& key = expected->second;
      const auto record =
          find_key(txn, oracle.made.volume, oracle.made.bucket, expected->first).value();
      BOOST_TEST((record.blocks == key.blocks));
      BOOST_TEST((record.md5 == key.md5));
      BOOST_TEST((row.md5 == nullptr ? !key.md5 : *row.md5 == key.md5));
      for (const std::uint64_t size : {row.size, record.size}) BOOST_TEST(size == key.size);
      for (const std::uint64_t count : {row.version, record.version}) {
        BOOST_TEST(count == key.version);
      }
      for (const UnixMillis time : {row.created, record.created}) BOOST_TEST(time == key.created);
      for (const UnixMillis time : {row.modified, record.modified}) {
        BOOST_TEST(time == key.modified);
      }
      BOOST_TEST((row.id == record.id));
      ++expected;
      return true;
    });
    BOOST_TEST((expected == oracle.keys.end()));
  }

  test::Oracle oracle_;
  UnixMillis time_ = 1'000'000;
  std::uint64_t next_local_ = 0;
  std::mt19937_64 random_{test::seed()};
  std::set<std::string> answers_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(storage_model)

BOOST_AUTO_TEST_CASE(random_commands_do_what_the_oracle_says) {
  Model model;
  model.run_steps(2000);
  // The generator reaches every error that commands declare; a model test that always hears "no
  // such volume" proves nothing.
  const std::set<std::string> all{"ok",
                                  "volume_not_found",
                                  "bucket_not_found",
                                  "key_not_found",
                                  "volume_exists",
                                  "bucket_exists",
                                  "key_exists",
                                  "volume_not_empty",
                                  "bucket_not_empty",
                                  "access_denied",
                                  "precondition_failed",
                                  "quota_exceeded",
                                  "container_not_found",
                                  "internal"};
  BOOST_TEST(model.answers() == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
