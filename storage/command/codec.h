#pragma once

// Commands as bytes: `encode` and `decode<Command>` of storage/codec/value.h, by these fields.

#include "storage/codec/records.h"
#include "storage/codec/value.h"
#include "storage/command/command.h"

namespace dobson::storage {

void fields(auto&& visit, Of<Principal> auto& principal) {
  visit(principal.user, principal.admin);
}

void fields(auto&& visit, Of<CreateVolume> auto& command) {
  visit(command.volume, command.owner, command.created_by, command.quota_bytes);
}

void fields(auto&& visit, Of<UpdateVolume> auto& command) {
  visit(command.volume, command.owner, command.quota_bytes);
}

void fields(auto&& visit, Of<DeleteVolume> auto& command) {
  visit(command.volume, command.principal);
}

void fields(auto&& visit, Of<CreateBucket> auto& command) {
  visit(command.volume, command.bucket, command.creator, command.acls, command.storage_type,
        command.versioning, command.layout, command.replication);
}

void fields(auto&& visit, Of<UpdateBucket> auto& command) {
  visit(command.volume, command.bucket, command.remove_acls, command.add_acls, command.storage_type,
        command.versioning, command.layout, command.replication);
}

void fields(auto&& visit, Of<DeleteBucket> auto& command) {
  visit(command.volume, command.bucket, command.principal);
}

template <>
inline constexpr auto last_enumerator<KeyCondition::Kind> = KeyCondition::Kind::none_of;

void fields(auto&& visit, Of<EntityTag> auto& tag) {
  visit(tag.digest, tag.parts);
}

void fields(auto&& visit, Of<KeyCondition> auto& condition) {
  visit(condition.kind, condition.tags);
}

void fields(auto&& visit, Of<PutKey> auto& command) {
  visit(command.volume, command.bucket, command.key, command.size, command.md5, command.blocks,
        command.condition, command.metadata);
}

void fields(auto&& visit, Of<DeleteKey> auto& command) {
  visit(command.volume, command.bucket, command.key, command.condition, command.recursive);
}

void fields(auto&& visit, Of<RenameKey> auto& command) {
  visit(command.volume, command.bucket, command.key, command.to);
}

void fields(auto&&, Of<CreateContainer> auto&) {}

void fields(auto&& visit, Of<MoveContainer> auto& command) {
  visit(command.container, command.to);
}

void fields(auto&& visit, Of<PurgeBlocks> auto& command) {
  visit(command.blocks);
}

void fields(auto&& visit, Of<CopyKey> auto& command) {
  visit(command.source_volume, command.source_bucket, command.source_key, command.source_condition,
        command.volume, command.bucket, command.key, command.condition);
}

void fields(auto&& visit, Of<DeleteKeys> auto& command) {
  visit(command.volume, command.bucket, command.keys);
}

void fields(auto&& visit, Of<StartUpload> auto& command) {
  visit(command.volume, command.bucket, command.key, command.metadata);
}

void fields(auto&& visit, Of<UploadName> auto& upload) {
  visit(upload.volume, upload.bucket, upload.key, upload.id);
}

void fields(auto&& visit, Of<PutPart> auto& command) {
  visit(command.upload, command.number, command.size, command.md5, command.blocks);
}

void fields(auto&& visit, Of<PartChoice> auto& choice) {
  visit(choice.number, choice.md5);
}

void fields(auto&& visit, Of<CompleteUpload> auto& command) {
  visit(command.upload, command.parts);
}

void fields(auto&& visit, Of<AbortUpload> auto& command) {
  visit(command.upload);
}

void fields(auto&& visit, Of<DropUploads> auto& command) {
  visit(command.before, command.most);
}

void fields(auto&& visit, Of<PurgeDirectories> auto& command) {
  visit(command.most);
}

void fields(auto&& visit, Of<PurgeKeys> auto& command) {
  visit(command.most);
}

}  // namespace dobson::storage
