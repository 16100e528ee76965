#include "tools/dobsonctl/wire.h"

#include <fmt/core.h>

#include <utility>

#include "tools/dobsonctl/fields.h"

namespace dobson::ctl {

namespace {

std::string quota_text(Fields& fields) {
  const std::string unit = fields.text("unit");
  const std::uint64_t size = fields.number("size");
  if (unit == "TB" && size == 1048576) return "none";
  return fmt::format("{} {}", size, unit);
}

simdjson::error_code read_volume(dom::object object, VolumeInfo& volume) {
  Fields fields(object);
  volume.name = fields.text("volumeName");
  volume.created = fields.text("createdOn");
  volume.created_by = fields.text_or("createdBy", "");
  fields.read("owner", [&volume](Fields& owner) { volume.owner = owner.text("name"); });
  fields.read("quota", [&volume](Fields& quota) { volume.quota = quota_text(quota); });
  return fields.error();
}

simdjson::error_code read_bucket(dom::object object, BucketInfo& bucket) {
  Fields fields(object);
  bucket.name = fields.text("bucketName");
  bucket.created = fields.text("createdOn");
  bucket.storage = fields.text("storageType");
  bucket.versioning = fields.text_or("versioning", "not set");
  fields.each("acls", [&bucket](dom::object row) {
    Fields acl(row);
    const std::string type = acl.text("type");
    const std::string name = acl.text("name");
    bucket.acls.push_back(fmt::format("{}:{}:{}", type, name, acl.text("rights")));
    return acl.error();
  });
  return fields.error();
}

void read_key(Fields& fields, KeyInfo& key) {
  key.version = fields.number("version");
  key.md5 = fields.text_or("md5hash", "");
  key.created = fields.text("createdOn");
  key.modified = fields.text("modifiedOn");
  key.size = fields.number("size");
  key.name = fields.text("keyName");
}

// The rows of the array `name`, each with its own JSON text.
template <class Row, class Read>
Try<std::size_t> parse_page(std::string_view text, std::string_view name, const Read& read,
                            const std::function<void(const Row&, std::string_view)>& use) {
  return parse_object<std::size_t>(text, [&](dom::object object, std::size_t& count) {
    Fields fields(object);
    count = fields.each(name, [&](dom::object row) {
      Row value;
      if (const auto error = read(row, value)) return error;
      use(value, simdjson::minify(row));
      return simdjson::SUCCESS;
    });
    return fields.error();
  });
}

}  // namespace

Failure refusal(int status, std::string_view body) {
  Failure failure = {.reason = {}, .may_pass = status == 503};
  dom::parser parser;
  dom::object object;
  if (parse(parser, body).get(object) == simdjson::SUCCESS) {
    Fields fields(object);
    failure.code = fields.text("shortMessage");
    failure.reason = fields.text("message");
  }
  if (failure.reason.empty())
    failure.reason = fmt::format("the server answered {} without a reason; is it Dobson?", status);
  return failure;
}

Try<VolumeInfo> parse_volume(std::string_view body) {
  return parse_object<VolumeInfo>(body, read_volume);
}

Try<BucketInfo> parse_bucket_info(std::string_view body) {
  return parse_object<BucketInfo>(body, read_bucket);
}

Try<KeyDetail> parse_key_detail(std::string_view body) {
  return parse_object<KeyDetail>(body, [](dom::object object, KeyDetail& detail) {
    Fields fields(object);
    read_key(fields, detail.key);
    fields.each("keyLocations", [&detail](dom::object row) {
      Fields block(row);
      detail.blocks.push_back({.container = block.number("containerID"),
                               .local = block.number("localID"),
                               .offset = block.number("offset"),
                               .length = block.number("length")});
      return block.error();
    });
    return fields.error();
  });
}

Try<std::size_t> parse_volumes(std::string_view body, const VolumeRow& row) {
  return parse_page<VolumeInfo>(body, "volumes", read_volume, row);
}

Try<std::size_t> parse_buckets(std::string_view body, const BucketRow& row) {
  const auto read = [](dom::object object, BucketInfo& bucket) {
    const auto error = read_bucket(object, bucket);
    Fields fields(object);
    bucket.bytes = fields.number("bytesUsed");
    bucket.keys = fields.number("keyCount");
    return error ? error : fields.error();
  };
  return parse_page<BucketInfo>(body, "buckets", read, row);
}

Try<std::size_t> parse_level(std::string_view body, const LevelRow& row) {
  return parse_object<std::size_t>(body, [&](dom::object object, std::size_t& count) {
    Fields fields(object);
    std::vector<std::string> prefixes;
    fields.texts("commonPrefixes", prefixes);
    auto prefix = prefixes.begin();
    const auto pass_prefixes = [&](const std::string* before) {
      for (; prefix != prefixes.end() && (before == nullptr || *prefix < *before); ++prefix)
        row({.name = *prefix, .key = nullptr, .json = {}});
    };
    count = prefixes.size() + fields.each("keyList", [&](dom::object element) {
      Fields key_fields(element);
      KeyInfo key;
      read_key(key_fields, key);
      if (key_fields.error() != simdjson::SUCCESS) return key_fields.error();
      pass_prefixes(&key.name);
      const std::string json = simdjson::minify(element);
      row({.name = key.name, .key = &key, .json = json});
      return simdjson::SUCCESS;
    });
    pass_prefixes(nullptr);
    return fields.error();
  });
}

Try<std::vector<DeleteError>> parse_delete_errors(std::string_view body) {
  using Errors = std::vector<DeleteError>;
  return parse_object<Errors>(body, [](dom::object object, Errors& errors) {
    Fields fields(object);
    fields.each("errors", [&errors](dom::object row) {
      Fields error(row);
      DeleteError read = {.name = error.text("keyName"), .failure = {}};
      read.failure.code = error.text("shortMessage");
      read.failure.reason = error.text("message");
      errors.push_back(std::move(read));
      return error.error();
    });
    return fields.error();
  });
}

Try<StreamLine> parse_stream_line(std::string_view line) {
  return parse_object<StreamLine>(line, [](dom::object object, StreamLine& parsed) {
    Fields fields(object);
    if (fields.has("end"))
      parsed.end_count = fields.number("count");
    else
      read_key(fields, parsed.key);
    return fields.error();
  });
}

}  // namespace dobson::ctl
