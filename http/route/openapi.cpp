#include "http/route/openapi.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "core/base/assert.h"
#include "http/json/writer.h"
#include "http/message/headers.h"
#include "http/route/declared.h"

namespace dobson::http {

namespace {

// Of one method and path, in order of declaration: the one without a select is last.
using Routes = std::vector<const Route*>;

constexpr std::string_view conventions =
    "Where a query parameter chooses among several operations of one method and path, they stand "
    "here as one, and each by itself in its `x-dobson-routes`. A response names in "
    "`x-dobson-errors` the codes that its body can carry; a parameter in `x-dobson-wrong` and "
    "`x-dobson-missing` that for a value that does not hold, and for none. HEAD is answered "
    "wherever GET is, without the body.";

// OpenAPI wants it as a security scheme, and ignores a parameter of that name.
constexpr std::string_view credentials = "Authorization";

std::span<const Param> credentials_of(const Family& family) {
  const auto found = std::ranges::find(family.params, credentials, &Param::name);
  return {found, found == family.params.end() ? found : std::next(found)};
}

void write_schema(JsonWriter& json, const Param& param) {
  constexpr std::string_view types[] = {"string", "integer", "boolean", "string"};
  constexpr Param free{.name = {}};
  const bool text = param.type == Type::text;
  json.object().key("type").string(types[static_cast<std::size_t>(param.type)]);
  if (param.type == Type::integer) json.key("format").string("int64");
  if (param.min != free.min) json.key(text ? "minLength" : "minimum").integer(param.min);
  if (param.max != free.max) json.key(text ? "maxLength" : "maximum").integer(param.max);
  if (!param.choices.empty()) {
    json.key("enum").array();
    for (const auto choice : param.choices) json.string(choice);
    json.end_array();
  }
  json.end_object();
}

void write_text(JsonWriter& json, std::string_view key, std::string_view text) {
  if (!text.empty()) json.key(key).string(text);
}

struct Codes {
  std::string_view wrong;
  std::string_view missing;
};

void write_param(JsonWriter& json, const Param& param, const Codes& codes) {
  constexpr std::string_view places[] = {"path", "query", "header"};
  json.object().key("name").string(param.name);
  json.key("in").string(places[static_cast<std::size_t>(param.in)]);
  if (param.required) json.key("required").boolean(true);
  write_text(json, "description", param.doc);
  json.key("schema");
  write_schema(json, param);
  write_text(json, "example", param.example);
  write_text(json, "x-dobson-wrong", codes.wrong);
  write_text(json, "x-dobson-missing", codes.missing);
  json.end_object();
}

// One declaration that allows what either does.
void widen(Param& param, const Param& other) {
  param.required = param.required && other.required;
  param.min = std::min(param.min, other.min);
  param.max = std::max(param.max, other.max);
  if (param.type == other.type && std::ranges::equal(param.choices, other.choices)) return;
  param.type = Type::text;
  param.choices = {};
}

std::vector<Param> common_params(const Family& family, const Routes& routes) {
  std::vector<Param> common;
  for (const Route* route : routes) {
    const auto params = all_params(family, *route);
    for (Param& known : common) {
      const auto same = find_param(params, known.in, known.name);
      if (same == params.end()) {
        known.required = false;
      } else {
        widen(known, *same);
      }
    }
    for (const Param& param : params) {
      if (find_param(common, param.in, param.name) != common.end()) continue;
      common.push_back(param);
      common.back().required = param.required && route == routes.front();
    }
  }
  return common;
}

void write_params(JsonWriter& json, const Family& family, const Routes& routes) {
  json.key("parameters").array();
  for (const Param& param : common_params(family, routes)) {
    const Route& route = *routes.front();
    const bool one = routes.size() == 1;
    write_param(json, param,
                one ? Codes{wrong_code(family, route, param), missing_code(family, route, param)}
                    : Codes{});
  }
  json.end_array();
}

void write_errors(JsonWriter& json, const Family& family, std::span<const std::string_view> codes) {
  std::string text;
  for (const auto code : codes) {
    const ErrorInfo* const info = find_error(family, code);
    DOBSON_ASSERT(info != nullptr);
    text.append("`").append(code).append("`: ").append(info->message).append("\n\n");
  }
  json.object().key("description").string(text).key("x-dobson-errors").array();
  for (const auto code : codes) json.string(code);
  json.end_array().end_object();
}

void write_responses(JsonWriter& json, const Family& family, const Routes& routes) {
  std::map<int, std::vector<std::string_view>> errors;
  std::map<int, std::string_view> successes;
  for (const Route* route : routes) {
    successes[route->success] = route->answer.empty() ? "Done; no body." : route->answer;
    for (const auto code : all_codes(family, *route)) {
      auto& codes = errors[find_error(family, code)->status];
      if (std::ranges::count(codes, code) == 0) codes.push_back(code);
    }
  }
  json.key("responses").object();
  for (const auto& [status, answer] : successes) {
    json.key(std::to_string(status)).object().key("description").string(answer).end_object();
  }
  for (const auto& [status, codes] : errors) {
    json.key(std::to_string(status));
    write_errors(json, family, codes);
  }
  if (!family.any_errors.empty()) {
    json.key("default");
    write_errors(json, family, family.any_errors);
  }
  json.end_object();
}

void write_operation(JsonWriter& json, const Family& family, const Routes& routes) {
  const Route& last = *routes.back();
  json.object().key("operationId").string(last.name).key("summary").string(last.summary);
  json.key("tags").array().string(family.name).end_array();
  if (routes.size() == 1) write_text(json, "x-dobson-select", select_text(last));
  write_params(json, family, routes);
  const auto with_body =
      std::ranges::find_if(routes, [](auto* route) { return !route->body.empty(); });
  if (with_body != routes.end()) {
    json.key("requestBody").object().key("description").string((*with_body)->body);
    json.key("content").object().key("*/*").object().end_object().end_object().end_object();
  }
  write_responses(json, family, routes);
  if (!last.open && !credentials_of(family).empty()) {
    json.key("security").array().object().key(family.name).array();
    json.end_array().end_object().end_array();
  }
  if (routes.size() > 1) {
    json.key("x-dobson-routes").array();
    for (const Route* route : routes) write_operation(json, family, {route});
    json.end_array();
  }
  json.end_object();
}

void write_paths(JsonWriter& json, const Family& family) {
  std::vector<std::string_view> patterns;
  for (const Route& route : family.routes) {
    if (std::ranges::count(patterns, route.pattern) == 0) patterns.push_back(route.pattern);
  }
  for (const auto pattern : patterns) {
    std::map<Method, Routes> operations;
    for (const Route& route : family.routes) {
      if (route.pattern == pattern) operations[route.method].push_back(&route);
    }
    json.key(plain_path(pattern)).object();
    for (const auto& [method, routes] : operations) {
      std::string name(method_names[static_cast<std::size_t>(method)]);
      std::ranges::transform(name, name.begin(), lower_case);
      json.key(name);
      write_operation(json, family, routes);
    }
    json.end_object();
  }
}

}  // namespace

std::string openapi(std::span<const Family* const> families) {
  auto& json = JsonWriter::begin();
  json.object().key("openapi").string("3.0.3").key("info").object();
  json.key("title").string("Dobson").key("version").string(DOBSON_VERSION);
  json.key("description").string(conventions).end_object();
  json.key("tags").array();
  for (const Family* family : families) {
    json.object().key("name").string(family->name).key("description").string(family->doc);
    json.key("x-dobson-title").string(family->title).end_object();
  }
  json.end_array().key("paths").object();
  for (const Family* family : families) write_paths(json, *family);
  json.end_object().key("components").object().key("securitySchemes").object();
  for (const Family* family : families) {
    for (const Param& param : credentials_of(*family)) {
      json.key(family->name).object().key("type").string("apiKey").key("in").string("header");
      json.key("name").string(credentials).key("description").string(param.doc).end_object();
    }
  }
  json.end_object().end_object().end_object();
  return std::string(json.text());
}

}  // namespace dobson::http
