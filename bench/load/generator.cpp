#include "bench/load/generator.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/base/splitmix.h"

namespace dobson::bench {

namespace {

constexpr int silence_ms = 30'000;  // of all connections; then the run is given up
constexpr std::size_t buffer_bytes = 256 * 1024;

std::string to_string(const sockaddr_in& address) {
  char host[INET_ADDRSTRLEN];
  ::inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
  return fmt::format("{}:{}", host, ntohs(address.sin_port));
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int checked(int result, const char* what) {
  if (result < 0) fail(what);
  return result;
}

std::string after_path(const sockaddr_in& server, const Operation& operation) {
  std::string text = fmt::format(" HTTP/1.1\r\nHost: {}\r\n", to_string(server));
  if (!operation.plain) {
    text +=
        "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
        "Authorization: OZONE root\r\n"
        "x-ozone-version: v1\r\n";
  }
  const std::uint64_t size = operation.request_bytes;
  if (size > 0) text += fmt::format("Content-Length: {}\r\n", size);
  text += "\r\n";
  for (std::uint64_t i = 0; i < size; ++i) text += static_cast<char>(i * i);
  return text;
}

}  // namespace

struct Generator::Connection {
  explicit Connection(int socket_) : socket(socket_) {}
  Connection(const Connection&) = delete;
  ~Connection() { ::close(socket); }

