// What derives from route tables for readers: the OpenAPI document, the Markdown table, and the
// check that they name no unknown error.

#include "http/route/openapi.h"

#include <simdjson.h>

#include <boost/test/unit_test.hpp>
#include <string>

#include "http/route/api_table.h"
#include "http/route/declared.h"
#include "http/route/router.h"

namespace dobson::http {
namespace {

void nothing(void*, Exchange&) {}

constexpr ErrorInfo errors[] = {
    {400, "badName", "A bad name."}, {400, "badWho", "Who?"},
    {401, "noWho", "Nobody."},       {400, "badParam", "A bad parameter."},
    {404, "none", "There is none."}, {409, "twice", "It is there."},
    {500, "broken", "Broken."}};
constexpr std::string_view any_errors[] = {"broken"};
constexpr Param family_params[] = {
    {.name = "v", .in = In::path, .min = 3, .max = 63, .wrong = "badName"},
    {.name = "X-Who", .in = In::header, .required = true, .wrong = "badWho", .missing = "noWho"},
    {.name = "Authorization", .in = In::header, .doc = "Who asks"},
};
constexpr std::string_view words[] = {"b", "c"};
constexpr Param list_params[] = {
    {.name = "max", .type = Type::integer, .min = 1, .max = 9, .doc = "Most rows"},
    {.name = "info", .type = Type::choice, .choices = words},
    {.name = "X-Who", .in = In::header, .example = "me", .wrong = "badWho"}};
constexpr Param put_params[] = {{.name = "to", .required = true},
                                {.name = "deep", .type = Type::flag}};
constexpr Param number[] = {{.name = "n", .type = Type::integer, .min = 1, .max = 5}};
constexpr Param text[] = {{.name = "n"}};
constexpr std::string_view info_errors[] = {"none"};
constexpr std::string_view put_errors[] = {"twice", "none", "badName"};

constexpr Route routes[] = {
    {.method = Method::get,
     .pattern = "/open",
     .handler = nothing,
     .name = "open",
     .summary = "For all",
     .open = true},
    {.method = Method::get,
     .pattern = "/{v}[/]",
     .handler = nothing,
     .name = "info_v",
     .summary = "One",
     .answer = "Its name",
     .select = {"info", "v"},
     .errors = info_errors},
    {.method = Method::get,
     .pattern = "/{v}[/]",
     .handler = nothing,
     .name = "list_v",
     .summary = "All in it",
     .answer = "Names",
     .params = list_params},
    {.method = Method::put,
     .pattern = "/{v}/{k*}",
     .handler = nothing,
     .name = "put_k",
     .summary = "Store",
     .success = 201,
     .body = "Bytes",
     .select = {"to"},
     .params = put_params,
     .errors = put_errors},
    {.method = Method::post,
     .pattern = "/{v}/{k*}",
     .handler = nothing,
     .name = "post_a",
     .summary = "",
     .select = {"a"},
     .params = number},
    {.method = Method::post,
     .pattern = "/{v}/{k*}",
     .handler = nothing,
     .name = "post_b",
     .summary = "",
     .select = {"b"},
     .params = text},
};

constexpr Family family{.name = "test",
                        .title = "Test \"API\"",
                        .doc = "Of tests",
                        .routes = routes,
                        .params = family_params,
                        .errors = errors,
                        .any_errors = any_errors,
                        .parameter_error = "badParam"};

struct Document {
  Document() {
    const Family* families[] = {&family};
    root = parser.parse(openapi(families));
  }
  // JSON text at a JSON pointer; empty when there is nothing.
  std::string at(std::string_view pointer) const {
    simdjson::dom::element found;
    return root.at_pointer(pointer).get(found) ? std::string() : simdjson::minify(found);
  }
  // The names of an object, or the `name`s of the objects of an array.
  std::string names(std::string_view pointer) const {
    std::string joined;
    const auto found = root.at_pointer(pointer);
    if (found.is_object()) {
      for (const auto field : found.get_object()) joined.append(field.key).append(" ");
    } else {
      for (const auto element : found.get_array()) {
        joined.append(element["name"].get_string().value()).append(" ");
      }
    }
    return joined;
  }

