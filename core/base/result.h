#pragma once

// `Result<T>`: a value or an `Error`. Expected failures travel in it; a programmer's error is a
// DOBSON_ASSERT, an environment failure an exception that storage/env throws
// (docs/adr/0004-errors.md).

#include <optional>
#include <utility>
#include <variant>

#include "core/base/assert.h"
#include "core/base/error.h"

namespace dobson {

template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return checked<0>(state_); }
  const T& value() const& { return checked<0>(state_); }
  T&& value() && { return std::move(checked<0>(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  E& error() & { return checked<1>(state_); }
  const E& error() const& { return checked<1>(state_); }
  E&& error() && { return std::move(checked<1>(state_)); }

 private:
  template <std::size_t index, class State>
  static auto& checked(State& state) {
    auto* part = std::get_if<index>(&state);
    DOBSON_ASSERT(part != nullptr);
    return *part;
  }

  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;

  Result() = default;
  Result(E error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const {}

  E& error() & { return *error_; }
  const E& error() const& { return *error_; }
  E&& error() && { return std::move(*error_); }

 private:
  std::optional<E> error_;
};

using Status = Result<void>;

}  // namespace dobson

// The value of `expression`, or a return of its error from the calling function. Not for
// coroutines.
#define TRY(expression)                                         \
  ({                                                            \
    auto dobson_try = (expression);                             \
    if (!dobson_try.ok()) return std::move(dobson_try).error(); \
    std::move(dobson_try).value();                              \
  })
