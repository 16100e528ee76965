// Statements that await and that a compiler has got wrong (g++ 12: destroyed twice, used after
// free, or refused; docs/adr/0001-toolchain.md). Each one moves an owner through a suspension; the
// owner must arrive, and be destroyed once.

#include <boost/test/unit_test.hpp>
#include <coroutine>
#include <deque>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>

namespace {

int living = 0;

// Owns its value; `living` counts constructions less destructions.
class Owner {
 public:
  explicit Owner(int value) : value_(std::make_unique<int>(value)) { ++living; }
  Owner(Owner&& other) noexcept : value_(std::move(other.value_)) { ++living; }
  ~Owner() { --living; }
  int value() const { return *value_; }

 private:
  std::unique_ptr<int> value_;
};

struct Parcel {
  Owner owner;
  int number;
};

struct Two {
  Owner first;
  Owner second;
};

std::deque<std::coroutine_handle<>> suspended;

struct Later {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiting) const { suspended.push_back(waiting); }
  void await_resume() const {}
};

template <class T>
class Task {
 public:
  struct promise_type {
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() const { return {}; }
    auto final_suspend() const noexcept { return Final{}; }
    void return_value(T value) { result.emplace(std::move(value)); }
    void unhandled_exception() const { std::terminate(); }

    std::optional<T> result;
    std::coroutine_handle<> waiting = std::noop_coroutine();
  };
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const { return false; }
  Handle await_suspend(std::coroutine_handle<> waiting) const {
    handle_.promise().waiting = waiting;
    return handle_;
  }
  T await_resume() const { return std::move(*handle_.promise().result); }

  T run() const {
    handle_.resume();
    while (!suspended.empty()) {
      const auto next = suspended.front();
      suspended.pop_front();
      next.resume();
    }
    return await_resume();
  }

 private:
  struct Final {
    bool await_ready() const noexcept { return false; }
    auto await_suspend(Handle done) const noexcept { return done.promise().waiting; }
    void await_resume() const noexcept {}
  };

  explicit Task(Handle handle) : handle_(handle) {}
  Handle handle_;
};

Task<Owner> make(int value) {
  co_await Later();
  co_return Owner(value);
}

Task<int> open(Parcel parcel) {
  co_await Later();
  co_return parcel.owner.value() + parcel.number;
}

Task<int> read(Owner owner) {
  co_await Later();
  co_return owner.value();
}

template <class Function>
Task<int> call(Function function) {
  co_await Later();
  co_return function();
}

Task<int> sum(std::initializer_list<int> numbers) {
  int total = 0;
  for (const int number : numbers) total += number;
  co_await Later();
  co_return total;
}

Task<int> aggregate_argument() {
  co_return co_await open(Parcel{Owner(40), 2});
}

Task<int> aggregate_of_awaits() {
  const Two two{co_await make(40), co_await make(2)};
  co_return two.first.value() + two.second.value();
}

Task<int> capturing_argument() {
  Owner owner(42);
  co_return co_await call([owner = std::move(owner)] { return owner.value(); });
}

Task<int> conditional(bool which) {
  const Owner owner = which ? co_await make(42) : co_await make(43);
  co_return owner.value();
}

Task<int> condition_of_if() {
  if (co_await read(Owner(1)) == 1) co_return 42;
  co_return 0;
}

Task<int> condition_of_switch() {
  switch (co_await read(Owner(1))) {
    case 1:
      co_return 42;
    default:
      co_return 0;
  }
}

Task<int> list_argument() {
  co_return co_await sum({20, 20, 2});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(coroutine_statements)

#define STATEMENT_IS_RIGHT(name, task) \
  BOOST_AUTO_TEST_CASE(name) {         \
    BOOST_TEST(task.run() == 42);      \
    BOOST_TEST(living == 0);           \
  }

STATEMENT_IS_RIGHT(aggregate_as_argument, aggregate_argument())
STATEMENT_IS_RIGHT(aggregate_made_of_awaits, aggregate_of_awaits())
STATEMENT_IS_RIGHT(lambda_with_captures_as_argument, capturing_argument())
STATEMENT_IS_RIGHT(conditional_between_awaits, conditional(true))
STATEMENT_IS_RIGHT(await_in_if, condition_of_if())
STATEMENT_IS_RIGHT(await_in_switch, condition_of_switch())
STATEMENT_IS_RIGHT(initializer_list_as_argument, list_argument())

BOOST_AUTO_TEST_SUITE_END()
