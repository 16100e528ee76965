#include "storage/command/batch.h"

#include "storage/catalog/names.h"

namespace dobson::storage {

namespace {

// What `held` has under `name`, read under `parent` the first time and counted in `bytes`.
template <class Record, class Map>
typename Map::mapped_type* find_held(const ReadTxn& txn, Map& held, ObjectId parent,
                                     std::string_view name, std::uint64_t& bytes) {
  if (const auto known = held.find(name); known != held.end()) return &known->second;
  const auto row = find_name(txn, parent, name);
  if (!row.has_value()) return nullptr;
  bytes += limits::page_bytes + row->size();
  return &held.try_emplace(std::string(name), decode_name_row<Record>(name, *row)).first->second;
}

}  // namespace

Batch::Volume* Batch::find_volume(std::string_view name) {
  return find_held<VolumeRecord>(txn_, volumes_, root_id, name, held_bytes_);
}

Batch::Bucket* Batch::find_bucket(Volume& volume, std::string_view name) {
  return find_held<BucketRecord>(txn_, volume.buckets, volume->id, name, held_bytes_);
}

Batch::Directory* Batch::find_directory(ObjectId parent, std::string_view name) {
  return find_held<DirectoryRecord>(txn_, directories_[parent], parent, name, held_bytes_);
}

Batch::Container* Batch::find_container(ContainerId id) {
  if (const auto known = containers_.find(id); known != containers_.end()) return &known->second;
  const auto record = get(txn_, catalog::containers, id);
  if (!record.has_value()) return nullptr;
  held_bytes_ += limits::page_bytes;
  return &containers_.try_emplace(id, *record).first->second;
}

Batch::Bucket* Batch::find_bucket(ObjectId id) {
  const auto bucket = get(txn_, catalog::parents, id);
  if (!bucket.has_value()) return nullptr;
  const auto volume = get(txn_, catalog::parents, bucket->parent);
  Volume* held = volume.has_value() ? find_volume(volume->name) : nullptr;
  return held == nullptr ? nullptr : find_bucket(*held, bucket->name);
}

Result<Batch::Place> Batch::find_place(std::string_view volume_name, std::string_view bucket_name) {
  Volume* volume = find_volume(volume_name);
  if (volume == nullptr) return Error{Errc::volume_not_found};
  Bucket* bucket = find_bucket(*volume, bucket_name);
  if (bucket == nullptr) return Error{Errc::bucket_not_found};
  return Place{volume, bucket};
}

void Batch::put_parent(ObjectId id, ObjectId parent, std::string_view name) {
  put(txn_, catalog::parents, id, {parent, std::string(name)});
}

void Batch::add_volume(std::string_view name, VolumeRecord record) {
  held_bytes_ += limits::page_bytes;
  put_parent(record.id, root_id, name);
  volumes_.try_emplace(std::string(name), std::move(record), true);
}

void Batch::add_bucket(Volume& volume, std::string_view name, BucketRecord record) {
  held_bytes_ += limits::page_bytes;
  put_parent(record.id, volume->id, name);
  volume.buckets.try_emplace(std::string(name), std::move(record), true);
}

// One that the same batch added has no row yet.
void Batch::remove_volume(std::string_view name) {
  const auto volume = volumes_.find(name);
  erase(txn_, catalog::parents, volume->second->id);
  volumes_.erase(volume);
  erase_name(txn_, root_id, name);
}

void Batch::remove_bucket(Volume& volume, std::string_view name) {
  const auto bucket = volume.buckets.find(name);
  erase(txn_, catalog::parents, bucket->second->id);
  volume.buckets.erase(bucket);
  erase_name(txn_, volume->id, name);
}

Batch::Directory* Batch::add_directory(ObjectId parent, std::string_view name,
                                       DirectoryRecord record) {
  held_bytes_ += limits::page_bytes + name.size();
  put_parent(record.id, parent, name);
  return &directories_[parent]
              .try_emplace(std::string(name), std::move(record), true)
              .first->second;
}

void Batch::remove_directory(ObjectId parent, std::string_view name) {
  auto& siblings = directories_[parent];
  const auto directory = siblings.find(name);
  erase(txn_, catalog::parents, directory->second->id);
  siblings.erase(directory);
  erase_name(txn_, parent, name);
}

void Batch::add_container(ContainerId id, const ContainerRecord& record) {
  held_bytes_ += limits::page_bytes;
  containers_.try_emplace(id, record, true);
}

template <class Record>
void Batch::put_held(ObjectId parent, std::string_view name, const Held<Record>& held) {
  if (!held.changed()) return;
  std::string row;
  encode_as<NameRow>(*held, row);
  put_name(txn_, parent, name, row, state_.change().next_link);
}

void Batch::flush_directories() {
  for (const auto& [parent, children] : directories_) {
    for (const auto& [name, directory] : children) put_held(parent, name, directory);
  }
  directories_.clear();
}

void Batch::flush() {
  flush_directories();
  for (const auto& [volume_name, volume] : volumes_) {
    put_held<VolumeRecord>(root_id, volume_name, volume);
    for (const auto& [bucket_name, bucket] : volume.buckets) {
      put_held(volume->id, bucket_name, bucket);
    }
  }
  for (const auto& [id, container] : containers_) {
    if (container.changed()) put(txn_, catalog::containers, id, *container);
  }
  if (state_.changed()) write_state(txn_, *state_);
}

}  // namespace dobson::storage
