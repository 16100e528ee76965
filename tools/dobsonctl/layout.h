#pragma once

// How a bucket makes names (spec/ozone-rest.md §4.13): a key's whole name is one, or its parts are
// directories.

#include <optional>
#include <string_view>

namespace dobson::ctl {

enum class Layout { object_store, file_system_optimized };

constexpr std::string_view layout_header = "x-ozone-bucket-layout";

// As people write it ("object-store") and as the header has it ("OBJECT_STORE"); reads both.
std::string_view typed(Layout layout);
std::string_view on_wire(Layout layout);
std::optional<Layout> parse_layout(std::string_view text);

}  // namespace dobson::ctl
