// The load generator of tools/bench against a server that answers as it is told.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/load/generator.h"
#include "bench/load/measurement.h"
#include "bench/load/reply_reader.h"
#include "bench/load/workload.h"
#include "bench/peers/loops.h"
#include "tests/support/seed.h"

namespace dobson::bench {

namespace {

const Workload& workload(std::string_view name) {
  return *std::ranges::find(workloads(), name, &Workload::name);
}

std::string reply(int status, std::size_t body_bytes) {
  return fmt::format("HTTP/1.1 {} As Told\r\nContent-Length: {}\r\n\r\n{}", status, body_bytes,
                     std::string(body_bytes, 'x'));
}

// Answers each request of one connection with the next of `replies`; then it closes.
class StandIn {
 public:
  explicit StandIn(std::vector<std::string> replies)
      : replies_(std::move(replies)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    BOOST_REQUIRE(::bind(listener_, at(), size) == 0);
    BOOST_REQUIRE(::listen(listener_, 1) == 0);
    BOOST_REQUIRE(::getsockname(listener_, at(), &size) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~StandIn() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  const sockaddr_in& address() const { return address_; }

 private:
  sockaddr* at() { return reinterpret_cast<sockaddr*>(&address_); }

  void serve() {
    const int socket = ::accept(listener_, nullptr, nullptr);
    std::string asked;
    std::size_t from = 0;
    char bytes[4096];
    for (const std::string& reply : replies_) {
      std::size_t end;
      while ((end = asked.find("\r\n\r\n", from)) == asked.npos) {
        const ssize_t size = ::recv(socket, bytes, sizeof bytes, 0);
        if (size <= 0) break;
        asked.append(bytes, static_cast<std::size_t>(size));
      }
      if (end == asked.npos) break;
      from = end + 4;
      if (::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) break;
    }
    ::close(socket);
  }

  const std::vector<std::string> replies_;
  const int listener_;
  sockaddr_in address_{};
  std::thread thread_;
};

std::string between(const std::string& json, const std::string& key) {
  const std::size_t begin = json.find('"' + key + "\":") + key.size() + 3;
  return json.substr(begin, json.find_first_of(",}", begin) - begin);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_load)

// `get` wants 200 and 16 bytes.
BOOST_AUTO_TEST_CASE(what_is_not_the_answer_is_an_error) {
  std::vector<std::string> replies;
  for (int i = 0; i < 40; ++i) {
    replies.push_back(i % 10 == 3 ? reply(503, 16) : i % 10 == 7 ? reply(200, 15) : reply(200, 16));
  }
  for (const unsigned depth : {1U, 8U}) {
    const StandIn server(replies);
    Generator generator(server.address(), 1, depth, workload("get"), {});
    const Measurement measured = generator.run({.requests = 40}, 0);
    BOOST_TEST(measured.done == 40);
    BOOST_TEST(measured.errors == 8);
    BOOST_TEST(measured.bytes == 36 * 16 + 4 * 15);
    BOOST_TEST(measured.latencies_ns.size() == 40);
    BOOST_TEST(measured.first_error == "503, 16 bytes that end: xxxxxxxxxxxxxxxx");
  }
}

BOOST_AUTO_TEST_CASE(a_stream_that_lacks_keys_is_an_error) {
  const auto stream = [](int count) {
    const std::string body = fmt::format("{{}}\n{{\"end\":true,\"count\":{}}}\n", count);
    return fmt::format(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n", body.size(),
        body);
  };
  const StandIn server({stream(2000), stream(1999)});
  Source source;
  source.keys = 2000;
  Generator generator(server.address(), 1, 1, workload("stream"), source);
  BOOST_TEST(generator.run({.requests = 1}, 0).errors == 0);
  BOOST_TEST(generator.run({.requests = 1}, 0).errors == 1);
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_fails_the_run) {
  const StandIn server({reply(200, 16), reply(200, 16)});
  Generator generator(server.address(), 1, 1, workload("get"), {});
  BOOST_CHECK_THROW(generator.run({.requests = 3}, 0), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(every_cut_gives_the_same_replies) {
  const std::string bytes =
      reply(404, 3) + "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n" +
      "2\r\nab\r\n0\r\n\r\n" + reply(201, 0);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      ReplyReader reader;
      std::string seen;
      const std::string_view all = bytes;
      for (std::string_view piece :
           {all.substr(0, first), all.substr(first, second - first), all.substr(second)}) {
        while (reader.read(piece)) {
          seen += std::to_string(reader.reply().status) + reader.reply().body_end + ' ';
        }
      }
      BOOST_REQUIRE_EQUAL(seen, "404xxx 2000123456789ab 201 ");
    }
  }
}

BOOST_AUTO_TEST_CASE(percentiles_by_nearest_rank) {
  Measurement measured;
  for (std::int64_t i = 1; i <= 1000; ++i) measured.latencies_ns.push_back(i);
  std::mt19937_64 random(test::seed());
  std::ranges::shuffle(measured.latencies_ns, random);
  const std::string json = to_json(measured);
  BOOST_TEST(between(json, "p50_ns") == "500");
  BOOST_TEST(between(json, "p99_ns") == "990");
}

BOOST_AUTO_TEST_CASE(a_loop_counts_its_steps) {
  std::uint64_t steps = 0;
  const Measurement measured = run_loop({[&steps] { ++steps; }, 3}, 0, 0.001);
  BOOST_TEST(measured.done == steps);
  BOOST_TEST(measured.bytes == 3 * steps);
  BOOST_TEST(measured.latencies_ns.size() == steps);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::bench
