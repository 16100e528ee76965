#include "http/server/acceptor.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/log/log.h"

namespace dobson::http {

namespace {
// Without descriptors or memory to spare, the wait before another try.
constexpr int retry_ms = 100;
constexpr int tell_every_ms = 60'000;
}  // namespace

Acceptor::Acceptor(Runtime& runtime, Shard& shard, const Listening& listening,
                   FileDescriptor socket, std::vector<Shard*> takers)
    : runtime_(&runtime),
      shard_(&shard),
      listening_(&listening),
      socket_(shard.reactor().io(), socket.release()),
      takers_(std::move(takers)) {}

Task<void> Acceptor::run() {
  while (socket_.is_open()) {
    const IoResult ready = co_await readable(shard_->reactor(), socket_);
    if (ready.error) break;
    Accepted accepted = Accepted::one;
    while (accepted == Accepted::one) accepted = accept_one();
    if (accepted == Accepted::no_room) co_await after(shard_->reactor(), retry_ms);
  }
}

void Acceptor::tell_no_room(int why) {
  const UnixMillis now = shard_->reactor().now();
  if (now < tell_again_) return;
  tell_again_ = now + tell_every_ms;
  log::warn("http", "clients wait: {}; ulimit -Hn bounds how many are served at once",
            std::strerror(why));
}

Acceptor::Accepted Acceptor::accept_one() {
  const int fd = accept4(socket_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    const bool client_gave_up = errno == ECONNABORTED || errno == EINTR;
    if (client_gave_up) return Accepted::one;
    if (errno == EAGAIN) return Accepted::none;
    tell_no_room(errno);
    return Accepted::no_room;
  }
  Totals& totals = shard_->totals();
  if (totals.open.fetch_add(1) >= shard_->options().connections) {
    --totals.open;
    ++totals.refused;
    ::close(fd);
    return Accepted::one;
  }
  ++totals.accepted;
  next_taker_ = (next_taker_ + 1) % takers_.size();
  Shard* taker = takers_[next_taker_];
  runtime_->run(taker->reactor().index(), taker->open(listening_, fd));
  return Accepted::one;
}

void Acceptor::close() {
  std::error_code ignored;
  socket_.close(ignored);
}

}  // namespace dobson::http
