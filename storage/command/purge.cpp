// What was deleted goes on its way, a bounded number of rows a command (storage/model/rows.h).

#include <algorithm>

#include "core/base/limits.h"
#include "storage/command/apply.h"
#include "storage/command/content.h"

namespace dobson::storage {

namespace {

// Children of a deleted directory, bucket or upload, on their way to the next stage.
class Children {
 public:
  Children(Batch& batch, UnixMillis now, ObjectId id, DeletedDirectoryRecord& parent)
      : batch_(batch),
        now_(now),
        id_(id),
        parent_(parent),
        bucket_(batch.find_bucket(parent.bucket)) {}

  // Takes at most `most`; how many there were.
  std::uint64_t take(std::uint64_t most) {
    const auto children = first_children(most);
    for (const auto& [name, row] : children) {
      std::visit([&](const auto& child) { pass_on(name, child); }, row);
    }
    return children.size();
  }

 private:
  std::vector<std::pair<std::string, NameRow>> first_children(std::uint64_t most) const {
    std::vector<std::pair<std::string, NameRow>> children;
    NameScan names(batch_.txn(), id_, {}, {});
    while (children.size() < most && names.next()) {
      children.emplace_back(names.name(), decode_row(catalog::names, names.name(), names.row()));
    }
    return children;
  }

  void pass_on(const std::string& name, const KeyRecord& key) {
    erase_key_row(batch_, id_, name, key);
    discard(batch_, bucket_, key.id, deleted(key, from(parent_.path + name)));
    for_totals([&](Totals& totals) { totals.remove_key(key.size, parent_.replication); });
    parent_.totals.direct_bytes -= key.size;
  }
  void pass_on(const std::string& name, const PartRecord& part) {
    erase_name(batch_.txn(), id_, name);
    discard(batch_, bucket_, part.id, deleted(part, from(parent_.path)));
  }
  // Its own children are as deleted as before.
  void pass_on(const std::string& name, const DirectoryRecord& directory) {
    erase_name(batch_.txn(), id_, name);
    erase(batch_.txn(), catalog::parents, directory.id);
    for_totals([](Totals& totals) { totals.remove_directory({}); });
    parent_.totals.remove(directory.totals);
    pass_on_parent(directory.id, {parent_.path + name, directory.created, directory.modified, now_,
                                  parent_.replication, directory.totals, parent_.bucket});
  }
  void pass_on(const std::string& name, const UploadRow& upload) {
    erase_name(batch_.txn(), id_, name);
    const auto record = get(batch_.txn(), catalog::uploads, upload.id);
    if (!record) throw_corrupt_row(catalog::uploads.name, name, "missing");
    forget_parts(batch_, bucket_, *record);
    erase(batch_.txn(), catalog::uploads, upload.id);
    pass_on_parent(upload.id, {record->path,
                               upload.created,
                               upload.created,
                               now_,
                               parent_.replication,
                               {},
                               parent_.bucket});
  }
  [[noreturn]] void pass_on(const std::string& name, const auto&) {
    throw_corrupt_row(catalog::names.name, name, "not a child of a directory or an upload");
  }

  DeletedFrom from(std::string path) const {
    return {std::move(path), now_, parent_.replication, parent_.bucket};
  }

  // Those that count what is below deleted directories.
  void for_totals(const auto& change) {
    change(parent_.totals);
    change(batch_.state().change().deleted);
    if (bucket_ != nullptr) change(bucket_->change().deleted);
  }

  void pass_on_parent(ObjectId id, const DeletedDirectoryRecord& parent) {
    if (has_rows(batch_.txn(), id)) put(batch_.txn(), catalog::deleted_directories, id, parent);
  }

  Batch& batch_;
  UnixMillis now_;
  ObjectId id_;
  DeletedDirectoryRecord& parent_;
  Batch::Bucket* bucket_;  // null: it was deleted as well
};

Replication copies_in(Batch& batch, BlockId block) {
  return (*batch.find_container(block.container))->replication;
}

}  // namespace

Result<Outcome> apply(Batch& batch, UnixMillis now, const PurgeDirectories& command) {
  batch.flush_directories();
  for (std::uint64_t left = command.most; left > 0;) {
    auto first = first_row(batch.txn(), catalog::deleted_directories);
    if (!first) break;
    auto& [id, parent] = *first;
    const std::uint64_t taken = Children(batch, now, id, parent).take(left);
    if (taken < left) {
      erase(batch.txn(), catalog::deleted_directories, id);
    } else {
      put(batch.txn(), catalog::deleted_directories, id, parent);
    }
    left -= std::min(left, taken + 1);
  }
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis, const PurgeKeys& command) {
  for (std::uint64_t left = command.most; left > 0;) {
    auto first = first_row(batch.txn(), catalog::deleted_keys);
    if (!first) break;
    auto& [content, key] = *first;
    for (; left > 0 && !key.blocks.empty(); --left, key.blocks.pop_back()) {
      const BlockRef block = key.blocks.back();
      erase(batch.txn(), catalog::blocks, {block.id, content});
      if (has_content(batch.txn(), block.id)) continue;
      put(batch.txn(), catalog::deleted_blocks, block.id, {block.length, key.deleted});
      batch.state().change().deleted_blocks.add(block.length, copies_in(batch, block.id));
    }
    if (key.blocks.empty()) {
      erase(batch.txn(), catalog::deleted_keys, content);
      batch.state().change().deleted_keys.remove(key.size, key.replication);
      if (Batch::Bucket* bucket = batch.find_bucket(key.bucket)) {
        bucket->change().deleted_keys.remove(key.size, key.replication);
      }
    } else {
      put(batch.txn(), catalog::deleted_keys, content, key);
    }
  }
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis, const PurgeBlocks& command) {
  for (const BlockId block : command.blocks) {
    const auto row = get(batch.txn(), catalog::deleted_blocks, block);
    if (!row) continue;
    erase(batch.txn(), catalog::deleted_blocks, block);
    batch.state().change().deleted_blocks.remove(row->length, copies_in(batch, block));
    ContainerRecord& container = batch.find_container(block.container)->change();
    --container.blocks;
    container.bytes -= row->length;
  }
  return Outcome{};
}

}  // namespace dobson::storage
