#pragma once

// Load on one server, by one thread with one epoll.
//
// Closed loop: each connection keeps `depth` requests under way and sends the next when one is
// answered. A latency runs from the moment a request is written to the moment its last byte is
// read; requests pipelined together share the first of these. It tells what a server can do, and
// nothing of how it feels: while it stands still, nobody asks.
//
// Open loop: requests are due at a fixed rate, whatever the server does. One that is due while all
// connections are taken waits, and its latency runs from when it was due; so do those of the
// requests that were never sent. No omission is coordinated with the server.
//
// Failures of the network and answers that are not HTTP are thrown.

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/measurement.h"
#include "bench/load/reply_reader.h"
#include "bench/load/workload.h"

namespace dobson::bench {

struct Pace {
  unsigned connections = 1;
  unsigned depth = 1;
  double rate = 0;          // requests/s that are due; 0: closed loop
  bool may_refuse = false;  // 503 is an answer, counted apart, and no error
};

// When to begin no more requests; those under way are finished. 0: no such end.
struct End {
  std::uint64_t requests = 0;
  double seconds = 0;
};

class Generator {
 public:
  // `workload` must outlive the generator.
  Generator(const sockaddr_in& server, const Pace& pace, const Workload& workload, Source source);
  ~Generator();

  // May be called again, on the same connections. `server` is the process whose CPU time is taken.
  Measurement run(const End& end, pid_t server);

 private:
  struct Connection;
  struct Request {
    std::uint32_t share;  // of the workload
    std::int64_t begin_ns;
  };

  void connect(const sockaddr_in& server);
  std::uint32_t draw_share();
  bool may_begin() const;
  std::int64_t due_ns() const;
  void begin_due();
  void count_unsent();
  void fill(Connection& connection);
  void begin(Connection& connection, std::int64_t begin_ns);
  void send(Connection& connection);
  void receive(Connection& connection);
  void finish(Connection& connection);
  void wait();

  const Workload& workload_;
  const Pace pace_;
  Source source_;
  unsigned weights_ = 0;                  // of all shares
  std::vector<std::string> after_paths_;  // of each share's requests: version, headers, body
  std::vector<char> buffer_;
  int epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<Connection*> free_;  // in an open loop: once for each request they may take

  End end_;
  std::int64_t begin_ns_ = 0;
  std::int64_t deadline_ns_ = 0;
  std::int64_t time_ns_ = 0;  // read once a wake-up
  std::uint64_t begun_ = 0;
  Measurement measurement_;
};

}  // namespace dobson::bench
