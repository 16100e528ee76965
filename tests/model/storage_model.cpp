// Random commands in random batches against the oracle: outcomes, records, listings and totals are
// equal, `verify` finds nothing, and reopening changes nothing.
// that commands meet; some names are long, and share what is before the split.

#include <boost/test/unit_test.hpp>

#include "storage/query/namespace.h"
#include "tests/model/command_generator.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

class Model : public test::State, CommandGenerator {
 public:
  void run_steps(int steps) {
    for (int step = 0; step < steps; ++step) {
      run_batch();
      if (below(3) == 0) purge();
      if (below(20) == 0) reopen();
      check_listings();
      if (step % 50 == 0 || step + 1 == steps) check_all();
    }
  }

  // The answers that commands got so far.
  const std::set<std::string>& answers() const { return answers_; }

 private:
  void run_batch() {
    const UnixMillis time = time_ += below(2000) - 500;  // clocks of proposers disagree
    std::vector<Command> commands;
    for (std::uint64_t count = 1 + below(8); count > 0; --count) commands.push_back(command());
    const auto outcomes = run(commands, time);
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const auto error =
          oracle_.apply(commands[i], time, outcomes[i].ok() ? *outcomes[i] : Outcome{});
      const std::string expected = error ? std::string(name_of(*error)) : "ok";
      BOOST_TEST_REQUIRE(test::text_of(outcomes[i]) == expected, "command " << commands[i].index());
      answers_.insert(expected);
      if (!error) check_outcome(*outcomes[i]);
    }
  }

  void check_outcome(const Outcome& outcome) {
    BOOST_TEST((outcome.tag == oracle_.tag));
    std::vector<std::pair<std::size_t, Errc>> failures;
    for (const auto& [place, error] : outcome.failures) failures.emplace_back(place, error.code);
    BOOST_TEST((failures == oracle_.failures));
  }

  // One step of what was deleted, on its way to oblivion.
  void purge() {
    const Command command = purge_command();
    BOOST_TEST(run(command, time_).ok());
    BOOST_TEST(!oracle_.apply(command, time_, {}));
  }

  Command purge_command() {
    const std::uint64_t stage = below(3);
    if (stage == 0) return PurgeDirectories{1 + below(5)};
    if (stage == 1) return PurgeKeys{1 + below(5)};
    PurgeBlocks purge;
    for (const BlockId block : deleted_blocks()) {
      if (below(2) == 0) purge.blocks.push_back(block);
    }
    for (const BlockId block : purge.blocks) oracle_.gone.erase(block);
    purge.blocks.push_back({container(), next_local_});
    return purge;
  }

  std::vector<BlockId> deleted_blocks() {
    const Snapshot txn(env());
    std::vector<BlockId> found;
    TableCursor rows(txn, catalog::deleted_blocks);
    for (bool more = rows.first(); more; more = rows.next()) found.push_back(rows.key());
    return found;
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
        const BucketRecord record = find_bucket(txn, volume_name, bucket_name).value();
        visit_keys(txn, record, {prefix, after}, [&](const KeyRow& row) {
          listed.emplace_back(row.name);
          return listed.size() < count;
        });
        BOOST_TEST(listed == expected, boost::test_tools::per_element());
        check_turns(txn, record, bucket, {prefix, after});
        check_directories(txn, record, bucket, {prefix, after});
        check_rolled_up(txn, record, bucket, {prefix, after});
        check_uploads(txn, record, bucket, {prefix, after});
      }
    }
    check_volumes_of(txn, owner(), {"shire", after});
  }

  // Keys, in turns that end at some directories without any.
  void check_turns(const ReadTxn& txn, const BucketRecord& record, const test::OracleBucket& bucket,
                   const Range& range) {
    std::vector<std::string> expected;
    for (const auto& [name, key] : bucket.keys) {
      if (name > range.after && name.starts_with(range.prefix)) expected.push_back(name);
    }
    std::vector<std::string> listed;
    std::string place(range.after);
    for (bool left = true; left;) {
      left = false;
      KeyScan keys(txn, record, {range.prefix, place}, [&] { return left = below(2) == 0; });
      while (keys.next()) listed.emplace_back(keys.row().name);
      if (left) place = keys.place();
    }
    BOOST_TEST(listed == expected, boost::test_tools::per_element());
  }

  // Keys and directories together.
  void check_directories(const ReadTxn& txn, const BucketRecord& record,
                         const test::OracleBucket& bucket, const Range& range) {
    std::set<std::string> expected;
    const auto take = [&](const auto& each) {
      if (each.first > range.after && each.first.starts_with(range.prefix)) {
        expected.insert(each.first);
      }
    };
    std::ranges::for_each(bucket.keys, take);
    std::ranges::for_each(bucket.directories, take);
    std::vector<std::string> listed;
    visit_keys(txn, KeySpace(record, true), range, [&](const KeyRow& row) {
      listed.emplace_back(row.name);
      return true;
    });
    BOOST_TEST(listed == std::vector(expected.begin(), expected.end()),
               boost::test_tools::per_element());
  }

  // Keys, and beginnings up to the delimiter with "+" before them.
  void check_rolled_up(const ReadTxn& txn, const BucketRecord& record,
                       const test::OracleBucket& bucket, const Range& range) {
    const std::string delimiter = one_of<std::string>({"/", "a", "/b", "\xff"});
    const auto roll = [&](const std::string& name) -> std::string {
      const std::size_t at = name.find(delimiter, range.prefix.size());
      return at == name.npos ? "" : name.substr(0, at + delimiter.size());
    };
    std::vector<std::string> expected;
    for (const auto& [name, key] : bucket.keys) {
      if (name <= range.after || !name.starts_with(range.prefix)) continue;
      const std::string common = roll(name);
      const bool seen = !common.empty() && common == range.after;
      const std::string line = common.empty() ? name : "+" + common;
      if (!seen && (expected.empty() || expected.back() != line)) expected.push_back(line);
    }
    std::vector<std::string> listed;
    KeyScan keys(txn, record, range);
    visit_rolled_up(
        keys, range, delimiter,
        [&](const KeyRow& row) {
          listed.emplace_back(row.name);
          return true;
        },
        [&](std::string_view common) {
          listed.push_back("+" + std::string(common));
          return true;
        });
    BOOST_TEST(listed == expected, boost::test_tools::per_element());
  }

  void check_uploads(const ReadTxn& txn, const BucketRecord& record,
                     const test::OracleBucket& bucket, const Range& range) {
    std::set<std::pair<std::string, ObjectId>> expected;
    for (const auto& [id, upload] : bucket.uploads) {
      if (upload.key > range.after && upload.key.starts_with(range.prefix)) {
        expected.emplace(upload.key, id);
      }
    }
    std::vector<std::pair<std::string, ObjectId>> listed;
    visit_uploads(txn, record, range, [&](const UploadView& upload) {
      listed.emplace_back(upload.key, upload.id);
      BOOST_TEST(upload.created == bucket.uploads.at(upload.id).created);
      return true;
    });
    BOOST_TEST((listed == std::vector(expected.begin(), expected.end())));
  }

  void check_upload(const ReadTxn& txn, const test::OracleBucket& bucket, ObjectId id,
                    const test::OracleUpload& upload) {
    const auto record =
        find_upload(txn, bucket.made.volume, bucket.made.bucket, upload.key, id).value();
    BOOST_TEST((record.metadata == upload.metadata));
    auto expected = upload.parts.begin();
    visit_parts(txn, id, 0, [&](std::uint64_t number, const PartRecord& part) {
      BOOST_TEST_REQUIRE((expected != upload.parts.end()));
      BOOST_TEST(number == expected->first);
      BOOST_TEST(part.size == expected->second.size);
      BOOST_TEST(part.modified == expected->second.modified);
      BOOST_TEST((part.md5 == expected->second.tag.digest));
      BOOST_TEST((part.blocks == expected->second.blocks));
      ++expected;
      return true;
    });
    BOOST_TEST((expected == upload.parts.end()));
  }

  // What is gone waits in one of the stages, once.
  void check_gone(const ReadTxn& txn) {
    std::set<BlockId> waiting;
    std::set<BlockId> live;
    TableCursor blocks(txn, catalog::blocks);
    for (bool more = blocks.first(); more; more = blocks.next()) waiting.insert(blocks.key().block);
    const auto forget = [&](const test::OracleKey& key) {
      for (const BlockRef& block : key.blocks) BOOST_TEST(waiting.contains(block.id));
      for (const BlockRef& block : key.blocks) live.insert(block.id);
    };
    for (const auto& [volume_name, volume] : oracle_.volumes) {
      for (const auto& [bucket_name, bucket] : volume.buckets) {
        for (const auto& [name, key] : bucket.keys) forget(key);
        for (const auto& [id, upload] : bucket.uploads) {
          for (const auto& [number, part] : upload.parts) forget(part);
        }
      }
    }
    for (const BlockId block : live) waiting.erase(block);
    for (const BlockId block : deleted_blocks()) BOOST_TEST(waiting.insert(block).second);
    BOOST_TEST((waiting == oracle_.gone));
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
    check_gone(txn);
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
    BOOST_TEST((bucket.layout == oracle.made.layout));
    BOOST_TEST(bucket.totals.keys == oracle.keys.size());
    BOOST_TEST(bucket.totals.directories == oracle.directories.size());
    for (const auto& [id, upload] : oracle.uploads) check_upload(txn, oracle, id, upload);
    for (const auto& [name, directory] : oracle.directories) {
      const auto record = find_key(txn, oracle.made.volume, oracle.made.bucket, name).value();
      BOOST_TEST(record.created == directory.created);
      BOOST_TEST(record.modified == directory.modified);
      BOOST_TEST(!record.tag());
    }
    auto expected = oracle.keys.begin();
    visit_keys(txn, bucket, {}, [&](const KeyRow& row) {
      BOOST_TEST_REQUIRE((expected != oracle.keys.end()));
      BOOST_TEST(row.name == expected->first);
      const test::OracleKey& key = expected->second;
      const auto record =
          find_key(txn, oracle.made.volume, oracle.made.bucket, expected->first).value();
      BOOST_TEST((record.blocks == key.blocks));
      BOOST_TEST((record.metadata == key.metadata));
      BOOST_TEST((record.tag() == key.tag));
      BOOST_TEST((*row.digest == key.tag.digest));
      BOOST_TEST(row.parts == key.tag.parts);
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
                                  "upload_not_found",
                                  "volume_not_empty",
                                  "bucket_not_empty",
                                  "directory_not_empty",
                                  "invalid_key_name",
                                  "invalid_part",
                                  "invalid_argument",
                                  "access_denied",
                                  "precondition_failed",
                                  "quota_exceeded",
                                  "container_not_found",
                                  "internal"};
  BOOST_TEST(model.answers() == all, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
