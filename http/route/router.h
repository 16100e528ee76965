#pragma once

// From route tables to answers: which route a request means, and why none. Built at start, read by
// every reactor; a request costs no allocation.
//
// The raw path is split at its slashes before anything is decoded. At each piece a literal is tried
// before `{name}`, and that before `{name*}`. A pattern that is no more than `/{name*}` takes what
// is left of a listener, but nothing that begins with a literal of another pattern: what is unknown
// below `/api` or `/-` stays unknown.

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "http/route/route.h"

namespace dobson::http {

class Router {
 public:
  static constexpr std::size_t most_args = 4;

  // A route with its place in the table of all routes, which its counters share.
  struct Entry {
    const Family* family;
    const Route* route;
    std::size_t index;
  };

  // The routes of one path.
  struct Path {
    std::vector<std::string_view> args;  // names of the pattern's pieces in braces
    std::vector<Entry> entries;          // by method, in order of declaration
    std::string allow;                   // "GET, HEAD, PUT"
    bool open = false;
  };

  struct Match {
    const Path* path = nullptr;                      // null: no such path
    std::array<std::string_view, most_args> args{};  // raw pieces, as Path::args names them
  };

  // Tables that contradict each other are refused, with the routes named.
  static Result<Router> make(std::span<const Family* const> families);

  Router(Router&&) noexcept;
  ~Router();

  Match match(std::string_view raw_path) const;

  // The route that `method` and the query choose; null: the path does not know the method. HEAD
  // falls back to GET.
  const Entry* choose(const Path& path, Method method, std::string_view raw_query) const;

  // All routes, by index.
  std::span<const Entry> entries() const { return entries_; }

 private:
  struct Node;

  Router();
  Status add(const Family& family, const Route& route);

  std::unique_ptr<Node> root_;
  std::vector<Entry> entries_;
};

}  // namespace dobson::http
