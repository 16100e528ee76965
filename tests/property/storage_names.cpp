// Names of any length and any bytes against a std::map: look-ups, walks from anywhere, pages.

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>

#include "storage/catalog/names.h"
#include "storage/query/namespace.h"
#include "tests/support/seed.h"
#include "tests/support/state.h"

namespace dobson::storage {

namespace {

constexpr ObjectId parent{root_id.value + 7};

class Names {
 public:
  explicit Names(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  // Long runs of one byte, so that names share hundreds of bytes and differ near the splits.
  std::string name() {
    static constexpr std::size_t sizes[] = {1,   2,   3,    300,  500,  501,  502,  503,
                                            504, 505, 1000, 1003, 1004, 1005, 1006, 1024};
    static constexpr char bytes[] = {'\x00', '\x01', 'a', '\xff'};
    std::string name(sizes[below(std::size(sizes))], bytes[below(4)]);
    for (int changes = below(3); changes > 0; --changes) {
      name[name.size() - 1 - below(std::min<std::size_t>(name.size(), 4))] = bytes[below(4)];
    }
    if (name.size() > 502 && below(2) == 0) name[500 + below(3)] = bytes[below(4)];
    return name;
  }

  // One that is there, with a little more or less, or any.
  std::string near(const std::map<std::string, std::uint64_t>& names) {
    if (names.empty() || below(3) == 0) return below(8) == 0 ? "" : name();
    auto at = names.begin();
    std::advance(at, below(names.size()));
    std::string near = at->first.substr(0, 1 + below(at->first.size()));
    if (below(3) == 0) near = at->first;
    if (below(4) == 0) near += name();
    return near;
  }

 private:
  std::mt19937_64 random_;
};

std::string key_row(std::uint64_t size) {
  std::string row;
  encode_as<NameRow>(KeyRecord{.id = {1}, .size = size}, row);
  return row;
}

// All that a scan of the range shows, in pages of `page_rows`, is what the oracle has.
void check_range(const ReadTxn& txn, const std::map<std::string, std::uint64_t>& oracle,
                 const std::string& prefix, const std::string& after, std::size_t page_rows) {
  BucketRecord bucket;
  bucket.id = parent;
  const KeySpace space(bucket);
  auto expected = oracle.lower_bound(std::max(prefix, after));
  if (expected != oracle.end() && expected->first == after) ++expected;
  std::string last = after;
  for (bool more = true; more;) {
    std::size_t rows = 0;
    more = visit_keys(txn, space, {prefix, last}, [&](const KeyRow& row) {
      if (rows == page_rows) return false;
      ++rows;
      BOOST_TEST_REQUIRE((expected != oracle.end()));
      BOOST_TEST_REQUIRE(row.name == expected->first);
      BOOST_TEST(row.size == expected->second);
      ++expected;
      last = row.name;
      return true;
    });
  }
  BOOST_TEST((expected == oracle.end() || !expected->first.starts_with(prefix)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(storage_names)

BOOST_AUTO_TEST_CASE(rows_are_a_map_in_byte_order) {
  test::State state;
  Names names(test::seed());
  std::map<std::string, std::uint64_t> oracle;
  std::uint64_t next_link = 1;
  // Neighbours in the table: a walk must not leave its parent.
  WriteTxn txn(state.env());
  put_name(txn, ObjectId{parent.value - 1}, "\xff", key_row(1), next_link);
  put_name(txn, ObjectId{parent.value + 1}, std::string(600, 'a'), key_row(1), next_link);
  const std::uint64_t rows_of_neighbours = txn.rows(catalog::names.index);

  for (std::uint64_t step = 0; step < 3000; ++step) {
    const std::string name = names.below(2) == 0 ? names.name() : names.near(oracle);
    if (!name.empty() && names.below(3) != 0) {
      put_name(txn, parent, name, key_row(step), next_link);
      oracle[name] = step;
    } else {
      BOOST_TEST(erase_name(txn, parent, name) == (oracle.erase(name) == 1));
    }
    const auto row = find_name(txn, parent, name);
    BOOST_TEST(row.has_value() == oracle.contains(name));
    if (step % 10 == 0) {
      check_range(txn, oracle, names.near(oracle), names.near(oracle), 1 + names.below(20));
      check_range(txn, oracle, "", names.near(oracle), 1 + names.below(1000));
    }
  }
  while (!oracle.empty()) {
    BOOST_TEST(erase_name(txn, parent, oracle.begin()->first));
    oracle.erase(oracle.begin());
  }
  BOOST_TEST(txn.rows(catalog::names.index) == rows_of_neighbours);
}

// Components of any length and bytes, walked as one name.
BOOST_AUTO_TEST_CASE(trees_are_walked_in_byte_order) {
  test::State state;
  Names names(test::seed());
  BOOST_TEST_REQUIRE(state.run(CreateVolume{"shire", "frodo", "root", {}}).ok());
  BOOST_TEST_REQUIRE(state
                         .run(CreateBucket{.volume = "shire",
                                           .bucket = "tree",
                                           .creator = "",
                                           .layout = Layout::file_system_optimized})
                         .ok());
  std::set<std::string> oracle;  // keys, and directories with a slash behind
  const auto name = [&] {
    std::string name = names.name();
    for (std::uint64_t slashes = names.below(4); slashes > 0; --slashes) {
      name[names.below(name.size())] = '/';
    }
    return name;
  };
  for (int step = 0; step < 1500; ++step) {
    const std::string key = name();
    if (state.run(PutKey{"shire", "tree", key, 0, {}, {}}).ok()) {
      for (std::size_t at = key.find('/'); at != key.npos; at = key.find('/', at + 1)) {
        oracle.insert(key.substr(0, at + 1));
      }
      oracle.insert(key);
    }
    if (step % 10 != 0) continue;
    const Snapshot txn(state.env());
    const BucketRecord bucket = find_bucket(txn, "shire", "tree").value();
    const std::string prefix = names.below(2) == 0 ? "" : name().substr(0, 1 + names.below(600));
    const std::string after = names.below(2) == 0 ? "" : name();
    std::vector<std::string> expected;
    for (const std::string& each : oracle) {
      if (each > after && each.starts_with(prefix)) expected.push_back(each);
    }
    std::vector<std::string> listed;
    visit_keys(txn, KeySpace(bucket, true), {prefix, after}, [&](const KeyRow& row) {
      listed.emplace_back(row.name);
      return true;
    });
    BOOST_TEST_REQUIRE((listed == expected), "step " << step);
  }
  BOOST_TEST(state.findings() == std::vector<std::string>());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
