// dobsonctl: paths as typed, as requested, and as files.

#include "tools/dobsonctl/path.h"

#include <boost/test/unit_test.hpp>

#include "tools/dobsonctl/layout.h"

namespace dobson::ctl {
namespace {

Path parsed(std::string_view text) {
  auto path = parse_path(text);
  BOOST_TEST_REQUIRE(path.ok());
  return *path;
}

BOOST_AUTO_TEST_SUITE(dobsonctl_path)

BOOST_AUTO_TEST_CASE(the_first_three_slashes_split) {
  BOOST_TEST(parsed("/").volume == "");
  BOOST_TEST(parsed("/vol").volume == "vol");
  BOOST_TEST(parsed("/vol/").bucket == "");
  BOOST_TEST(parsed("/vol/bucket").bucket == "bucket");
  BOOST_TEST(parsed("/vol/bucket/").key == "");
  BOOST_TEST(parsed("/vol/bucket/a//b/../c/").key == "a//b/../c/");
  BOOST_TEST(parsed("/vol/bucket//a").key == "/a");
}

BOOST_AUTO_TEST_CASE(bad_paths_are_usage_errors) {
  for (const char* text : {"", "vol", "//bucket", "/vol//key"}) {
    const auto path = parse_path(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST_REQUIRE(!path.ok());
      BOOST_TEST(static_cast<int>(path.error().exit) == static_cast<int>(Exit::usage));
    }
  }
  BOOST_TEST(!parse_bucket("/vol").ok());
  BOOST_TEST(!parse_bucket("/vol/bucket/key").ok());
  BOOST_TEST(parse_bucket("/vol/bucket/").ok());
  BOOST_TEST(!parse_key("/vol/bucket/").ok());
  BOOST_TEST(parse_key("/vol/bucket/k").ok());
}

BOOST_AUTO_TEST_CASE(the_request_target_keeps_the_slashes_of_a_key_alone) {
  BOOST_TEST(parsed("/vol/bucket/a//b/../\xC3\xBC %?").target() ==
             "/vol/bucket/a//b/../%C3%BC%20%25%3F");
  BOOST_TEST(parsed("/vol").target() == "/vol");
  BOOST_TEST(parsed("/").target() == "/");
  BOOST_TEST(parsed("/v l/b").with_key("k").target() == "/v%20l/b/k");
}

BOOST_AUTO_TEST_CASE(a_directory_ends_in_one_slash) {
  BOOST_TEST(parsed("/vol/bucket/a/b").directory().text() == "/vol/bucket/a/b/");
  BOOST_TEST(parsed("/vol/bucket/a/b/").directory().text() == "/vol/bucket/a/b/");
}

BOOST_AUTO_TEST_CASE(layouts_are_read_as_people_and_headers_write_them) {
  BOOST_TEST((parse_layout("object-store") == Layout::object_store));
  BOOST_TEST((parse_layout("FILE_SYSTEM_OPTIMIZED") == Layout::file_system_optimized));
  for (const Layout layout : {Layout::object_store, Layout::file_system_optimized}) {
    BOOST_TEST((parse_layout(typed(layout)) == layout));
    BOOST_TEST((parse_layout(on_wire(layout)) == layout));
  }
  for (const std::string_view text : {"", "object", "object_store", "FILE-SYSTEM-OPTIMIZED"})
    BOOST_TEST(!parse_layout(text), text);
}

BOOST_AUTO_TEST_CASE(a_file_never_leaves_its_directory) {
  for (const char* name : {"a", "a/b", "a/b/", "..a", "a..", "...", ".hidden", "a b\n"})
    BOOST_TEST(not_a_local_name(name) == "", name);
  for (const char* name : {"..", ".", "../a", "a/../b", "a/..", "a/./b", "./a", "a/.", "../"})
    BOOST_TEST(not_a_local_name(name) != "", name);
  for (const char* name : {"/", "/a", "a//b", "a//", "//"})
    BOOST_TEST(not_a_local_name(name) != "", name);
}

BOOST_AUTO_TEST_CASE(a_key_below_another_key_collides_though_names_stand_between) {
  CollisionFinder finder;
  BOOST_TEST(!finder.add("a"));
  BOOST_TEST(!finder.add("a!"));
  BOOST_TEST(!finder.add("a!b"));
  BOOST_TEST(finder.add("a/b").value_or("") == "a");
  BOOST_TEST(finder.add("a/c/d").value_or("") == "a");
  BOOST_TEST(!finder.add("aa"));
  BOOST_TEST(!finder.add("b/"));
  BOOST_TEST(!finder.add("b/c"));
  BOOST_TEST(finder.add("b/c/").value_or("") == "b/c");
  BOOST_TEST(!finder.add("c"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::ctl
