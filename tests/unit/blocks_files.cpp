#include <boost/test/unit_test.hpp>

#include "core/base/limits.h"
#include "storage/blocks/block_files.h"
#include "tests/support/temporary_directory.h"

namespace dobson::storage {

BOOST_AUTO_TEST_SUITE(blocks_files)

BOOST_AUTO_TEST_CASE(one_file_too_many_closes_the_least_used) {
  const test::TemporaryDirectory directory;
  BlockFiles files(directory.path());
  for (std::uint64_t id = 1; id <= limits::open_container_files; ++id) {
    BOOST_TEST_REQUIRE(files.create({id}, limits::page_bytes).ok());
  }
  BOOST_TEST((files.find({2}) != nullptr));
  BOOST_TEST((files.find({1}) != nullptr));
  BOOST_TEST(files.create({limits::open_container_files + 1}, limits::page_bytes).ok());
  BOOST_TEST((files.find({3}) == nullptr));
  BOOST_TEST((files.find({1}) != nullptr));
  BOOST_TEST((files.find({2}) != nullptr));
  BOOST_TEST(files.open({3}).ok());
  BOOST_TEST((files.find({4}) == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
