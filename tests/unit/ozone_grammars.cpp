// The value grammars of spec/ozone-rest.md §2.3, §2.5, §2.8, §3.11, §4.6.

#include <boost/test/unit_test.hpp>
#include <string>

#include "core/time/http_date.h"
#include "handlers/ozone/bucket_headers.h"
#include "handlers/ozone/byte_range.h"
#include "handlers/ozone/content_md5.h"
#include "handlers/ozone/dates.h"
#include "handlers/ozone/names.h"
#include "handlers/ozone/quota.h"
#include "handlers/ozone/wire.h"

namespace dobson::ozone {
namespace {

constexpr UnixMillis second = 1000;

BOOST_AUTO_TEST_SUITE(ozone_dates)

BOOST_AUTO_TEST_CASE(accepted_forms_name_the_same_instant) {
  constexpr UnixMillis june_26_2017 = 1498451010 * second;
  for (const char* text : {"Mon, 26 Jun 2017 04:23:30 GMT", "mon, 26 jun 2017 04:23:30 gmt",
                           "Monday, 26 June 2017 04:23:30 UTC", "Tue, 26 Jun 2017 04:23:30 +0000",
                           "Mon, 26 Jun 17 04:23:30 Z", "Mon,  26  Jun 2017 04:23:30 -0000",
                           "Mon, Jun 26, 2017 04:23:30 GMT", "Monday, 26-Jun-17 04:23:30 GMT",
                           "Mon Jun 26 04:23:30 2017"}) {
    BOOST_TEST_CONTEXT(text) {
      const auto parsed = parse_date(text);
      BOOST_TEST_REQUIRE(parsed.has_value());
      BOOST_TEST(*parsed == june_26_2017);
    }
  }
  BOOST_TEST(*parse_date("Mon, Apr 4, 2016 06:22:00 GMT") == 1459750920 * second);
  BOOST_TEST(*parse_date("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777 * second);
  BOOST_TEST(*parse_date("Sun Nov  6 08:49:37 1994") == 784111777 * second);
  BOOST_TEST(*parse_date("Thu, 01 Jan 1970 00:00:41 GMT") == 41 * second);
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused) {
  for (const char* text : {"",
                           " ",
                           "x",
                           "garbage",
                           "1498451010",
                           "2017-06-26T04:23:30Z",
                           "Mon, 26 Jun 2017 04:23:30",
                           "Mon, 26 Jun 2017 04:23:30 PST",
                           "Mon, 26 Jun 2017 04:23:30 +0200",
                           "Mon, 26 Jun 2017 04:23:30 GMT and more",
                           "Mon, 99 Jun 2017 04:23:30 GMT",
                           "Mon, 31 Jun 2017 04:23:30 GMT",
                           "Mon, 26 Jun 2017 24:00:00 GMT",
                           "Mon, 26 Jun 2017 04:60:00 GMT",
                           "Mon, 26 Jun 2017 04:23:60 GMT",
                           "Mon,26 Jun 2017 04:23:30 GMT",
                           "Mo, 26 Jun 2017 04:23:30 GMT",
                           "Mon, 26 Juni 2017 04:23:30 GMT",
                           "26 Jun 2017 04:23:30 GMT",
                           "Mon, 26 Jun 017 04:23:30 GMT",
                           "Mon, 26 Jun 2017 4:23:30 GMT",
                           "Mon, 29 Feb 2017 04:23:30 GMT"}) {
    BOOST_TEST(!parse_date(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read) {
  for (UnixMillis time = 0; time < 4102444800 * second; time += 86'399 * 37 * second) {
    BOOST_TEST_REQUIRE(*parse_date(HttpDate(time)) == time);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ozone_names)

BOOST_AUTO_TEST_CASE(valid_resource_names) {
  for (const std::string& name :
       {std::string("bucket"), std::string("bucket.ozone.self"),
        std::string("bucket-name.ozone.self"), std::string("bucket.1.ozone.self"),
        std::string("abc"), std::string("a--b"), std::string(63, 'a')}) {
    BOOST_TEST(!check_resource_name(name).has_value(), name);
  }
}

BOOST_AUTO_TEST_CASE(messages_by_order_of_checks) {
  const std::string length = "Bucket or Volume length is illegal, valid length is 3-63 characters";
  const std::string start = "Bucket or Volume name cannot start with a period or dash";
  const std::string end = "Bucket or Volume name cannot end with a period or dash";
  const std::string upper = "Bucket or Volume name does not support uppercase characters";
  const std::string unsupported = "Bucket or Volume name has an unsupported character : ";
  const std::string periods = "Bucket or Volume name should not have two contiguous periods";
  const std::string period = "Bucket or Volume name should not have period after dash";
  const std::string dash = "Bucket or Volume name should not have dash after period";
  const std::string numeric = "Bucket or Volume name cannot be an IPv4 address or all numeric";
  const std::pair<std::string, std::string> wrong[] = {
      {"", length},
      {"ab", length},
      {std::string(64, 'a'), length},
      {".b", length},
      {".bucket-", start},
      {"-bucket", start},
      {"bucket.", end},
      {"bucket-", end},
      {"BUCKET", upper},
      {"bucketY", upper},
      {"bucketZ", unsupported + "Z"},
      {"Abc", unsupported + "A"},
      {"a_b", unsupported + "_"},
      {"bucket@$", unsupported + "@"},
      {"bucket .ozone.self", unsupported + " "},
      {"buck\xC3\xA9t", unsupported + "\xC3\xA9"},
      {"buck\xFFt", unsupported + "\xEF\xBF\xBD"},
      {"a..b_", periods},
      {"a-.b", period},
      {"a.-b", dash},
      {"192.1.1.1", numeric},
      {"123", numeric},
      {"volume#", unsupported + "#"},
  };
  for (const auto& [name, message] : wrong) {
    BOOST_TEST_CONTEXT(name) {
      BOOST_TEST(check_resource_name(name).value_or("") == message);
    }
  }
}

BOOST_AUTO_TEST_CASE(length_counts_characters) {
  std::string name;
  for (int i = 0; i < 63; ++i) name += "\xC3\xA9";
  BOOST_TEST(check_resource_name(name)->starts_with("Bucket or Volume name has an unsupported"));
  BOOST_TEST(check_resource_name(name + "x")->starts_with("Bucket or Volume length"));
}

BOOST_AUTO_TEST_CASE(key_names) {
  BOOST_TEST(is_key_name(" "));
  BOOST_TEST(is_key_name("//../."));
  BOOST_TEST(is_key_name(std::string(1024, 'k')));
  BOOST_TEST(!is_key_name(std::string(1025, 'k')));
  BOOST_TEST(!is_key_name(""));
  BOOST_TEST(!is_key_name(std::string_view("a\0b", 3)));
  BOOST_TEST(!is_key_name("\xFF"));
  BOOST_TEST(!is_key_name("\xED\xA0\x80"));  // a surrogate
  BOOST_TEST(!is_key_name("\xC0\xAF"));      // an overlong slash
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ozone_quota)

BOOST_AUTO_TEST_CASE(accepted) {
  constexpr std::uint64_t mb = 1ULL << 20;
  constexpr std::uint64_t gb = 1ULL << 30;
  constexpr std::uint64_t tb = 1ULL << 40;
  const std::pair<const char*, std::uint64_t> right[] = {
      {"10TB", 10 * tb},
      {"1 TB", tb},
      {"0MB", 0},
      {"0 TB", 0},
      {"    1000MB   ", 1000 * mb},
      {"1024 bytes", 1024},
      {"1bytes", 1},
      {"0bytes", 0},
      {"10000 BYTES", 10000},
      {"10gb", 10 * gb},
      {"-0MB", 0},
      {"+3MB", 3 * mb},
      {"007 BYTES", 7},
      {"9223372036854775807 BYTES", 9223372036854775807ULL},
      {"8388607TB", 8388607 * tb}};
  for (const auto& [text, bytes] : right) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(parse_quota(text).value() == bytes);
    }
  }
}

BOOST_AUTO_TEST_CASE(refused_with_its_message) {
  const std::string unit = "Quota unit not recognized. Supported values are BYTES, MB, GB and TB.";
  const std::pair<const char*, std::string> wrong[] = {
      {"    1000MBMB   ", "For input string: \"1000MB\""},
      {"    1000MB00   ", unit},
      {"1000ZMB", "For input string: \"1000Z\""},
      {"MB1000", unit},
      {"9999", unit},
      {"1", unit},
      {"remove", "Remove is invalid in this context."},
      {"1UNDEFINED", unit},
      {"", "Quota string cannot be null or empty."},
      {"  ", unit},
      {"-1000MB", "Quota cannot be negative."},
      {"BYTESbytes", "For input string: \"BYTES\""},
      {"bytes", "For input string: \"\""},
      {"1.5GB", "For input string: \"1.5\""},
      {"1KB", unit},
      {"0x10MB", "For input string: \"0X10\""},
      {"+-1MB", "For input string: \"+-1\""},
      {"8388608TB", "For input string: \"8388608\""},
      {"9223372036854775808BYTES", "For input string: \"9223372036854775808\""}};
  for (const auto& [text, message] : wrong) {
    BOOST_TEST_CONTEXT(text) {
      const auto parsed = parse_quota(text);
      BOOST_TEST_REQUIRE(!parsed.ok());
      BOOST_TEST(parsed.error().message == message);
    }
  }
}

BOOST_AUTO_TEST_CASE(remove_is_for_updates) {
  for (const char* text : {"remove", "REMOVE", " Remove "}) {
    BOOST_TEST(!parse_quota_update(text).value().has_value());
  }
  BOOST_TEST(parse_quota_update("1MB").value().value() == 1ULL << 20);
}

BOOST_AUTO_TEST_CASE(reply_takes_the_largest_unit) {
  const auto text = [](Quota quota) {
    const WireQuota wire = to_wire(quota);
    return std::to_string(wire.size).append(wire.unit);
  };
  BOOST_TEST(text({}) == "1048576TB");
  BOOST_TEST(text(0) == "0TB");
  BOOST_TEST(text(10ULL << 40) == "10TB");
  BOOST_TEST(text(10ULL << 30) == "10GB");
  BOOST_TEST(text(1000ULL << 20) == "1000MB");
  BOOST_TEST(text(1000000000) == "1000000000BYTES");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ozone_acls)

using storage::Acl;
using storage::AclRights;
using storage::AclType;

AclChanges parsed(std::string_view value) {
  AclChanges changes;
  BOOST_TEST_REQUIRE(parse_acl_list(value, changes).ok());
  return changes;
}

BOOST_AUTO_TEST_CASE(one_item) {
  const auto one = [](std::string_view value) {
    const auto changes = parsed(value);
    BOOST_TEST_REQUIRE(changes.add.size() == 1U);
    return changes.add.front();
  };
  BOOST_TEST(
      (one("ADD user:peregrin:rw") == Acl{AclType::user, "peregrin", AclRights::read_write}));
  BOOST_TEST((one("add GROUP:g:W") == Acl{AclType::group, "g", AclRights::write}));
  BOOST_TEST((one("ADD USER: a b :wr") == Acl{AclType::user, " a b ", AclRights::read_write}));
  BOOST_TEST((one("ADD user:a:rw[ACCESS]") == Acl{AclType::user, "a", AclRights::read_write}));
  BOOST_TEST((one("ADD user:a:a") == Acl{AclType::user, "a", AclRights::read_write}));
  BOOST_TEST((one("ADD WORLD::r") == Acl{AclType::world, "", AclRights::read}));
  BOOST_TEST((one("ADD world:WORLD:r") == Acl{AclType::world, "", AclRights::read}));
  BOOST_TEST((one("ADDuser:A:r") == Acl{AclType::user, "A", AclRights::read}));
}

BOOST_AUTO_TEST_CASE(lists_and_verbs) {
  const auto changes = parsed("ADD user:a:r,group:b:w, REMOVE user:c:r, user:d:rw");
  BOOST_TEST(changes.add.size() == 2U);
  BOOST_TEST(changes.remove.size() == 2U);
  BOOST_TEST(changes.remove.back().name == "d");
  BOOST_TEST(parsed("").add.empty());
}

BOOST_AUTO_TEST_CASE(refused_with_its_message) {
  const std::pair<const char*, const char*> wrong[] = {
      {"ADD", "ACLs cannot be null or empty"},
      {"ADD ", "ACLs cannot be null or empty"},
      {"ADD user:a", "ACLs are not in expected format"},
      {"ADD user:a:", "ACLs are not in expected format"},
      {"ADD user:a:r,", "ACLs are not in expected format"},
      {"ADD user:a:r,,user:b:r", "ACLs are not in expected format"},
      {",ADD user:a:r", ""},
      {"ADD user::r", "User or group name is required"},
      {"ADD user:a:x", "ACL right is not recognized"},
      {"ADD user:a:b:r", "ACL right is not recognized"},
      {"ADD world:x:r", "Unexpected name part in world type"},
      {"ADD robot:a:r", ""},
      {"user:a:r", ""},
      {"DELETE user:a:r", ""}};
  for (const auto& [value, message] : wrong) {
    BOOST_TEST_CONTEXT(value) {
      AclChanges changes;
      const auto done = parse_acl_list(value, changes);
      BOOST_TEST_REQUIRE(!done.ok());
      BOOST_TEST(done.error().message == message);
      BOOST_TEST((done.error().code == Code::malformed_acl));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(ozone_bytes)

BOOST_AUTO_TEST_CASE(ranges_of_ten_bytes) {
  using Kind = ByteRange::Kind;
  const auto check = [](const char* header, Kind kind, std::uint64_t begin, std::uint64_t length) {
    BOOST_TEST_CONTEXT(header) {
      const ByteRange range = parse_range(header, 10);
      BOOST_TEST((range.kind == kind));
      BOOST_TEST(range.begin == begin);
      BOOST_TEST(range.length == length);
    }
  };
  check("bytes=0-0", Kind::part, 0, 1);
  check("bytes=2-5", Kind::part, 2, 4);
  check("bytes=2-", Kind::part, 2, 8);
  check("bytes=9-99", Kind::part, 9, 1);
  check("bytes=-3", Kind::part, 7, 3);
  check("bytes=-99", Kind::part, 0, 10);
  check("bytes=0-99999999999999999999999", Kind::part, 0, 10);
  check("bytes=10-", Kind::unsatisfiable, 0, 0);
  check("bytes=-0", Kind::unsatisfiable, 10, 0);
  for (const char* whole : {"bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes 0-1", "bytes=", "",
                            "bytes=a-b", "bytes=-", "bytes=1", "bytes=+1-2"}) {
    check(whole, Kind::whole, 0, 10);
  }
}

BOOST_AUTO_TEST_CASE(any_range_of_nothing_is_unsatisfiable) {
  for (const char* header : {"bytes=0-", "bytes=0-0", "bytes=-1"}) {
    BOOST_TEST((parse_range(header, 0).kind == ByteRange::Kind::unsatisfiable), header);
  }
}

// MD5 of "hello": 5d41402abc4b2a76b9719d911017c592.
BOOST_AUTO_TEST_CASE(content_md5_in_three_forms) {
  for (const char* text :
       {"XUFAKrxLKna5cZ2REBfFkg==", "5d41402abc4b2a76b9719d911017c592",
        "5D41402ABC4B2A76B9719D911017C592", "NWQ0MTQwMmFiYzRiMmE3NmI5NzE5ZDkxMTAxN2M1OTI="}) {
    BOOST_TEST_CONTEXT(text) {
      const auto md5 = parse_content_md5(text);
      BOOST_TEST_REQUIRE(md5.has_value());
      BOOST_TEST(to_hex(*md5) == "5d41402abc4b2a76b9719d911017c592");
    }
  }
  for (const char* text :
       {"", "XUFAKrxLKna5cZ2REBfFkg=", "XUFA", "zz41402abc4b2a76b9719d911017c592",
        "XUFAKrxLKna5cZ2REBfFkh==", "5d41402abc4b2a76b9719d911017c5921"}) {
    BOOST_TEST(!parse_content_md5(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::ozone
