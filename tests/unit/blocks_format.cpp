#include <boost/test/unit_test.hpp>
#include <set>
#include <string_view>

#include "storage/blocks/block_format.h"
#include "storage/blocks/crc32c.h"
#include "storage/blocks/md5_digest.h"

namespace dobson::storage {
namespace {

std::uint32_t crc_of(std::span<const std::uint8_t> bytes) {
  return Crc32c().update(std::as_bytes(bytes)).value();
}

BOOST_AUTO_TEST_SUITE(blocks_format)

// The examples of RFC 3720, appendix B.4.
BOOST_AUTO_TEST_CASE(crc32c_of_the_standard) {
  std::array<std::uint8_t, 32> bytes{};
  BOOST_TEST(crc_of(bytes) == 0x8a9136aa);
  bytes.fill(0xff);
  BOOST_TEST(crc_of(bytes) == 0x62a8ab43);
  for (unsigned i = 0; i < 32; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  BOOST_TEST(crc_of(bytes) == 0x46dd794e);
  for (unsigned i = 0; i < 32; ++i) bytes[i] = static_cast<std::uint8_t>(31 - i);
  BOOST_TEST(crc_of(bytes) == 0x113fdb5c);

  std::array<std::uint8_t, 48> read_command{0x01, 0xc0};
  read_command[16] = 0x14;
  read_command[22] = 0x04;
  read_command[27] = 0x14;
  read_command[31] = 0x18;
  read_command[32] = 0x28;
  read_command[40] = 0x02;
  BOOST_TEST(crc_of(read_command) == 0xd9963a56);
}

BOOST_AUTO_TEST_CASE(crc32c_in_pieces) {
  const std::string_view text = "123456789";
  const auto bytes = std::as_bytes(std::span(text));
  BOOST_TEST(Crc32c().value() == 0u);
  BOOST_TEST(Crc32c().update(bytes).value() == 0xe3069283);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    const auto crc = Crc32c().update(bytes.first(cut)).update(bytes.subspan(cut)).value();
    BOOST_TEST(crc == 0xe3069283);
  }
}

BOOST_AUTO_TEST_CASE(md5_of_the_standard) {
  const auto hex_of = [](std::string_view text) {
    Md5Digest digest;
    for (const char& c : text) digest.update(std::as_bytes(std::span(&c, 1)));
    std::string hex;
    for (const std::uint8_t byte : digest.finish()) {
      hex.push_back("0123456789abcdef"[byte >> 4]);
      hex.push_back("0123456789abcdef"[byte & 15]);
    }
    return hex;
  };
  BOOST_TEST(hex_of("") == "d41d8cd98f00b204e9800998ecf8427e");
  BOOST_TEST(hex_of("abc") == "900150983cd24fb0d6963f7d28e17f72");
}

BOOST_AUTO_TEST_CASE(a_checksum_belongs_to_its_place) {
  const std::array<std::byte, 3> data{};
  std::set<std::uint32_t> seen;
  for (const std::uint64_t container : {1, 2}) {
    for (const std::uint64_t local : {4096, 8192}) {
      for (const std::uint64_t number : {0, 1}) {
        seen.insert(part_crc({ContainerId{container}, local}, number, data));
      }
    }
  }
  BOOST_TEST(seen.size() == 8u);
}

BOOST_AUTO_TEST_CASE(blocks_on_disk) {
  BOOST_TEST(bytes_on_disk(1) == 5u);
  BOOST_TEST(bytes_on_disk(65536) == 65540u);
  BOOST_TEST(bytes_on_disk(65537) == 65545u);
  BOOST_TEST(container_file_name(ContainerId{255}) == "00000000000000ff.container");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
