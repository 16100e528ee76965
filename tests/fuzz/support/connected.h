#pragma once

// A connection of the real server and its client, both on the thread that asks: an input takes the
// same way each time, and waits for nobody. No port is bound; the two are the ends of a pair of
// sockets.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/runtime/runtime.h"
#include "http/server/shard.h"

namespace dobson::fuzz {

class Connected {
 public:
  // On the first reactor of `runtime`, whose own thread rests from now on. `family` and `runtime`
  // outlive it.
  Connected(Runtime& runtime, const http::Family& family);

  // Sends piece after piece, each when the one before it had its time to be read, and closes its
  // side. All that the server sends until it closes its own.
  std::string replies_to(const std::vector<std::vector<char>>& pieces);

 private:
  using Piece = std::vector<char>;

  Task<void> play(const std::vector<Piece>* pieces, std::string* replies);
  Task<void> send(Socket* client, const Piece* piece, std::string* replies);

  Runtime* runtime_;
  Reactor* reactor_;
  http::ServerOptions options_;
  http::Totals totals_;
  http::Listening listening_;
  http::Shard shard_;
};

}  // namespace dobson::fuzz
