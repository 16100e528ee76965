#include "handlers/recon/wire.h"

#include <string>

namespace dobson::recon {

using http::JsonWriter;

namespace {

// The first fields of every object; its ACLs follow.
struct Common {
  std::string_view name;
  std::int64_t quota_bytes = 0;
  std::int64_t quota_names = 0;
  std::uint64_t used_names = 0;
  UnixMillis created = 0;
  UnixMillis modified = 0;
};

void write_common(JsonWriter& json, const Common& common) {
  json.key("name").string(common.name);
  json.key("quotaInBytes").integer(common.quota_bytes);
  json.key("quotaInNamespace").integer(common.quota_names);
  json.key("usedNamespace").number(common.used_names);
  json.key("creationTime").integer(common.created);
  json.key("modificationTime").integer(common.modified);
}

void write_empty_object(JsonWriter& json, std::string_view key) {
  json.key(key).object().end_object();
}

void write_empty_array(JsonWriter& json, std::string_view key) {
  json.key(key).array().end_array();
}

std::string_view to_wire(storage::StorageType type) {
  constexpr std::string_view names[] = {"DISK", "SSD", "RAM_DISK", "ARCHIVE"};
  return names[static_cast<std::size_t>(type)];
}

std::string_view to_wire(storage::Layout layout) {
  return layout == storage::Layout::object_store ? "OBJECT_STORE" : "FILE_SYSTEM_OPTIMIZED";
}

void write_acl(JsonWriter& json, const storage::Acl& acl) {
  constexpr std::string_view types[] = {"USER", "GROUP", "WORLD"};
  const auto type = types[static_cast<std::size_t>(acl.type)];
  json.object().key("type").string(type);
  json.key("name").string(acl.type == storage::AclType::world ? type : acl.name);
  json.key("scope").string("ACCESS").key("aclList").array();
  if (acl.rights != storage::AclRights::write) json.string("READ");
  if (acl.rights != storage::AclRights::read) json.string("WRITE");
  json.end_array().end_object();
}

void write_block_id(JsonWriter& json, const storage::BlockId& id) {
  json.key("containerID").number(id.container.value).key("localID").number(id.local);
}

// Of the fields that only other stores fill, the values that mean nothing.
void write_location(JsonWriter& json, const storage::BlockRef& block) {
  json.object().key("blockID").object().key("containerBlockID").object();
  write_block_id(json, block.id);
  json.end_object().key("blockCommitSequenceId").integer(0).key("replicaIndex").null();
  write_block_id(json, block.id);
  json.end_object().key("length").number(block.length).key("offset").integer(0);
  json.key("token").null().key("createVersion").integer(0).key("pipeline").null();
  json.key("partNumber").integer(0).key("underConstruction").boolean(false);
  write_block_id(json, block.id);
  json.key("blockCommitSequenceId").integer(0).end_object();
}

void write_locations(JsonWriter& json, std::span<const storage::BlockRef> blocks) {
  json.array();
  for (const storage::BlockRef& block : blocks) write_location(json, block);
  json.end_array();
}

}  // namespace

std::string_view file_name(std::string_view name) {
  const auto end = name.find_last_not_of('/');
  if (end == name.npos) return name;
  name = name.substr(0, end + 1);
  return name.substr(name.rfind('/') + 1);
}

std::int64_t quota_of(const std::optional<std::uint64_t>& quota) {
  return quota ? static_cast<std::int64_t>(*quota) : no_quota;
}

std::string_view to_wire(storage::ContainerState state) {
  constexpr std::string_view names[] = {"OPEN", "CLOSING", "CLOSED", "DELETING", "DELETED"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view factor_of(storage::Replication replication) {
  return replication == storage::Replication::one ? "ONE" : "THREE";
}

void write_replication(JsonWriter& json, storage::Replication replication) {
  json.object().key("replicationFactor").string(factor_of(replication));
  json.key("requiredNodes").number(storage::copies_of(replication));
  json.key("minimumNodes").integer(1).key("replicationType").string("RATIS").end_object();
}

void write_location_version(JsonWriter& json, std::span<const storage::BlockRef> blocks,
                            std::uint64_t version, bool multipart) {
  json.object().key("version").number(version).key("locationVersionMap").object();
  json.key(std::to_string(version));
  write_locations(json, blocks);
  json.end_object().key("locationList");
  write_locations(json, blocks);
  json.key("multipartKey").boolean(multipart).key("locationListCount").number(blocks.size());
  json.key("blocksLatestVersionOnly");
  write_locations(json, blocks);
  json.key("locationLists").array();
  write_locations(json, blocks);
  json.end_array().end_object();
}

void write_volume(JsonWriter& json, std::string_view name, const storage::VolumeRecord& volume) {
  json.object();
  write_empty_object(json, "metadata");
  write_common(json, {.name = name,
                      .quota_bytes = quota_of(volume.quota_bytes),
                      .quota_names = no_quota,
                      .used_names = volume.totals.buckets,
                      .created = volume.created,
                      .modified = volume.modified});
  write_empty_array(json, "acls");
  json.key("admin").string(volume.created_by).key("owner").string(volume.owner);
  json.key("volume").string(name).end_object();
}

void write_bucket(JsonWriter& json, std::string_view volume, std::string_view name,
                  const storage::BucketRecord& bucket) {
  const bool versioned = bucket.versioning == storage::Versioning::enabled;
  json.object().key("versioningEnabled").boolean(versioned);
  write_empty_object(json, "metadata");
  write_common(json, {.name = name,
                      .quota_bytes = no_quota,
                      .quota_names = no_quota,
                      .used_names = bucket.totals.keys + bucket.totals.directories +
                                    bucket.deleted.keys + bucket.deleted.directories,
                      .created = bucket.created,
                      .modified = bucket.modified});
  json.key("acls").array();
  for (const storage::Acl& acl : bucket.acls) write_acl(json, acl);
  json.end_array().key("volumeName").string(volume);
  json.key("storageType").string(to_wire(bucket.storage_type));
  json.key("versioning").boolean(versioned);
  json.key("usedBytes")
      .number(bucket.totals.replicated_bytes + bucket.deleted.replicated_bytes +
              bucket.parts.replicated_bytes);
  json.key("snapshotUsedBytes").number(bucket.deleted_keys.replicated_bytes);
  json.key("encryptionInfo").null().key("replicationConfigInfo").object();
  write_replication(json.key("replicationConfig"), bucket.replication);
  json.key("type").string("RATIS").end_object();
  json.key("sourceVolume").null().key("sourceBucket").null();
  json.key("bucketLayout").string(to_wire(bucket.layout));
  json.key("owner").string(bucket.creator).key("bucketName").string(name).end_object();
}

void write_root(JsonWriter& json) {
  json.object().key("metadata").null().key("name").null();
  json.key("quotaInBytes").integer(0).key("quotaInNamespace").integer(0);
  json.key("usedNamespace").integer(0).key("creationTime").integer(0);
  json.key("modificationTime").integer(0).key("acls").null().end_object();
}

void write_directory(JsonWriter& json, std::string_view name,
                     const storage::DirectoryRecord& directory) {
  json.object();
  write_empty_object(json, "metadata");
  write_common(json, {.name = name, .created = directory.created, .modified = directory.modified});
  write_empty_array(json, "acls");
  json.end_object();
}

void write_key(JsonWriter& json, const Place& place, const Key& key) {
  const storage::KeyRecord& record = key.record;
  json.object().key("fileName").string(file_name(place.name)).key("file").boolean(true);
  json.key("metadata").object();
  for (const storage::Metadata& each : record.metadata) json.key(each.name).string(each.value);
  json.end_object();
  write_common(json, {.name = place.name, .created = record.created, .modified = record.modified});
  write_empty_array(json, "acls");
  json.key("volumeName").string(place.volume).key("bucketName").string(place.bucket);
  json.key("keyName").string(place.name).key("dataSize").number(record.size);
  json.key("keyLocationVersions").array();
  write_location_version(json, record.blocks, record.version, record.parts > 0);
  json.end_array();
  write_replication(json.key("replicationConfig"), key.bucket.replication);
  json.key("encInfo").null().end_object();
}

}  // namespace dobson::recon
