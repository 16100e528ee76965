// The router and the query: paths split before decoding, choices, conflicts, declared parameters.

#include "http/route/router.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <memory_resource>

#include "core/base/limits.h"
#include "http/route/query.h"

namespace dobson::http {
namespace {

void nothing(void*, Exchange&) {}

constexpr Route routes[] = {
    {.method = Method::get,
     .pattern = "/-/ready",
     .handler = nothing,
     .name = "ready",
     .summary = "",
     .open = true},
    {.method = Method::get, .pattern = "/", .handler = nothing, .name = "root", .summary = ""},
    {.method = Method::put,
     .pattern = "/{v}[/]",
     .handler = nothing,
     .name = "put_v",
     .summary = ""},
    {.method = Method::get,
     .pattern = "/{v}[/]",
     .handler = nothing,
     .name = "info_v",
     .summary = "",
     .select = {"info", "v"}},
    {.method = Method::get,
     .pattern = "/{v}[/]",
     .handler = nothing,
     .name = "list_v",
     .summary = ""},
    {.method = Method::get,
     .pattern = "/{v}/{b}[/]",
     .handler = nothing,
     .name = "get_b",
     .summary = ""},
    {.method = Method::head,
     .pattern = "/{v}/{b}[/]",
     .handler = nothing,
     .name = "head_b",
     .summary = ""},
    {.method = Method::get,
     .pattern = "/{v}/{b}/{k*}",
     .handler = nothing,
     .name = "get_k",
     .summary = ""},
    {.method = Method::post,
     .pattern = "/{v}/{b}/{k*}",
     .handler = nothing,
     .name = "post_k",
     .summary = "",
     .select = {"to"}},
};
constexpr Family family{.name = "test", .routes = routes};

Router make_router() {
  const Family* families[] = {&family};
  return Router::make(families).value();
}

std::string chosen(const Router& router, std::string_view path, Method method = Method::get,
                   std::string_view query = {}) {
  const auto match = router.match(path);
  if (match.path == nullptr) return "404";
  const auto* entry = router.choose(*match.path, method, query);
  std::string text(entry == nullptr ? "405" : entry->route->name);
  for (std::size_t i = 0; i < match.path->args.size(); ++i) {
    text.append("|").append(match.args[i]);
  }
  return text;
}

BOOST_AUTO_TEST_SUITE(http_router)

BOOST_AUTO_TEST_CASE(paths) {
  const Router router = make_router();
  BOOST_TEST(chosen(router, "/") == "root");
  BOOST_TEST(chosen(router, "/-/ready") == "ready");
  BOOST_TEST(chosen(router, "/-/other") == "get_b|-|other");
  BOOST_TEST(chosen(router, "/-") == "list_v|-");
  BOOST_TEST(chosen(router, "/a") == "list_v|a");
  BOOST_TEST(chosen(router, "/a/") == "list_v|a");
  BOOST_TEST(chosen(router, "//") == "list_v|");
  BOOST_TEST(chosen(router, "/a//") == "get_b|a|");
  BOOST_TEST(chosen(router, "/a/b") == "get_b|a|b");
  BOOST_TEST(chosen(router, "/a/b/") == "get_b|a|b");
  BOOST_TEST(chosen(router, "/a/b//") == "get_k|a|b|/");
  BOOST_TEST(chosen(router, "/a/b/c/../d//") == "get_k|a|b|c/../d//");
  BOOST_TEST(chosen(router, "/a%2Fb/c") == "get_b|a%2Fb|c");
  BOOST_TEST(chosen(router, "///x") == "get_k|||x");
}

BOOST_AUTO_TEST_CASE(the_rest_of_a_listener) {
  constexpr http::Route api[] = {{.method = Method::get,
                                  .pattern = "/api/v1/a",
                                  .handler = nothing,
                                  .name = "a",
                                  .summary = ""},
                                 {.method = Method::get,
                                  .pattern = "/api/v1/b/{c*}",
                                  .handler = nothing,
                                  .name = "b",
                                  .summary = ""}};
  constexpr http::Route pages[] = {
      {.method = Method::get, .pattern = "/", .handler = nothing, .name = "first", .summary = ""},
      {.method = Method::get,
       .pattern = "/{page*}",
       .handler = nothing,
       .name = "page",
       .summary = ""}};
  const Family api_family{.name = "api", .routes = api};
  const Family pages_family{.name = "pages", .routes = pages};
  const Family* families[] = {&api_family, &pages_family};
  const Router router = Router::make(families).value();
  BOOST_TEST(chosen(router, "/") == "first");
  BOOST_TEST(chosen(router, "/api/v1/a") == "a");
  BOOST_TEST(chosen(router, "/api/v1/b/c/d") == "b|c/d");
  for (const auto path : {"/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/x", "/api/v1/a/",
                          "/api/v1/a/b", "/api/v1/b", "/api/v1/b/", "/api/v2/a"}) {
    BOOST_TEST(chosen(router, path) == "404", path);
  }
  BOOST_TEST(chosen(router, "/apis") == "page|apis");
  BOOST_TEST(chosen(router, "/ap%69/v1/a") == "page|ap%69/v1/a");
  BOOST_TEST(chosen(router, "/x/api/v1/a") == "page|x/api/v1/a");
  BOOST_TEST(chosen(router, "//api") == "page|/api");
}

BOOST_AUTO_TEST_CASE(methods_and_allow) {
  const Router router = make_router();
  BOOST_TEST(chosen(router, "/a", Method::head) == "list_v|a");
  BOOST_TEST(chosen(router, "/a/b", Method::head) == "head_b|a|b");
  BOOST_TEST(chosen(router, "/a/b", Method::put) == "405|a|b");
  BOOST_TEST(chosen(router, "/a/b", Method::other) == "405|a|b");
  BOOST_TEST(router.match("/a").path->allow == "GET, HEAD, PUT");
  BOOST_TEST(router.match("/a/b").path->allow == "GET, HEAD");
  BOOST_TEST(router.match("/a/b/c").path->allow == "GET, HEAD, POST");
}

BOOST_AUTO_TEST_CASE(selection_by_the_query) {
  const Router router = make_router();
  BOOST_TEST(chosen(router, "/a", Method::get, "x=1&info=v") == "info_v|a");
  BOOST_TEST(chosen(router, "/a", Method::get, "%69nfo=%76") == "info_v|a");
  BOOST_TEST(chosen(router, "/a", Method::get, "info=w") == "list_v|a");
  BOOST_TEST(chosen(router, "/a", Method::get, "info=w&info=v") == "list_v|a");
  BOOST_TEST(chosen(router, "/a", Method::get, "info=%zz") == "list_v|a");
  BOOST_TEST(chosen(router, "/a/b/c", Method::post, "to") == "post_k|a|b|c");
  BOOST_TEST(chosen(router, "/a/b/c", Method::post, "too=1") == "405|a|b|c");
}

BOOST_AUTO_TEST_CASE(tables_that_contradict_each_other_are_refused) {
  const auto refused = [](std::array<Route, 2> two) {
    const Family bad{.name = "bad", .routes = two};
    const Family* families[] = {&bad};
    const auto made = Router::make(families);
    return made.ok() ? std::string() : made.error().message;
  };
  const auto route = [](Method method, std::string_view pattern, Select select = {}) {
    return Route{.method = method,
                 .pattern = pattern,
                 .handler = nothing,
                 .name = "x",
                 .summary = "",
                 .select = select};
  };
  BOOST_TEST(refused({route(Method::get, "/a"), route(Method::put, "/a")}).empty());
  BOOST_TEST(refused({route(Method::get, "/a", {"i"}), route(Method::get, "/a")}).empty());
  BOOST_TEST(refused({route(Method::get, "/a"), route(Method::get, "/a")}) ==
             "route bad.x: hidden by the route before it");
  BOOST_TEST(!refused({route(Method::get, "/a"), route(Method::get, "/a", {"i"})}).empty());
  BOOST_TEST(!refused({route(Method::get, "/{a}"), route(Method::put, "/{b}")}).empty());
  BOOST_TEST(!refused({route(Method::get, "/{a*}/b"), route(Method::put, "/c")}).empty());
  BOOST_TEST(!refused({route(Method::get, "a"), route(Method::put, "/c")}).empty());
  BOOST_TEST(!refused({route(Method::get, "/{a}/{a}"), route(Method::put, "/c")}).empty());
  BOOST_TEST(!refused({route(Method::get, "/a[/]"), route(Method::put, "/a")}).empty());
}

BOOST_AUTO_TEST_CASE(query_is_decoded_once) {
  std::pmr::monotonic_buffer_resource arena;
  Query query(arena);
  BOOST_TEST_REQUIRE(query.parse("a=1&b&c=%2B+%25&a=2&=x&%C3%A9=y"));
  BOOST_TEST(*query.find("a") == "1");
  BOOST_TEST(*query.find("b") == "");
  BOOST_TEST(*query.find("c") == "+ %");
  BOOST_TEST(*query.find("\xC3\xA9") == "y");
  BOOST_TEST(query.find("d") == nullptr);
  for (const char* bad : {"a=%", "a=%2", "a=%zz", "%=1", "a=%FF"}) {
    BOOST_TEST(!Query(arena).parse(bad), bad);
  }
}

BOOST_AUTO_TEST_CASE(queries_have_a_limit) {
  std::pmr::monotonic_buffer_resource arena;
  std::string most = "a";
  for (std::size_t i = 1; i < limits::query_parameters; ++i) most += "&a";
  BOOST_TEST(Query(arena).parse(most));
  BOOST_TEST(!Query(arena).parse(most + "&a"));
}

BOOST_AUTO_TEST_CASE(declared_parameters) {
  static constexpr std::string_view words[] = {"x", "y"};
  static constexpr Param params[] = {{.name = "n", .type = Type::integer, .min = 1, .max = 1024},
                                     {.name = "c", .type = Type::choice, .choices = words},
                                     {.name = "f", .type = Type::flag}};
  static constexpr Param required[] = {{.name = "to", .required = true}};
  static constexpr Param number[] = {{.name = "n", .type = Type::integer, .required = true}};
  static constexpr Param text[] = {{.name = "t", .min = 2, .max = 3}};
  static constexpr Param of_family[] = {
      {.name = "n", .type = Type::integer, .required = true, .wrong = "x", .missing = "y"}};
  std::pmr::monotonic_buffer_resource arena;
  const auto outcome = [&](std::span<const Param> declared, std::string_view text) {
    Route route = routes[0];
    route.params = declared;
    Query query(arena);
    BOOST_TEST_REQUIRE(query.parse(text));
    const auto refusal = check_params(route, Request{}, query, {});
    if (!refusal) return std::string("right");
    return std::string(refusal->out_of_range ? "range " : "wrong ").append(refusal->param->name);
  };
  for (const char* right : {"", "n=", "n=1", "n=1024", "n=02", "c=y", "f=true", "other=1"}) {
    BOOST_TEST(outcome(params, right) == "right", right);
  }
  for (const char* range : {"n=0", "n=-1", "n=1025", "n=99999999999999999999"}) {
    BOOST_TEST(outcome(params, range) == "range n", range);
  }
  for (const char* bad : {"n=abc", "n=1.5", "n=%2B2", "n=0x2", "n=1+"}) {
    BOOST_TEST(outcome(params, bad) == "wrong n", bad);
  }
  BOOST_TEST(outcome(params, "c=") == "wrong c");
  BOOST_TEST(outcome(params, "c=X") == "wrong c");
  BOOST_TEST(outcome(params, "f=1") == "wrong f");
  BOOST_TEST(outcome(required, "") == "wrong to");
  BOOST_TEST(outcome(required, "to") == "right");
  BOOST_TEST(outcome(number, "n=") == "wrong n");
  for (const char* right : {"", "t=ab", "t=abc"}) BOOST_TEST(outcome(text, right) == "right");
  for (const char* bad : {"t=", "t=a", "t=abcd"}) BOOST_TEST(outcome(text, bad) == "wrong t");
  for (const char* unseen : {"", "n=x"}) BOOST_TEST(outcome(of_family, unseen) == "right");
}

BOOST_AUTO_TEST_CASE(declared_parameters_of_path_and_headers) {
  static constexpr Param params[] = {{.name = "id", .in = In::path, .type = Type::integer},
                                     {.name = "x-n", .in = In::header, .type = Type::integer}};
  std::pmr::monotonic_buffer_resource arena;
  const auto right = [&](std::string_view id, std::string_view n) {
    Route route = routes[0];
    route.params = params;
    const Header headers[] = {{"X-N", n}};
    Request request;
    request.headers = headers;
    const PathArg args[] = {{"id", id}};
    return !check_params(route, request, Query(arena), args).has_value();
  };
  BOOST_TEST(right("7", "7"));
  BOOST_TEST(!right("x", "7"));
  BOOST_TEST(!right("7", "x"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::http
