#pragma once

// Transactions and cursors. What can be read is a `ReadTxn`: a `Snapshot`, or a `WriteTxn`, which
// sees its own changes; a snapshot can never be written. None of them moves, waits or crosses
// threads; a transaction never meets `co_await`. Keys and values are bytes here; tables with types
// are in storage/catalog. Failures throw EnvError.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "storage/env/env.h"
#include "storage/env/row_copies.h"

struct MDB_txn;
struct MDB_cursor;

namespace dobson::storage {

class ReadTxn {
 public:
  ReadTxn(const ReadTxn&) = delete;
  ReadTxn& operator=(const ReadTxn&) = delete;

  // The value under `key`: a view that ends with the transaction or its next change.
  std::optional<std::string_view> get(TableIndex table, std::string_view key) const;

  // How many rows a table has.
  std::uint64_t rows(TableIndex table) const;

  // The number of this transaction, or of the last one that this snapshot sees.
  std::uint64_t id() const;

 protected:
  explicit ReadTxn(const Env::Opened& env) : opened_(&env) {}
  ~ReadTxn();

  int begin(unsigned flags);  // LMDB's code

  friend class Cursor;
  const Env::Opened* opened_;
  MDB_txn* txn_ = nullptr;
  mutable RowCopies copies_;
};

class Snapshot final : public ReadTxn {
 public:
  explicit Snapshot(const Env& env);

  // Ends the snapshot and keeps its reader slot; `renew` begins the next one.
  void reset();
  void renew();

 private:
  void begin_frozen();

  const Env& env_;
};

// At most one in an environment; a second waits for the first. Aborts unless committed.
class WriteTxn final : public ReadTxn {
 public:
  explicit WriteTxn(Env& env);

  void put(TableIndex table, std::string_view key, std::string_view value);
  bool erase(TableIndex table, std::string_view key);  // false: there was none

  // What the changes take of the heap until the commit, at most but for the pages above leaves,
  // which they share: a leaf for each row, and its value.
  std::uint64_t changed_bytes() const { return changed_bytes_; }

  // Durable when it returns. When it throws, the transaction is over; disk space is taken before
  // anything is written, so out_of_space means that nothing was changed; with any other code the
  // outcome is unknown.
  void commit();

 private:
  Env& env_;
  std::uint64_t changed_bytes_ = 0;
};

// A place in a table. Lives shorter than its transaction and than the next change of it; key and
// value end with the next move.
class Cursor {
 public:
  Cursor(const ReadTxn& txn, TableIndex table);

  // To the first row whose key is not less than `key`, which is not empty. False: there is none.
  bool seek(std::string_view key);
  // To the last row whose key is less. False: there is none.
  bool seek_before(std::string_view key);
  bool first();
  bool next();

  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  bool move(std::string_view from, int operation);

  struct Close {
    void operator()(MDB_cursor* cursor) const;
  };
  std::unique_ptr<MDB_cursor, Close> cursor_;
  std::string_view key_;
  std::string_view value_;
  RowCopies copies_;
};

}  // namespace dobson::storage
