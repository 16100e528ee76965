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

  // Reads the body whole, but no more than `pieces` pieces of it, and no byte for 0.
  Asking ask(http::ClientRequest request, std::size_t pieces = SIZE_MAX) {
    auto got = std::make_shared<Got>();
    auto ended = runtime_.run(0, read(client_.get(), std::move(request), pieces, got));
    return {std::move(got), std::move(ended)};
  }
  // The body as a whole, of at most `most` bytes.
  Asking ask_all(http::ClientRequest request, std::size_t most) {
    auto got = std::make_shared<Got>();
    auto ended = runtime_.run(0, read_all(client_.get(), std::move(request), most, got));
    return {std::move(got), std::move(ended)};
  }
  void stop(std::stop_source source) { runtime_.run(0, request_stop(std::move(source))).get(); }

 private:
  static void note(Got& got, const http::Response& head) {
    got.status = head.status;
    for (const auto& header : head.headers) {
      got.headers.append(header.name).append("=").append(header.value).append(";");
    }
  }

  static Task<void> read(http::Client* client, http::ClientRequest request, std::size_t pieces,
                         std::shared_ptr<Got> got) {
    const auto answer = co_await client->ask(0, std::move(request));
    if (!answer) {
      got->error = answer.error();
      co_return;
    }
    note(*got, (*answer)->head());
    while (got->pieces < pieces) {
      const auto piece = co_await (*answer)->read_body();
      if (!piece) got->error = piece.error();
      if (!piece || piece->empty()) co_return;
      ++got->pieces;
      got->largest_piece = std::max(got->largest_piece, piece->size());
      got->body.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    }
  }

  static Task<void> read_all(http::Client* client, http::ClientRequest request, std::size_t most,
                             std::shared_ptr<Got> got) {
    const auto answer = co_await client->ask(0, std::move(request));
    if (!answer) {
      got->error = answer.error();
      co_return;
    }
    note(*got, (*answer)->head());
    auto body = co_await (*answer)->read_all(most);
    if (body) {
      got->body = std::move(*body);
    } else {
      got->error = body.error();
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
