#pragma once

// Who a directory of object bytes is: a file `node` in it holds its uuid, so that one that was lost
// and made anew is another storage node.

#include <filesystem>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/base/uuid.h"

namespace dobson::storage {

// The file, or one that a crash left on its way.
bool is_node_file(const std::filesystem::path& name);

// Made, durably, when it is missing or holds no uuid; the directory must be there. io, for people.
Result<Uuid> open_node_file(const std::filesystem::path& directory);

// What it says now; nothing when it cannot be read.
std::optional<Uuid> read_node_file(const std::filesystem::path& directory);

// Of a set of nodes, whatever their order: its name-based UUID (RFC 4122 §4.3, version 3).
Uuid uuid_of_nodes(std::vector<Uuid> nodes);

}  // namespace dobson::storage
