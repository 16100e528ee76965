#include "storage/catalog/catalog.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/limits.h"
#include "storage/env/create_env.h"

namespace dobson::storage {

namespace {

constexpr bool indices_are_places() {
  return std::apply(
      [](const auto&... tables) {
        TableIndex place = 0;
        return ((tables.index == place++) && ...);
      },
      catalog::state);
}
static_assert(indices_are_places());

}  // namespace

std::string printable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      text.push_back(c);
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

void throw_corrupt_row(const char* table, std::string_view key, std::string_view detail) {
  throw EnvError(Errc::corrupt, fmt::format("table {}, row {}: {}", table, printable(key), detail));
}

std::string part_row_name(std::uint64_t number) {
  const auto bytes = big_endian(number);
  return {bytes.data(), bytes.size()};
}

std::uint64_t part_number(std::string_view row_name) {
  KeyDecoder decoder(row_name);
  std::uint64_t number = 0;
  decoder(number);
  if (!decoder.done()) throw_corrupt_row(catalog::names.name, row_name, "not of a part");
  return number;
}

std::string upload_row_name(std::string_view key, ObjectId upload) {
  return std::string(key) + '\0' + part_row_name(upload.value);
}

ContainerKey container_key(ContainerId container, ObjectId parent, std::string_view name,
                           ObjectId content) {
  return {container, parent, std::string(name.substr(0, limits::indexed_name_bytes)), content};
}

std::string rest_of_name(std::string_view name) {
  return std::string(name.substr(std::min(name.size(), limits::indexed_name_bytes)));
}

EnvOptions state_options(const std::filesystem::path& data, std::uint64_t map_size,
                         unsigned readers) {
  EnvOptions options{data / "state", map_size, readers, {}};
  std::apply([&options](const auto&... tables) { (options.tables.push_back(tables.name), ...); },
             catalog::state);
  return options;
}

Status create_state(const std::filesystem::path& data, std::uint64_t map_size) {
  return create_env(state_options(data, map_size, 1),
                    [](WriteTxn& txn) { write_state(txn, StateRecord{}); });
}

StateRecord read_state(const ReadTxn& txn) {
  std::optional<StateRecord> state = get(txn, catalog::meta, MetaKey{});
  if (!state.has_value()) throw EnvError(Errc::corrupt, "the row of table meta is missing");
  if (state->schema != state_schema) {
    throw EnvError(Errc::corrupt,
                   fmt::format("the data was written by {} Dobson: schema {}, this one knows {}",
                               state->schema > state_schema ? "a newer" : "an unreleased",
                               state->schema, state_schema));
  }
  return std::move(*state);
}

void write_state(WriteTxn& txn, const StateRecord& state) {
  put(txn, catalog::meta, MetaKey{}, state);
}

}  // namespace dobson::storage
