#pragma once

// The environment failed: LMDB or the disk refused, or a row is not what was written. Thrown by the
// transactions and tables of storage, caught by the log (nothing of the batch is acknowledged) and
// by the connection (500). Never for what a client asked wrongly.

#include <exception>
#include <string>

#include "core/base/error.h"

namespace dobson::storage {

class EnvError : public std::exception {
 public:
  EnvError(Errc code, std::string text) : code_(code), text_(std::move(text)) {}

  Errc code() const { return code_; }  // out_of_space, overloaded, corrupt, io
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  Errc code_;
  std::string text_;
};

}  // namespace dobson::storage