  const int socket;
  std::string out;  // requests that are not sent whole
  std::size_t sent = 0;
  bool waits_to_send = false;
  ReplyReader reader;
  std::vector<Request> requests;  // under way, a ring
  std::size_t oldest = 0;
  unsigned under_way = 0;
};

Generator::Generator(const sockaddr_in& server, const Pace& pace, const Workload& workload,
                     Source source)
    : workload_(workload),
      pace_(pace),
      source_(std::move(source)),
      buffer_(buffer_bytes),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
  for (const Share& share : workload.shares) {
    weights_ += share.weight;
    after_paths_.push_back(after_path(server, *share.operation));
  }
  for (unsigned i = 0; i < pace.connections; ++i) connect(server);
}

Generator::~Generator() {
  connections_.clear();
  ::close(epoll_);
}

void Generator::connect(const sockaddr_in& server) {
  const int socket = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  auto& connection = *connections_.emplace_back(std::make_unique<Connection>(socket));
  checked(::connect(socket, reinterpret_cast<const sockaddr*>(&server), sizeof server), "connect");
  const int on = 1;
  checked(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
  checked(::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
  connection.requests.resize(pace_.depth);
  free_.insert(free_.end(), pace_.depth, &connection);
}

Measurement Generator::run(const End& end, pid_t server) {
  measurement_ = {};
  begun_ = 0;
  end_ = end;
  const std::int64_t cpu_before_ns = cpu_ns_of(server);
  begin_ns_ = time_ns_ = now_ns();
  deadline_ns_ = end.seconds > 0 ? begin_ns_ + static_cast<std::int64_t>(end.seconds * 1e9)
                                 : std::numeric_limits<std::int64_t>::max();
  if (pace_.rate == 0) {
    for (const auto& connection : connections_) fill(*connection);
    while (measurement_.done < begun_) wait();
  } else {
    do {
      begin_due();
      if (measurement_.done < begun_ || may_begin()) wait();
    } while (measurement_.done < begun_ || may_begin());
    count_unsent();
  }
  measurement_.elapsed_ns = now_ns() - begin_ns_;
  measurement_.cpu_ns = cpu_ns_of(server) - cpu_before_ns;
  return std::move(measurement_);
}

bool Generator::may_begin() const {
  return time_ns_ < deadline_ns_ && (end_.requests == 0 || begun_ < end_.requests);
}

// --- Open loop ---

// The next request.
std::int64_t Generator::due_ns() const {
  return begin_ns_ + static_cast<std::int64_t>(static_cast<double>(begun_) * 1e9 / pace_.rate);
}

void Generator::begin_due() {
  time_ns_ = now_ns();
  while (!free_.empty() && may_begin() && due_ns() <= time_ns_) {
    Connection& connection = *free_.front();
    free_.pop_front();
    begin(connection, due_ns());
    send(connection);
  }
}

// What was due before the end and is not sent has waited at least until now.
void Generator::count_unsent() {
  if (end_.requests != 0) return;
  for (std::int64_t due = due_ns(); due < deadline_ns_; due = due_ns()) {
    measurement_.latencies_ns.add(static_cast<std::uint64_t>(time_ns_ - due));
    ++measurement_.unsent;
    ++begun_;
  }
}

// --- Both ---

// As many requests as the connection may have under way.
void Generator::fill(Connection& connection) {
  while (connection.under_way < pace_.depth && may_begin()) begin(connection, time_ns_);
  send(connection);
}

std::uint32_t Generator::draw_share() {
  if (workload_.shares.size() == 1) return 0;
  auto drawn = static_cast<unsigned>(next_random(source_.random) % weights_);
  std::uint32_t share = 0;
  while (drawn >= workload_.shares[share].weight) drawn -= workload_.shares[share++].weight;
  return share;
}

void Generator::begin(Connection& connection, std::int64_t begin_ns) {
  const std::uint32_t share = draw_share();
  const Operation& operation = *workload_.shares[share].operation;
  connection.out += operation.method;
  connection.out += ' ';
  operation.append_path(connection.out, source_);
  connection.out += after_paths_[share];
  const std::size_t place = (connection.oldest + connection.under_way) % pace_.depth;
  connection.requests[place] = {share, begin_ns};
  ++connection.under_way;
  ++begun_;
}

void Generator::send(Connection& connection) {
  while (connection.sent < connection.out.size()) {
    const ssize_t size =
        ::send(connection.socket, connection.out.data() + connection.sent,
               connection.out.size() - connection.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0) fail("send");
    connection.sent += static_cast<std::size_t>(size);
  }
  const bool waits = connection.sent < connection.out.size();
  if (!waits) {
    connection.out.clear();
    connection.sent = 0;
  }
  if (waits == connection.waits_to_send) return;
  connection.waits_to_send = waits;
  epoll_event event{.events = EPOLLIN | (waits ? EPOLLOUT : 0U), .data = {.ptr = &connection}};
  checked(::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.socket, &event), "epoll_ctl");
}

void Generator::receive(Connection& connection) {
  const ssize_t size = ::recv(connection.socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (size < 0 && errno == EAGAIN) return;
  if (size < 0) fail("recv");
  if (size == 0) {
    throw std::runtime_error("the server closed a connection " + measurement_.first_error);
  }
  time_ns_ = now_ns();
  std::string_view bytes(buffer_.data(), static_cast<std::size_t>(size));
  while (connection.reader.read(bytes)) finish(connection);
  if (pace_.rate == 0) fill(connection);
}

// The oldest request has its answer.
void Generator::finish(Connection& connection) {
  const Reply& reply = connection.reader.reply();
  if (connection.under_way == 0) throw std::runtime_error("an answer to nothing");
  const Request request = connection.requests[connection.oldest];
  const Operation& operation = *workload_.shares[request.share].operation;
  connection.oldest = (connection.oldest + 1) % pace_.depth;
  --connection.under_way;
  if (pace_.rate != 0) free_.push_back(&connection);
  ++measurement_.done;
  if (pace_.may_refuse && reply.status == 503) {
    ++measurement_.refused;
    return;
  }
  measurement_.latencies_ns.add(static_cast<std::uint64_t>(time_ns_ - request.begin_ns));
  measurement_.bytes += reply.body_bytes + operation.request_bytes;
  if (reply.status == operation.status && operation.is_whole(reply, source_)) return;
  if (measurement_.errors++ == 0) {
    measurement_.first_error = fmt::format("{}: {}, {} bytes that end: {}", operation.name,
                                           reply.status, reply.body_bytes, reply.body_end);
  }
}

// For an answer; in an open loop until the next request is due, if one could be sent.
void Generator::wait() {
  std::array<epoll_event, 64> events;
  std::int64_t most_ns = silence_ms * 1'000'000LL;
  const bool until_due = pace_.rate != 0 && !free_.empty() && may_begin();
  if (until_due) most_ns = std::clamp<std::int64_t>(due_ns() - now_ns(), 0, most_ns);
  const timespec timeout{.tv_sec = most_ns / 1'000'000'000, .tv_nsec = most_ns % 1'000'000'000};
  const int count = ::epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
  if (count < 0 && errno == EINTR) return;
  if (checked(count, "epoll_pwait2") == 0 && !until_due) {
    throw std::runtime_error(fmt::format("no answer for {} s", silence_ms / 1000));
  }
  for (int i = 0; i < count; ++i) {
    auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
    if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) send(connection);
    if ((events[static_cast<std::size_t>(i)].events & ~EPOLLOUT) != 0) receive(connection);
  }
}

}  // namespace dobson::bench
