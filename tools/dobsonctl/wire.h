#pragma once

// The JSON bodies of spec/ozone-rest.md as values. Unknown fields are ignored; a body that lacks
// what its page promises is a Failure.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/dobsonctl/failure.h"

namespace dobson::ctl {

struct VolumeInfo {  // §3.4
  std::string name;
  std::string owner;
  std::string quota;  // "10 GB"; "none" for what the wire writes as 1048576 TB (§2.8)
  std::string created;
  std::string created_by;
};

struct BucketInfo {  // §3.9; the two numbers only in a list (§3.10)
  std::string name;
  std::string created;
  std::string storage;
  std::string versioning;  // "not set" for null
  std::vector<std::string> acls;
  std::uint64_t bytes = 0;
  std::uint64_t keys = 0;
};

struct KeyInfo {  // §3.14
  std::string name;
  std::uint64_t size = 0;
  std::string md5;  // empty for a multipart key
  std::string created;
  std::string modified;
  std::uint64_t version = 0;
};

struct KeyBlock {  // §4.2
  std::uint64_t container;
  std::uint64_t local;
  std::uint64_t offset;
  std::uint64_t length;
};

struct KeyDetail {
  KeyInfo key;
  std::vector<KeyBlock> blocks;
};

// The server's refusal: status line and error body (§2.9).
Failure refusal(int status, std::string_view body);

Try<VolumeInfo> parse_volume(std::string_view body);
Try<BucketInfo> parse_bucket_info(std::string_view body);
Try<KeyDetail> parse_key_detail(std::string_view body);

// Each `row` also gets its JSON text, without blanks, valid during the call.
// Both return the number of rows of the page.
using VolumeRow = std::function<void(const VolumeInfo&, std::string_view json)>;
using BucketRow = std::function<void(const BucketInfo&, std::string_view json)>;
Try<std::size_t> parse_volumes(std::string_view body, const VolumeRow& row);
Try<std::size_t> parse_buckets(std::string_view body, const BucketRow& row);

// A row of a listing with a delimiter (§4.11): a key with its JSON text, or a common prefix alone.
// Valid during the call.
struct LevelEntry {
  std::string_view name;
  const KeyInfo* key;
  std::string_view json;
};
using LevelRow = std::function<void(const LevelEntry&)>;

// Both kinds together in byte order. Returns the number of rows.
Try<std::size_t> parse_level(std::string_view body, const LevelRow& row);

// What a batch delete did not delete (§4.10), in the order of the request.
struct DeleteError {
  std::string name;
  Failure failure;
};
Try<std::vector<DeleteError>> parse_delete_errors(std::string_view body);

// One line of a streamed listing (§4.14): a key, or the end line with its count.
struct StreamLine {
  KeyInfo key;
  std::optional<std::uint64_t> end_count;
};

Try<StreamLine> parse_stream_line(std::string_view line);

}  // namespace dobson::ctl
