#include "storage/catalog/names.h"

#include <algorithm>

#include "core/base/limits.h"
#include "storage/catalog/catalog.h"

namespace dobson::storage {

namespace {

constexpr std::size_t row_bytes = limits::row_name_bytes;
constexpr std::string_view link_end("\x00", 1);
constexpr std::string_view behind_link_end("\x01", 1);

KeyBytes row_key(ObjectId parent, std::string_view row_name) {
  return encode_key(NameKey{parent, row_name});
}

// The key of the link that `name`, which is too long for a row, goes through.
KeyBytes link_key(ObjectId parent, std::string_view name) {
  KeyBytes key = row_key(parent, name.substr(0, row_bytes));
  key.append(link_end);
  return key;
}

bool is_link(std::string_view row) {
  return !row.empty() && row[0] == TagOf<NameLink, NameRow>::value;
}

// Where a link leads: to an id below the root's, drawn after that of a parent that is a link, so
// links never turn in circles.
ObjectId follow(ObjectId parent, std::string_view key, std::string_view row) {
  const Result<NameRow> decoded = decode<NameRow>(row);
  const NameLink* link = decoded.ok() ? std::get_if<NameLink>(&*decoded) : nullptr;
  if (link == nullptr || link->rest >= root_id || (parent < root_id && link->rest <= parent)) {
    throw_corrupt_row(catalog::names.name, key, "malformed link");
  }
  return link->rest;
}

std::optional<ObjectId> find_link(const ReadTxn& txn, ObjectId parent, const KeyBytes& key) {
  const auto row = txn.get(catalog::names.index, key);
  if (!row.has_value()) return std::nullopt;
  return follow(parent, key, *row);
}

}  // namespace

std::optional<std::string_view> find_name(const ReadTxn& txn, ObjectId parent,
                                          std::string_view name) {
  for (; name.size() > row_bytes; name.remove_prefix(row_bytes)) {
    const std::optional<ObjectId> rest = find_link(txn, parent, link_key(parent, name));
    if (!rest.has_value()) return std::nullopt;
    parent = *rest;
  }
  return txn.get(catalog::names.index, row_key(parent, name));
}

void put_name(WriteTxn& txn, ObjectId parent, std::string_view name, std::string_view row,
              std::uint64_t& next_link) {
  for (; name.size() > row_bytes; name.remove_prefix(row_bytes)) {
    const KeyBytes key = link_key(parent, name);
    std::optional<ObjectId> rest = find_link(txn, parent, key);
    if (!rest.has_value()) {
      rest = ObjectId{next_link++};
      std::string link;
      encode_as<NameRow>(NameLink{*rest}, link);
      txn.put(catalog::names.index, key, link);
    }
    parent = *rest;
  }
  txn.put(catalog::names.index, row_key(parent, name), row);
}

bool erase_name(WriteTxn& txn, ObjectId parent, std::string_view name) {
  if (name.size() <= row_bytes) return txn.erase(catalog::names.index, row_key(parent, name));
  const KeyBytes key = link_key(parent, name);
  const std::optional<ObjectId> rest = find_link(txn, parent, key);
  if (!rest.has_value() || !erase_name(txn, *rest, name.substr(row_bytes))) return false;
  if (!has_rows(txn, *rest)) txn.erase(catalog::names.index, key);
  return true;
}

bool has_rows(const ReadTxn& txn, ObjectId parent) {
  Cursor cursor(txn, catalog::names.index);
  return cursor.seek(row_key(parent, {})) && cursor.key().starts_with(row_key(parent, {}));
}

NameScan::NameScan(const ReadTxn& txn, ObjectId parent, std::string_view prefix,
                   std::string_view after)
    : cursor_(txn, catalog::names.index), prefix_(prefix), after_(after), level_{parent} {}

bool NameScan::next() {
  bool more = started_ ? cursor_.next() : seek(std::max(prefix_, after_));
  started_ = true;
  for (;;) {
    if (!more || !on_level()) {
      if (above_.empty()) return false;
      more = leave_link();
      continue;
    }
    if (is_link(cursor_.value())) {
      enter_link();
      more = seek_row({});
      continue;
    }
    name_ = row_name();
    if (!above_.empty()) {
      whole_.resize(level_.size);
      name_ = whole_.append(name_);
    }
    if (name_ > after_) {
      after_ = {};  // so are all that follow
      return name_.starts_with(prefix_);
    }
    more = cursor_.next();
  }
}

// To the first row whose name is not less, or below the link that leads there.
bool NameScan::seek(std::string_view name) {
  for (; name.size() > row_bytes; name.remove_prefix(row_bytes)) {
    const KeyBytes key = link_key(level_.parent, name);
    if (!cursor_.seek(key)) return false;
    if (cursor_.key() != key) return true;
    enter_link();
  }
  return seek_row(name);
}

bool NameScan::seek_row(std::string_view row_name) {
  return cursor_.seek(row_key(level_.parent, row_name));
}

bool NameScan::on_level() const {
  const auto parent = big_endian(level_.parent.value);
  return cursor_.key().starts_with(std::string_view(parent.data(), parent.size()));
}

void NameScan::enter_link() {
  const ObjectId rest = follow(level_.parent, cursor_.key(), cursor_.value());
  whole_.resize(level_.size);
  whole_.append(row_name().substr(0, row_bytes));
  above_.push_back(level_);
  level_ = {rest, whole_.size()};
}

// To the row behind the link, whose name is what the level added to the one above.
bool NameScan::leave_link() {
  level_ = above_.back();
  above_.pop_back();
  KeyBytes key = row_key(level_.parent, std::string_view(whole_).substr(level_.size, row_bytes));
  key.append(behind_link_end);
  return cursor_.seek(key);
}

}  // namespace dobson::storage
