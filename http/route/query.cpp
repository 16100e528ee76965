#include "http/route/query.h"

#include <algorithm>
#include <charconv>

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "http/message/url.h"

namespace dobson::http {

bool Query::parse(std::string_view raw) {
  while (!raw.empty()) {
    const auto part = take_query_part(raw);
    if (part.name.empty() && part.value.empty()) continue;  // "&&"
    const auto name = form_decode(part.name, *arena_);
    const auto value = form_decode(part.value, *arena_);
    if (!name || !value || !is_utf8(*name) || !is_utf8(*value)) return false;
    if (pairs_.size() == limits::query_parameters) return false;
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

bool in_range(const Param& param, std::int64_t value) {
  return value >= param.min && value <= param.max;
}

// Decimal digits with an optional minus; leading zeros are allowed.
std::optional<Refusal> check_integer(const Param& param, std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || (error != std::errc{} && error != std::errc::result_out_of_range)) {
    return wrong(param, text);
  }
  if (error == std::errc{} && in_range(param, value)) return std::nullopt;
  Refusal refusal = wrong(param, text);
  refusal.out_of_range = true;
  return refusal;
}

std::optional<Refusal> check_value(const Param& param, std::string_view text) {
  switch (param.type) {
    case Type::text:
      if (in_range(param, std::ssize(text))) return std::nullopt;
      return wrong(param, text);
    case Type::integer:
      if (text.empty() && !param.required) return std::nullopt;
      return check_integer(param, text);
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

std::optional<Refusal> check_params(const Route& route, const Request& request, const Query& query,
                                    std::span<const PathArg> path_args) {
  const auto value_of = [&](const Param& param) -> const std::string_view* {
    switch (param.in) {
      case In::query:
        return query.find(param.name);
      case In::header:
        return request.header(param.name);
      case In::path:
        const auto arg = std::ranges::find(path_args, param.name, &PathArg::name);
        return arg == path_args.end() ? nullptr : &arg->text;
    }
    return nullptr;
  };
  for (const Param& param : route.params) {
    if (const auto* value = value_of(param)) {
      auto refusal = param.wrong.empty() ? check_value(param, *value) : std::nullopt;
      if (refusal) return refusal;
    } else if (param.required && param.missing.empty()) {
      return wrong(param, {});
    }
  }
  return std::nullopt;
}

}  // namespace dobson::http
