#include "http/route/declared.h"

#include <algorithm>

namespace dobson::http {

namespace {

std::vector<std::string_view> path_names(std::string_view pattern) {
  std::vector<std::string_view> names;
  for (auto open = pattern.find('{'); open != pattern.npos; open = pattern.find('{', open + 1)) {
    names.push_back(pattern.substr(open + 1, pattern.find_first_of("*}", open) - open - 1));
  }
  return names;
}

Param path_param(const Family& family, const Route& route, std::string_view name) {
  const auto own = find_param(route.params, In::path, name);
  const auto common = find_param(family.params, In::path, name);
  Param param{.name = name, .in = In::path};
  if (own != route.params.end()) {
    param = *own;
  } else if (common != family.params.end()) {
    param = *common;
  }
  param.required = true;
  return param;
}

Param selecting(const Select& select) {
  const bool any = select.value.empty();
  return {.name = select.param,
          .type = any ? Type::text : Type::choice,
          .choices = std::span(&select.value, any ? 0 : 1)};
}

bool is_limited(const Param& param) {
  constexpr Param free{.name = {}};
  return param.type != Type::text || param.min != free.min || param.max != free.max;
}

}  // namespace

std::string plain_path(std::string_view pattern) {
  std::string path(pattern.substr(0, pattern.find('[')));
  std::erase(path, '*');
  return path;
}

std::string select_text(const Route& route) {
  std::string text(route.select.param);
  if (!route.select.value.empty()) text.append("=").append(route.select.value);
  return text;
}

std::vector<Param> all_params(const Family& family, const Route& route) {
  std::vector<Param> params;
  const auto add = [&](const Param& param) {
    if (find_param(params, param.in, param.name) == params.end()) params.push_back(param);
  };
  for (const auto name : path_names(route.pattern)) add(path_param(family, route, name));
  for (const In in : {In::query, In::header}) {
    for (const Param& param : route.params) {
      if (param.in == in) add(param);
    }
    if (in == In::query && !route.select.param.empty()) {
      add(selecting(route.select));
      find_param(params, in, route.select.param)->required = true;
    }
    for (const Param& param : family.params) {
      if (param.in == in && !route.open) add(param);
    }
  }
  return params;
}

std::string_view wrong_code(const Family& family, const Route& route, const Param& param) {
  if (!param.wrong.empty()) return param.wrong;
  const bool selects = param.in == In::query && param.name == route.select.param;
  return is_limited(param) && !selects ? family.parameter_error : std::string_view{};
}

std::string_view missing_code(const Family& family, const Route& route, const Param& param) {
  const bool selects = param.in == In::query && param.name == route.select.param;
  if (!param.required || selects || param.in == In::path) return {};
  return param.missing.empty() ? family.parameter_error : param.missing;
}

std::vector<std::string_view> all_codes(const Family& family, const Route& route) {
  std::vector<std::string_view> codes;
  const auto add = [&](std::string_view code) {
    if (!code.empty() && std::ranges::count(codes, code) == 0) codes.push_back(code);
  };
  for (const Param& param : all_params(family, route)) {
    add(wrong_code(family, route, param));
    add(missing_code(family, route, param));
  }
  std::ranges::for_each(route.errors, add);
  return codes;
}

const ErrorInfo* find_error(const Family& family, std::string_view code) {
  const auto found = std::ranges::find(family.errors, code, &ErrorInfo::code);
  return found == family.errors.end() ? nullptr : &*found;
}

}  // namespace dobson::http
