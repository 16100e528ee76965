#pragma once

// A table with types: its key and its record are declared once, in catalog.h. A row that does not
// decode is a failure of the environment (EnvError, corrupt), since nothing but this code writes.

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "storage/codec/key.h"
#include "storage/codec/records.h"
#include "storage/codec/value.h"
#include "storage/env/txn.h"

namespace dobson::storage {

// replicated: equal on every node at the same position of the log. derived: follows from replicated
// rows, and is equal as well. local: facts of this node.
enum class TableClass : std::uint8_t { replicated, derived, local };

template <class KeyType, class RecordType>
struct Table {
  using Key = KeyType;
  using Record = RecordType;

  TableIndex index;
  const char* name;
  TableClass kind;
};

// Throws EnvError, which names the table and the row.
[[noreturn]] void throw_corrupt_row(const char* table, std::string_view key,
                                    std::string_view detail);

// Bytes for people: printable ASCII as it is, the rest as \xNN.
std::string printable(std::string_view bytes);

template <class Key, class Record>
Record decode_row(const Table<Key, Record>& table, std::string_view key, std::string_view value) {
  Result<Record> record = decode<Record>(value);
  if (!record.ok()) throw_corrupt_row(table.name, key, record.error().detail);
  return std::move(*record);
}

// The first fields of a record.
template <class View>
View decode_row_front(const char* table, std::string_view key, Decoder decoder) {
  View view{};
  const Status status = decode_front(decoder, view);
  if (!status.ok()) throw_corrupt_row(table, key, status.error().detail);
  return view;
}

template <class Key, class Record>
std::optional<Record> get(const ReadTxn& txn, const Table<Key, Record>& table, const Key& key) {
  const KeyBytes bytes = encode_key(key);
  const auto value = txn.get(table.index, bytes);
  if (!value.has_value()) return std::nullopt;
  return decode_row(table, bytes, *value);
}

template <class Key, class Record>
bool contains(const ReadTxn& txn, const Table<Key, Record>& table, const Key& key) {
  return txn.get(table.index, encode_key(key)).has_value();
}

template <class Key, class Record>
void put(WriteTxn& txn, const Table<Key, Record>& table, const Key& key, const Record& record) {
  std::string value;
  encode(record, value);
  txn.put(table.index, encode_key(key), value);
}

// False: there was none.
template <class Key, class Record>
bool erase(WriteTxn& txn, const Table<Key, Record>& table, const Key& key) {
  return txn.erase(table.index, encode_key(key));
}

// The rows of a table in order: `for (bool more = c.seek(k); more; more = c.next())`. Views in a
// key end with the next move.
template <class Key, class Record>
class TableCursor {
 public:
  TableCursor(const ReadTxn& txn, const Table<Key, Record>& table)
      : table_(table), cursor_(txn, table.index) {}

  bool seek(const Key& key) { return cursor_.seek(encode_key(key)); }
  bool seek_before(const Key& key) { return cursor_.seek_before(encode_key(key)); }
  bool first() { return cursor_.first(); }
  bool next() { return cursor_.next(); }

  Key key() const {
    std::optional<Key> key = decode_key<Key>(cursor_.key());
    if (!key.has_value()) throw_corrupt_row(table_.name, cursor_.key(), "malformed key");
    return std::move(*key);
  }
  // The record, or a view of its first fields.
  template <class View = Record>
  View record() const {
    if constexpr (std::is_same_v<View, Record>) {
      return decode_row(table_, cursor_.key(), cursor_.value());
    } else {
      return decode_row_front<View>(table_.name, cursor_.key(), Decoder(cursor_.value()));
    }
  }

 private:
  const Table<Key, Record>& table_;
  Cursor cursor_;
};

template <class Key, class Record>
struct Row {
  Key key;
  Record record;
};

// The first row, if there is one. Not for tables whose key is a view.
template <class Key, class Record>
std::optional<Row<Key, Record>> first_row(const ReadTxn& txn, const Table<Key, Record>& table) {
  TableCursor rows(txn, table);
  if (!rows.first()) return std::nullopt;
  return Row<Key, Record>{rows.key(), rows.record()};
}

}  // namespace dobson::storage
