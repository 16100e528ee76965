// The load generator of tools/bench against a server that answers as it is told.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
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
    Generator generator(server.address(), {.depth = depth}, workload("get"), {});
    const Measurement measured = generator.run({.requests = 40}, 0);
    BOOST_TEST(measured.done == 40);
    BOOST_TEST(measured.errors == 8);
    BOOST_TEST(measured.bytes == 36 * 16 + 4 * 15);
    BOOST_TEST(measured.latencies_ns.count() == 40);
    BOOST_TEST(measured.first_error == "get: 503, 16 bytes that end: xxxxxxxxxxxxxxxx");
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
  Generator generator(server.address(), {}, workload("stream"), source);
  BOOST_TEST(generator.run({.requests = 1}, 0).errors == 0);
  BOOST_TEST(generator.run({.requests = 1}, 0).errors == 1);
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_fails_the_run) {
  const StandIn server({reply(200, 16), reply(200, 16)});
  Generator generator(server.address(), {}, workload("get"), {});
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

BOOST_AUTO_TEST_CASE(refusals_are_counted_apart) {
  const std::vector<std::string> replies{reply(200, 16), reply(503, 9), reply(500, 9)};
  const StandIn server(replies);
  Generator generator(server.address(), {.may_refuse = true}, workload("get"), {});
  const Measurement measured = generator.run({.requests = 3}, 0);
  BOOST_TEST(measured.done == 3);
  BOOST_TEST(measured.refused == 1);
  BOOST_TEST(measured.errors == 1);
  BOOST_TEST(measured.latencies_ns.count() == 2);
}

// Many more are due than one connection can carry: all are told of.
BOOST_AUTO_TEST_CASE(an_open_loop_omits_nothing) {
  const StandIn server(std::vector<std::string>(10'000, reply(200, 16)));
  Generator generator(server.address(), {.rate = 1e6}, workload("get"), {});
  const Measurement measured = generator.run({.seconds = 0.01}, 0);
  BOOST_TEST(measured.done > 0);
  BOOST_TEST(measured.done + measured.unsent == 10'000);
  BOOST_TEST(measured.latencies_ns.count() == 10'000);
}

BOOST_AUTO_TEST_CASE(an_open_loop_sends_what_it_is_told_to) {
  for (const unsigned depth : {1U, 8U}) {
    const StandIn server(std::vector<std::string>(40, reply(200, 16)));
    Generator generator(server.address(), {.depth = depth, .rate = 1e6}, workload("get"), {});
    const Measurement measured = generator.run({.requests = 40}, 0);
    BOOST_TEST(measured.done == 40);
    BOOST_TEST(measured.unsent == 0);
    BOOST_TEST(measured.errors == 0);
  }
}

BOOST_AUTO_TEST_CASE(percentiles_to_a_64th) {
  std::mt19937_64 random(test::seed());
  Histogram histogram;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 10'000; ++i) {
    values.push_back(random() >> random() % 64);
    histogram.add(values.back());
  }
  std::ranges::sort(values);
  for (const double part : {0.0, 0.0001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = std::max(1.0, std::ceil(part * 10'000));
    const std::uint64_t exact = values[static_cast<std::size_t>(rank) - 1];
    BOOST_TEST(histogram.percentile(part) >= exact);
    BOOST_TEST(histogram.percentile(part) - exact <= exact / 64);
  }
  BOOST_TEST(histogram.largest() == values.back());
  std::uint64_t last = 0;
  std::uint64_t count = 0;
  histogram.each([&](std::uint64_t value, std::uint64_t of_it) {
    BOOST_TEST((count == 0 || value > last));
    last = value;
    count += of_it;
    const auto not_above = std::ranges::upper_bound(values, value) - values.begin();
    BOOST_TEST(count == static_cast<std::uint64_t>(not_above));
  });
  BOOST_TEST(count == 10'000);
  BOOST_TEST(Histogram().percentile(0.5) == 0);
}

// Each rank as often as its weight tells, within seven standard deviations.
BOOST_AUTO_TEST_CASE(ranks_by_zipf) {
  constexpr int draws = 200'000;
  std::uint64_t random = test::seed();
  for (const double s : {0.5, 0.99, 1.5}) {
    for (const std::uint64_t n : {1, 2, 10, 1000}) {
      const Zipf zipf(n, s);
      std::vector<double> seen(n);
      for (int i = 0; i < draws; ++i) ++seen.at(zipf.draw(random));
      double sum = 0;
      for (std::uint64_t rank = 1; rank <= n; ++rank) sum += std::pow(rank, -s);
      for (std::uint64_t rank = 1; rank <= n; ++rank) {
        const double part = std::pow(rank, -s) / sum;
        const double expected = draws * part;
        const double deviation = std::sqrt(expected * (1 - part));
        BOOST_TEST(std::abs(seen[rank - 1] - expected) <= 7 * deviation + 1e-9);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_mix_is_of_its_weights) {
  const Workload& mixed = workload("mixed");
  unsigned sum = 0;
  for (const Share& share : mixed.shares) sum += share.weight;
  BOOST_TEST(sum == 100);
  BOOST_TEST(mixed.shares.front().operation->name == "get_popular");
}

BOOST_AUTO_TEST_CASE(a_loop_counts_its_steps) {
  std::uint64_t steps = 0;
  const Measurement measured = run_loop({[&steps] { ++steps; }, 3}, 0, 0.001);
  BOOST_TEST(measured.done == steps);
  BOOST_TEST(measured.bytes == 3 * steps);
  BOOST_TEST(measured.latencies_ns.count() == steps);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::bench
