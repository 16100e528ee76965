#include "handlers/recon/raw_key.h"

#include <charconv>

namespace dobson::recon {

namespace {

// The piece behind the slash that `text` begins with, taken from it with that slash.
std::optional<std::string_view> take_piece(std::string_view& text) {
  const auto end = text.starts_with('/') ? text.find('/', 1) : text.npos;
  if (end == text.npos) return std::nullopt;
  const auto piece = text.substr(1, end - 1);
  text.remove_prefix(end);
  return piece;
}

std::optional<storage::ObjectId> take_id(std::string_view& text) {
  const auto piece = take_piece(text);
  if (!piece) return std::nullopt;
  storage::ObjectId id;
  const char* const end = piece->data() + piece->size();
  const auto [stop, error] = std::from_chars(piece->data(), end, id.value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return id;
}

}  // namespace

std::string to_text(const FlatKey& key) {
  std::string text;
  text.reserve(key.volume.size() + key.bucket.size() + key.key.size() + 3);
  for (const auto piece : {key.volume, key.bucket, key.key}) text.append("/").append(piece);
  return text;
}

std::string to_text(const TreeKey& key) {
  std::string text;
  for (const auto id : {key.volume, key.bucket, key.parent}) {
    text.append("/").append(std::to_string(id.value));
  }
  return text.append("/").append(key.name);
}

std::optional<FlatKey> flat_key_of(std::string_view text) {
  const auto volume = take_piece(text);
  const auto bucket = take_piece(text);
  if (!volume || !bucket) return std::nullopt;
  return FlatKey{*volume, *bucket, text.substr(1)};
}

std::optional<TreeKey> tree_key_of(std::string_view text) {
  const auto volume = take_id(text);
  const auto bucket = take_id(text);
  const auto parent = take_id(text);
  if (!volume || !bucket || !parent) return std::nullopt;
  return TreeKey{*volume, *bucket, *parent, text.substr(1)};
}

}  // namespace dobson::recon