  simdjson::dom::parser parser;
  simdjson::dom::element root;
};

BOOST_AUTO_TEST_SUITE(http_openapi)

BOOST_AUTO_TEST_CASE(paths_and_methods) {
  const Document document;
  BOOST_TEST(document.at("/openapi") == R"("3.0.3")");
  BOOST_TEST(document.names("/paths") == "/open /{v} /{v}/{k} ");
  BOOST_TEST(document.names("/paths/~1{v}") == "get ");
  BOOST_TEST(document.names("/paths/~1{v}~1{k}") == "post put ");
  BOOST_TEST(document.at("/paths/~1{v}~1{k}/put/operationId") == R"("put_k")");
  BOOST_TEST(document.at("/paths/~1{v}~1{k}/put/requestBody/description") == R"("Bytes")");
  BOOST_TEST(document.at("/tags/0/x-dobson-title") == R"("Test \"API\"")");
}

BOOST_AUTO_TEST_CASE(parameters_of_route_and_family) {
  const Document document;
  BOOST_TEST(document.names("/paths/~1open/get/parameters") == "");
  const std::string put = "/paths/~1{v}~1{k}/put/parameters";
  BOOST_TEST(document.names(put) == "v k to deep X-Who Authorization ");
  BOOST_TEST(document.at(put + "/0") ==
             R"({"name":"v","in":"path","required":true,)"
             R"("schema":{"type":"string","minLength":3,"maxLength":63},)"
             R"("x-dobson-wrong":"badName"})");
  BOOST_TEST(document.at(put + "/3/schema") == R"({"type":"boolean"})");
  const std::string list = "/paths/~1{v}/get/x-dobson-routes/1/parameters";
  BOOST_TEST(document.names(list) == "v max info X-Who Authorization ");
  BOOST_TEST(document.at(list + "/1") ==
             R"({"name":"max","in":"query","description":"Most rows",)"
             R"("schema":{"type":"integer","format":"int64","minimum":1,"maximum":9},)"
             R"("x-dobson-wrong":"badParam"})");
  // The route's own X-Who goes before the family's.
  BOOST_TEST(document.at(list + "/3") ==
             R"({"name":"X-Who","in":"header","schema":{"type":"string"},"example":"me",)"
             R"("x-dobson-wrong":"badWho"})");
}

BOOST_AUTO_TEST_CASE(routes_that_the_query_chooses_are_one_operation) {
  const Document document;
  const std::string get = "/paths/~1{v}/get";
  BOOST_TEST(document.at(get + "/operationId") == R"("list_v")");
  BOOST_TEST(document.at(get + "/x-dobson-routes/0/operationId") == R"("info_v")");
  BOOST_TEST(document.at(get + "/x-dobson-routes/0/x-dobson-select") == R"("info=v")");
  BOOST_TEST(document.at(get + "/x-dobson-routes/1/x-dobson-select").empty());
  BOOST_TEST(document.at(get + "/x-dobson-routes/0/parameters/1") ==
             R"({"name":"info","in":"query","required":true,)"
             R"("schema":{"type":"string","enum":["v"]}})");
  // It takes what either does: no choice of one, nothing required that the other lacks.
  BOOST_TEST(document.at(get + "/parameters/1") ==
             R"({"name":"info","in":"query","schema":{"type":"string"}})");
  BOOST_TEST(document.at(get + "/parameters/0/required") == "true");
  BOOST_TEST(document.at(get + "/responses/404/x-dobson-errors") == R"(["none"])");
  BOOST_TEST(document.at("/paths/~1{v}~1{k}/put/x-dobson-select") == R"("to")");
  const std::string post = "/paths/~1{v}~1{k}/post/parameters";
  BOOST_TEST(document.names(post) == "v k n a X-Who Authorization b ");
  for (const auto* either : {"/3", "/6"})
    BOOST_TEST(document.at(post + either + "/required") == "");
  BOOST_TEST(document.at(post + "/2/schema") == R"({"type":"string"})");
}

BOOST_AUTO_TEST_CASE(answers_by_status) {
  const Document document;
  const std::string put = "/paths/~1{v}~1{k}/put/responses";
  BOOST_TEST(document.names(put) == "201 400 401 404 409 default ");
  BOOST_TEST(document.at(put + "/400/x-dobson-errors") == R"(["badName","badParam","badWho"])");
  BOOST_TEST(document.at(put + "/409/description") == R"("`twice`: It is there.\n\n")");
  BOOST_TEST(document.at(put + "/default/x-dobson-errors") == R"(["broken"])");
  BOOST_TEST(document.at("/paths/~1{v}/get/responses/200/description") == R"("Names")");
}

BOOST_AUTO_TEST_CASE(credentials_are_a_security_scheme) {
  const Document document;
  BOOST_TEST(document.at("/components/securitySchemes/test/name") == R"("Authorization")");
  BOOST_TEST(document.at("/paths/~1{v}~1{k}/put/security") == R"([{"test":[]}])");
  BOOST_TEST(document.at("/paths/~1open/get/security").empty());
}

BOOST_AUTO_TEST_CASE(a_page_of_the_same) {
  const std::string page = api_table(family);
  const auto has = [&page](std::string_view line) { return page.find(line) != page.npos; };
  BOOST_TEST(has("# Test \"API\"\n"));
  BOOST_TEST(has("\n| `GET /{v}?info=v` | info_v | One |  | 200: Its name | none |\n"));
  BOOST_TEST(has("\n| `PUT /{v}/{k}?to` | put_k | Store | Bytes | 201 | twice, none, badName |\n"));
  BOOST_TEST(has("\n| every request | `v` | path | 3 to 63 bytes |  | badName |\n"));
  BOOST_TEST(has("\n|  | `X-Who` | header, required |  |  | badWho, noWho |\n"));
  BOOST_TEST(has("\n| list_v | `max` | query | 1 to 9 | Most rows |  |\n"));
  BOOST_TEST(has("\n|  | `info` | query | b, c |  |  |\n"));
  BOOST_TEST(has("\n|  | `deep` | query | true, false |  |  |\n"));
  BOOST_TEST(has("\n| `noWho` | 401 | Nobody. |\n"));
}

BOOST_AUTO_TEST_CASE(unknown_errors_are_refused) {
  const auto refused = [](const Family& wrong) {
    const Family* families[] = {&wrong};
    const auto made = Router::make(families);
    return made.ok() ? std::string() : made.error().message;
  };
  BOOST_TEST(refused(family) == "");
  Family wrong = family;
  wrong.errors = std::span(errors).first(6);
  BOOST_TEST(refused(wrong) == "route test.open: unknown error broken");
  wrong = family;
  wrong.parameter_error = "typo";
  BOOST_TEST(refused(wrong) == "route test.list_v: unknown error typo");
  wrong = family;
  wrong.errors = std::span(errors).subspan(1);
  BOOST_TEST(refused(wrong) == "route test.info_v: unknown error badName");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::http
