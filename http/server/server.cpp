#include "http/server/server.h"

#include <unistd.h>

#include <algorithm>
#include <future>

#include "core/runtime/runtime.h"
#include "http/server/acceptor.h"
#include "http/server/connection.h"
#include "http/server/shard.h"

namespace dobson::http {

namespace {

Result<std::unique_ptr<Listening>> make_listening(std::vector<const Family*> families,
                                                  unsigned shards) {
  for (const Family* family : families) {
    if (family->refuse == nullptr) {
      return Error{Errc::invalid_argument, std::string(family->name) + ": no Family::refuse"};
    }
  }
  Router router = TRY(Router::make(families));
  const auto routes = router.entries().size();
  auto listening = std::make_unique<Listening>(std::move(families), std::move(router));
  for (unsigned i = 0; i < shards; ++i) {
    listening->counters.push_back(std::make_unique<CounterBlock>(routes + 1));
  }
  return listening;
}

class ReactorServer final : public Server {
 public:
  ReactorServer(Runtime& runtime, const ServerOptions& options)
      : runtime_(&runtime), options_(options) {
    for (unsigned i = 0; i < runtime.size(); ++i) {
      shards_.push_back(std::make_unique<Shard>(runtime, i, options_, totals_));
    }
  }

  ~ReactorServer() override { remove_socket_files(); }

  Result<std::vector<std::string>> listen(const std::vector<std::string>& addresses,
                                          std::vector<const Family*> families) override;
  void start() override;
  void drain(std::int64_t grace_ms) override;
  Readings read() const override;
  Budget budget() const override;

 private:
  void remove_socket_files();

  template <class MakeTask>
  void run_everywhere(MakeTask make_task) {
    std::vector<std::future<void>> ended;
    for (unsigned i = 0; i < shards_.size(); ++i) {
      ended.push_back(runtime_->run(i, make_task(*shards_[i])));
    }
    for (auto& end : ended) end.get();
  }

  Runtime* runtime_;
  const ServerOptions options_;
  Totals totals_;
  std::vector<std::unique_ptr<Listening>> listenings_;
  std::vector<std::string> socket_files_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

Result<std::vector<std::string>> ReactorServer::listen(const std::vector<std::string>& addresses,
                                                       std::vector<const Family*> families) {
  auto listening = TRY(make_listening(std::move(families), runtime_->size()));
  std::vector<Bound> all;
  for (const auto& address : addresses) {
    all.push_back(TRY(bind_address(address, runtime_->size())));
    if (!all.back().path.empty()) socket_files_.push_back(all.back().path);
  }

  std::vector<Shard*> everybody;
  for (const auto& shard : shards_) everybody.push_back(shard.get());
  std::vector<std::string> names;
  for (auto& bound : all) {
    names.push_back(bound.name);
    const bool one_for_all = bound.sockets.size() == 1;
    for (unsigned i = 0; i < bound.sockets.size(); ++i) {
      shards_[i]->add_acceptor(*runtime_, *listening, std::move(bound.sockets[i]),
                               one_for_all ? everybody : std::vector{shards_[i].get()});
    }
  }
  listenings_.push_back(std::move(listening));
  return names;
}

void ReactorServer::start() {
  run_everywhere([](Shard& shard) { return shard.start(); });
}

void ReactorServer::drain(std::int64_t grace_ms) {
  remove_socket_files();
  run_everywhere([](Shard& shard) { return shard.stop_accepting(); });
  run_everywhere([grace_ms](Shard& shard) { return shard.drain(grace_ms); });
}

void ReactorServer::remove_socket_files() {
  for (const auto& path : std::exchange(socket_files_, {})) unlink(path.c_str());
}

// A family that several listeners share is counted once.
void add(std::vector<Server::RouteReading>& routes, const Server::RouteReading& reading) {
  const auto same = std::ranges::find_if(routes, [&](const Server::RouteReading& other) {
    return other.family == reading.family && other.route == reading.route;
  });
  if (same == routes.end()) {
    routes.push_back(reading);
  } else {
    same->counters += reading.counters;
  }
}

Server::Readings ReactorServer::read() const {
  Readings readings;
  for (const auto& listening : listenings_) {
    const auto sum = [&](std::size_t route) {
      RouteCounters total;
      for (const auto& block : listening->counters) total += block->read(route);
      return total;
    };
    for (const auto& entry : listening->router.entries()) {
      add(readings.routes, {entry.family->name, entry.route->name, sum(entry.index)});
    }
    add(readings.routes,
        {listening->families.front()->name, "none", sum(listening->router.entries().size())});
  }
  readings.connections_open = totals_.open;
  readings.connections_accepted = totals_.accepted;
  readings.connections_refused = totals_.refused;
  readings.body_bytes = totals_.body_buffers * limits::body_chunk_bytes;
  readings.answer_bytes = totals_.waiting_answer_bytes;
  return readings;
}

Server::Budget ReactorServer::budget() const {
  // In the arena: the decoded target, and what was read beyond a body.
  constexpr auto each = sizeof(Connection) + limits::head_bytes + sizeof(ServerExchange) +
                        limits::target_bytes + limits::body_overread_bytes;
  const auto spare = shards_.size() * limits::spare_exchanges * limits::output_batch_bytes;
  const auto buffers = std::max<std::size_t>(options_.body_buffers, shards_.size());
  return {
      .connections = options_.connections * each + spare,
      .bodies = buffers * limits::body_chunk_bytes,
      .answers = options_.connections * limits::stream_chunk_bytes + options_.waiting_answer_bytes};
}

}  // namespace

std::unique_ptr<Server> Server::make(Runtime& runtime, const ServerOptions& options) {
  return std::make_unique<ReactorServer>(runtime, options);
}

}  // namespace dobson::http
