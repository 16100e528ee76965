#include "handlers/recon/container_params.h"

#include <charconv>
#include <string>
#include <string_view>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/recon/call.h"

namespace dobson::recon {

std::optional<storage::ContainerId> container_of(http::Exchange& exchange) {
  const auto text = exchange.path_arg("id").text;
  std::int64_t id = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    const auto* why =
        read.ec == std::errc::result_out_of_range ? "id is out of range: " : "id is not a number: ";
    answer_error(exchange, 400, std::string(why).append(text));
    return std::nullopt;
  }
  return storage::ContainerId{id > 0 ? static_cast<std::uint64_t>(id) : 0};
}

std::optional<ContainerPage> container_page_of_any_limit(http::Exchange& exchange, int status) {
  const auto after = query_integer(exchange, "prevKey", 0);
  if (after < 0) {
    answer_error(exchange, status, "prevKey must not be negative");
    return std::nullopt;
  }
  return ContainerPage{query_integer(exchange, "limit", limits::insight_rows),
                       {static_cast<std::uint64_t>(after)}};
}

std::optional<ContainerPage> container_page(http::Exchange& exchange, int status) {
  const auto page = container_page_of_any_limit(exchange, status);
  if (!page || page->limit >= 0) return page;
  answer_error(exchange, status, "limit must not be negative");
  return std::nullopt;
}

}  // namespace dobson::recon
