#include "bench/load/reply_reader.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace dobson::bench {

namespace {

constexpr std::size_t body_end_bytes = 256;

std::uint64_t number(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (read.ec != std::errc() || read.ptr == digits.data()) {
    throw std::runtime_error("not a length: " + std::string(digits));
  }
  return value;
}

// What stands behind "name: "; `name` is lower-case.
std::optional<std::string_view> value_of(std::string_view name, std::string_view line) {
  const std::size_t size = name.size();
  if (line.size() <= size || line[size] != ':') return std::nullopt;
  if (::strncasecmp(line.data(), name.data(), size) != 0) return std::nullopt;
  const std::size_t begin = line.find_first_not_of(' ', size + 1);
  return begin == line.npos ? std::string_view() : line.substr(begin);
}

}  // namespace

bool ReplyReader::read(std::string_view& bytes) {
  while (!bytes.empty()) {
    const bool in_data = state_ == State::body || state_ == State::chunk;
    if (in_data ? read_data(bytes) : read_line(bytes)) {
      state_ = State::status;
      return true;
    }
  }
  return false;
}

// This and the next: true when the reply ends here.
bool ReplyReader::read_data(std::string_view& bytes) {
  const auto piece = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), left_));
  bytes.remove_prefix(piece.size());
  left_ -= piece.size();
  reply_.body_bytes += piece.size();
  keep_end(piece);
  if (left_ > 0) return false;
  if (state_ == State::body) return true;
  state_ = State::chunk_end;
  return false;
}

bool ReplyReader::read_line(std::string_view& bytes) {
  const auto line = next_line(bytes);
  if (!line) return false;
  switch (state_) {
    case State::status:
      begin(*line);
      return false;
    case State::header:
      if (line->empty()) return end_of_head();
      read_header(*line);
      return false;
    case State::chunk_size:
      left_ = number(*line, 16);
      state_ = left_ > 0 ? State::chunk : State::trailer;
      return false;
    case State::chunk_end:
      state_ = State::chunk_size;
      return false;
    default:
      return line->empty();
  }
}

// The next line, without its end; none while the end has not come.
std::optional<std::string_view> ReplyReader::next_line(std::string_view& bytes) {
  const std::size_t size = bytes.find('\n');
  std::string_view line = bytes.substr(0, size);
  bytes.remove_prefix(size == bytes.npos ? bytes.size() : size + 1);
  if (size == bytes.npos) {
    begun_ += line;
    return std::nullopt;
  }
  if (!begun_.empty()) {
    begun_ += line;
    joined_.swap(begun_);
    begun_.clear();
    line = joined_;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void ReplyReader::begin(std::string_view line) {
  if (!line.starts_with("HTTP/1.1 ")) {
    throw std::runtime_error("not a status line: " + std::string(line));
  }
  reply_.status = static_cast<int>(number(line.substr(9, 3), 10));
  reply_.body_bytes = 0;
  reply_.body_end.clear();
  length_.reset();
  chunked_ = false;
  state_ = State::header;
}

void ReplyReader::read_header(std::string_view line) {
  if (const auto length = value_of("content-length", line)) {
    length_ = number(*length, 10);
  } else if (const auto coding = value_of("transfer-encoding", line)) {
    chunked_ = *coding == "chunked";
  }
}

bool ReplyReader::end_of_head() {
  if (chunked_) {
    state_ = State::chunk_size;
    return false;
  }
  if (!length_) throw std::runtime_error("a reply without a length");
  left_ = *length_;
  state_ = State::body;
  return left_ == 0;
}

void ReplyReader::keep_end(std::string_view piece) {
  if (piece.size() >= body_end_bytes) {
    reply_.body_end = piece.substr(piece.size() - body_end_bytes);
    return;
  }
  reply_.body_end += piece;
  if (reply_.body_end.size() > body_end_bytes) {
    reply_.body_end.erase(0, reply_.body_end.size() - body_end_bytes);
  }
}

}  // namespace dobson::bench
