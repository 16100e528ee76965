#pragma once

// The replies in a stream of bytes: status and length of the body, whose last bytes are kept. Knows
// Content-Length and chunks, and takes the server for sane: what is not HTTP/1.1 in one of these
// two forms is thrown as std::runtime_error.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dobson::bench {

struct Reply {
  int status = 0;
  std::uint64_t body_bytes = 0;
  std::string body_end;  // at most 256 bytes
};

class ReplyReader {
 public:
  // Takes from the front of `bytes`. True: a reply ended, and `reply` is it until the next call.
  // False: all bytes are taken.
  bool read(std::string_view& bytes);

  const Reply& reply() const { return reply_; }

 private:
  enum class State { status, header, body, chunk_size, chunk, chunk_end, trailer };

  bool read_data(std::string_view& bytes);
  bool read_line(std::string_view& bytes);
  std::optional<std::string_view> next_line(std::string_view& bytes);
  void begin(std::string_view line);
  void read_header(std::string_view line);
  bool end_of_head();
  void keep_end(std::string_view piece);

  State state_ = State::status;
  Reply reply_;
  std::optional<std::uint64_t> length_;
  bool chunked_ = false;
  std::uint64_t left_ = 0;  // of the body or the chunk
  std::string begun_;       // a line whose end has not come
  std::string joined_;      // a line that came in pieces
};

}  // namespace dobson::bench
