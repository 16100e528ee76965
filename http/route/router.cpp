#include "http/route/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/message/url.h"
#include "http/route/declared.h"

namespace dobson::http {

// Few literals stand at one node, of different lengths mostly: looking through them beats a tree.
struct Router::Node {
  std::vector<std::pair<std::string_view, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> piece;  // {name}
  std::unique_ptr<Path> rest;   // {name*}
  std::unique_ptr<Path> path;   // ends here
  bool with_slash = false;      // … also with a slash behind

  const Node* literal(std::string_view name) const {
    for (const auto& [literal, node] : literals) {
      if (literal == name) return node.get();
    }
    return nullptr;
  }
  std::unique_ptr<Node>& literal_place(std::string_view name) {
    for (auto& [literal, node] : literals) {
      if (literal == name) return node;
    }
    return literals.emplace_back(name, nullptr).second;
  }
};

namespace {

constexpr std::string_view optional_slash = "[/]";

std::string_view take_piece(std::optional<std::string_view>& rest) {
  const auto end = rest->find('/');
  const auto piece = rest->substr(0, end);
  rest = end == rest->npos ? std::nullopt : std::optional(rest->substr(end + 1));
  return piece;
}

bool is_arg(std::string_view piece) {
  return piece.starts_with('{') && piece.ends_with('}');
}
bool is_rest(std::string_view piece) {
  return piece.ends_with("*}");
}

std::string_view arg_name(std::string_view piece) {
  piece = piece.substr(1, piece.size() - 2);
  return piece.substr(0, piece.find('*'));
}

// Of a repeated parameter the first counts; a bad encoding equals nothing here, and is refused when
// the query is decoded.
bool holds(const Select& select, std::string_view query) {
  if (select.param.empty()) return true;
  while (!query.empty()) {
    const auto part = take_query_part(query);
    if (!form_equals(part.name, select.param)) continue;
    return select.value.empty() || form_equals(part.value, select.value);
  }
  return false;
}

Error refused(const Family& family, const Route& route, std::string_view why) {
  return {Errc::invalid_argument, std::string("route ")
                                      .append(family.name)
                                      .append(".")
                                      .append(route.name)
                                      .append(": ")
                                      .append(why)};
}

Status check_codes(const Family& family, const Route& route) {
  auto codes = all_codes(family, route);
  codes.insert(codes.end(), family.any_errors.begin(), family.any_errors.end());
  for (const auto code : codes) {
    if (find_error(family, code) == nullptr) {
      return refused(family, route, std::string("unknown error ").append(code));
    }
  }
  return {};
}

std::string allow_of(std::span<const Router::Entry> entries) {
  std::string allow;
  for (std::size_t i = 0; i < std::size(method_names); ++i) {
    const bool known = std::ranges::any_of(entries, [i](const Router::Entry& entry) {
      const Method method = entry.route->method;
      const bool by_get = static_cast<Method>(i) == Method::head && method == Method::get;
      return method == static_cast<Method>(i) || by_get;
    });
    if (!known) continue;
    if (!allow.empty()) allow += ", ";
    allow += method_names[i];
  }
  return allow;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {
  root_->with_slash = true;
}
Router::Router(Router&&) noexcept = default;
Router::~Router() = default;

Result<Router> Router::make(std::span<const Family* const> families) {
  Router router;
  for (const Family* family : families) {
    for (const Route& route : family->routes) {
      TRY(check_codes(*family, route));
      TRY(router.add(*family, route));
    }
  }
  return router;
}

Status Router::add(const Family& family, const Route& route) {
  auto pattern = route.pattern;
  const bool with_slash = pattern.ends_with(optional_slash);
  if (with_slash) pattern.remove_suffix(optional_slash.size());
  if (!pattern.starts_with('/')) return refused(family, route, "a pattern begins with a slash");

  Node* node = root_.get();
  std::vector<std::string_view> args;
  std::unique_ptr<Path>* place = nullptr;
  std::optional<std::string_view> left = pattern.substr(1);
  while (left && !left->empty()) {
    if (place != nullptr) return refused(family, route, "nothing can follow {…*}");
    const auto piece = take_piece(left);
    if (is_arg(piece)) {
      if (std::ranges::count(args, arg_name(piece)) > 0) {
        return refused(family, route, "one name for two pieces");
      }
      args.push_back(arg_name(piece));
    }
    if (is_arg(piece) && is_rest(piece)) {
      place = &node->rest;
      continue;
    }
    auto& child = is_arg(piece) ? node->piece : node->literal_place(piece);
    if (!child) child = std::make_unique<Node>();
    node = child.get();
  }
  if (place == nullptr) {
    place = &node->path;
    const bool root = node == root_.get();
    if (!root && node->path && node->with_slash != with_slash) {
      return refused(family, route, "the same path with and without [/]");
    }
    node->with_slash = root || with_slash;
  }
  if (args.size() > most_args) return refused(family, route, "too many path parameters");

  if (!*place) *place = std::make_unique<Path>(Path{args, {}, {}, route.open});
  Path& path = **place;
  if (!path.entries.empty() && path.entries.front().family != &family) {
    return refused(family, route, "the path of another family");
  }
  if (path.args != args) return refused(family, route, "other names for the same path");
  if (path.open != route.open) return refused(family, route, "the path is open and guarded");
  for (const Entry& other : path.entries) {
    if (other.route->method != route.method) continue;
    const bool hidden =
        other.route->select.param.empty() ||
        (other.route->select.param == route.select.param &&
         (other.route->select.value.empty() || other.route->select.value == route.select.value));
    if (hidden) return refused(family, route, "hidden by the route before it");
  }
  entries_.push_back({&family, &route, entries_.size()});
  path.entries.push_back(entries_.back());
  path.allow = allow_of(path.entries);
  return {};
}

Router::Match Router::match(std::string_view raw_path) const {
  struct Search {
    const Node* root;
    Match match;

    // `rest` is what follows the slash behind a node; nothing when the path ends at the node
    // itself.
    bool find(const Node& node, std::optional<std::string_view> rest, std::size_t args) {
      const bool ends = !rest || (rest->empty() && node.with_slash);
      if (ends && node.path) {
        match.path = node.path.get();
        return true;
      }
      if (!rest) return false;
      auto left = rest;
      const auto piece = take_piece(left);
      const Node* literal = node.literal(piece);
      if (literal != nullptr && find(*literal, left, args)) return true;
      if (node.piece) {
        match.args[args] = piece;
        if (find(*node.piece, left, args + 1)) return true;
      }
      if (&node == root && literal != nullptr) return false;
      return take_rest(node, *rest, args);
    }

    bool take_rest(const Node& node, std::string_view rest, std::size_t args) {
      if (!node.rest || rest.empty()) return false;
      match.args[args] = rest;
      match.path = node.rest.get();
      return true;
    }
  };
  Search search{root_.get(), {}};
  if (raw_path.starts_with('/')) search.find(*root_, raw_path.substr(1), 0);
  return search.match;
}

const Router::Entry* Router::choose(const Path& path, Method method,
                                    std::string_view raw_query) const {
  const auto chosen = std::ranges::find_if(path.entries, [&](const Entry& entry) {
    return entry.route->method == method && holds(entry.route->select, raw_query);
  });
  if (chosen != path.entries.end()) return &*chosen;
  return method == Method::head ? choose(path, Method::get, raw_query) : nullptr;
}

}  // namespace dobson::http
