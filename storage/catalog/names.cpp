#include "storage/catalog/names.h"

#include <algorithm>

#include "core/base/limits.h"
#include "storage/catalog/catalog.h"
#include "storage/model/legal.h"

namespace dobson::storage {

namespace {

constexpr std::size_t row_bytes = limits::row_name_bytes;
constexpr std::string_view link_end("\x00", 1);
constexpr std::string_view behind_link_end("\x01", 1);
constexpr std::string_view behind_directory("\x00", 1);

KeyBytes row_key(ObjectId parent, std::string_view row_name) {
  return encode_key(NameKey{parent, row_name});
}

// The key of the link that `name`, which is too long for a row, goes through.
KeyBytes link_key(ObjectId parent, std::string_view name) {
  KeyBytes key = row_key(parent, name.substr(0, row_bytes));
  key.append(link_end);
  return key;
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
                   std::string_view after, Depth depth)
    : cursor_(txn, catalog::names.index),
      prefix_(prefix),
      after_(after),
      level_{parent},
      depth_(depth),
      seek_to_(std::max(prefix, after)) {}

bool NameScan::next() {
  bool more = move();
  for (;;) {
    if (!more || !on_level()) {
      if (above_.empty()) return false;
      more = leave();
      continue;
    }
    if (is_row_of<NameLink>(cursor_.value())) {
      enter_link();
      more = seek_row({});
      continue;
    }
    name_ = row_name();
    if (!above_.empty()) {
      whole_.resize(level_.size);
      name_ = whole_.append(name_);
    }
    move_ = at_directory() ? Move::enter : Move::step;
    if (name_ > after_) {
      after_ = {};  // so are all that follow
      return name_.starts_with(prefix_);
    }
    more = move();
  }
}

bool NameScan::move() {
  switch (move_) {
    case Move::seek:
      if (!above_.empty()) level_ = above_.front();
      above_.clear();
      return seek(seek_to_);
    case Move::enter:
      enter_directory();
      return seek_row({});
    case Move::step:
      return cursor_.next();
    case Move::end:
      above_.clear();
      return false;
  }
  return false;
}

void NameScan::skip(std::string_view prefix) {
  seek_to_ = prefix;
  while (!seek_to_.empty() && seek_to_.back() == '\xff') seek_to_.pop_back();
  move_ = seek_to_.empty() ? Move::end : Move::seek;
  if (!seek_to_.empty()) ++seek_to_.back();
}

// To the first row whose name is not less, or below what leads there.
bool NameScan::seek(std::string_view name) {
  for (;;) {
    const std::string_view component = depth_ == Depth::tree ? first_component(name) : name;
    name.remove_prefix(component.size());
    std::string_view rest = component;
    while (rest.size() > row_bytes) {
      const KeyBytes key = link_key(level_.parent, rest);
      if (!cursor_.seek(key)) return false;
      if (cursor_.key() != key) return true;
      enter_link();
      rest.remove_prefix(row_bytes);
    }
    if (!seek_row(rest)) return false;
    if (name.empty() || cursor_.key() != row_key(level_.parent, rest)) return true;
    enter_directory();
  }
}

bool NameScan::seek_row(std::string_view row_name) {
  return cursor_.seek(row_key(level_.parent, row_name));
}

bool NameScan::on_level() const {
  const auto parent = big_endian(level_.parent.value);
  return cursor_.key().starts_with(std::string_view(parent.data(), parent.size()));
}

bool NameScan::at_directory() const {
  return depth_ == Depth::tree && is_row_of<DirectoryRecord>(cursor_.value());
}

void NameScan::enter_link() {
  const ObjectId rest = follow(level_.parent, cursor_.key(), cursor_.value());
  enter(rest, row_name().substr(0, row_bytes), true);
}

// A tree that is deeper than a name is long turns in a circle.
void NameScan::enter_directory() {
  if (level_.size > limits::key_name_bytes) {
    throw_corrupt_row(catalog::names.name, cursor_.key(), "a directory inside itself");
  }
  const auto row = decode_name_row<DirectoryRecord, ParentFront>(row_name(), cursor_.value());
  enter(row.id, row_name(), false);
}

void NameScan::enter(ObjectId parent, std::string_view name, bool is_link) {
  whole_.resize(level_.size);
  whole_.append(name);
  above_.push_back(level_);
  level_ = {parent, whole_.size(), is_link};
}

// To the row behind the link or directory, whose name is what the level added to the one above.
bool NameScan::leave() {
  const Level left = level_;
  level_ = above_.back();
  above_.pop_back();
  KeyBytes key =
      row_key(level_.parent, std::string_view(whole_).substr(level_.size, left.size - level_.size));
  key.append(left.is_link ? behind_link_end : behind_directory);
  return cursor_.seek(key);
}

}  // namespace dobson::storage
