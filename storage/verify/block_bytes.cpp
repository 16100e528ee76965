#include "storage/verify/block_bytes.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <span>
#include <vector>

#include "core/base/limits.h"
#include "storage/blocks/block_format.h"
#include "storage/blocks/gaps.h"
#include "storage/blocks/node_file.h"
#include "storage/catalog/catalog.h"

namespace dobson::storage {

namespace {

Result<std::uint64_t> unaccounted_bytes(BlockFiles& files, BlockIndex& index, ContainerRow row) {
  const Gaps rows = find_gaps(index, row.id, {});
  const auto path = files.directory() / container_file_name(row.id);
  const bool has_blocks = rows.rows_end > container_header_bytes;
  // An OPEN container gets its file after its row, and a DELETING one loses it before it is
  // DELETED; a crash in between is mended by the next start.
  const bool may_lack_file =
      row.state == ContainerState::open || row.state == ContainerState::deleting;
  if (may_lack_file && !has_blocks && !std::filesystem::exists(path)) return 0;
  const auto file = TRY(files.open(row.id));
  return count_used(*file, find_gaps(index, row.id, {{}, TRY(file->size())}));
}

}  // namespace

Status check_block_bytes(BlockFiles& files, const BlockRef& block) {
  const auto file = TRY(files.open(block.id.container));
  std::vector<std::byte> buffer(std::min<std::uint64_t>(block.length, limits::MiB));
  for (std::uint64_t at = 0; at < block.length; at += buffer.size()) {
    const std::uint64_t length = std::min<std::uint64_t>(buffer.size(), block.length - at);
    TRY(read_block(*file, block, at, std::span(buffer).first(length)));
  }
  return {};
}

std::uint64_t verify_containers(BlockFiles& files, BlockIndex& index,
                                const std::function<void(const Finding&)>& report) {
  std::uint64_t unaccounted = 0;
  std::set<std::string> known;
  for (const ContainerRow& row : index.containers()) {
    if (row.state == ContainerState::deleted) continue;
    known.insert(container_file_name(row.id));
    const auto bytes = unaccounted_bytes(files, index, row);
    if (bytes.ok()) {
      unaccounted += *bytes;
    } else {
      report({catalog::containers.name, std::to_string(row.id.value), bytes.error().detail});
    }
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(files.directory(), error)) {
    if (is_node_file(entry.path().filename())) continue;
    if (known.contains(entry.path().filename())) continue;
    report({catalog::containers.name, printable(entry.path().filename().native()),
            "a file of no container"});
  }
  if (error) {
    report({catalog::containers.name, "", files.directory().native() + ": " + error.message()});
  }
  return unaccounted;
}

}  // namespace dobson::storage
