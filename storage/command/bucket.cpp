#include <algorithm>

#include "core/base/limits.h"
#include "storage/command/apply.h"
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

}  // namespace

Result<Outcome> apply(Batch& batch, UnixMillis now, const CreateBucket& command) {
  std::vector<Acl> acls;
  for (const Acl& acl : command.acls) add_once(acls, acl);
  // Keys of the other layout are rows of another shape, and there is no code for them yet.
  if (!is_legal_name(command.bucket) || !is_legal_user(command.creator) || !are_legal(acls) ||
      command.layout != Layout::object_store) {
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
                                .totals = {}});
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

Result<Outcome> apply(Batch& batch, UnixMillis, const DeleteBucket& command) {
  const auto [volume, bucket] = TRY(batch.find_place(command.volume, command.bucket));
  const Principal& principal = command.principal;
  const bool may_delete =
      principal.admin || (!principal.user.empty() && (principal.user == (*volume)->owner ||
                                                      principal.user == (*bucket)->creator));
  if (!may_delete) return Error{Errc::access_denied};
  if ((*bucket)->totals.keys != 0) return Error{Errc::bucket_not_empty};

  batch.remove_bucket(*volume, command.bucket);
  --volume->change().totals.buckets;
  --batch.state().change().totals.buckets;
  return Outcome{};
}

}  // namespace dobson::storage
