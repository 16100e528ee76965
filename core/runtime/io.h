#pragma once

// Waits of a coroutine for the event loop: `co_await read_some(…)`, `co_await readable(…)`,
// `co_await next_turn(…)`, `co_await after(…)`. An error comes back as a value; `operation_aborted`
// is the answer to `cancel()` or `close()` on the socket. On the reactor's thread.

#include <coroutine>
#include <span>
#include <system_error>

#include "core/async/asio.h"
#include "core/runtime/reactor.h"

namespace dobson {

struct IoResult {
  std::error_code error;
  std::size_t bytes = 0;
};

// What Asio calls; resumes the awaiter in a turn of its own.
class IoWait {
 public:
  explicit IoWait(Reactor& reactor) : reactor_(&reactor) {}

  bool await_ready() noexcept { return false; }
  IoResult await_resume() noexcept { return result_; }

 protected:
  struct Resume {
    IoWait* wait;
    void operator()(std::error_code error = {}, std::size_t bytes = 0) const {
      const Reactor::Turn turn(*wait->reactor_);
      wait->result_ = {error, bytes};
      wait->awaiter_.resume();
    }
  };

  Resume resume(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    return {this};
  }

  Reactor* reactor_;

 private:
  std::coroutine_handle<> awaiter_;
  IoResult result_;
};

class [[nodiscard]] ReadSome final : public IoWait {
 public:
  ReadSome(Reactor& reactor, Socket& socket, std::span<char> into)
      : IoWait(reactor), socket_(&socket), into_(into) {}
  void await_suspend(std::coroutine_handle<> awaiter) {
    socket_->async_read_some(asio::buffer(into_.data(), into_.size()), resume(awaiter));
  }

 private:
  Socket* socket_;
  std::span<char> into_;
};

// At least one byte or an error; the end of the stream is `asio::error::eof`.
inline ReadSome read_some(Reactor& reactor, Socket& socket, std::span<char> into) {
  return {reactor, socket, into};
}

template <class Source>
class [[nodiscard]] Ready final : public IoWait {
 public:
  Ready(Reactor& reactor, Source& source, typename Source::wait_type what)
      : IoWait(reactor), source_(&source), what_(what) {}
  void await_suspend(std::coroutine_handle<> awaiter) {
    source_->async_wait(what_, resume(awaiter));
  }

 private:
  Source* source_;
  typename Source::wait_type what_;
};

template <class Source>
Ready<Source> readable(Reactor& reactor, Source& source) {
  return {reactor, source, Source::wait_read};
}
template <class Source>
Ready<Source> writable(Reactor& reactor, Source& source) {
  return {reactor, source, Source::wait_write};
}

// Lets others run first.
class [[nodiscard]] NextTurn final : public IoWait {
 public:
  using IoWait::IoWait;
  void await_suspend(std::coroutine_handle<> awaiter) {
    asio::post(reactor_->io(), resume(awaiter));
  }
};

inline NextTurn next_turn(Reactor& reactor) {
  return NextTurn(reactor);
}

class [[nodiscard]] After final : private Deadline {
 public:
  After(Reactor& reactor, int ms) : reactor_(&reactor), ms_(ms) {}
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    reactor_->wheel().arm(*this, ms_);
  }
  void await_resume() noexcept {}

 private:
  void expired() override { awaiter_.resume(); }

  Reactor* reactor_;
  int ms_;
  std::coroutine_handle<> awaiter_;
};

// As coarse as the wheel.
inline After after(Reactor& reactor, int ms) {
  return {reactor, ms};
}

}  // namespace dobson
