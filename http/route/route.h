#pragma once

// Routes, declared once. From a family's constexpr table derive: the trie, 404, 405 and Allow,
// HEAD, the checks of parameters, per-route counters, /-/openapi.json and the contract tests. Plain
// structs and function pointers: two hundred routes must not cost compile time.

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "core/async/task.h"
#include "http/message/request.h"
#include "http/route/exchange.h"

namespace dobson::http {

enum class In : std::uint8_t { path, query, header };
enum class Type : std::uint8_t { text, integer, flag, choice };

// One parameter. An empty integer counts as none. http refuses what does not hold with
// bad_parameter; where `wrong` or `missing` names an error of the family, the family itself looks
// at the value, or whether there is one (an empty text is none, where `min` is not set).
struct Param {
  std::string_view name;
  In in = In::query;
  Type type = Type::text;
  bool required = false;
  std::int64_t min = std::numeric_limits<std::int64_t>::min();  // integer; text: its bytes
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::span<const std::string_view> choices = {};  // choice
  std::string_view example = {};                   // text that follows a grammar
  std::string_view doc = {};
  std::string_view wrong = {};
  std::string_view missing = {};
};

// An error that a family answers: its code on the wire and what goes with it.
struct ErrorInfo {
  int status;
  std::string_view code;
  std::string_view message;  // where the answer has none of its own
};

// What http itself refuses; the family writes the body.
struct Refusal {
  enum class Reason : std::uint8_t {
    malformed,            // HTTP syntax; closes
    target_too_long,      // 414; closes
    head_too_large,       // 431; closes
    timeout,              // 408, a head or a body did not come; closes
    no_such_path,         // 404
    method_not_allowed,   // 405; `text` is the value of Allow
    bad_query,            // bad percent-encoding or UTF-8; too many parameters
    bad_parameter,        // `param` and `text` (its value) say which and what
    unknown_expectation,  // 417
    internal,             // 500
    overloaded,           // 503
  };
  Reason reason;
  int status;
  std::string_view text = {};
  const Param* param = nullptr;
  bool out_of_range = false;  // bad_parameter: an integer, but not within min … max
};

// Shapes of handlers. `context` is the family's.
using QueryHandler = void (*)(void* context, Exchange& exchange);
// Null: it has answered already.
using MutationHandler = std::unique_ptr<Deferred> (*)(void* context, Exchange& exchange);
using BodyHandler = Task<void> (*)(void* context, Exchange* exchange);
using Handler = std::variant<QueryHandler, MutationHandler, BodyHandler>;

// A query parameter that chooses among routes of one method and pattern: present, or of one value.
struct Select {
  std::string_view param = {};
  std::string_view value = {};  // empty: any value
};

struct Route {
  Method method;
  // "/a/{b}/{c*}": a name in braces takes one piece, with `*` all that follows, slashes included
  // and not empty; a last "[/]" stands for both forms.
  std::string_view pattern;
  Handler handler;
  std::string_view name;  // of the operation, in metrics and documents
  std::string_view summary;
  int success = 200;
  std::string_view body = {};    // of the request, described; empty: none is looked at
  std::string_view answer = {};  // the body of a success, described; empty: it has none
  Select select = {};            // the first route whose select holds is taken; one without is last
  std::span<const Param> params = {};
  // Codes that it can answer beside those of its parameters and Family::any_errors.
  std::span<const std::string_view> errors = {};
  // Before the query is decoded and parameters are checked. False: it has answered.
  bool (*gate)(void* context, Exchange& exchange) = nullptr;
  bool open = false;   // of a path that Family::admit does not guard
  bool scans = false;  // a query that reads many rows

  // Else refusing it saves nothing when there is more to do than time.
  bool costs_more_than_refusal() const {
    return scans || !std::holds_alternative<QueryHandler>(handler);
  }
};

// One API family on its listeners.
struct Family {
  std::string_view name;
  std::string_view title = {};
  std::string_view doc = {};  // what its requests and answers have in common
  std::span<const Route> routes;
  // Of every route that `admit` guards; of those in the path, the ones that its pattern has. A
  // parameter of the route with the same name goes before.
  std::span<const Param> params = {};
  std::span<const ErrorInfo> errors = {};             // all that its routes can answer
  std::span<const std::string_view> any_errors = {};  // codes that any request can meet
  std::string_view parameter_error = {};              // the code for bad_parameter
  void* context = nullptr;
  // After the path is split (path_arg holds) and before the method is looked at. False: it has
  // answered. Null: everybody is admitted.
  bool (*admit)(void* context, Exchange& exchange) = nullptr;
  void (*refuse)(void* context, Exchange& exchange, const Refusal& refusal) = nullptr;
};

}  // namespace dobson::http
