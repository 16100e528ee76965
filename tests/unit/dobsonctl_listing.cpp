// dobsonctl: the server's JSON, whatever pieces it comes in.

#include "tools/dobsonctl/listing.h"

#include <fmt/core.h>

#include <boost/test/unit_test.hpp>
#include <utility>

namespace dobson::ctl {
namespace {

constexpr std::string_view key_line =
    R"({"version":3,"md5hash":"5d41402abc4b2a76b9719d911017c592",)"
    R"("createdOn":"Tue, 05 Mar 2019 09:10:44 GMT","modifiedOn":"Tue, 05 Mar 2019 09:10:45 GMT",)"
    R"("size":5,"keyName":"th\u00e4re\/\ud83d\ude00\n","type":"STAND_ALONE"})";

BOOST_AUTO_TEST_SUITE(dobsonctl_listing)

BOOST_AUTO_TEST_CASE(lines_are_the_same_at_every_cut) {
  const std::string text = "one\n\nthree\nfour";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      LineSplitter splitter;
      std::vector<std::string> lines;
      const auto take = [&lines](std::string_view line) -> Try<void> {
        lines.emplace_back(line);
        return {};
      };
      const std::string_view all = text;
      BOOST_TEST(splitter.feed(all.substr(0, first), take).ok());
      BOOST_TEST(splitter.feed(all.substr(first, second - first), take).ok());
      BOOST_TEST(splitter.feed(all.substr(second), take).ok());
      BOOST_TEST(lines == (std::vector<std::string>{"one", "", "three"}),
                 boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_stream_line_is_a_key_or_the_end) {
  const auto line = parse_stream_line(key_line);
  BOOST_TEST_REQUIRE(line.ok());
  BOOST_TEST(!line->end_count);
  BOOST_TEST(line->key.name == "th\xC3\xA4re/\xF0\x9F\x98\x80\n");
  BOOST_TEST(line->key.size == 5u);
  BOOST_TEST(line->key.version == 3u);
  BOOST_TEST(line->key.md5 == "5d41402abc4b2a76b9719d911017c592");
  BOOST_TEST(line->key.modified == "Tue, 05 Mar 2019 09:10:45 GMT");

  const auto end = parse_stream_line(R"({"end":true,"count":42})");
  BOOST_TEST_REQUIRE(end.ok());
  BOOST_TEST(end->end_count.value_or(0) == 42u);

  for (std::string_view bad : {"", "{}", "[]", "{\"end\":true}", "<html>", "{\"keyName\":1}"})
    BOOST_TEST(!parse_stream_line(bad).ok(), bad);
  BOOST_TEST(!parse_stream_line(key_line.substr(0, key_line.size() - 1)).ok());
}

BOOST_AUTO_TEST_CASE(bodies_of_the_contract_page_are_understood) {
  const auto volume = parse_volume(
      R"({"owner":{"name":"frodo"},"quota":{"unit":"GB","size":10},"volumeName":"shire",)"
      R"("createdOn":"Tue, 05 Mar 2019 09:07:01 GMT","createdBy":"root"})");
  BOOST_TEST_REQUIRE(volume.ok());
  BOOST_TEST(volume->owner == "frodo");
  BOOST_TEST(volume->quota == "10 GB");
  BOOST_TEST(volume->created_by == "root");

  const auto detail = parse_key_detail(
      R"({"version":0,"md5hash":null,"createdOn":"a","modifiedOn":"b","size":7,"keyName":"k",)"
      R"("keyLocations":[{"containerID":1,"localID":2,"length":4,"offset":0},)"
      R"({"containerID":1,"localID":3,"length":3,"offset":4}]})");
  BOOST_TEST_REQUIRE(detail.ok());
  BOOST_TEST(detail->key.md5 == "");
  BOOST_TEST_REQUIRE(detail->blocks.size() == 2u);
  BOOST_TEST(detail->blocks[1].local == 3u);
  BOOST_TEST(detail->blocks[1].offset == 4u);
}

BOOST_AUTO_TEST_CASE(each_row_of_a_page_comes_with_its_own_json) {
  const std::string first =
      R"({"volumeName":"shire","bucketName":"maps","createdOn":"d",)"
      R"("acls":[{"type":"USER","name":"peregrin","rights":"READ_WRITE"}],"versioning":null,)"
      R"("storageType":"DISK","bytesUsed":4096,"keyCount":2})";
  const std::string second =
      R"({"volumeName":"shire","bucketName":"tales","createdOn":"d","acls":[],)"
      R"("versioning":"ENABLED","storageType":"SSD","bytesUsed":0,"keyCount":0})";
  std::vector<BucketInfo> buckets;
  std::vector<std::string> texts;
  const auto rows = parse_buckets("{\"buckets\":[" + first + "," + second + "]}",
                                  [&](const BucketInfo& bucket, std::string_view json) {
                                    buckets.push_back(bucket);
                                    texts.emplace_back(json);
                                  });
  BOOST_TEST_REQUIRE(rows.ok());
  BOOST_TEST_REQUIRE(*rows == 2u);
  BOOST_TEST(texts == (std::vector{first, second}), boost::test_tools::per_element());
  BOOST_TEST(buckets[0].acls == std::vector<std::string>{"USER:peregrin:READ_WRITE"},
             boost::test_tools::per_element());
  BOOST_TEST(buckets[0].versioning == "not set");
  BOOST_TEST(buckets[0].bytes == 4096u);
  BOOST_TEST(buckets[1].name == "tales");
  BOOST_TEST(!parse_buckets("{\"volumes\":[]}", [](const auto&, auto) {}).ok());
}

BOOST_AUTO_TEST_CASE(a_level_is_keys_and_prefixes_in_byte_order) {
  const auto key = [](const std::string& name) {
    return R"({"version":0,"md5hash":null,"createdOn":"a","modifiedOn":"b","size":7,"keyName":")" +
           name + "\"}";
  };
  const auto level = [&](const std::string& keys, const std::string& prefixes) {
    std::string names;
    const auto rows =
        parse_level(R"({"keyList":[)" + keys + R"(],"commonPrefixes":[)" + prefixes + "]}",
                    [&](const LevelEntry& entry) {
                      names += fmt::format("{}{} ", entry.name, entry.key == nullptr ? "" : "*");
                      if (entry.key != nullptr) BOOST_TEST(entry.json == key(entry.key->name));
                    });
    return rows.ok() ? names + std::to_string(*rows) : "failed";
  };
  BOOST_TEST(level("", "") == "0");
  BOOST_TEST(level(key("a") + "," + key("a0"), "") == "a* a0* 2");
  BOOST_TEST(level("", R"("a/","b/")") == "a/ b/ 2");
  BOOST_TEST(level(key("a-") + "," + key("a0"), R"("a/","b/")") == "a-* a/ a0* b/ 4");
  for (const std::string bad : {"1", "null", "{}"}) {
    BOOST_TEST(level(bad, "") == "failed", bad);
    BOOST_TEST(level("", bad) == "failed", bad);
  }
  BOOST_TEST(!parse_level(R"({"keyList":[]})", [](const LevelEntry&) {}).ok());
}

BOOST_AUTO_TEST_CASE(a_batch_delete_says_what_it_left) {
  const auto errors = parse_delete_errors(
      R"({"deleted":[],"errors":[{"keyName":"a/","shortMessage":"directoryNotEmpty",)"
      R"("message":"no"},{"keyName":"b","shortMessage":"invalidKey","message":"bad"}]})");
  BOOST_TEST_REQUIRE(errors.ok());
  BOOST_TEST_REQUIRE(errors->size() == 2u);
  BOOST_TEST((*errors)[0].name == "a/");
  BOOST_TEST((*errors)[0].failure.code == "directoryNotEmpty");
  BOOST_TEST((*errors)[1].failure.reason == "bad");
  for (const std::string_view bad : {"", "{}", R"({"errors":[{"keyName":"a"}]})"})
    BOOST_TEST(!parse_delete_errors(bad).ok(), bad);
}

// What is wrong ends the reading: simdjson must not be asked for the next field.
BOOST_AUTO_TEST_CASE(broken_bodies_are_refused) {
  std::string line(key_line);
  for (std::size_t at = 0; at < line.size(); ++at) {
    for (const char broken : {'"', '\\', '{', '[', ',', 'n'}) {
      const char right = std::exchange(line[at], broken);
      const auto parsed = parse_stream_line(line);
      if (parsed.ok()) BOOST_TEST(parsed->end_count.value_or(0) == 0u);
      line[at] = right;
    }
  }
  constexpr std::string_view volume =
      R"({"owner":{"name":"frodo"},"quota":{"unit":"GB","size":10},"volumeName":"shire",)"
      R"("createdOn":"Tue, 05 Mar 2019 09:07:01 GMT","createdBy":"root"})";
  for (const std::string_view part : {"frodo\"", "GB\"", "10}", "\"root\""}) {
    std::string text(volume);
    text.replace(text.find(part), part.size(), "[");
    BOOST_TEST(!parse_volume(text).ok(), text);
  }
  BOOST_TEST(!parse_volume({}).ok());
}

BOOST_AUTO_TEST_CASE(a_refusal_carries_the_servers_words) {
  const Failure failure = refusal(404, R"({"httpCode":404,"shortMessage":"keyNotFound",)"
                                       R"("resource":"v/b/k","message":"gone","requestID":"i",)"
                                       R"("hostName":"h"})");
  BOOST_TEST(failure.code == "keyNotFound");
  BOOST_TEST(failure.reason == "gone");
  BOOST_TEST(!failure.may_pass);
  BOOST_TEST(refusal(503, "").may_pass);
  BOOST_TEST(refusal(502, "<html>").reason.find("502") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::ctl
