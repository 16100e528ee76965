#pragma once

// The HTTP client on a reactor of its own, for a test that plays the server on its own thread.

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/runtime/runtime.h"
#include "core/time/clock.h"
#include "http/client/client.h"

namespace dobson::test {

// What came of a request.
struct Got {
  int status = 0;
  std::string headers;  // "name=value;…"
  std::string body;
  std::size_t pieces = 0;
  std::size_t largest_piece = 0;
  std::optional<http::ClientError> error;

  bool failed(http::ClientError::Reason reason) const { return error && error->reason == reason; }
};

class Asking {
 public:
  Asking(std::shared_ptr<Got> got, std::future<void> ended)
      : got_(std::move(got)), ended_(std::move(ended)) {}
  Got get() {
    ended_.get();
    return std::move(*got_);
  }

 private:
  std::shared_ptr<Got> got_;
  std::future<void> ended_;
};

class ClientFixture {
 public:
  static constexpr int tick_ms = 2;

  explicit ClientFixture(const http::Client::Options& options = {})
      : runtime_(1, clock_, tick_ms), client_(http::Client::make(runtime_, options)) {}
  ~ClientFixture() { runtime_.stop(); }

  Runtime& runtime() { return runtime_; }

  // Reads the body piece by piece, but no more than `pieces` of them, and no byte for 0.
  Asking ask(http::ClientRequest request, std::size_t pieces = SIZE_MAX) {
    return ask(std::move(request), pieces, std::nullopt);
  }
  // Reads it as a whole, of at most `most` bytes.
  Asking ask_all(http::ClientRequest request, std::size_t most) {
    return ask(std::move(request), 0, most);
  }
  void stop(std::stop_source source) { runtime_.run(0, request_stop(std::move(source))).get(); }

 private:
  Asking ask(http::ClientRequest request, std::size_t pieces, std::optional<std::size_t> most) {
    auto got = std::make_shared<Got>();
    auto ended =
        runtime_.run(0, ask_and_read(client_.get(), std::move(request), pieces, most, got));
    return {std::move(got), std::move(ended)};
  }

  static Task<void> ask_and_read(http::Client* client, http::ClientRequest request,
                                 std::size_t pieces, std::optional<std::size_t> most,
                                 std::shared_ptr<Got> got) {
    const auto answer = co_await client->ask(0, std::move(request));
    if (!answer) {
      got->error = answer.error();
      co_return;
    }
    got->status = (*answer)->head().status;
    for (const auto& header : (*answer)->head().headers) {
      got->headers.append(header.name).append("=").append(header.value).append(";");
    }
    if (most) {
      const auto body = co_await (*answer)->read_all(*most);
      if (body) got->body = *body;
      if (!body) got->error = body.error();
    }
    while (got->pieces < pieces) {
      const auto piece = co_await (*answer)->read_body();
      if (!piece) got->error = piece.error();
      if (!piece || piece->empty()) co_return;
      ++got->pieces;
      got->largest_piece = std::max(got->largest_piece, piece->size());
      got->body.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    }
  }

  static Task<void> request_stop(std::stop_source source) {
    source.request_stop();
    co_return;
  }

  SystemClock clock_;
  Runtime runtime_;
  std::unique_ptr<http::Client> client_;
};

}  // namespace dobson::test
