#pragma once

// The commands of one write transaction and what they have in common: volumes, buckets and counters
// are read once, changed in memory and written once, by `flush`. Commands of a batch see what those
// before them did. One thread.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "storage/catalog/catalog.h"
#include "storage/env/txn.h"
#include "storage/model/namespace.h"
#include "storage/model/rows.h"

namespace dobson::storage {

// A row that the batch holds. To be changed through `change` alone.
template <class Record>
class Held {
 public:
  explicit Held(Record record, bool changed = false)
      : record_(std::move(record)), changed_(changed) {}

  const Record& operator*() const { return record_; }
  const Record* operator->() const { return &record_; }
  Record& change() {
    changed_ = true;
    return record_;
  }
  bool changed() const { return changed_; }

 private:
  Record record_;
  bool changed_;
};

class Batch {
 public:
  using Bucket = Held<BucketRecord>;
  using Directory = Held<DirectoryRecord>;
  using Container = Held<ContainerRecord>;

  struct Volume : Held<VolumeRecord> {
    using Held::Held;
    std::map<std::string, Bucket, std::less<>> buckets;
  };

  struct Place {
    Volume* volume;
    Bucket* bucket;
  };

  explicit Batch(WriteTxn& txn) : txn_(txn), state_(read_state(txn)) {}

  WriteTxn& txn() { return txn_; }
  Held<StateRecord>& state() { return state_; }

  // Null: there is none.
  Volume* find_volume(std::string_view name);
  Bucket* find_bucket(Volume& volume, std::string_view name);

  Directory* find_directory(ObjectId parent, std::string_view name);
  Container* find_container(ContainerId id);
  // Null: it was deleted.
  Bucket* find_bucket(ObjectId id);

  // volume_not_found, bucket_not_found
  Result<Place> find_place(std::string_view volume, std::string_view bucket);

  void add_volume(std::string_view name, VolumeRecord record);
  void add_bucket(Volume& volume, std::string_view name, BucketRecord record);
  void remove_volume(std::string_view name);
  void remove_bucket(Volume& volume, std::string_view name);
  Directory* add_directory(ObjectId parent, std::string_view name, DirectoryRecord record);
  void remove_directory(ObjectId parent, std::string_view name);
  void add_container(ContainerId id, const ContainerRecord& record);

  // A new object's id.
  ObjectId draw_id() { return {state_.change().next_object++}; }

  // What the batch takes of the heap until its commit, at most (WriteTxn::changed_bytes).
  std::uint64_t bytes() const { return txn_.changed_bytes() + held_bytes_; }

  // Counts what a held row grows by.
  void grow(const std::vector<Acl>& acls) { held_bytes_ += acls.size() * limits::user_bytes; }

  // Writes the directories that were changed, and lets go of all: who scans `names` finds them.
  void flush_directories();

  // Writes what was changed and is held. Nothing may be applied after it.
  void flush();

 private:
  // The row of `catalog::parents`.
  void put_parent(ObjectId id, ObjectId parent, std::string_view name);

  template <class Record>
  void put_held(ObjectId parent, std::string_view name, const Held<Record>& held);

  WriteTxn& txn_;
  Held<StateRecord> state_;
  std::map<std::string, Volume, std::less<>> volumes_;
  std::map<ObjectId, std::map<std::string, Directory, std::less<>>> directories_;  // by parent
  std::map<ContainerId, Container> containers_;
  std::uint64_t held_bytes_ = 0;
};

}  // namespace dobson::storage
