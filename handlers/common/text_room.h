#pragma once

// Bodies that are held in memory as a whole, and what is read from them, have a bound together:
// limits::text_bytes. Any thread.

#include <atomic>
#include <cstdint>

#include "core/base/limits.h"

namespace dobson {

class TextRoom {
 public:
  // What one request holds; it is given back with the share.
  class Share {
   public:
    explicit Share(TextRoom& room) : room_(room) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { room_.taken_ -= taken_; }

    // False: there is no room for so many bytes more.
    bool grow(std::uint64_t bytes) {
      taken_ += bytes;
      return room_.taken_.fetch_add(bytes) + bytes <= limits::text_bytes;
    }

   private:
    TextRoom& room_;
    std::uint64_t taken_ = 0;
  };

 private:
  std::atomic<std::uint64_t> taken_{0};
};

}  // namespace dobson
