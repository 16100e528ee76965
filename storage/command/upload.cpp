#include <algorithm>

#include "core/base/limits.h"
#include "storage/blocks/md5_digest.h"
#include "storage/command/apply.h"
#include "storage/command/content.h"

namespace dobson::storage {

namespace {

struct Upload {
  Batch::Place place;
  UploadRecord record;
};

Result<Upload> find_upload(Batch& batch, const UploadName& name) {
  const Batch::Place place = TRY(batch.find_place(name.volume, name.bucket));
  auto record = get(batch.txn(), catalog::uploads, name.id);
  if (!record || record->parent != (*place.bucket)->uploads || record->key != name.key) {
    return Error{Errc::upload_not_found};
  }
  return Upload{place, std::move(*record)};
}

std::optional<PartRecord> find_part(const ReadTxn& txn, ObjectId upload, std::uint64_t number) {
  const std::string name = part_row_name(number);
  const auto row = find_name(txn, upload, name);
  if (!row.has_value()) return std::nullopt;
  return decode_name_row<PartRecord>(name, *row);
}

// Nobody finds the upload any more; parts that it still has wait among the deleted directories.
void drop(Batch& batch, UnixMillis now, ObjectId id, const UploadRecord& upload) {
  Batch::Bucket* bucket = batch.find_bucket(upload.bucket);
  forget_parts(batch, bucket, upload);
  erase(batch.txn(), catalog::uploads, id);
  erase_name(batch.txn(), upload.parent, upload_row_name(upload.key, id));
  if (!has_rows(batch.txn(), id)) return;
  put(batch.txn(), catalog::deleted_directories, id,
      {upload.path, upload.created, upload.created, now, upload.replication, {}, upload.bucket});
}

// The parts that were chosen, with their numbers.
Result<std::vector<PartRecord>> choose_parts(const ReadTxn& txn, const CompleteUpload& command) {
  std::vector<PartRecord> parts;
  std::uint64_t last = 0;
  for (const PartChoice& choice : command.parts) {
    auto part = find_part(txn, command.upload.id, choice.number);
    if (choice.number <= last || !part || part->md5 != choice.md5) {
      return Error{Errc::invalid_part, "A part is unknown, has another etag or is out of order."};
    }
    if (!parts.empty() && parts.back().size < limits::upload_part_bytes_min) {
      return Error{Errc::invalid_part, "A part that is not the last is smaller than 5 MiB."};
    }
    parts.push_back(std::move(*part));
    last = choice.number;
  }
  if (parts.empty()) return Error{Errc::invalid_part, "There are no parts."};
  return parts;
}

KeyRecord join(const std::vector<PartRecord>& parts, std::vector<Metadata> metadata) {
  Md5Digest digest;
  KeyRecord key{.parts = parts.size(), .metadata = std::move(metadata)};
  for (const PartRecord& part : parts) {
    digest.update(std::as_bytes(std::span(part.md5)));
    key.size += part.size;
    key.blocks.insert(key.blocks.end(), part.blocks.begin(), part.blocks.end());
  }
  key.digest = digest.finish();
  return key;
}

}  // namespace

Result<Outcome> apply(Batch& batch, UnixMillis now, const StartUpload& command) {
  const Batch::Place place = TRY(batch.find_place(command.volume, command.bucket));
  const Location at = TRY(locate(batch, place, command.key));
  if (at.is_directory()) return Error{Errc::invalid_key_name};

  if ((*place.bucket)->uploads == ObjectId{}) place.bucket->change().uploads = batch.draw_id();
  const ObjectId parent = (*place.bucket)->uploads;
  const ObjectId id = batch.draw_id();
  put(batch.txn(), catalog::uploads, id,
      {parent,
       path_of(command.volume, command.bucket, command.key),
       command.key,
       now,
       (*place.bucket)->replication,
       command.metadata,
       {},
       (*place.bucket)->id});
  put_name_row(batch, parent, upload_row_name(command.key, id), UploadRow{id, now});
  return Outcome{.upload = id};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const PutPart& command) {
  if (command.number == 0 || command.number > limits::part_number_max) {
    return Error{Errc::invalid_argument};
  }
  Upload upload = TRY(find_upload(batch, command.upload));
  if (!are_consistent(batch, command.blocks, command.size)) {
    return Error{Errc::internal, {}, "a part names blocks that are unknown, used or too many"};
  }

  const ObjectId parent = command.upload.id;
  const Replication copies = upload.record.replication;
  Batch::Bucket& bucket = *upload.place.bucket;
  for (Tally* parts :
       {&batch.state().change().parts, &bucket.change().parts, &upload.record.parts}) {
    parts->add(command.size, copies);
  }
  if (const auto replaced = find_part(batch.txn(), parent, command.number)) {
    for (Tally* parts :
         {&batch.state().change().parts, &bucket.change().parts, &upload.record.parts}) {
      parts->remove(replaced->size, copies);
    }
    discard(batch, &bucket, replaced->id,
            deleted(*replaced, {upload.record.path, now, copies, bucket->id}));
  }
  put(batch.txn(), catalog::uploads, parent, upload.record);
  count_blocks(batch, now, command.blocks);
  const PartRecord part{batch.draw_id(), now, command.size, command.md5, command.blocks};
  put_name_row(batch, parent, part_row_name(command.number), part);
  put_blocks(batch, part.blocks, part.id);
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const CompleteUpload& command) {
  const Upload upload = TRY(find_upload(batch, command.upload));
  const std::vector<PartRecord> parts = TRY(choose_parts(batch.txn(), command));
  Location at = TRY(locate(batch, upload.place, command.upload.key));
  KeyRecord key = join(parts, upload.record.metadata);
  const auto replaced = TRY(check_put(batch, at, {}, key.size));

  for (std::size_t i = 0; i < parts.size(); ++i) {
    erase_name(batch.txn(), command.upload.id, part_row_name(command.parts[i].number));
    for (const BlockRef& block : parts[i].blocks) {
      erase(batch.txn(), catalog::blocks, {block.id, parts[i].id});
    }
  }
  drop(batch, now, command.upload.id, upload.record);
  const Outcome outcome{.tag = key.tag().value()};
  put_content(batch, now, at, replaced, std::move(key), upload.record.path);
  return outcome;
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const AbortUpload& command) {
  const Upload upload = TRY(find_upload(batch, command.upload));
  drop(batch, now, command.upload.id, upload.record);
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const DropUploads& command) {
  for (std::uint64_t left = command.most; left > 0; --left) {
    const auto oldest = first_row(batch.txn(), catalog::uploads);
    if (!oldest || oldest->record.created >= command.before) break;
    drop(batch, now, oldest->key, oldest->record);
  }
  return Outcome{};
}

}  // namespace dobson::storage
