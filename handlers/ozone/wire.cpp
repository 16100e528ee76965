#include "handlers/ozone/wire.h"

#include <algorithm>
#include <array>

#include "core/base/limits.h"
#include "core/time/http_date.h"
#include "handlers/ozone/bucket_headers.h"
#include "handlers/ozone/quota.h"
#include "http/json/row_text.h"

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
  if (key.md5() == nullptr) {
    json.null();
  } else {
    json.string(to_hex(*key.md5()));
  }
  json.key("createdOn").string(HttpDate(key.created));
  json.key("modifiedOn").string(HttpDate(key.modified));
  json.key("size").number(key.size).key("keyName").string(key.name);
  if (type_field) json.key("type").string(key_type);
}

void put_hex(char* to, const storage::Md5& md5) {
  for (const std::uint8_t byte : md5) to = std::copy_n(&hex_pairs[2 * byte], 2, to);
}

// Neighbours' dates are often equal to the second.
std::string_view date_text(UnixMillis time) {
  struct Dated {
    UnixMillis second;
    std::array<char, sizeof(HttpDate)> text;
  };
  thread_local constinit Dated last{-1, {}};
  if (time / 1000 != last.second) {
    last.second = time / 1000;
    std::string_view(HttpDate(time)).copy(last.text.data(), last.text.size());
  }
  return {last.text.data(), last.text.size()};
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
  http::RowText<6 * limits::key_name_bytes + 300> row;
  row.text(R"({"version":)").number(key.version).text(R"(,"md5hash":)");
  if (key.md5() == nullptr) {
    row.text("null");
  } else {
    std::array<char, 2 * sizeof(storage::Md5)> hex;
    put_hex(hex.data(), *key.md5());
    row.text("\"").text({hex.data(), hex.size()}).text("\"");
  }
  row.text(R"(,"createdOn":")").text(date_text(key.created));
  row.text(R"(","modifiedOn":")").text(date_text(key.modified));
  row.text(R"(","size":)").number(key.size);
  row.text(R"(,"keyName":")").escaped(key.name).text("\"");
  if (type_field) row.text(R"(,"type":")").text(key_type).text("\"");
  out.append(row.text("}").view());
}

std::string to_hex(const storage::Md5& md5) {
  std::string hex(2 * md5.size(), '\0');
  put_hex(hex.data(), md5);
  return hex;
}

storage::KeyRow row_of(std::string_view name, const storage::KeyRecord& key) {
  return {.name = name,
          .id = key.id,
          .created = key.created,
          .modified = key.modified,
          .size = key.size,
          .version = key.version,
          .digest = key.digest ? &*key.digest : nullptr,
          .parts = key.parts};
}

}  // namespace dobson::ozone
