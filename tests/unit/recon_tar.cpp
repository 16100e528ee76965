// TAR files of ours, as the system's `tar` reads them.

#include "handlers/recon/tar.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/support/temporary_directory.h"

namespace dobson::recon {
namespace {

constexpr UnixMillis modified = 1'795'255'905'004;  // 2026-11-21 10:11:45 UTC

struct Archive {
  TarWriter create() {
    auto tar = TarWriter::create(path(), modified);
    BOOST_TEST_REQUIRE(tar.ok());
    return std::move(*tar);
  }
  std::filesystem::path path() const { return directory.path() / "a.tar"; }

  // What it says, and nothing of complaints.
  std::string tar(const std::string& options) const {
    const std::string command = "TZ=UTC tar " + options + " -f '" + path().native() + "' 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    BOOST_TEST_REQUIRE(pipe != nullptr);
    std::string said;
    std::array<char, 4096> piece;
    while (const auto read = std::fread(piece.data(), 1, piece.size(), pipe)) {
      said.append(piece.data(), read);
    }
    BOOST_TEST(::pclose(pipe) == 0);
    return said;
  }

  test::TemporaryDirectory directory;
};

void add(TarWriter& tar, std::string_view name, std::string_view first,
         std::string_view second = {}) {
  BOOST_TEST(tar.begin(name).ok());
  BOOST_TEST(tar.write(first).ok());
  BOOST_TEST(tar.write(second).ok());
}

BOOST_FIXTURE_TEST_SUITE(recon_tar, Archive)

BOOST_AUTO_TEST_CASE(files_come_out_as_they_went_in) {
  const std::string block(512, 'b');
  const std::string large(100'001, 'x');
  const std::string longest(99, 'n');
  auto writer = create();
  add(writer, "empty", "");
  add(writer, "small", "one\n", "two\n");
  add(writer, "block", block);
  add(writer, longest, large, large);
  BOOST_TEST(writer.finish().ok());

  BOOST_TEST(std::filesystem::file_size(path()) % 512 == 0u);
  BOOST_TEST(tar("-t") == "empty\nsmall\nblock\n" + longest + "\n");
  BOOST_TEST(tar("-xO small") == "one\ntwo\n");
  BOOST_TEST((tar("-xO block") == block));
  BOOST_TEST((tar("-xO " + longest) == large + large));
  BOOST_TEST(tar("-xO empty").empty());
}

BOOST_AUTO_TEST_CASE(entries_are_plain_files_of_that_time) {
  auto writer = create();
  add(writer, "a", "1234567");
  BOOST_TEST(writer.finish().ok());
  BOOST_TEST(tar("--numeric-owner --full-time -tv") ==
             "-rw-r--r-- 0/0               7 2026-11-21 10:11:45 a\n");
}

BOOST_AUTO_TEST_CASE(an_archive_of_nothing) {
  BOOST_TEST(create().finish().ok());
  BOOST_TEST(tar("-t").empty());
  BOOST_TEST(std::filesystem::file_size(path()) == 1024u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_told) {
  BOOST_TEST((TarWriter::create(directory.path(), modified).error().code == Errc::io));
  auto full = TarWriter::create("/dev/full", modified);
  BOOST_TEST_REQUIRE(full.ok());
  BOOST_TEST(full->begin("a").ok());
  BOOST_TEST((full->finish().error().code == Errc::io));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::recon
