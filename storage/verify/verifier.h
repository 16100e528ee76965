#pragma once

// The work of `verify` (storage/verify/verify.h): one object for one run. Its parts are
// verifier.cpp (rows and ids), verifier_names.cpp, verifier_blocks.cpp and verifier_sums.cpp.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "storage/catalog/catalog.h"
#include "storage/verify/verify.h"

namespace dobson::storage {

std::string describe(const BlockId& block);
std::string text_of(const NameKey& key);

class Verifier {
 public:
  Verifier(const ReadTxn& txn, const VerifyOptions& options,
           const std::function<void(const Finding&)>& report);

  // The number of findings.
  std::uint64_t run();

 private:
  void find(const char* table, std::string row, std::string what);
  void tick();

  template <class Key, class Record>
  void decode_rows(const Table<Key, Record>& table);
  void check_totals(const std::string& path, const Totals& stored, const Totals& counted);
  void check_tally(const std::string& path, const char* of, const Tally& stored,
                   const Tally& counted);
  bool was_drawn(ObjectId id) const;

  // What stands below a bucket or directory.
  struct Below {
    Totals totals;
    std::uint64_t reach = 0;  // bytes of the longest name
  };
  struct Parent {
    ObjectId id;
    Replication replication = Replication::one;
    bool in_tree = false;
  };

  void check_volumes();
  void check_buckets(const std::string& path, const VolumeRecord& volume, Totals& root);
  void check_bucket(const std::string& path, const BucketRecord& bucket, Totals& volume,
                    Totals& root);
  Below check_keys(const std::string& path, const Parent& parent);
  void check_key(const std::string& path, const Parent& parent, std::string_view name,
                 const KeyRecord& key, Below& below);
  void check_directory(const std::string& path, const Parent& parent, std::string_view name,
                       const DirectoryRecord& directory, Below& below);
  void check_content(const std::string& path, std::uint64_t size,
                     const std::vector<BlockRef>& blocks, ObjectId content);
  void check_blocks_of(const std::string& content_path, ObjectId content,
                       const std::vector<BlockRef>& blocks);
  void check_upload_rows(const std::string& path, ObjectId parent);
  Tally check_parts(const std::string& path, ObjectId upload, Replication replication);
  void check_uploads();
  void check_parent(const std::string& path, ObjectId id, ObjectId parent, std::string_view name);
  void check_container_key(const ContainerKey& id, const ContainerKeyRecord& row);
  void check_container_keys();
  void check_parents();
  void check_sums();
  void check_deleted_directories();
  void check_deleted_keys();
  void check_name_rows();
  void check_ids();
  void check_ids_between(std::uint64_t begin, std::uint64_t end);
  void check_owners();
  void check_containers();
  void check_blocks();
  void count_block(BlockId block, std::uint64_t length);
  void check_block_row(const BlockKey& id, const BlockRecord& row);
  void check_deleted_blocks();
  void report_damage();
  std::string path_in_container(const ContainerKey& key, const ContainerKeyRecord& row) const;
  std::string path_elsewhere(ObjectId content) const;

  const ReadTxn& txn_;
  const VerifyOptions& options_;
  const std::function<void(const Finding&)>& report_;
  std::uint64_t findings_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
  StateRecord state_;

  // Counted on the way, for `check_sums` and others.
  struct Taken {
    Totals deleted;
    Tally parts;
    Tally deleted_keys;
  };
  std::map<ObjectId, Taken> taken_;  // by bucket; of buckets that have such
  Taken all_taken_;
  Tally deleted_blocks_;
  std::uint64_t parents_ = 0;
  std::map<ContainerId, ContainerRecord> in_containers_;  // blocks, bytes and keys

  // Rows of `catalog::blocks` in a container: those that some content has, and all.
  struct BlockRows {
    std::uint64_t had = 0;
    std::uint64_t found = 0;
  };
  std::map<ContainerId, BlockRows> block_rows_;

  // Blocks of one container whose bytes are not what they should be: their contents have no index
  // by id, so one scan names many.
  struct Damage {
    BlockKey key;
    std::string what;
  };
  std::vector<Damage> damage_;
};

}  // namespace dobson::storage
