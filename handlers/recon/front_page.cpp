#include "handlers/recon/front_page.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "handlers/common/refuse_in_text.h"
#include "handlers/recon/routes.h"
#include "http/route/declared.h"

namespace dobson::recon {

namespace {

constexpr std::string_view begin = R"page(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem }
code { font: .9em ui-monospace, monospace }
td { padding: .2rem 1rem .2rem 0; vertical-align: top }
</style>
)page";

constexpr std::string_view end = R"page(</table>
<p>With parameters, answers and errors: <a href="/-/api">for people</a>,
<a href="/-/openapi.json">for programs</a>. What the server counts:
<a href="/-/metrics">for Prometheus</a>.
<p>A build of Ozone Recon's web pages is served here when the option <code>recon.ui</code> names its
directory.
</html>
)page";

void append(std::string& out, std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) out.append(text);
}

// Nothing of the texts is mark-up, but that `code` stands between two backquotes.
std::string html(std::string_view text) {
  std::string out;
  bool code = false;
  for (const char c : text) {
    if (c == '`') {
      out.append(code ? "</code>" : "<code>");
      code = !code;
    } else if (c == '<') {
      out.append("&lt;");
    } else if (c == '&') {
      out.append("&amp;");
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// A click is a good request.
bool asks_for_nothing(const http::Route& route) {
  const auto is_asked_for = [](const http::Param& param) {
    return param.required || param.in == http::In::path || !param.example.empty();
  };
  return route.method == http::Method::get && std::ranges::none_of(route.params, is_asked_for);
}

void append_row(std::string& out, const http::Route& route) {
  const auto method = http::method_names[static_cast<std::size_t>(route.method)];
  const std::string path = http::plain_path(route.pattern);
  append(out, {"<tr><td>", method, "<td><code>"});
  if (asks_for_nothing(route)) {
    append(out, {"<a href=\"", path, "\">", path, "</a>"});
  } else {
    out.append(path);
  }
  append(out, {"</code><td>", html(route.summary), "\n"});
}

std::string make_page(const http::Family& family) {
  std::string page(begin);
  const std::string title = html(family.title);
  append(page, {"<title>", title, "</title>\n<h1>", title, "</h1>\n<p>", html(family.doc)});
  page.append("\n<table>\n");
  for (const http::Route& route : family.routes) append_row(page, route);
  return page.append(end);
}

void front(void*, http::Exchange& exchange) {
  static const std::string page = make_page(declarations());
  exchange.status(200);
  exchange.header("Date", exchange.date());
  exchange.header("Content-Type", "text/html; charset=utf-8");
  exchange.header("Cache-Control", "no-cache");
  exchange.header("X-Content-Type-Options", "nosniff");
  exchange.finish(page);
}

constexpr http::Route routes[] = {
    {.method = http::Method::get,
     .pattern = "/",
     .handler = &front,
     .name = "front",
     .summary = "All requests of this API on a page",
     .answer = "HTML"},
};

}  // namespace

http::Family make_front_family() {
  return {.name = "front",
          .title = "The front page",
          .doc = "Where `recon.ui` names no web pages.",
          .routes = routes,
          .refuse = &refuse_in_text};
}

}  // namespace dobson::recon
