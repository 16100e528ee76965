#include "http/client/client.h"

#include "core/async/pool.h"
#include "core/runtime/runtime.h"
#include "http/client/call.h"

namespace dobson::http {

namespace {

class ReactorClient final : public Client {
 public:
  ReactorClient(Runtime& runtime, const Options& options)
      : lookup_pool_(limits::client_lookup_threads, limits::client_lookups) {
    for (unsigned i = 0; i < runtime.size(); ++i) {
      shards_.push_back(std::make_unique<ClientShard>(runtime.reactor(i), lookup_pool_, options));
    }
  }

  Task<ClientResult<std::unique_ptr<ClientAnswer>>> ask(unsigned reactor,
                                                        ClientRequest request) override {
    auto call = std::make_unique<Call>(*shards_[reactor], std::move(request));
    auto begun = co_await call->begin();
    if (!begun) co_return begun.error();
    co_return std::unique_ptr<ClientAnswer>(std::move(call));
  }

 private:
  std::vector<std::unique_ptr<ClientShard>> shards_;
  Pool lookup_pool_;  // last: its threads work on what the shards hold
};

}  // namespace

std::unique_ptr<Client> Client::make(Runtime& runtime, const Options& options) {
  return std::make_unique<ReactorClient>(runtime, options);
}

}  // namespace dobson::http
