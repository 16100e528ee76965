#pragma once

// One request being answered: what a handler is given. It lives on its connection's reactor and is
// used by one thread. A handler answers exactly once, through the functions below «Answer».

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/async/completion.h"
#include "core/async/task.h"
#include "core/base/result.h"
#include "core/time/clock.h"
#include "http/message/request.h"

namespace dobson::http {

struct Route;

// A path parameter. `text` is percent-decoded once; where `well_formed` is false the encoding was
// bad and `text` is the raw piece.
struct PathArg {
  std::string_view name;
  std::string_view text;
  bool well_formed = true;
};

// A listing on its way out, page by page as the socket drains.
class PageSource {
 public:
  virtual ~PageSource() = default;
  // Appends about limits::stream_chunk_bytes to `out`. True: more remains. An error ends the
  // connection, so that the cut is visible.
  virtual Result<bool> next(std::string& out) = 0;
};

class Exchange {
 public:
  // --- Request ---
  virtual const Request& request() const = 0;
  virtual const Route* route() const = 0;  // null before one is found
  // The decoded piece of that name in the route's pattern; no name when the pattern has none.
  virtual PathArg path_arg(std::string_view name) const = 0;
  // Form-decoded value of a query parameter (first of repeated ones); null when not given. Declared
  // parameters and others alike; holds until the answer is done. Before the query was decoded
  // (Family::admit, Route::gate) only the null answer is possible.
  virtual const std::string_view* query(std::string_view name) const = 0;

  // --- Helps, all of this reactor ---
  virtual std::pmr::memory_resource& arena() = 0;  // freed when the request is answered
  virtual Mailbox& mailbox() = 0;
  virtual unsigned reactor() const = 0;        // 0 …
  virtual std::string_view date() = 0;         // now, RFC 7231, cached for a second
  virtual UnixMillis now() const = 0;          // coarse: of the last wake-up
  virtual std::string_view random_uuid() = 0;  // 36 characters in the arena
  // Of a body handler. Stopped, on this reactor, when the client closes the connection, be it one
  // direction, or is cut, as when the server's time to end is over. What a handler waits for
  // elsewhere has to end with it.
  virtual std::stop_token stop_token() = 0;
  // One pointer for the family between `admit` and its handlers, usually into the arena.
  void* family_state = nullptr;

  // --- Request body: body handlers only ---
  // The next piece, at most limits::body_chunk_bytes, valid until the next call; empty at the end.
  // Sends `100 Continue` first where the client waits for it. Fails with io when the connection
  // broke, invalid_argument when the framing is wrong (then nothing can be answered but an error
  // and the connection closes), unavailable after limits::body_stall_timeout_s of silence.
  virtual Task<Result<std::span<const std::byte>>> read_body() = 0;
  // Bytes of the body seen so far.
  virtual std::uint64_t body_bytes() const = 0;

  // --- Answer ---
  virtual void status(int code) = 0;
  virtual void header(std::string_view name, std::string_view value) = 0;
  // One of these ends the head; `Content-Length` and `Connection` are written here, last.
  virtual void finish(std::string_view body) = 0;  // HEAD: its length, without the body
  virtual void finish_without_length() = 0;        // HEAD of a thing whose length is not known
  virtual void finish_stream(std::unique_ptr<PageSource> source) = 0;  // chunked; 1.0: until close
  // Then write_body, exactly that much. Of a length that is not known (chunked; 1.0: until close),
  // pieces that are not empty, and end_body.
  virtual void begin_body(std::optional<std::uint64_t> length) = 0;
  // False: the client has gone, stop.
  virtual Task<bool> write_body(std::span<const std::byte> bytes) = 0;
  virtual void end_body() = 0;  // where the length is known, it has ended already
  // The rest of a begun body will not come (a damaged block): cut the connection.
  virtual void abort() = 0;
  // Close after this answer.
  virtual void close_after() = 0;
  virtual bool answered() const = 0;

 protected:
  ~Exchange() = default;
};

// A mutation on its way, proposed and then answered when its outcome is there; or a query that
// another thread makes. The request's views stay valid between.
class Deferred {
 public:
  virtual ~Deferred() = default;
  virtual void start(Completion& done) = 0;
  virtual void finish(Exchange& exchange) = 0;
};

}  // namespace dobson::http
