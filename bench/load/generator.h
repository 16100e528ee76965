#pragma once

// Closed loop: each connection keeps `depth` requests under way and sends the next when one is
// answered. One thread, one epoll. A latency runs from the moment a request is written to the
// moment its last byte is read; requests pipelined together share the first of these. Failures of
// the network and answers that are not HTTP are thrown.

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/measurement.h"
#include "bench/load/reply_reader.h"
#include "bench/load/workload.h"

namespace dobson::bench {

// When to begin no more requests; those under way are finished. 0: no such end.
struct End {
  std::uint64_t requests = 0;
  double seconds = 0;
};

class Generator {
 public:
  // `workload` must outlive the generator.
  Generator(const sockaddr_in& server, unsigned connections, unsigned depth,
            const Workload& workload, Source source);
  ~Generator();

  // May be called again, on the same connections. `server` is the process whose CPU time is taken.
  Measurement run(const End& end, pid_t server);

 private:
  struct Connection;

  void connect(const sockaddr_in& server);
  bool may_begin() const;
  void begin(Connection& connection);
  void send(Connection& connection);
  void receive(Connection& connection);
  void finish(Connection& connection);
  void wait();

  const Workload& workload_;
  Source source_;
  const unsigned depth_;
  std::string after_path_;  // of a request: version, headers, body
  std::vector<char> buffer_;
  int epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;

  End end_;
  std::int64_t deadline_ns_ = 0;
  std::int64_t time_ns_ = 0;  // read once a wake-up
  std::uint64_t begun_ = 0;
  Measurement measurement_;
};

}  // namespace dobson::bench
