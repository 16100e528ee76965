#include "storage/open_keys.h"

namespace dobson::storage {

OpenKeys::Entry::Entry(OpenKeys& keys, const OpenKey& key)
    : key_(key), mutex_(keys.shard_of(*this).mutex), link_(&keys.shard_of(*this).first) {
  key_.client = keys.next_client_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  next_ = *link_;
  if (next_ != nullptr) next_->link_ = &next_;
  *link_ = this;
}

OpenKeys::Entry::~Entry() {
  const std::lock_guard lock(mutex_);
  if (next_ != nullptr) next_->link_ = link_;
  *link_ = next_;
}

void OpenKeys::visit(const std::function<void(const OpenKey&)>& visit) {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (Entry* entry = shard.first; entry != nullptr; entry = entry->next_) {
      OpenKey key = entry->key_;
      key.received = entry->received_.load(std::memory_order_relaxed);
      visit(key);
    }
  }
}

OpenKeys::Shard& OpenKeys::shard_of(const Entry& entry) {
  constexpr std::uintptr_t frame_bytes = 1024;  // of the least that an entry is part of
  return shards_[reinterpret_cast<std::uintptr_t>(&entry) / frame_bytes % shards_.size()];
}

}  // namespace dobson::storage
