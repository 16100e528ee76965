#include "handlers/ozone/metadata.h"

#include <algorithm>
#include <string>

#include "core/base/limits.h"
#include "handlers/common/text.h"

namespace dobson::ozone {

namespace {
constexpr std::string_view prefix = "x-ozone-meta-";
}

Checked<std::vector<storage::Metadata>> parse_metadata(const http::Request& request) {
  std::vector<storage::Metadata> metadata;
  std::size_t bytes = 0;
  for (const http::Header& header : request.headers) {
    if (!equal_names(header.name.substr(0, prefix.size()), prefix)) continue;
    std::string name(header.name.substr(prefix.size()));
    std::ranges::transform(name, name.begin(), lower_case);
    if (name.empty() || std::ranges::count(metadata, name, &storage::Metadata::name) > 0) continue;
    bytes += name.size() + header.value.size();
    metadata.push_back({std::move(name), std::string(header.value)});
  }
  if (bytes <= limits::key_metadata_bytes) return metadata;
  return Refused{Code::invalid_request, "Too much metadata, at most " +
                                            std::to_string(limits::key_metadata_bytes) + " bytes"};
}

void put_metadata(http::Exchange& exchange, std::span<const storage::Metadata> metadata) {
  for (const storage::Metadata& item : metadata) {
    exchange.header(std::string(prefix).append(item.name), item.value);
  }
}

}  // namespace dobson::ozone
