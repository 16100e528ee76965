// Bodies that name storage nodes: what is taken is a list of uuids that is taken again, the same.

#include "core/base/assert.h"
#include "handlers/recon/node_removal.h"
#include "http/json/writer.h"
#include "tests/fuzz/support/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson;
  const auto nodes = recon::parse_node_list(std::string(fuzz::Input(data, size).rest()));
  if (!nodes) return 0;
  DOBSON_ASSERT(!nodes->empty());
  auto& json = http::JsonWriter::begin();
  json.array();
  for (const Uuid& node : *nodes) json.string(text_of(node));
  json.end_array();
  const auto again = recon::parse_node_list(std::string(json.text()));
  DOBSON_ASSERT(again.ok() && *again == *nodes);
  return 0;
}
