#pragma once

// HTTP to a Dobson server by libcurl: the headers of spec/ozone-rest.md §2.2 on every request,
// refusals as Failures with the server's words, a second try when the connection fails.
// One Client a thread; it keeps its connection between requests.

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/dobsonctl/failure.h"

namespace dobson::ctl {

struct Server {
  std::string url = {};
  std::string user = {};
  std::string unix_socket = {};         // a path: connect there instead of by TCP
  std::chrono::seconds retry_for = {};  // how long a lost connection or a 503 is tried again
};

// Bytes of a request's body.
class Source {
 public:
  virtual ~Source() = default;
  // Absent: unknown until its end, sent in chunks.
  virtual std::optional<std::uint64_t> size() const = 0;
  // Fills a beginning of `to`; 0 only at the end.
  virtual Try<std::size_t> read(std::span<char> to) = 0;
  // Back to the first byte; false if that is impossible.
  virtual bool rewind() = 0;
};

// A body in memory, which must outlive it.
class TextSource : public Source {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}

  std::optional<std::uint64_t> size() const override { return text_.size(); }
  Try<std::size_t> read(std::span<char> to) override {
    const std::size_t count = text_.copy(to.data(), to.size(), sent_);
    sent_ += count;
    return count;
  }
  bool rewind() override {
    sent_ = 0;
    return true;
  }

 private:
  std::string_view text_;
  std::size_t sent_ = 0;
};

// Where the body of a good answer goes.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Try<void> write(std::string_view bytes) = 0;
  // Forget what was written; false if that is impossible.
  virtual bool rewind() = 0;
};

struct Request {
  std::string_view method;
  std::string target;                     // path and query, percent-encoded
  std::vector<std::string> headers = {};  // whole lines, beside those of every request
  Source* source = nullptr;
  Sink* sink = nullptr;  // none: into Reply::body
};

struct Reply {
  std::string body = {};
  std::string etag = {};    // without its quotes
  std::string layout = {};  // of a bucket, as in layout_header
};

class Client {
 public:
  // Called with the number of body bytes that moved; negative when they have to move again.
  using Moved = std::function<void(std::int64_t bytes)>;

  // `server` must outlive the client.
  explicit Client(const Server& server, Moved moved = [](std::int64_t) {});

  // The answer of a 2xx; everything else is a Failure.
  Try<Reply> perform(const Request& request);

 private:
  Try<Reply> once(const Request& request);
  Failure transport_failure(CURLcode code, const char* detail) const;

  struct Free {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };

  const Server& server_;
  Moved moved_;
  std::unique_ptr<CURL, Free> handle_;
};

}  // namespace dobson::ctl
