#include "tools/dobsond/memory_budget.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <string_view>

#include "core/base/limits.h"

namespace dobson {

std::string memory_budget(const http::Server::Budget& server, const storage::StoreBudget& store,
                          std::uint64_t page_bytes, unsigned asking) {
  struct Part {
    std::uint64_t bytes;
    std::string_view name;
  };
  // Those that wait for a thread have room for their pieces already.
  constexpr std::uint64_t waiting_reads = limits::waiting_io * limits::body_chunk_bytes;
  constexpr std::uint64_t texts = 2 * limits::text_bytes;  // what is read from them, too
  // A row has a path of at most a volume, a bucket and a key, each byte as `\u0000`.
  constexpr std::uint64_t row_bytes = 8 * limits::KiB;
  constexpr std::uint64_t scans = limits::scan_threads * limits::sub_paths * row_bytes;
  const std::uint64_t others = asking * limits::client_requests * limits::client_buffer_bytes;
  const Part parts[] = {
      {server.connections, "connections"},
      {server.bodies, "request bodies"},
      {server.answers, "answers"},
      {store.uploads, "uploads"},
      {texts, "JSON bodies"},
      {store.batch, "a write batch"},
      {store.reads + waiting_reads, "block reads"},
      {scans, "scans"},
      {page_bytes, "web pages"},
      {others, "answers of others"},
  };
  std::uint64_t sum = 0;
  std::string text;
  for (const auto& [bytes, name] : parts) {
    const std::uint64_t mib = (bytes + limits::MiB - 1) / limits::MiB;
    sum += mib;
    fmt::format_to(std::back_inserter(text), "{}{} for {}", text.empty() ? "" : " + ", mib, name);
  }
  return fmt::format("memory, at most: {} MiB = {}", sum, text);
}

}  // namespace dobson
