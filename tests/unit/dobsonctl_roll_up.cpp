// dobsonctl du: sums by directory, against a map of all directories.

#include "tools/dobsonctl/roll_up.h"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>

#include "tests/support/seed.h"

namespace dobson::ctl {
namespace {

// Order and equality for the test's own containers.
using Sum = std::pair<std::uint64_t, std::uint64_t>;  // keys, bytes
using Sums = std::map<std::string, Sum>;

Sum sum_of(Amount amount) {
  return {amount.keys, amount.bytes};
}

// All that RollUp says, "" for the total. Each directory comes once, and behind those in it.
Sums rolled_up(const std::map<std::string, Amount>& names, std::string_view prefix,
               unsigned depth) {
  Sums sums;
  RollUp roll_up(prefix, depth, [&sums](std::string_view directory, Amount amount) {
    for (const auto& [earlier, sum] : sums) BOOST_TEST(!directory.starts_with(earlier));
    sums.emplace(directory, sum_of(amount));
  });
  for (const auto& [name, amount] : names) roll_up.add(name, amount);
  const Amount total = roll_up.finish();
  sums.emplace("", sum_of(total));
  return sums;
}

// The same from the definition: every '/' behind that of the prefix ends a directory.
Sums expected(const std::map<std::string, Amount>& names, std::string_view prefix, unsigned depth) {
  Sums sums = {{"", {}}};
  for (const auto& [name, amount] : names) {
    std::set<std::string> holders = {""};
    for (std::size_t at = prefix.rfind('/') + 1; at < name.size(); ++at)
      if (name[at] == '/' && holders.size() <= depth) holders.insert(name.substr(0, at + 1));
    for (const std::string& holder : holders) {
      sums[holder].first += amount.keys;
      sums[holder].second += amount.bytes;
    }
  }
  return sums;
}

BOOST_AUTO_TEST_SUITE(dobsonctl_roll_up)

BOOST_AUTO_TEST_CASE(nothing_is_nothing) {
  BOOST_TEST((rolled_up({}, "", 5) == Sums{{"", {0, 0}}}));
}

BOOST_AUTO_TEST_CASE(neighbours_in_byte_order_are_kept_apart) {
  const std::map<std::string, Amount> names = {
      {"a", {1, 1}},     {"a-b/x", {1, 2}}, {"a/", {0, 0}},  {"a/b/c", {1, 4}},
      {"a/b/d", {1, 8}}, {"a/c", {1, 16}},  {"a0", {1, 32}}, {"e/", {0, 0}},
  };
  BOOST_TEST((rolled_up(names, "", 0) == Sums{{"", {6, 63}}}));
  BOOST_TEST((rolled_up(names, "", 1) ==
              Sums{{"", {6, 63}}, {"a-b/", {1, 2}}, {"a/", {3, 28}}, {"e/", {0, 0}}}));
  BOOST_TEST(
      (rolled_up(names, "", 2) ==
       Sums{{"", {6, 63}}, {"a-b/", {1, 2}}, {"a/", {3, 28}}, {"a/b/", {2, 12}}, {"e/", {0, 0}}}));
  const std::map<std::string, Amount> below(names.lower_bound("a/"), names.lower_bound("a0"));
  BOOST_TEST((rolled_up(below, "a/", 1) == Sums{{"", {3, 28}}, {"a/b/", {2, 12}}}));
}

BOOST_AUTO_TEST_CASE(random_names_as_a_map_has_them) {
  std::mt19937_64 random(test::seed());
  const auto below = [&random](std::uint64_t end) { return random() % end; };
  for (int round = 0; round < 300; ++round) {
    const std::string prefix = std::vector<std::string>{"", "a", "a/", "a/b", "//"}[below(5)];
    std::map<std::string, Amount> names;
    for (std::uint64_t count = below(40); count > 0; --count) {
      std::string name = prefix;
      for (std::uint64_t length = 1 + below(10); length > 0; --length) name += "/a/b-0"[below(6)];
      names[name] = {.keys = 1, .bytes = below(1000)};
    }
    for (unsigned depth = 0; depth < 6; ++depth)
      BOOST_TEST((rolled_up(names, prefix, depth) == expected(names, prefix, depth)),
                 "prefix '" << prefix << "', depth " << depth);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::ctl
