#pragma once

// Listening sockets: addresses as an operator writes them, and what binds to them.

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace dobson::http {

// Closed with its owner.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(other.release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor();

  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// Sockets that listen at one address; several share a TCP port.
struct Bound {
  std::string name;  // "127.0.0.1:9880", "[::1]:9880", "unix:/run/dobson.sock"
  std::vector<FileDescriptor> sockets;
  std::string path = {};  // of a Unix socket, to be removed at the end
};

// As an operator writes it: "HOST:PORT" ([…] around IPv6) or "unix:PATH".
struct Address {
  std::string host = {};
  std::string port = {};  // 0: the kernel picks
  std::string path = {};
};
// invalid_argument: no address. Asks no name server.
Result<Address> parse_address(const std::string& name);

// `sockets` sockets on one port, or one at a path. invalid_argument: no address, or an unknown
// host; io: cannot be had, with what to do.
Result<Bound> bind_address(const std::string& name, unsigned sockets);

}  // namespace dobson::http
