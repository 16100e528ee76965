#include "bench/load/generator.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace dobson::bench {

namespace {

constexpr int silence_ms = 30'000;  // of all connections; then the run is given up
constexpr std::size_t buffer_bytes = 256 * 1024;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int checked(int result, const char* what) {
  if (result < 0) fail(what);
  return result;
}

std::string headers_and_body(const sockaddr_in& server, const Workload& workload) {
  std::string text = fmt::format(" HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", ntohs(server.sin_port));
  if (!workload.plain) {
    text +=
        "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
        "Authorization: OZONE root\r\n"
        "x-ozone-version: v1\r\n";
  }
  const std::uint64_t size = workload.request_bytes;
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
  std::vector<std::int64_t> begun_ns;  // of requests under way, a ring
  std::size_t oldest = 0;
  unsigned under_way = 0;
};

Generator::Generator(const sockaddr_in& server, unsigned connections, unsigned depth,
                     const Workload& workload, Source source)
    : workload_(workload),
      source_(std::move(source)),
      depth_(depth),
      after_path_(headers_and_body(server, workload)),
      buffer_(buffer_bytes),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
  for (unsigned i = 0; i < connections; ++i) connect(server);
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
  connection.begun_ns.resize(depth_);
}

Measurement Generator::run(const End& end, pid_t server) {
  measurement_ = {};
  measurement_.latencies_ns.reserve(1 << 20);
  begun_ = 0;
  end_ = end;
  const std::int64_t cpu_before_ns = cpu_ns_of(server);
  const std::int64_t begin_ns = time_ns_ = now_ns();
  deadline_ns_ = end.seconds > 0 ? begin_ns + static_cast<std::int64_t>(end.seconds * 1e9)
                                 : std::numeric_limits<std::int64_t>::max();
  for (const auto& connection : connections_) begin(*connection);
  while (measurement_.done < begun_) wait();
  measurement_.elapsed_ns = now_ns() - begin_ns;
  measurement_.cpu_ns = cpu_ns_of(server) - cpu_before_ns;
  return std::move(measurement_);
}

bool Generator::may_begin() const {
  return time_ns_ < deadline_ns_ && (end_.requests == 0 || begun_ < end_.requests);
}

// As many requests as the connection may have under way.
void Generator::begin(Connection& connection) {
  while (connection.under_way < depth_ && may_begin()) {
    connection.out += workload_.method;
    connection.out += ' ';
    workload_.append_path(connection.out, source_);
    connection.out += after_path_;
    const std::size_t place = (connection.oldest + connection.under_way) % depth_;
    connection.begun_ns[place] = time_ns_;
    ++connection.under_way;
    ++begun_;
  }
  send(connection);
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
  begin(connection);
}

// The oldest request has its answer.
void Generator::finish(Connection& connection) {
  const Reply& reply = connection.reader.reply();
  if (connection.under_way == 0) throw std::runtime_error("an answer to nothing");
  measurement_.latencies_ns.push_back(time_ns_ - connection.begun_ns[connection.oldest]);
  connection.oldest = (connection.oldest + 1) % depth_;
  --connection.under_way;
  ++measurement_.done;
  measurement_.bytes += reply.body_bytes + workload_.request_bytes;
  if (reply.status == workload_.status && workload_.is_whole(reply, source_)) return;
  if (measurement_.errors++ == 0) {
    measurement_.first_error =
        fmt::format("{}, {} bytes that end: {}", reply.status, reply.body_bytes, reply.body_end);
  }
}

void Generator::wait() {
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), silence_ms);
  if (count < 0 && errno == EINTR) return;
  if (checked(count, "epoll_wait") == 0) {
    throw std::runtime_error(fmt::format("no answer for {} s", silence_ms / 1000));
  }
  for (int i = 0; i < count; ++i) {
    auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
    if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) send(connection);
    if ((events[static_cast<std::size_t>(i)].events & ~EPOLLOUT) != 0) receive(connection);
  }
}

}  // namespace dobson::bench
