#pragma once

// The disk format of every record: its fields, in order.

#include "storage/codec/fields.h"
#include "storage/model/local_rows.h"
#include "storage/model/namespace.h"
#include "storage/model/rows.h"

namespace dobson::storage {

template <>
inline constexpr auto last_enumerator<Layout> = Layout::file_system_optimized;
template <>
inline constexpr auto last_enumerator<Replication> = Replication::three;
template <>
inline constexpr auto last_enumerator<StorageType> = StorageType::archive;
template <>
inline constexpr auto last_enumerator<Versioning> = Versioning::disabled;
template <>
inline constexpr auto last_enumerator<AclType> = AclType::world;
template <>
inline constexpr auto last_enumerator<AclRights> = AclRights::read_write;
template <>
inline constexpr auto last_enumerator<ContainerState> = ContainerState::deleted;
template <>
inline constexpr auto last_enumerator<ReplicaState> = ReplicaState::deleted;
template <>
inline constexpr auto last_enumerator<HealthState> = HealthState::under_replicated;

template <class Tag>
void fields(auto&& visit, StrongId<Tag>& id) {
  visit(id.value);
}
template <class Tag>
void fields(auto&& visit, const StrongId<Tag>& id) {
  visit(id.value);
}

void fields(auto&& visit, Of<BlockId> auto& id) {
  visit(id.container, id.local);
}

void fields(auto&& visit, Of<BlockRef> auto& block) {
  visit(block.id, block.length);
}

void fields(auto&& visit, Of<Acl> auto& acl) {
  visit(acl.type, acl.name, acl.rights);
}

// What listings show of totals.
void totals_front_fields(auto&& visit, auto& totals) {
  visit(totals.volumes, totals.buckets, totals.directories, totals.keys, totals.bytes,
        totals.replicated_bytes);
}

void fields(auto&& visit, Of<Totals> auto& totals) {
  totals_front_fields(visit, totals);
  visit(totals.direct_bytes, totals.keys_by_size);
}

void fields(auto&& visit, Of<Tally> auto& tally) {
  visit(tally.rows, tally.bytes, tally.replicated_bytes);
}

void fields(auto&& visit, Of<StateRecord> auto& state) {
  visit(state.schema, state.next_object, state.next_link, state.next_container, state.applied,
        state.totals, state.containers, state.deleted, state.parts, state.deleted_keys,
        state.deleted_blocks);
}

void fields(auto&& visit, Of<NameLink> auto& link) {
  visit(link.rest);
}

// What a look-up below them needs comes first in volumes, buckets and directories.
void fields(auto&& visit, Of<VolumeRecord> auto& volume) {
  visit(volume.id, volume.owner, volume.created_by, volume.created, volume.modified,
        volume.quota_bytes, volume.totals);
}

// Of a `BucketRecord` or its front.
void bucket_front_fields(auto&& visit, auto& bucket) {
  visit(bucket.id, bucket.layout);
}

void fields(auto&& visit, Of<BucketRecord> auto& bucket) {
  bucket_front_fields(visit, bucket);
  visit(bucket.creator, bucket.created, bucket.modified, bucket.acls, bucket.storage_type,
        bucket.versioning, bucket.replication, bucket.uploads, bucket.totals, bucket.deleted,
        bucket.parts, bucket.deleted_keys);
}

// What listings show, of a `KeyRecord` or a `KeyRow`.
void key_front_fields(auto&& visit, auto& key) {
  visit(Fixed{key.id.value}, Fixed{key.created}, Fixed{key.modified}, Fixed{key.size},
        Fixed{key.version}, key.digest, key.parts);
}

void fields(auto&& visit, Of<Metadata> auto& metadata) {
  visit(metadata.name, metadata.value);
}

void fields(auto&& visit, Of<KeyRecord> auto& key) {
  key_front_fields(visit, key);
  visit(key.blocks, key.metadata);
}

// What listings and look-ups need, of a `DirectoryRecord` or its front.
void directory_front_fields(auto&& visit, auto& directory) {
  visit(directory.id, directory.created, directory.modified, directory.reach);
}

void fields(auto&& visit, Of<DirectoryRecord> auto& directory) {
  directory_front_fields(visit, directory);
  visit(directory.totals);
}

void fields(auto&& visit, Of<UploadRecord> auto& upload) {
  visit(upload.parent, upload.path, upload.key, upload.created, upload.replication, upload.metadata,
        upload.parts, upload.bucket);
}

void fields(auto&& visit, Of<UploadRow> auto& upload) {
  visit(upload.id, upload.created);
}

void fields(auto&& visit, Of<PartRecord> auto& part) {
  visit(part.id, part.modified, part.size, part.md5, part.blocks);
}

// Of a `ContainerRecord` or its front.
void container_front_fields(auto&& visit, auto& container) {
  visit(container.blocks);
}

void fields(auto&& visit, Of<ContainerFront> auto& container) {
  container_front_fields(visit, container);
}

void fields(auto&& visit, Of<ContainerRecord> auto& container) {
  container_front_fields(visit, container);
  visit(container.state, container.created, container.entered, container.used,
        container.replication, container.bytes, container.keys);
}

void fields(auto&& visit, Of<ParentRecord> auto& parent) {
  visit(parent.parent, parent.name);
}

void fields(auto&& visit, Of<ContainerKeyRecord> auto& key) {
  visit(key.rest);
}

void fields(auto&& visit, Of<BlockRecord> auto& block) {
  visit(block.length);
}

void fields(auto&& visit, Of<DeletedDirectoryRecord> auto& directory) {
  visit(directory.path, directory.created, directory.modified, directory.deleted,
        directory.replication, directory.totals, directory.bucket);
}

void fields(auto&& visit, Of<DeletedKeyRecord> auto& key) {
  visit(key.path, key.created, key.modified, key.deleted, key.size, key.replication, key.blocks,
        key.bucket);
}

void fields(auto&& visit, Of<DeletedBlockRecord> auto& block) {
  visit(block.length, block.deleted);
}

// --- local/ ---

void fields(auto&& visit, Of<LocalRecord> auto& local) {
  visit(local.schema);
}

void fields(auto&& visit, Of<NodeRecord> auto& node) {
  visit(node.host, node.directory, node.set_up);
}

void fields(auto&& visit, Of<FileStamp> auto& stamp) {
  visit(stamp.modified_ns, stamp.size);
}

void fields(auto&& visit, Of<ReplicaRecord> auto& replica) {
  visit(replica.host, replica.first_seen, replica.last_seen, replica.state, replica.bytes,
        replica.stamp, replica.scrubbed);
}

void fields(auto&& visit, Of<UnhealthyRecord> auto& unhealthy) {
  visit(unhealthy.since, unhealthy.expected, unhealthy.actual);
}

void fields(auto&& visit, Of<TaskRecord> auto& task) {
  visit(task.updated, task.failed);
}

}  // namespace dobson::storage
