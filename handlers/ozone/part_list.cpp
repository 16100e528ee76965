#include "handlers/ozone/part_list.h"

#include <simdjson.h>

#include "core/base/limits.h"
#include "handlers/ozone/content_md5.h"
#include "handlers/ozone/text.h"

namespace dobson::ozone {

namespace {

namespace dom = simdjson::dom;

Refused refused(const char* message) {
  return {Code::invalid_request, message};
}

}  // namespace

Checked<std::vector<storage::PartChoice>> parse_part_list(const std::string& text) {
  dom::parser parser;
  dom::array list;
  if (parser.parse(text)["parts"].get(list) != simdjson::SUCCESS) {
    return refused("The body must be {\"parts\":[{\"partNumber\":integer,\"etag\":string}]}.");
  }
  if (list.size() > limits::part_number_max) return refused("There are more than 10000 parts.");
  std::vector<storage::PartChoice> parts;
  parts.reserve(list.size());
  for (const dom::element item : list) {
    storage::PartChoice part;
    std::string_view etag;
    if (item["partNumber"].get(part.number) != simdjson::SUCCESS ||
        item["etag"].get(etag) != simdjson::SUCCESS) {
      return refused("A part must have an integer partNumber and a string etag.");
    }
    const auto md5 = parse_hex(without_quotes(etag));
    if (!md5) return refused("The etag of a part must be 32 hex digits.");
    part.md5 = *md5;
    parts.push_back(part);
  }
  return parts;
}

}  // namespace dobson::ozone
