#include "http/server/shard.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "http/server/acceptor.h"
#include "http/server/connection.h"

namespace dobson::http {

namespace {

Task<void> serve(Shard* shard, const Listening* listening, Socket socket) {
  Connection connection(*shard, *listening, std::move(socket));
  co_await connection.run();
}

int family_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family;
}

// Cuts what is left when the time is over.
class Grace final : public Deadline {
 public:
  explicit Grace(TaskGroup& tasks) : tasks_(&tasks) {}
  void expired() override { tasks_->cancel(); }

 private:
  TaskGroup* tasks_;
};

}  // namespace

Shard::Shard(Runtime& runtime, unsigned index, const ServerOptions& options, Totals& totals)
    : reactor_(&runtime.reactor(index)),
      options_(&options),
      totals_(&totals),
      body_buffers_(*reactor_, std::max<std::size_t>(1, options.body_buffers / runtime.size()),
                    totals.body_buffers),
      turns_(*reactor_) {}

Shard::~Shard() = default;

void Shard::add_acceptor(Runtime& runtime, const Listening& listening, FileDescriptor socket,
                         std::vector<Shard*> takers) {
  acceptors_.push_back(
      std::make_unique<Acceptor>(runtime, *this, listening, std::move(socket), std::move(takers)));
}

Task<void> Shard::start() {
  for (const auto& acceptor : acceptors_) tasks_.spawn(acceptor->run());
  co_return;
}

Task<void> Shard::stop_accepting() {
  draining_ = true;
  for (const auto& acceptor : acceptors_) acceptor->close();
  co_return;
}

Task<void> Shard::drain(std::int64_t grace_ms) {
  for (Connection* connection : connections_) connection->stop_waiting();
  Grace grace(tasks_);
  const auto most = std::int64_t{std::numeric_limits<int>::max() / 2};
  reactor_->wheel().arm(grace, static_cast<int>(std::min(grace_ms, most)));
  co_await tasks_.join();
}

Task<void> Shard::open(const Listening* listening, int fd) {
  const int family = family_of(fd);
  Socket socket(reactor_->io());
  std::error_code error;
  socket.assign(asio::generic::stream_protocol(family, 0), fd, error);
  if (error) {
    ::close(fd);
    --totals_->open;
    co_return;
  }
  socket.non_blocking(true, error);
  if (family != AF_UNIX) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const int unsent = limits::unsent_bytes;
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  }
  tasks_.spawn(serve(this, listening, std::move(socket)));
}

void Shard::closed(Connection& connection) {
  connections_.erase(&connection);
  --totals_->open;
}

std::unique_ptr<ServerExchange> Shard::take_exchange() {
  if (spare_exchanges_.empty()) return std::make_unique<ServerExchange>(*reactor_);
  auto exchange = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  return exchange;
}

void Shard::give_back(std::unique_ptr<ServerExchange> exchange) {
  const bool large = exchange->out().capacity() > limits::output_batch_bytes;
  if (!large && spare_exchanges_.size() < limits::spare_exchanges) {
    spare_exchanges_.push_back(std::move(exchange));
  }
}

}  // namespace dobson::http
