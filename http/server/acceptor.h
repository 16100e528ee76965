#pragma once

// A listening socket on a reactor: takes what arrives, hands it to shards in turn.

#include <vector>

#include "core/async/asio.h"
#include "core/runtime/io.h"
#include "http/server/listen.h"
#include "http/server/shard.h"

namespace dobson::http {

class Acceptor {
 public:
  Acceptor(Runtime& runtime, Shard& shard, const Listening& listening, FileDescriptor socket,
           std::vector<Shard*> takers);

  Task<void> run();
  // Closes the socket; `run` ends.
  void close();

 private:
  enum class Accepted : std::uint8_t { one, none, no_room };
  Accepted accept_one();
  void tell_no_room(int why);

  Runtime* runtime_;
  Shard* shard_;
  const Listening* listening_;
  Descriptor socket_;
  std::vector<Shard*> takers_;
  std::size_t next_taker_ = 0;
  UnixMillis tell_again_ = 0;
};

}  // namespace dobson::http
