#pragma once

// Keys whose bytes are on their way: not committed, so no row names them. In memory alone: none
// outlives the server.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "core/base/limits.h"
#include "core/time/clock.h"
#include "storage/model/namespace.h"

namespace dobson::storage {

struct OpenKey {
  std::string_view volume = {};
  std::string_view bucket = {};
  std::string_view key = {};
  Layout layout = Layout::object_store;
  Replication replication = Replication::one;
  UnixMillis created = 0;
  std::optional<std::uint64_t> announced = {};  // bytes
  std::uint64_t received = 0;                   // bytes, so far
  std::uint64_t client = 0;                     // who writes it: no other key's since the start

  std::uint64_t size() const { return announced.value_or(received); }
};

// Any thread. Adding and removing takes a lock that few others want, and allocates nothing.
class OpenKeys {
 public:
  // One of them, as long as it lives. `key` holds as long.
  class Entry {
   public:
    Entry(OpenKeys& keys, const OpenKey& key);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();

    // Of the body, so far.
    void received(std::uint64_t bytes) { received_.store(bytes, std::memory_order_relaxed); }

   private:
    friend class OpenKeys;

    OpenKey key_;
    std::atomic<std::uint64_t> received_ = 0;
    std::mutex& mutex_;
    Entry* next_ = nullptr;
    Entry** link_;  // what points here
  };

  // In no order. The visitor must be short: it holds up those who add and remove.
  void visit(const std::function<void(const OpenKey&)>& visit);

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    Entry* first = nullptr;
  };

  Shard& shard_of(const Entry& entry);

  std::array<Shard, limits::open_key_shards> shards_;
  std::atomic<std::uint64_t> next_client_ = 1;
};

}  // namespace dobson::storage
