#pragma once

// The state as the block store sees it, in memory. Commands are applied and answered when they are
// proposed. Any thread.

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "storage/blocks/block_format.h"
#include "storage/blocks/block_index.h"
#include "storage/log/log.h"

namespace dobson::test {

class FakeState final : public storage::Log, public storage::BlockIndex {
 public:
  // --- what a key's commands do to blocks ---

  void add_block(const storage::BlockRef& block) {
    std::lock_guard lock(mutex_);
    ++transaction_;
    rows_[block.id] = {block.length, std::nullopt};
  }

  void delete_block(storage::BlockId block, UnixMillis time) {
    std::lock_guard lock(mutex_);
    ++transaction_;
    rows_.at(block).deleted = time;
  }

  void forget(const std::vector<storage::BlockRef>& blocks) {
    std::lock_guard lock(mutex_);
    for (const storage::BlockRef& block : blocks) rows_.erase(block.id);
  }

  // --- what a test sets and looks at ---

  void refuse(std::optional<Error> error) {
    std::lock_guard lock(mutex_);
    refusal_ = std::move(error);
  }

  // A reader that began now and does not end, until `end_reader`.
  void begin_reader() {
    std::lock_guard lock(mutex_);
    reader_ = transaction_;
  }
  void end_reader() {
    std::lock_guard lock(mutex_);
    reader_.reset();
  }

  void wait_until_closed(storage::ContainerId id) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return containers_.at(id) == storage::ContainerState::closed; });
  }

  void move(storage::ContainerId id, storage::ContainerState to) {
    std::lock_guard lock(mutex_);
    containers_.at(id) = to;
  }

  // With live and deleted rows.
  std::vector<storage::BlockRef> blocks() const {
    std::lock_guard lock(mutex_);
    std::vector<storage::BlockRef> found;
    for (const auto& [id, row] : rows_) found.push_back({id, row.length});
    return found;
  }

  // --- Log ---

  bool crowded() const override { return false; }
  void propose(storage::Proposal& proposal) override {
    {
      std::lock_guard lock(mutex_);
      if (refusal_) {
        proposal.outcome = *refusal_;
      } else {
        ++transaction_;
        proposal.outcome =
            std::visit([this](const auto& each) { return apply(each); }, proposal.command);
      }
    }
    proposal.done->complete();
  }

  // --- BlockIndex ---

  std::vector<storage::ContainerRow> containers() override {
    std::lock_guard lock(mutex_);
    std::vector<storage::ContainerRow> found;
    for (const auto& [id, state] : containers_) {
      const auto of_it = [id](const auto& row) { return row.first.container == id; };
      const auto live = [&](const auto& row) { return of_it(row) && !row.second.deleted; };
      found.push_back({id, state, static_cast<std::uint64_t>(std::ranges::count_if(rows_, of_it)),
                       static_cast<std::uint64_t>(std::ranges::count_if(rows_, live))});
    }
    return found;
  }

  void visit_blocks(storage::BlockId first,
                    const std::function<bool(const storage::BlockRef&)>& visit) override {
    std::lock_guard lock(mutex_);
    for (auto row = rows_.lower_bound(first);
         row != rows_.end() && row->first.container == first.container; ++row) {
      if (!visit({row->first, row->second.length})) return;
    }
  }

  storage::ByteRange gap_around(storage::ContainerId container, storage::ByteRange range) override {
    std::lock_guard lock(mutex_);
    storage::ByteRange gap{0, UINT64_MAX};
    for (const auto& [id, row] : rows_) {
      if (id.container != container) continue;
      const std::uint64_t end = id.local + storage::bytes_on_disk(row.length);
      if (end <= range.begin) gap.begin = std::max(gap.begin, end);
      if (id.local >= range.end) gap.end = std::min(gap.end, id.local);
    }
    return gap;
  }

  storage::DeletedBlocks deleted_blocks(storage::BlockId after, UnixMillis until,
                                        std::size_t count) override {
    std::lock_guard lock(mutex_);
    storage::DeletedBlocks page{{}, transaction_, {}};
    for (auto row = rows_.upper_bound(after); row != rows_.end(); ++row) {
      if (!row->second.deleted || *row->second.deleted > until) continue;
      page.blocks.push_back({row->first, row->second.length});
      if (page.blocks.size() < count) continue;
      page.last = row->first;
      break;
    }
    return page;
  }

  std::uint64_t oldest_snapshot() override {
    std::lock_guard lock(mutex_);
    return reader_.value_or(transaction_);
  }

 private:
  struct Row {
    std::uint64_t length = 0;
    std::optional<UnixMillis> deleted;
  };

  Result<storage::Outcome> apply(const storage::CreateContainer&) {
    const storage::ContainerId id{++last_id_};
    containers_[id] = storage::ContainerState::open;
    return storage::Outcome{.container = id};
  }
  Result<storage::Outcome> apply(const storage::MoveContainer& move) {
    containers_.at(move.container) = move.to;
    moved_.notify_all();
    return storage::Outcome{};
  }
  Result<storage::Outcome> apply(const storage::PurgeBlocks& purge) {
    for (const storage::BlockId block : purge.blocks) {
      const auto row = rows_.find(block);
      if (row != rows_.end() && row->second.deleted) rows_.erase(row);
    }
    return storage::Outcome{};
  }
  Result<storage::Outcome> apply(const auto&) { return Error{Errc::internal}; }

  mutable std::mutex mutex_;
  std::condition_variable moved_;
  std::map<storage::ContainerId, storage::ContainerState> containers_;
  std::map<storage::BlockId, Row> rows_;
  std::optional<Error> refusal_;
  std::optional<std::uint64_t> reader_;
  std::uint64_t transaction_ = 0;
  std::uint64_t last_id_ = 0;
};

}  // namespace dobson::test
