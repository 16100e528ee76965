// Raw keys as text and back (spec/recon.md §4.8, §5.2).

#include "handlers/recon/raw_key.h"

#include <boost/test/unit_test.hpp>
#include <limits>

namespace dobson::recon {

namespace {

constexpr storage::ObjectId id(std::uint64_t value) {
  return {value};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recon_raw_key)

BOOST_AUTO_TEST_CASE(names) {
  for (const auto key : {"file1", "////file2", "file3///", "/", "a//b", ""}) {
    const FlatKey flat{"vol", "bucket", key};
    const auto text = to_text(flat);
    BOOST_TEST(text == std::string("/vol/bucket/") + key);
    BOOST_TEST((flat_key_of(text) == flat));
  }
  for (const auto* other : {"", "/", "vol/bucket/key", "/vol", "/vol/", "/vol/bucket"}) {
    BOOST_TEST(!flat_key_of(other), other);
  }
  BOOST_TEST((flat_key_of("//b/k") == FlatKey{"", "b", "k"}));
}

BOOST_AUTO_TEST_CASE(ids) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  const TreeKey tree{id(281474976710657), id(1), id(most), "file"};
  const auto text = to_text(tree);
  BOOST_TEST(text == "/281474976710657/1/18446744073709551615/file");
  BOOST_TEST((tree_key_of(text) == tree));
  BOOST_TEST((tree_key_of("/1/2/3/") == TreeKey{id(1), id(2), id(3), ""}));
  BOOST_TEST((tree_key_of("/1/2/3/f/44") == TreeKey{id(1), id(2), id(3), "f/44"}));
  for (const auto* other :
       {"", "/1", "/1/2/3", "1/2/3/f", "/vol/bucket/dir/f", "/1/2//f", "/-1/2/3/f", "/1/+2/3/f",
        "/1/2/3x/f", "/1/2/ 3/f", "/1/2/18446744073709551616/f"}) {
    BOOST_TEST(!tree_key_of(other), other);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::recon
