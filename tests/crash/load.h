#pragma once

// Clients that change a server all at once, and remember what each change was to make of it.
//
// Each has volumes of its own, so that its changes come one after the other, and the log of the
// server mixes them with those of the others.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/crash/log.h"
#include "tests/crash/world.h"
#include "tools/dobsonctl/http_client.h"

namespace dobson::crash {

class Client;

class Load {
 public:
  // `recording`: of the servers that it will be on, if they are recorded.
  explicit Load(uint64_t seed, const Log* recording = nullptr);
  ~Load();

  // Until the server has gone, or `enough` was true for each client; it is asked after each reply,
  // on the client's thread, and told how many there were. Throws std::runtime_error when an answer
  // is wrong.
  void run(const std::string& url, const std::function<bool(size_t replies)>& enough);

  // To be called before the next run if the last server was killed: tells from what is there now
  // whether the changes were made that nobody has heard of.
  void settle(const World& found);

  // Log::records() when the replies were seen, ascending; zeros without a recording.
  std::vector<uint64_t> acks() const;

  // What is lost of all that was acknowledged up to that point of the recording, or half done:
  // empty if each client finds what it has left, with or without the change that was on its way.
  std::string loss(const World& found, uint64_t prefix) const;

 private:
  const Log* recording_;
  ctl::Server server_{.user = "root"};
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace dobson::crash
