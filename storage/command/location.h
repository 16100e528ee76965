#pragma once

// Where the name of a key or directory leads, in a bucket of either layout. One command of a batch.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/command/batch.h"

namespace dobson::storage {

struct Location {
  Batch::Place place;
  std::string_view path;                 // the whole name
  std::vector<Batch::Directory*> above;  // that are there, the outermost first
  std::string_view name;                 // what follows them: one component if all are there

  ObjectId parent() const { return above.empty() ? (*place.bucket)->id : (*above.back())->id; }
  bool in_tree() const { return (*place.bucket)->layout == Layout::file_system_optimized; }
  bool is_directory() const { return in_tree() && path.ends_with('/'); }
  bool lacks_parents() const;
};

// invalid_key_name when the name is not normal where it must be; invalid_argument when it can never
// be stored. `path` outlives the location.
Result<Location> locate(Batch& batch, const Batch::Place& place, std::string_view path);

// What stands there.
std::optional<KeyRecord> find_key(Batch& batch, const Location& at);
Batch::Directory* find_directory(Batch& batch, const Location& at);

// Whether something of the other kind has the name, or a key that of a parent.
bool is_blocked(Batch& batch, const Location& at);

// Makes the parents that `at` lacks.
void make_parents(Batch& batch, UnixMillis now, Location& at);

// A new directory, counted; its parents are there.
Batch::Directory* make_directory(Batch& batch, UnixMillis now, const Location& at);

// All totals that count what stands at `at`: of the root, the volume, the bucket and the
// directories above. `change`: void(Totals&).
template <class Change>
void change_totals(Batch& batch, const Location& at, const Change& change) {
  change(batch.state().change().totals);
  change(at.place.volume->change().totals);
  change(at.place.bucket->change().totals);
  for (Batch::Directory* directory : at.above) change(directory->change().totals);
}

// The totals of the bucket or directory directly above.
Totals& totals_above(const Location& at);

// Directories above know how long names below them are, and forget it when they are empty.
void extend_reach(const Location& at, std::size_t path_bytes);
void forget_reach(const Location& at);

}  // namespace dobson::storage
