// The hand-written row of the hottest listing is what the JSON writer would have written.

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "handlers/ozone/wire.h"
#include "tests/support/seed.h"

namespace dobson::ozone {

BOOST_AUTO_TEST_CASE(appended_rows_equal_written_rows) {
  const std::uint64_t seed = test::seed();
  std::mt19937_64 random(seed);
  const std::string_view pieces[] = {"a",
                                     "Z",
                                     "/",
                                     "\"",
                                     "\\",
                                     "\x01",
                                     "\n",
                                     "\x7F",
                                     "\xC3\xA9",
                                     "\xE2\x82\xAC",
                                     "\xF0\x9F\x98\x80",
                                     " "};
  for (int round = 0; round < 20'000; ++round) {
    std::string name;
    for (auto length = random() % 12; length > 0; --length) name += pieces[random() % 12];
    storage::Md5 md5;
    for (auto& byte : md5) byte = static_cast<std::uint8_t>(random());
    const storage::KeyRow key{.name = name,
                              .id = {},
                              .created = static_cast<UnixMillis>(random() % 4102444800000),
                              .modified = static_cast<UnixMillis>(random() % 4102444800000),
                              .size = random() >> random() % 64,
                              .version = random() >> random() % 64,
                              .digest = random() % 4 == 0 ? nullptr : &md5,
                              .parts = random() % 2};
    const bool type_field = random() % 2 == 0;

    std::string appended;
    append_key(appended, key, type_field);
    auto& json = http::JsonWriter::begin();
    write_key(json, key, type_field);
    BOOST_TEST_REQUIRE(appended == json.text(), "seed " << seed << ", round " << round);
  }
}

}  // namespace dobson::ozone
