#include "tests/fuzz/support/connected.h"

#include <sys/socket.h>

#include <array>
#include <future>
#include <semaphore>

#include "core/runtime/io.h"
#include "http/server/connection.h"

namespace dobson::fuzz {

namespace {

http::Listening listening_of(const http::Family& family) {
  auto router = http::Router::make(std::array{&family});
  DOBSON_ASSERT(router.ok());
  http::Listening listening{.families = {&family}, .router = std::move(*router), .counters = {}};
  const auto routes = listening.router.entries().size();
  listening.counters.push_back(std::make_unique<http::CounterBlock>(routes + 1));
  return listening;
}

// What has arrived, as far as it has.
void drain(Socket& socket, std::string& into) {
  std::array<char, 16 * limits::KiB> buffer;
  std::error_code error;
  while (!error) {
    const auto read = socket.read_some(asio::buffer(buffer), error);
    into.append(buffer.data(), read);
  }
}

}  // namespace

Connected::Connected(Runtime& runtime, const http::Family& family)
    : runtime_(&runtime),
      reactor_(&runtime.reactor(0)),
      listening_(listening_of(family)),
      shard_(runtime, 0, options_, totals_) {
  static std::binary_semaphore rests{0};
  static std::binary_semaphore never{0};
  asio::post(reactor_->io(), [] {
    rests.release();
    never.acquire();
  });
  rests.acquire();
}

std::string Connected::replies_to(const std::vector<Piece>& pieces) {
  std::string replies;
  const auto ended = runtime_->run(0, play(&pieces, &replies));
  while (ended.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    reactor_->io().run_one();
  }
  return replies;
}

Task<void> Connected::play(const std::vector<Piece>* pieces, std::string* replies) {
  std::array<int, 2> ends{};
  const int made =
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data());
  DOBSON_ASSERT(made == 0);
  Socket client(reactor_->io(), asio::generic::stream_protocol(AF_UNIX, 0), ends[0]);
  std::error_code error;
  client.non_blocking(true, error);
  ++totals_.open;
  co_await shard_.open(&listening_, ends[1]);

  for (const Piece& piece : *pieces) co_await send(&client, &piece, replies);
  client.shutdown(Socket::shutdown_send, error);
  for (IoResult ready; !ready.error;) {
    drain(client, *replies);
    std::array<char, 1024> buffer;
    ready = co_await read_some(*reactor_, client, buffer);
    replies->append(buffer.data(), ready.bytes);
  }
  while (totals_.open > 0) co_await next_turn(*reactor_);
}

Task<void> Connected::send(Socket* client, const Piece* piece, std::string* replies) {
  constexpr int turns_to_be_read = 3;
  std::error_code error;
  for (std::size_t sent = 0;
       sent < piece->size() && (!error || error == asio::error::would_block);) {
    sent += client->write_some(asio::buffer(piece->data() + sent, piece->size() - sent), error);
    for (int turn = 0; turn < turns_to_be_read; ++turn) co_await next_turn(*reactor_);
    drain(*client, *replies);
  }
}

}  // namespace dobson::fuzz
