#pragma once

// The content of keys and parts: its blocks, their rows, and what becomes of them when the key is
// replaced or deleted.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/catalog/names.h"
#include "storage/command/command.h"
#include "storage/command/location.h"

namespace dobson::storage {

// Whether the block is part of any content.
bool has_content(const ReadTxn& txn, const BlockId& block);

// Every block is new, lives in a container that takes blocks, and together they have `size` bytes.
bool are_consistent(Batch& batch, std::span<const BlockRef> blocks, std::uint64_t size);

// New blocks take space in their containers.
void count_blocks(Batch& batch, UnixMillis now, std::span<const BlockRef> blocks);

// The rows of a content's blocks.
void put_blocks(Batch& batch, std::span<const BlockRef> blocks, ObjectId content);

template <class Record>
void put_name_row(Batch& batch, ObjectId parent, std::string_view name, const Record& record) {
  std::string row;
  encode_as<NameRow>(record, row);
  put_name(batch.txn(), parent, name, row, batch.state().change().next_link);
}

// A key with its places in its containers, where its parents are there; not the blocks' rows.
void put_key_row(Batch& batch, const Location& at, const KeyRecord& key);
void erase_key_row(Batch& batch, ObjectId parent, std::string_view name, const KeyRecord& key);

// "volume/bucket/name".
std::string path_of(std::string_view volume, std::string_view bucket, std::string_view name);

// Where something was deleted.
struct DeletedFrom {
  std::string path;
  UnixMillis now;
  Replication copies;
  ObjectId bucket;
};
DeletedKeyRecord deleted(const KeyRecord& key, DeletedFrom from);
DeletedKeyRecord deleted(const PartRecord& part, DeletedFrom from);

// What waits among the deleted keys until its blocks are taken; nothing without blocks. `bucket`:
// null when it was deleted as well.
void discard(Batch& batch, Batch::Bucket* bucket, ObjectId content, const DeletedKeyRecord& key);

// The parts of an upload that ends; what becomes of them is the caller's. `bucket`: as above.
void forget_parts(Batch& batch, Batch::Bucket* bucket, const UploadRecord& upload);

// What a put replaces, if anything. precondition_failed, key_exists, quota_exceeded.
Result<std::optional<KeyRecord>> check_put(Batch& batch, const Location& at,
                                           const KeyCondition& condition, std::uint64_t size);

// Puts the digest, parts, size, blocks and metadata of `content` where `check_put` found nothing,
// or `replaced`. `path`: of the key, for people.
void put_content(Batch& batch, UnixMillis now, Location& at,
                 const std::optional<KeyRecord>& replaced, KeyRecord content, std::string path);

}  // namespace dobson::storage
