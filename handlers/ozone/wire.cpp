#include "handlers/ozone/wire.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/time/http_date.h"
#include "handlers/ozone/bucket_headers.h"
#include "handlers/ozone/quota.h"

namespace dobson::ozone {

using http::JsonWriter;

namespace {

constexpr std::string_view key_type = "STAND_ALONE";

// "000102…ff"
constexpr auto hex_pairs = [] {
  std::array<char, 512> pairs{};
  for (unsigned i = 0; i < 256; ++i) {
    pairs[2 * i] = "0123456789abcdef"[i >> 4];
    pairs[2 * i + 1] = "0123456789abcdef"[i & 15];
  }
  return pairs;
}();

void write_bucket_fields(JsonWriter& json, std::string_view volume, std::string_view name,
                         const storage::BucketRecord& bucket) {
  json.key("volumeName").string(volume).key("bucketName").string(name);
  json.key("createdOn").string(HttpDate(bucket.created));
  json.key("acls").array();
  for (const storage::Acl& acl : bucket.acls) {
    json.object().key("type").string(to_wire(acl.type)).key("name").string(acl.name);
    json.key("rights").string(to_wire(acl.rights)).end_object();
  }
  json.end_array().key("versioning");
}

std::string_view versioning_text(storage::Versioning versioning) {
  return versioning == storage::Versioning::enabled ? "ENABLED" : "DISABLED";
}

void write_key_fields(JsonWriter& json, const storage::KeyRow& key, bool type_field) {
  json.key("version").number(key.version).key("md5hash");
  if (key.md5 == nullptr) {
    json.null();
  } else {
    json.string(to_hex(*key.md5));
  }
  json.key("createdOn").string(HttpDate(key.created));
  json.key("modifiedOn").string(HttpDate(key.modified));
  json.key("size").number(key.size).key("keyName").string(key.name);
  if (type_field) json.key("type").string(key_type);
}

void append_hex(std::string& out, const storage::Md5& md5) {
  for (const std::uint8_t byte : md5) out.append(&hex_pairs[2 * byte], 2);
}

void append_number(std::string& out, std::uint64_t value) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

// Dates of a listing's neighbours are often equal to the second.
void append_date(std::string& out, UnixMillis time) {
  thread_local UnixMillis last = -1;
  thread_local HttpDate text(0);
  if (time / 1000 != last) {
    text = HttpDate(time);
    last = time / 1000;
  }
  out.append(text);
}

void append_escaped(std::string& out, std::string_view text) {
  const bool plain = std::ranges::all_of(
      text, [](char c) { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; });
  if (plain) {
    out.append(1, '"').append(text).append(1, '"');
  } else {
    out.append(JsonWriter::begin().string(text).text());
  }
}

}  // namespace

void write_volume(JsonWriter& json, std::string_view name, const storage::VolumeRecord& volume) {
  const WireQuota quota = to_wire(volume.quota_bytes);
  json.object().key("owner").object().key("name").string(volume.owner).end_object();
  json.key("quota").object().key("unit").string(quota.unit);
  json.key("size").number(quota.size).end_object();
  json.key("volumeName").string(name).key("createdOn").string(HttpDate(volume.created));
  json.key("createdBy").string(volume.created_by).end_object();
}

void write_bucket(JsonWriter& json, std::string_view volume, std::string_view name,
                  const storage::BucketRecord& bucket) {
  json.object();
  write_bucket_fields(json, volume, name, bucket);
  json.string(versioning_text(bucket.versioning));
  json.key("storageType").string(to_wire(bucket.storage_type)).end_object();
}

void write_bucket_row(JsonWriter& json, std::string_view volume, std::string_view name,
                      const storage::BucketRecord& bucket) {
  json.object();
  write_bucket_fields(json, volume, name, bucket);
  if (bucket.versioning == storage::Versioning::not_set) {
    json.null();  // Decision 6
  } else {
    json.string(versioning_text(bucket.versioning));
  }
  json.key("storageType").string(to_wire(bucket.storage_type));
  json.key("bytesUsed").number(bucket.totals.bytes);
  json.key("keyCount").number(bucket.totals.keys).end_object();
}

void write_key(JsonWriter& json, const storage::KeyRow& key, bool type_field) {
  json.object();
  write_key_fields(json, key, type_field);
  json.end_object();
}

void write_key_detail(JsonWriter& json, std::string_view name, const storage::KeyRecord& key,
                      bool type_field) {
  json.object();
  write_key_fields(json, row_of(name, key), type_field);
  json.key("keyLocations").array();
  std::uint64_t offset = 0;
  for (const storage::BlockRef& block : key.blocks) {
    json.object().key("containerID").number(block.id.container.value);
    json.key("localID").number(block.id.local).key("length").number(block.length);
    json.key("offset").number(offset).end_object();
    offset += block.length;
  }
  json.end_array().end_object();
}

void append_key(std::string& out, const storage::KeyRow& key, bool type_field) {
  out.append(R"({"version":)");
  append_number(out, key.version);
  out.append(R"(,"md5hash":)");
  if (key.md5 == nullptr) {
    out.append("null");
  } else {
    out.append(1, '"');
    append_hex(out, *key.md5);
    out.append(1, '"');
  }
  out.append(R"(,"createdOn":")");
  append_date(out, key.created);
  out.append(R"(","modifiedOn":")");
  append_date(out, key.modified);
  out.append(R"(","size":)");
  append_number(out, key.size);
  out.append(R"(,"keyName":)");
  append_escaped(out, key.name);
  if (type_field) out.append(R"(,"type":")").append(key_type).append(1, '"');
  out.append(1, '}');
}

std::string to_hex(const storage::Md5& md5) {
  std::string hex;
  append_hex(hex, md5);
  return hex;
}

storage::KeyRow row_of(std::string_view name, const storage::KeyRecord& key) {
  return {.name = name,
          .id = key.id,
          .created = key.created,
          .modified = key.modified,
          .size = key.size,
          .version = key.version,
          .md5 = key.md5 ? &*key.md5 : nullptr};
}

}  // namespace dobson::ozone
