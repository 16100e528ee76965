#pragma once

// What the pages of open and of deleted keys have in common (spec/recon.md §4.8 to §4.10, D3).

#include <cstdint>
#include <string>
#include <string_view>

#include "handlers/recon/listing.h"
#include "http/route/exchange.h"
#include "storage/model/namespace.h"

namespace dobson::recon {

// `limit`: -1 is all, less than that none.
std::int64_t limit_of(const http::Exchange& exchange);

// Rows with their sums, and the raw key of the last one.
class KeyWindow : public RowSource {
 public:
  void write_sums(http::JsonWriter& json, std::int64_t count) override;
  void write_tail(http::JsonWriter& json, std::string_view rows) override;

 protected:
  // A row that was added.
  void count(std::string last, std::uint64_t bytes, std::uint64_t replicated_bytes);

 private:
  std::string last_;
  std::uint64_t bytes_ = 0;
  std::uint64_t replicated_bytes_ = 0;
};

// A key or directory that is not among the committed ones.
struct KeyEntity {
  std::string_view key;
  std::string_view path;  // "volume/bucket/key"
  UnixMillis since = 0;   // in its state
  std::uint64_t bytes = 0;
  std::uint64_t replicated_bytes = 0;
  storage::Replication replication = storage::Replication::one;
  UnixMillis created = 0;
  UnixMillis modified = 0;
  bool is_key = true;
};
void write_entity(http::JsonWriter& json, const KeyEntity& entity);

}  // namespace dobson::recon
