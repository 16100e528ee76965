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

// One parameter. An empty query value counts as absent for integer.
struct Param {
  std::string_view name;
  In in = In::query;
  Type type = Type::text;
  bool required = false;
  std::int64_t min = std::numeric_limits<std::int64_t>::min();  // integer
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::span<const std::string_view> choices = {};  // choice
  std::string_view doc = {};
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
  Select select = {};  // the first route whose select holds is taken; one without is last
  std::span<const Param> params = {};
  std::span<const std::string_view> errors = {};  // the family's codes that it can answer
  // Before the query is decoded and parameters are checked. False: it has answered.
  bool (*gate)(void* context, Exchange& exchange) = nullptr;
  bool open = false;  // of a path that Family::admit does not guard
};

// One API family on its listeners.
struct Family {
  std::string_view name;
  std::span<const Route> routes;
  void* context = nullptr;
  // After the path is split (path_arg holds) and before the method is looked at. False: it has
  // answered. Null: everybody is admitted.
  bool (*admit)(void* context, Exchange& exchange) = nullptr;
  void (*refuse)(void* context, Exchange& exchange, const Refusal& refusal) = nullptr;
};

}  // namespace dobson::http
