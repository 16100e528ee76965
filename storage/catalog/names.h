#pragma once

// The rows of `catalog::names`, by parent and name, for names of any length and any bytes.
//
// A key of LMDB has 511 bytes, so a row's name has at most 502: a longer one stands as the link row
// "first 502 bytes, then 0x00", and what follows the 502 bytes is a name under the link's own id,
// split in turn. No other row is as long as a link, so none is taken for one; a link sorts right
// behind the row that is its 502 bytes, and before all that is greater than them. Walking links
// depth first is therefore the byte order of whole names.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/env/txn.h"
#include "storage/model/ids.h"

namespace dobson::storage {

// What stands under the name: a NameRow, encoded, and never a link. A view as ReadTxn::get's.
std::optional<std::string_view> find_name(const ReadTxn& txn, ObjectId parent,
                                          std::string_view name);

// `row` is a NameRow, encoded. Links that it needs draw their ids from `next_link`.
void put_name(WriteTxn& txn, ObjectId parent, std::string_view name, std::string_view row,
              std::uint64_t& next_link);

// False: there was none. Links that lead nowhere go as well.
bool erase_name(WriteTxn& txn, ObjectId parent, std::string_view name);

// Whether any row stands under `parent`.
bool has_rows(const ReadTxn& txn, ObjectId parent);

// The names under `parent` that begin with `prefix` and are greater than `after`, in byte order,
// found by seeking; of a tree, those under its directories too, each directory before what is in
// it. `prefix` must outlive the scan, `after` the first `next`; `name` and `row` end with `next`
// and `skip`.
class NameScan {
 public:
  enum class Depth : std::uint8_t { one, tree };

  NameScan(const ReadTxn& txn, ObjectId parent, std::string_view prefix, std::string_view after,
           Depth depth = Depth::one);

  // False: no more. Not to be called again then.
  bool next();
  // `next` goes on behind the directory that it found, whose rows stand elsewhere: one step.
  void pass() { move_ = Move::step; }
  // `next` goes on behind all names that begin with these bytes: a seek.
  void skip(std::string_view prefix);
  std::string_view name() const { return name_; }
  std::string_view row() const { return cursor_.value(); }

 private:
  // Rows under `parent`, whose names go on after the first `size` bytes of `whole_`.
  struct Level {
    ObjectId parent;
    std::size_t size = 0;
    bool is_link = false;
  };

  bool move();
  bool seek(std::string_view name);
  bool seek_row(std::string_view row_name);
  bool on_level() const;
  bool at_directory() const;
  void enter_link();
  void enter_directory();
  void enter(ObjectId parent, std::string_view name, bool is_link);
  bool leave();
  std::string_view row_name() const { return cursor_.key().substr(sizeof(ObjectId)); }

  Cursor cursor_;
  std::string_view prefix_;
  std::string_view after_;
  Level level_;
  Depth depth_;
  std::vector<Level> above_;
  std::string whole_;  // of the last name under a link or a directory
  std::string_view name_;
  std::string seek_to_;  // where the next move begins, if it seeks
  enum class Move : std::uint8_t { seek, enter, step, end } move_ = Move::seek;
};

}  // namespace dobson::storage
