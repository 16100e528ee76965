// dobsonctl: the tree that load sends, files that are sent, files that appear whole or not at all.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "core/base/limits.h"
#include "tools/dobsonctl/local_file.h"
#include "tools/dobsonctl/tree.h"

namespace dobson::ctl {
namespace {

namespace fs = std::filesystem;

struct Scratch {
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "dobsonctl.XXXXXX").string();
    BOOST_TEST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    root = pattern;
  }
  ~Scratch() { fs::remove_all(root); }

  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name, std::ios::binary) << content;
  }

  std::string read(const std::string& name) const {
    std::ifstream file(root / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path root;
};

std::vector<std::string> names(const std::vector<Item>& items) {
  std::vector<std::string> names;
  for (const Item& item : items) names.push_back(item.name);
  return names;
}

std::vector<std::string> names(const std::vector<Problem>& problems) {
  std::vector<std::string> names;
  for (const Problem& problem : problems) names.push_back(problem.name);
  std::ranges::sort(names);
  return names;
}

Tree walked(const Scratch& scratch, bool follow_links = true) {
  auto tree = walk_tree(scratch.root.string(), follow_links);
  BOOST_TEST_REQUIRE(tree.ok());
  return *tree;
}

using Names = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(dobsonctl_files, Scratch)

BOOST_AUTO_TEST_CASE(files_and_empty_directories_are_keys_in_byte_order) {
  write("b", "two");
  write("a/x", "1");
  write("a!", "");
  fs::create_directories(root / "empty/inner");
  const Tree tree = walked(*this);
  BOOST_TEST(names(tree.items) == (Names{"a!", "a/x", "b", "empty/inner/"}),
             boost::test_tools::per_element());
  BOOST_TEST(tree.items[2].size == 3u);
  BOOST_TEST(tree.skipped.empty());
  BOOST_TEST(tree.failed.empty());
}

BOOST_AUTO_TEST_CASE(links_are_followed_but_not_in_circles) {
  write("dir/file", "x");
  fs::create_symlink("dir/file", root / "to_file");
  fs::create_directory_symlink("dir", root / "to_dir");
  fs::create_directory_symlink("..", root / "dir/up");
  fs::create_symlink("nowhere", root / "dangling");
  BOOST_TEST_REQUIRE(mkfifo((root / "pipe").c_str(), 0600) == 0);
  const Tree tree = walked(*this);
  BOOST_TEST(names(tree.items) == (Names{"dir/file", "to_dir/file", "to_file"}),
             boost::test_tools::per_element());
  BOOST_TEST(names(tree.skipped) == (Names{"dangling", "dir/up", "pipe", "to_dir/up"}),
             boost::test_tools::per_element());
  BOOST_TEST(tree.failed.empty());

  BOOST_TEST(names(walked(*this, false).items) == Names{"dir/file"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_directory_with_nothing_but_skipped_entries_still_comes_back) {
  fs::create_directory(root / "dir");
  fs::create_symlink("nowhere", root / "dir/dangling");
  BOOST_TEST(names(walked(*this).items) == Names{"dir/"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(names_that_no_key_can_have_fail) {
  write("bad\xFF", "x");
  const std::string part(limits::key_name_bytes / 5 - 1, 'd');
  std::string longest = part + "/" + part + "/" + part + "/" + part + "/";
  longest.append(limits::key_name_bytes - longest.size(), 'f');
  write(longest, "x");
  write(longest + "f", "x");
  const Tree tree = walked(*this);
  BOOST_TEST(names(tree.items) == Names{longest}, boost::test_tools::per_element());
  BOOST_TEST(names(tree.failed) == (Names{"bad\xFF", longest + "f"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_missing_directory_is_a_failure) {
  BOOST_TEST(!walk_tree((root / "none").string(), true).ok());
}

std::string sent(LocalFile& file, std::size_t piece) {
  std::string content;
  std::string buffer(piece, '\0');
  for (;;) {
    const auto count = file.read(buffer);
    BOOST_TEST_REQUIRE(count.ok());
    if (*count == 0) return content;
    content.append(buffer, 0, *count);
  }
}

BOOST_AUTO_TEST_CASE(a_file_is_sent_as_it_was_hashed_and_again_after_a_rewind) {
  for (const std::size_t size :
       {std::size_t{0}, limits::ctl_whole_file_bytes, limits::ctl_whole_file_bytes + 1}) {
    std::string content(size, 'x');
    if (size > 0) content.back() = 'y';
    write("file", content);
    auto file = LocalFile::open(AT_FDCWD, (root / "file").string());
    BOOST_TEST_REQUIRE(file.ok());
    Md5 digest;
    digest.update(content);
    BOOST_TEST(file->md5() == digest.hex());
    BOOST_TEST((sent(*file, 70000) == content));
    BOOST_TEST(file->rewind());
    BOOST_TEST((sent(*file, 4096) == content));
    BOOST_TEST(!file->changed());
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_after_it_was_hashed_is_noticed) {
  write("file", std::string(limits::ctl_whole_file_bytes + 1, 'x'));
  auto file = LocalFile::open(AT_FDCWD, (root / "file").string());
  BOOST_TEST_REQUIRE(file.ok());
  fs::resize_file(root / "file", 10);
  BOOST_TEST(file->changed());
  std::string buffer(limits::MiB, '\0');
  BOOST_TEST(!file->read(buffer).ok());
}

BOOST_AUTO_TEST_CASE(only_regular_files_are_sent) {
  BOOST_TEST_REQUIRE(mkfifo((root / "pipe").c_str(), 0600) == 0);
  BOOST_TEST(!LocalFile::open(AT_FDCWD, (root / "pipe").string()).ok());
  BOOST_TEST(!LocalFile::open(AT_FDCWD, root.string()).ok());
}

BOOST_AUTO_TEST_CASE(a_new_file_appears_whole_or_not_at_all) {
  write("file", "old");
  const Descriptor directory(::open(root.c_str(), O_RDONLY | O_DIRECTORY));
  {
    auto file = NewFile::create(directory.get(), "file");
    BOOST_TEST_REQUIRE(file.ok());
    BOOST_TEST(file->write("half").ok());
  }
  BOOST_TEST(read("file") == "old");
  {
    auto file = NewFile::create(directory.get(), "file");
    BOOST_TEST_REQUIRE(file.ok());
    BOOST_TEST(file->write("lost connection").ok());
    BOOST_TEST(file->rewind());
    BOOST_TEST(file->write("new").ok());
    BOOST_TEST(read("file") == "old");
    BOOST_TEST(file->md5() == "22af645d1859cb5ca6da0c484f1f37ea");  // printf new | md5sum
    BOOST_TEST(file->commit().ok());
  }
  BOOST_TEST(read("file") == "new");
  const auto entries = std::distance(fs::directory_iterator(root), {});
  BOOST_TEST(entries == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::ctl
