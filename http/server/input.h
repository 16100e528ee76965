#pragma once

// What a connection has read and not used up. Small while nothing is in it.

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "core/base/limits.h"

namespace dobson::http {

class Input {
 public:
  bool empty() const { return begin_ == end_; }
  std::string_view unread() const { return {data_.get() + begin_, end_ - begin_}; }
  std::span<char> unread_bytes() { return {data_.get() + begin_, end_ - begin_}; }

  void consume(std::size_t bytes) { begin_ += bytes; }

  // Room to read into, at least one byte. Moves what is unread.
  std::span<char> space() {
    if (empty()) {
      begin_ = end_ = 0;
      if (capacity_ > limits::read_buffer_bytes) resize(limits::read_buffer_bytes);
    } else if (end_ == capacity_) {
      resize(begin_ > 0 ? capacity_ : capacity_ * 2);
    }
    return {data_.get() + end_, capacity_ - end_};
  }
  void filled(std::size_t bytes) { end_ += bytes; }

  void append(std::string_view bytes) {
    if (bytes.size() > capacity_ - end_) resize(end_ - begin_ + bytes.size());
    std::ranges::copy(bytes, data_.get() + end_);
    end_ += bytes.size();
  }

 private:
  void resize(std::size_t capacity) {
    auto data = std::make_unique_for_overwrite<char[]>(capacity);
    std::ranges::copy(unread(), data.get());
    end_ -= begin_;
    begin_ = 0;
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::size_t capacity_ = limits::read_buffer_bytes;
  std::unique_ptr<char[]> data_ = std::make_unique_for_overwrite<char[]>(capacity_);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace dobson::http
