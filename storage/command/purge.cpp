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
      : batch_(batch), now_(now), id_(id), parent_(parent) {}

  // Takes at most `most`; how many there were.
  std::uint64_t take(std::uint64_t most) {
    const auto children = first_children(most);
    for (const auto& [name, row] : children) {
      std::visit([&](const auto& child) { pass_on(name, child); }, row);
      erase_name(batch_.txn(), id_, name);
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
    discard(batch_, key.id, deleted(key, parent_.path + name, now_, parent_.replication));
    parent_.totals.remove_key(key.size, parent_.replication);
    parent_.totals.direct_bytes -= key.size;
  }
  void pass_on(const std::string&, const PartRecord& part) {
    discard(batch_, part.id, deleted(part, parent_.path, now_, parent_.replication));
  }
  void pass_on(const std::string& name, const DirectoryRecord& directory) {
    parent_.totals.remove_directory(directory.totals);
    pass_on_parent(directory.id, {parent_.path + name, directory.created, directory.modified, now_,
                                  parent_.replication, directory.totals});
  }
  void pass_on(const std::string&, const UploadRow& upload) {
    const auto record = get(batch_.txn(), catalog::uploads, upload.id);
    erase(batch_.txn(), catalog::uploads, upload.id);
    pass_on_parent(upload.id, {record ? record->path : parent_.path,
                               upload.created,
                               upload.created,
                               now_,
                               parent_.replication,
                               {}});
  }
  [[noreturn]] void pass_on(const std::string& name, const auto&) {
    throw_corrupt_row(catalog::names.name, name, "not a child of a directory or an upload");
  }

  void pass_on_parent(ObjectId id, const DeletedDirectoryRecord& parent) {
    if (has_rows(batch_.txn(), id)) put(batch_.txn(), catalog::deleted_directories, id, parent);
  }

  Batch& batch_;
  UnixMillis now_;
  ObjectId id_;
  DeletedDirectoryRecord& parent_;
};

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
    }
    if (key.blocks.empty()) {
      erase(batch.txn(), catalog::deleted_keys, content);
    } else {
      put(batch.txn(), catalog::deleted_keys, content, key);
    }
  }
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis, const PurgeBlocks& command) {
  for (const BlockId block : command.blocks) erase(batch.txn(), catalog::deleted_blocks, block);
  return Outcome{};
}

}  // namespace dobson::storage
