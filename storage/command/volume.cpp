#include "storage/command/apply.h"
#include "storage/model/legal.h"

namespace dobson::storage {

Result<Outcome> apply(Batch& batch, UnixMillis now, const CreateVolume& command) {
  if (!is_legal_name(command.volume) || command.owner.empty() || !is_legal_user(command.owner) ||
      !is_legal_user(command.created_by)) {
    return Error{Errc::invalid_argument};
  }
  if (batch.find_volume(command.volume) != nullptr) return Error{Errc::volume_exists};

  batch.add_volume(command.volume, VolumeRecord{.id = batch.draw_id(),
                                                .owner = command.owner,
                                                .created_by = command.created_by,
                                                .created = now,
                                                .modified = now,
                                                .quota_bytes = command.quota_bytes,
                                                .totals = {}});
  put(batch.txn(), catalog::volumes_by_owner, {command.owner, command.volume}, {});
  ++batch.state().change().totals.volumes;
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const UpdateVolume& command) {
  Batch::Volume* volume = batch.find_volume(command.volume);
  if (volume == nullptr) return Error{Errc::volume_not_found};
  const std::string owner = command.owner.value_or((*volume)->owner);
  const auto quota_bytes = command.quota_bytes.value_or((*volume)->quota_bytes);
  if (owner.empty() || !is_legal_user(owner)) return Error{Errc::invalid_argument};

  const bool owner_changes = owner != (*volume)->owner;
  if (!owner_changes && quota_bytes == (*volume)->quota_bytes) return Outcome{};
  if (owner_changes) {
    erase(batch.txn(), catalog::volumes_by_owner, {(*volume)->owner, command.volume});
    put(batch.txn(), catalog::volumes_by_owner, {owner, command.volume}, {});
  }
  VolumeRecord& record = volume->change();
  record.owner = owner;
  record.quota_bytes = quota_bytes;
  record.modified = now;
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis, const DeleteVolume& command) {
  Batch::Volume* volume = batch.find_volume(command.volume);
  if (volume == nullptr) return Error{Errc::volume_not_found};
  if (!command.principal.admin && command.principal.user != (*volume)->owner) {
    return Error{Errc::access_denied};
  }
  if ((*volume)->totals.buckets != 0) return Error{Errc::volume_not_empty};

  erase(batch.txn(), catalog::volumes_by_owner, {(*volume)->owner, command.volume});
  batch.remove_volume(command.volume);
  --batch.state().change().totals.volumes;
  return Outcome{};
}

}  // namespace dobson::storage
