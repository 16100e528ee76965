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
        command.versioning);
}

void fields(auto&& visit, Of<DeleteBucket> auto& command) {
  visit(command.volume, command.bucket, command.principal);
}

template <>
inline constexpr auto last_enumerator<KeyCondition::Kind> = KeyCondition::Kind::one_of;

void fields(auto&& visit, Of<KeyCondition> auto& condition) {
  visit(condition.kind, condition.digests);
}

void fields(auto&& visit, Of<PutKey> auto& command) {
  visit(command.volume, command.bucket, command.key, command.size, command.md5, command.blocks,
        command.condition);
}

void fields(auto&& visit, Of<DeleteKey> auto& command) {
  visit(command.volume, command.bucket, command.key, command.condition);
}

void fields(auto&& visit, Of<RenameKey> auto& command) {
  visit(command.volume, command.bucket, command.key, command.to);
}

void fields(auto&&, Of<CreateContainer> auto&) {}

void fields(auto&& visit, Of<CloseContainer> auto& command) {
  visit(command.container);
}

void fields(auto&& visit, Of<PurgeBlocks> auto& command) {
  visit(command.blocks);
}

}  // namespace dobson::storage
