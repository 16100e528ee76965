#include "http/route/query.h"

#include <algorithm>
#include <charconv>

#include "core/base/utf8.h"
#include "http/message/url.h"

namespace dobson::http {

std::optional<std::string_view> Query::decode(std::string_view text) {
  if (is_plain_form(text)) return is_utf8(text) ? std::optional(text) : std::nullopt;
  const auto decoded = form_decode(text);
  if (!decoded || !is_utf8(*decoded)) return std::nullopt;
  auto* const kept = static_cast<char*>(arena_->allocate(decoded->size() + 1, 1));
  std::ranges::copy(*decoded, kept);
  return std::string_view(kept, decoded->size());
}

bool Query::parse(std::string_view raw) {
  QueryPairs pairs(raw);
  while (const auto pair = pairs.next()) {
    const auto name = decode(pair->name);
    const auto value = decode(pair->value);
    if (!name || !value) return false;
    pairs_.push_back({*name, *value});
  }
  return true;
}

const std::string_view* Query::find(std::string_view name) const {
  const auto found = std::ranges::find(pairs_, name, &Pair::name);
  return found == pairs_.end() ? nullptr : &found->value;
}

namespace {

Refusal wrong(const Param& param, std::string_view text) {
  return {.reason = Refusal::Reason::bad_parameter, .status = 400, .text = text, .param = &param};
}

// Decimal digits with an optional minus; leading zeros are allowed.
std::optional<Refusal> check_integer(const Param& param, std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || (error != std::errc{} && error != std::errc::result_out_of_range)) {
    return wrong(param, text);
  }
  if (error == std::errc{} && value >= param.min && value <= param.max) return std::nullopt;
  Refusal refusal = wrong(param, text);
  refusal.out_of_range = true;
  return refusal;
}

std::optional<Refusal> check_value(const Param& param, std::string_view text) {
  switch (param.type) {
    case Type::text:
      return std::nullopt;
    case Type::integer:
      return text.empty() ? std::nullopt : check_integer(param, text);
    case Type::flag:
      if (text == "true" || text == "false") return std::nullopt;
      return wrong(param, text);
    case Type::choice:
      if (std::ranges::count(param.choices, text) > 0) return std::nullopt;
      return wrong(param, text);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_params(const Route& route, const Request& request,
                                    const Query& query) {
  for (const Param& param : route.params) {
    if (param.in == In::path) continue;
    const auto* value = param.in == In::query ? query.find(param.name) : request.header(param.name);
    if (value == nullptr) {
      if (param.required) return wrong(param, {});
      continue;
    }
    if (auto refusal = check_value(param, *value)) return refusal;
  }
  return std::nullopt;
}

}  // namespace dobson::http
