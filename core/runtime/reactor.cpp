#include "core/runtime/reactor.h"

#include <chrono>
#include <cstring>

namespace dobson {

namespace {

std::int64_t steady_ms() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
}

char* put_two_digits(char* out, unsigned value) {
  *out++ = static_cast<char>('0' + value / 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

// "Tue, 05 Mar 2019 09:07:01 GMT"
void write_date(std::span<char, 29> out, UnixMillis time) {
  using namespace std::chrono;
  const sys_time<seconds> at{floor<seconds>(milliseconds(time))};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss clock(at - day);
  const auto years = static_cast<unsigned>(static_cast<int>(date.year()));
  constexpr std::string_view weekdays = "SunMonTueWedThuFriSat";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

  char* next = out.data();
  const auto put = [&next](std::string_view text) {
    std::memcpy(next, text.data(), text.size());
    next += text.size();
  };
  put(weekdays.substr(3 * weekday(day).c_encoding(), 3));
  put(", ");
  next = put_two_digits(next, static_cast<unsigned>(date.day()));
  put(" ");
  put(months.substr(3 * (static_cast<unsigned>(date.month()) - 1), 3));
  put(" ");
  next = put_two_digits(next, years / 100 % 100);
  next = put_two_digits(next, years % 100);
  put(" ");
  next = put_two_digits(next, static_cast<unsigned>(clock.hours().count()));
  put(":");
  next = put_two_digits(next, static_cast<unsigned>(clock.minutes().count()));
  put(":");
  next = put_two_digits(next, static_cast<unsigned>(clock.seconds().count()));
  put(" GMT");
}

}  // namespace

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
    write_date(date_, now());
    dated_second_ = second;
  }
  return {date_.data(), date_.size()};
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
