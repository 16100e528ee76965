#include <algorithm>

#include "core/base/limits.h"
#include "storage/command/apply.h"
#include "storage/command/content.h"
#include "storage/model/legal.h"

namespace dobson::storage {

namespace {

void add_once(std::vector<Acl>& acls, const Acl& acl) {
  if (std::ranges::find(acls, acl) == acls.end()) acls.push_back(acl);
}

bool are_legal(const std::vector<Acl>& acls) {
  return acls.size() <= limits::bucket_acls &&
         std::ranges::all_of(acls, [](const Acl& acl) { return is_legal_user(acl.name); });
}

// Directories and uploads of a bucket that is gone.
void leave_children(Batch& batch, UnixMillis now, const BucketRecord& bucket,
                    const std::string& path) {
  const auto leave = [&](ObjectId parent, const Totals& totals) {
    put(batch.txn(), catalog::deleted_directories, parent,
        {path, bucket.created, bucket.modified, now, bucket.replication, totals, bucket.id});
    batch.state().change().deleted.add(totals);
  };
  if (bucket.totals.directories != 0) leave(bucket.id, bucket.totals);
  if (has_rows(batch.txn(), bucket.uploads)) leave(bucket.uploads, {});
}

}  // namespace

Result<Outcome> apply(Batch& batch, UnixMillis now, const CreateBucket& command) {
  std::vector<Acl> acls;
  for (const Acl& acl : command.acls) add_once(acls, acl);
  if (!is_legal_name(command.bucket) || !is_legal_user(command.creator) || !are_legal(acls)) {
    return Error{Errc::invalid_argument};
  }
  Batch::Volume* volume = batch.find_volume(command.volume);
  if (volume == nullptr) return Error{Errc::volume_not_found};
  if (batch.find_bucket(*volume, command.bucket) != nullptr) return Error{Errc::bucket_exists};

  batch.grow(acls);
  batch.add_bucket(*volume, command.bucket,
                   BucketRecord{.id = batch.draw_id(),
                                .creator = command.creator,
                                .created = now,
                                .modified = now,
                                .acls = std::move(acls),
                                .storage_type = command.storage_type,
                                .versioning = command.versioning,
                                .layout = command.layout,
                                .replication = command.replication,
                                .uploads = {},
                                .totals = {},
                                .deleted = {},
                                .parts = {},
                                .deleted_keys = {}});
  ++volume->change().totals.buckets;
  ++batch.state().change().totals.buckets;
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const UpdateBucket& command) {
  Batch::Bucket* bucket = TRY(batch.find_place(command.volume, command.bucket)).bucket;

  std::vector<Acl> acls = (*bucket)->acls;
  for (const Acl& acl : command.remove_acls) std::erase(acls, acl);
  for (const Acl& acl : command.add_acls) add_once(acls, acl);
  if (!are_legal(acls)) return Error{Errc::invalid_argument};
  if (command.layout.value_or((*bucket)->layout) != (*bucket)->layout ||
      command.replication.value_or((*bucket)->replication) != (*bucket)->replication) {
    return Error{Errc::invalid_argument, "Layout and replication of a bucket cannot be changed."};
  }
  const StorageType storage_type = command.storage_type.value_or((*bucket)->storage_type);
  const Versioning versioning = command.versioning.value_or((*bucket)->versioning);

  if (acls == (*bucket)->acls && storage_type == (*bucket)->storage_type &&
      versioning == (*bucket)->versioning) {
    return Outcome{};
  }
  batch.grow(command.add_acls);
  BucketRecord& record = bucket->change();
  record.acls = std::move(acls);
  record.storage_type = storage_type;
  record.versioning = versioning;
  record.modified = now;
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const DeleteBucket& command) {
  const auto [volume, bucket] = TRY(batch.find_place(command.volume, command.bucket));
  const Principal& principal = command.principal;
  const bool may_delete =
      principal.admin || (!principal.user.empty() && (principal.user == (*volume)->owner ||
                                                      principal.user == (*bucket)->creator));
  if (!may_delete) return Error{Errc::access_denied};
  if ((*bucket)->totals.keys != 0) return Error{Errc::bucket_not_empty};

  const BucketRecord record = **bucket;
  batch.remove_bucket(*volume, command.bucket);
  for (Totals* totals : {&volume->change().totals, &batch.state().change().totals}) {
    --totals->buckets;
    totals->directories -= record.totals.directories;
  }
  leave_children(batch, now, record, path_of(command.volume, command.bucket, {}));
  return Outcome{};
}

}  // namespace dobson::storage
