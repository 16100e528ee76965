#include "tools/dobsonctl/layout.h"

#include <algorithm>

namespace dobson::ctl {

namespace {

struct Words {
  Layout layout;
  std::string_view typed;
  std::string_view on_wire;
};

constexpr Words all_words[] = {
    {Layout::object_store, "object-store", "OBJECT_STORE"},
    {Layout::file_system_optimized, "file-system-optimized", "FILE_SYSTEM_OPTIMIZED"}};

const Words& words_of(Layout layout) {
  return *std::ranges::find(all_words, layout, &Words::layout);
}

}  // namespace

std::string_view typed(Layout layout) {
  return words_of(layout).typed;
}

std::string_view on_wire(Layout layout) {
  return words_of(layout).on_wire;
}

std::optional<Layout> parse_layout(std::string_view text) {
  for (const Words& words : all_words) {
    if (text == words.typed || text == words.on_wire) return words.layout;
  }
  return std::nullopt;
}

}  // namespace dobson::ctl
