#include "handlers/recon/place.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "handlers/common/text.h"

namespace dobson::recon {

namespace {

using Pieces = std::pmr::vector<std::string_view>;

// As in the path of a file URI: `.` is left away and `..` leads up; above the root nothing is.
Pieces normal_pieces(std::string_view path, std::pmr::memory_resource& arena) {
  Pieces pieces(&arena);
  while (!path.empty()) {
    const auto piece = take_until(path, '/');
    if (piece.empty() || piece == ".") continue;
    if (piece != "..") {
      pieces.push_back(piece);
    } else if (pieces.empty()) {
      return pieces;
    } else {
      pieces.pop_back();
    }
  }
  return pieces;
}

// "/a/b" of "a" and "b".
std::string_view join(std::span<const std::string_view> pieces, std::pmr::memory_resource& arena) {
  std::size_t size = 0;
  for (const auto piece : pieces) size += 1 + piece.size();
  auto* const text = static_cast<char*>(arena.allocate(size, 1));
  char* at = text;
  for (const auto piece : pieces) {
    *at++ = '/';
    at += piece.copy(at, piece.size());
  }
  return {text, size};
}

// A key of an OBJECT_STORE bucket: what stands behind the bucket, as it was sent. Only slashes
// before the volume do not count.
Place find_as_sent(const storage::ReadTxn& txn, std::string_view path,
                   std::pmr::memory_resource& arena) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  const auto volume = take_until(path, '/');
  const auto bucket = take_until(path, '/');
  if (path.empty()) return {};
  auto record = storage::find_bucket(txn, volume, bucket);
  if (!record || record->layout != storage::Layout::object_store) return {};
  auto key = storage::find_key(txn, volume, bucket, path);
  if (!key) return {};
  const std::string_view pieces[] = {volume, bucket, path};
  return {.path = join(pieces, arena),
          .volume = volume,
          .bucket = bucket,
          .name = path,
          .found = Key{std::move(*record), std::move(*key)}};
}

// `path` begins with a slash, as `join` makes it.
void find_in_tree(const storage::ReadTxn& txn, std::string_view path, std::string_view name,
                  storage::BucketRecord& bucket, Place& place) {
  std::string with_slash(path.substr(1));
  with_slash.push_back('/');
  place.name = name;
  if (auto directory = storage::find_directory(txn, bucket, with_slash)) {
    place.found = Directory{std::move(bucket), std::move(*directory)};
  } else if (auto key = storage::find_key(txn, place.volume, place.bucket, path.substr(1))) {
    place.found = Key{std::move(bucket), std::move(*key)};
  } else {
    place.path = "";
  }
}

}  // namespace

const storage::Totals* Place::totals() const {
  struct {
    const storage::Totals* operator()(const storage::Totals& root) { return &root; }
    const storage::Totals* operator()(const storage::VolumeRecord& it) { return &it.totals; }
    const storage::Totals* operator()(const storage::BucketRecord& it) { return &it.totals; }
    const storage::Totals* operator()(const Directory& it) { return &it.record.totals; }
    const storage::Totals* operator()(const Key&) { return nullptr; }
    const storage::Totals* operator()(std::monostate) { return nullptr; }
  } of;
  return std::visit(of, found);
}

Place find_place(const storage::ReadTxn& txn, std::string_view path,
                 std::pmr::memory_resource& arena) {
  if (path == "/") return {.path = path, .found = storage::root_totals(txn)};
  if (Place key = find_as_sent(txn, path, arena); !key.path.empty()) return key;
  const Pieces pieces = normal_pieces(path, arena);
  if (pieces.empty()) return {};
  Place place{.path = join(pieces, arena), .volume = pieces[0]};
  if (pieces.size() == 1) {
    auto volume = storage::find_volume(txn, place.volume);
    if (!volume) return {};
    place.found = std::move(*volume);
    return place;
  }
  place.bucket = pieces[1];
  auto bucket = storage::find_bucket(txn, place.volume, place.bucket);
  if (!bucket) return {};
  if (pieces.size() == 2) {
    place.found = std::move(*bucket);
    return place;
  }
  if (bucket->layout == storage::Layout::object_store) return {};
  const auto below = join(std::span(pieces).subspan(2), arena);
  find_in_tree(txn, below, pieces.back(), *bucket, place);
  return place;
}

}  // namespace dobson::recon
