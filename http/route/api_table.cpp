#include "http/route/api_table.h"

#include <algorithm>

#include "http/route/declared.h"

namespace dobson::http {

namespace {

constexpr Param free_param{.name = {}};

void append(std::string& out, std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) out.append(text);
}

std::string join(std::span<const std::string_view> texts, std::string_view separator) {
  std::string joined;
  for (const auto text : texts) append(joined, {joined.empty() ? "" : separator, text});
  return joined;
}

// What a value can be: "1 to 1024", "3 to 63 bytes", "ENABLED, DISABLED".
std::string values(const Param& param) {
  if (param.type == Type::flag) return "true, false";
  if (param.type == Type::choice) return join(param.choices, ", ");
  const bool text = param.type == Type::text;
  const std::string least = std::to_string(param.min);
  if (param.max == free_param.max) return text ? "" : "from " + least;
  const std::string most = std::to_string(param.max).append(text ? " bytes" : "");
  return (param.min == free_param.min ? "at most " : least + " to ") + most;
}

std::string request_line(const Route& route) {
  std::string line(method_names[static_cast<std::size_t>(route.method)]);
  line.append(" ").append(plain_path(route.pattern));
  if (const auto select = select_text(route); !select.empty()) line.append("?").append(select);
  return line;
}

void append_requests(std::string& out, const Family& family) {
  append(out, {"## Requests\n\n| request | name | does | body | answer | errors |\n",
               "|---|---|---|---|---|---|\n"});
  for (const Route& route : family.routes) {
    append(out, {"| `", request_line(route), "` | ", route.name, " | ", route.summary, " | ",
                 route.body, " | ", std::to_string(route.success), route.answer.empty() ? "" : ": ",
                 route.answer, " | ", join(route.errors, ", "), " |\n"});
  }
}

void append_params(std::string& out, std::string_view of, std::span<const Param> params) {
  constexpr std::string_view places[] = {"path", "query", "header"};
  for (const Param& param : params) {
    append(out, {"| ", of, " | `", param.name, "` | ", places[static_cast<std::size_t>(param.in)],
                 param.required ? ", required" : "", " | ", values(param), " | ", param.doc, " | ",
                 param.wrong, param.missing.empty() || param.missing == param.wrong ? "" : ", ",
                 param.missing == param.wrong ? "" : param.missing, " |\n"});
    of = "";
  }
}

void append_errors(std::string& out, const Family& family) {
  append(out, {"\n## Errors\n\n| code | status | message, where there is no better one |\n",
               "|---|---|---|\n"});
  for (const ErrorInfo& error : family.errors) {
    append(out,
           {"| `", error.code, "` | ", std::to_string(error.status), " | ", error.message, " |\n"});
  }
}

}  // namespace

std::string api_table(const Family& family) {
  std::string out;
  append(out, {"# ", family.title, "\n\n", family.doc, "\n\nThis page is written by `dobsond ",
               "--print-api ", family.name, "`; `tools/check/api DOBSOND --fix` renews it.\n\n"});
  append_requests(out, family);
  append(out, {"\nEvery request can meet ", join(family.any_errors, ", "),
               ", and the errors of its parameters.\n\n## Parameters\n\n",
               "A value that does not hold is ", family.parameter_error,
               ", where no other error is named.\n\n",
               "| of | parameter | in | values | | errors |\n|---|---|---|---|---|---|\n"});
  append_params(out, "every request", family.params);
  for (const Route& route : family.routes) append_params(out, route.name, route.params);
  append_errors(out, family);
  return out;
}

}  // namespace dobson::http
