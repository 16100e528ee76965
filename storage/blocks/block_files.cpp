#include "storage/blocks/block_files.h"

#include "core/base/limits.h"

namespace dobson::storage {

Result<std::shared_ptr<ContainerFile>> BlockFiles::open(ContainerId id) {
  if (auto file = find(id)) return file;
  return remember(TRY(ContainerFile::open(directory_, id)));
}

void BlockFiles::forget(ContainerId id) {
  std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  files_.erase(found->second);
  by_id_.erase(found);
}

std::shared_ptr<ContainerFile> BlockFiles::find(ContainerId id) {
  std::lock_guard lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return nullptr;
  files_.splice(files_.begin(), files_, found->second);
  return files_.front();
}

Result<std::shared_ptr<ContainerFile>> BlockFiles::create(ContainerId id, std::uint64_t allocate) {
  return remember(TRY(ContainerFile::create(directory_, id, allocate)));
}

Status BlockFiles::remove(ContainerId id) {
  forget(id);
  return ContainerFile::remove(directory_, id);
}

std::shared_ptr<ContainerFile> BlockFiles::remember(std::shared_ptr<ContainerFile> file) {
  std::lock_guard lock(mutex_);
  const auto found = by_id_.find(file->id());
  if (found != by_id_.end()) return *found->second;  // another thread was quicker
  files_.push_front(std::move(file));
  by_id_.emplace(files_.front()->id(), files_.begin());
  if (files_.size() > limits::open_container_files) {
    by_id_.erase(files_.back()->id());
    files_.pop_back();
  }
  return files_.front();
}

}  // namespace dobson::storage
