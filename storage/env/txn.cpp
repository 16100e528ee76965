#include "storage/env/txn.h"

#include <utility>

#include "core/base/limits.h"
#include "storage/env/check.h"

namespace dobson::storage {

namespace {

MDB_val to_val(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view to_view(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

}  // namespace

int ReadTxn::begin(unsigned flags) {
  return mdb_txn_begin(opened_->env.get(), nullptr, flags, &txn_);
}

ReadTxn::~ReadTxn() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
}

std::optional<std::string_view> ReadTxn::get(TableIndex table, std::string_view key) const {
  MDB_val from = to_val(key);
  MDB_val value;
  const int code = mdb_get(txn_, opened_->tables[table], &from, &value);
  if (code == MDB_NOTFOUND) return std::nullopt;
  check("mdb_get", code);
  return copies_.keep(to_view(value));
}

std::uint64_t ReadTxn::rows(TableIndex table) const {
  MDB_stat stat;
  check("mdb_stat", mdb_stat(txn_, opened_->tables[table], &stat));
  return stat.ms_entries;
}

std::uint64_t ReadTxn::id() const {
  return mdb_txn_id(txn_);
}

Snapshot::Snapshot(const Env& env) : ReadTxn(env.opened_), env_(env) {
  const int code = begin(MDB_RDONLY);
  if (code == MDB_PANIC) {
    begin_frozen();
  } else {
    check("mdb_txn_begin", code);
  }
}

void Snapshot::begin_frozen() {
  opened_ = &env_.frozen();
  check("mdb_txn_begin", begin(MDB_RDONLY));
}

void Snapshot::reset() {
  copies_.clear();
  mdb_txn_reset(txn_);
}

void Snapshot::renew() {
  const int code = txn_ == nullptr ? MDB_PANIC : mdb_txn_renew(txn_);
  if (code != MDB_PANIC) return check("mdb_txn_renew", code);
  if (txn_ != nullptr) mdb_txn_abort(std::exchange(txn_, nullptr));
  begin_frozen();
}

WriteTxn::WriteTxn(Env& env) : ReadTxn(env.opened_), env_(env) {
  check("mdb_txn_begin", begin(0));
}

void WriteTxn::put(TableIndex table, std::string_view key, std::string_view value) {
  MDB_val at = to_val(key);
  MDB_val bytes = to_val(value);
  check("mdb_put", mdb_put(txn_, opened_->tables[table], &at, &bytes, 0));
  changed_bytes_ += limits::page_bytes + value.size();
  copies_.clear();
}

bool WriteTxn::erase(TableIndex table, std::string_view key) {
  MDB_val at = to_val(key);
  const int code = mdb_del(txn_, opened_->tables[table], &at, nullptr);
  if (code == MDB_NOTFOUND) return false;
  check("mdb_del", code);
  changed_bytes_ += limits::page_bytes;
  copies_.clear();
  return true;
}

void WriteTxn::commit() {
  copies_.clear();
  // Twice: leaves that split, and the pages above them.
  if (!env_.make_room(2 * changed_bytes_ + limits::commit_bytes)) {
    throw EnvError(Errc::out_of_space, "the disk is full");
  }
  check("mdb_txn_commit", mdb_txn_commit(std::exchange(txn_, nullptr)));
}

void Cursor::Close::operator()(MDB_cursor* cursor) const {
  mdb_cursor_close(cursor);
}

Cursor::Cursor(const ReadTxn& txn, TableIndex table) {
  MDB_cursor* cursor = nullptr;
  check("mdb_cursor_open", mdb_cursor_open(txn.txn_, txn.opened_->tables[table], &cursor));
  cursor_.reset(cursor);
}

bool Cursor::seek(std::string_view key) {
  return move(key, MDB_SET_RANGE);
}
bool Cursor::seek_before(std::string_view key) {
  return move({}, seek(key) ? MDB_PREV : MDB_LAST);
}
bool Cursor::first() {
  return move({}, MDB_FIRST);
}
bool Cursor::next() {
  return move({}, MDB_NEXT);
}

bool Cursor::move(std::string_view from, int operation) {
  MDB_val key = to_val(from);
  MDB_val value;
  const int code =
      mdb_cursor_get(cursor_.get(), &key, &value, static_cast<MDB_cursor_op>(operation));
  copies_.clear();
  if (code == MDB_NOTFOUND) return false;
  check("mdb_cursor_get", code);
  key_ = copies_.keep(to_view(key));
  value_ = copies_.keep(to_view(value));
  return true;
}

}  // namespace dobson::storage
