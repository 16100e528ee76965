#include "handlers/ozone/part_list.h"

#include "core/base/limits.h"
#include "handlers/common/text.h"
#include "handlers/ozone/content_md5.h"
#include "http/json/reader.h"

namespace dobson::ozone {

namespace {

Refused refused(const char* message) {
  return {Code::invalid_request, message};
}

}  // namespace

Checked<std::vector<storage::PartChoice>> parse_part_list(const std::string& text) {
  http::JsonReader reader;
  const auto object = reader.read_object(text);
  const auto list = object ? http::json_as<http::JsonArray>((*object)["parts"]) : std::nullopt;
  if (!list) {
    return refused("The body must be {\"parts\":[{\"partNumber\":integer,\"etag\":string}]}.");
  }
  if (list->size() > limits::part_number_max) return refused("There are more than 10000 parts.");
  std::vector<storage::PartChoice> parts;
  parts.reserve(list->size());
  for (const http::JsonValue item : *list) {
    const auto number = http::json_as<std::uint64_t>(item["partNumber"]);
    const auto etag = http::json_as<std::string_view>(item["etag"]);
    if (!number || !etag) {
      return refused("A part must have an integer partNumber and a string etag.");
    }
    const auto md5 = parse_hex(without_quotes(*etag));
    if (!md5) return refused("The etag of a part must be 32 hex digits.");
    parts.push_back({*number, *md5});
  }
  return parts;
}

}  // namespace dobson::ozone
