#include "storage/command/location.h"

#include <algorithm>

#include "storage/catalog/names.h"
#include "storage/model/legal.h"

namespace dobson::storage {

bool Location::lacks_parents() const {
  return in_tree() && name.find('/') < name.size() - 1;
}

Result<Location> locate(Batch& batch, const Batch::Place& place, std::string_view path) {
  if (!is_legal_key_name(path)) return Error{Errc::invalid_argument};
  Location at{place, path, {}, path};
  if (!at.in_tree()) return at;
  if (!is_normal_path(path)) return Error{Errc::invalid_key_name};
  while (at.lacks_parents()) {
    const std::string_view component = first_component(at.name);
    Batch::Directory* directory = batch.find_directory(at.parent(), component);
    if (directory == nullptr) break;
    at.above.push_back(directory);
    at.name.remove_prefix(component.size());
  }
  return at;
}

std::optional<KeyRecord> find_key(Batch& batch, const Location& at) {
  if (at.is_directory() || at.lacks_parents()) return std::nullopt;
  const auto row = find_name(batch.txn(), at.parent(), at.name);
  if (!row.has_value()) return std::nullopt;
  return decode_name_row<KeyRecord>(at.path, *row);
}

Batch::Directory* find_directory(Batch& batch, const Location& at) {
  if (!at.is_directory() || at.lacks_parents()) return nullptr;
  return batch.find_directory(at.parent(), at.name);
}

bool is_blocked(Batch& batch, const Location& at) {
  if (!at.in_tree()) return false;
  std::string_view component = first_component(at.name);
  if (!component.ends_with('/')) {
    return batch.find_directory(at.parent(), std::string(component) + '/') != nullptr;
  }
  component.remove_suffix(1);
  return find_name(batch.txn(), at.parent(), component).has_value();
}

void make_parents(Batch& batch, UnixMillis now, Location& at) {
  while (at.lacks_parents()) {
    Location parent = at;
    parent.name = first_component(at.name);
    at.above.push_back(make_directory(batch, now, parent));
    at.name.remove_prefix(parent.name.size());
  }
}

Batch::Directory* make_directory(Batch& batch, UnixMillis now, const Location& at) {
  change_totals(batch, at, [](Totals& totals) { totals.add_directory({}); });
  const std::size_t end = at.name.data() + at.name.size() - at.path.data();
  extend_reach(at, end);
  return batch.add_directory(
      at.parent(), at.name,
      {.id = batch.draw_id(), .created = now, .modified = now, .reach = 0, .totals = {}});
}

Totals& totals_above(const Location& at) {
  return at.above.empty() ? at.place.bucket->change().totals : at.above.back()->change().totals;
}

void extend_reach(const Location& at, std::size_t path_bytes) {
  std::size_t begin = 0;
  for (Batch::Directory* directory : at.above) {
    begin = at.path.find('/', begin) + 1;
    DirectoryRecord& record = directory->change();
    record.reach = std::max<std::uint64_t>(record.reach, path_bytes - begin);
  }
}

void forget_reach(const Location& at) {
  for (Batch::Directory* directory : at.above) {
    if ((*directory)->totals.empty()) directory->change().reach = 0;
  }
}

}  // namespace dobson::storage
