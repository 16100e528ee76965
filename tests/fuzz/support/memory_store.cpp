#include "tests/fuzz/support/memory_store.h"

#include <algorithm>

#include "storage/blocks/md5_digest.h"
#include "storage/command/apply.h"
#include "tests/fuzz/support/state.h"

namespace dobson::fuzz {

namespace {

constexpr std::size_t block_bytes = 1000;  // small bodies have several blocks, too
constexpr UnixMillis time_of_commands = 1'500'000'000'000;

class TxnReader final : public storage::Reader {
 public:
  explicit TxnReader(const MemoryStore& store) : store_(store) {}
  const storage::ReadTxn& txn() override { return store_.txn(); }
  void reset() override {}

 private:
  const MemoryStore& store_;
};

Result<storage::Outcome> apply_in(storage::WriteTxn& txn, const storage::Command& command) {
  storage::Batch batch(txn);
  auto outcome = apply(batch, {time_of_commands}, command);
  batch.flush();
  return outcome;
}

}  // namespace

class MemoryStore::Writer final : public storage::BlockWriter {
 public:
  explicit Writer(MemoryStore& store) : store_(store) {}

  Status append(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }

  void finish(Completion& done) override {
    storage::Md5Digest md5;
    md5.update(bytes_);
    storage::WrittenObject object{.blocks = {}, .size = bytes_.size(), .md5 = md5.finish()};
    for (std::span<const std::byte> left = bytes_; !left.empty();) {
      const auto piece = left.first(std::min(left.size(), block_bytes));
      left = left.subspan(piece.size());
      const std::uint64_t local = store_.blocks_.empty() ? 1 : store_.blocks_.rbegin()->first + 1;
      store_.blocks_.emplace(local, std::vector(piece.begin(), piece.end()));
      object.blocks.push_back({{store_.container_, local}, piece.size()});
    }
    result_ = std::move(object);
    done.complete();
  }

  const Result<storage::WrittenObject>& result() const override { return result_; }
  void keep() override {}
  void leave() override {}

 private:
  MemoryStore& store_;
  std::vector<std::byte> bytes_;
  Result<storage::WrittenObject> result_ = Error{Errc::internal};
};

MemoryStore::MemoryStore() : env_(make_state()) {
  storage::WriteTxn txn(*env_);
  container_ = apply_in(txn, storage::CreateContainer{})->container;
  txn.commit();
}

void MemoryStore::begin() {
  txn_.emplace(*env_);
}

void MemoryStore::keep() {
  txn_->commit();
  txn_.reset();
  last_kept_ = blocks_.empty() ? 0 : blocks_.rbegin()->first;
}

void MemoryStore::forget() {
  txn_.reset();
  blocks_.erase(blocks_.upper_bound(last_kept_), blocks_.end());
}

std::unique_ptr<storage::Reader> MemoryStore::make_reader() {
  return std::make_unique<TxnReader>(*this);
}

void MemoryStore::propose(storage::Proposal& proposal) {
  proposal.outcome = apply_in(*txn_, proposal.command);
  proposal.done->complete();
}

Result<std::unique_ptr<storage::BlockWriter>> MemoryStore::write(std::optional<std::uint64_t>) {
  return std::unique_ptr<storage::BlockWriter>(std::make_unique<Writer>(*this));
}

storage::BlockPin MemoryStore::pin(std::span<const storage::BlockRef> blocks) {
  return {*this, {blocks.begin(), blocks.end()}};
}

Status MemoryStore::read(const storage::BlockRef& block, std::uint64_t offset,
                         std::span<std::byte> out) {
  const std::vector<std::byte>& bytes = blocks_.at(block.id.local);
  DOBSON_ASSERT(offset <= bytes.size() && out.size() <= bytes.size() - offset);
  std::ranges::copy(std::span(bytes).subspan(offset, out.size()), out.begin());
  return {};
}

bool MemoryStore::read_at_once(const storage::BlockRef& block, std::uint64_t offset,
                               std::span<std::byte> out) {
  return block.id.local % 4 != 0 && read(block, offset, out).ok();
}

}  // namespace dobson::fuzz
