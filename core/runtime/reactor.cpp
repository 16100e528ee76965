#include "core/runtime/reactor.h"

namespace dobson {

Reactor::Reactor(unsigned index, const Clock& clock, int tick_ms)
    : index_(index), clock_(&clock), wheel_(tick_ms, steady_ms()) {
  wait_for_tick();
  thread_ = std::thread([this] { io_.run(); });
}

Reactor::~Reactor() {
  stop();
}

void Reactor::stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

void Reactor::post(Completion& completion) {
  if (queue_.push(completion)) asio::post(io_, [this] { drain_mailbox(); });
}

void Reactor::drain_mailbox() {
  const Turn turn(*this);
  queue_.drain();
}

UnixMillis Reactor::now() {
  if (now_ == unknown) now_ = clock_->now();
  return now_;
}

std::string_view Reactor::date() {
  const UnixMillis second = now() / 1000;
  if (second != dated_second_) {
    date_ = HttpDate(now());
    dated_second_ = second;
  }
  return date_;
}

void Reactor::wait_for_tick() {
  timer_.expires_after(std::chrono::milliseconds(wheel_.tick_ms()));
  timer_.async_wait([this](std::error_code) {
    const Turn turn(*this);
    wheel_.advance(steady_ms());
    wait_for_tick();
  });
}

}  // namespace dobson
