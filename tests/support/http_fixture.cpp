#include "tests/support/http_fixture.h"

#include <charconv>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "core/async/task.h"

namespace dobson::test {

namespace {

using http::Exchange;
using http::Method;

HttpFamily& family_of(void* context) {
  return *static_cast<HttpFamily*>(context);
}

void answer(Exchange& exchange, int status, std::string_view body) {
  exchange.status(status);
  exchange.header("Content-Type", "text/plain");
  exchange.finish(body);
}

std::size_t number(const Exchange& exchange, std::string_view name) {
  const auto* text = exchange.query(name);
  std::size_t value = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

void hello(void*, Exchange& exchange) {
  answer(exchange, 200, "hello");
}

void text(void*, Exchange& exchange) {
  const auto* given = exchange.query("text");
  exchange.status(200);
  exchange.header("X-Text", given != nullptr ? *given : "none");
  exchange.finish({});
}

void state(void* context, Exchange& exchange) {
  answer(exchange, 200, std::to_string(family_of(context).state));
}

void throws(void*, Exchange& exchange) {
  exchange.status(200);
  exchange.header("X-Half", "done");
  throw std::runtime_error("broken on purpose");
}

// Set on another thread, like the log.
class ThrowingEnd final : public http::Deferred {
 public:
  void start(Completion& done) override { done.complete(); }
  void finish(Exchange&) override { throw std::runtime_error("broken on purpose"); }
};

std::unique_ptr<http::Deferred> throws_at_its_end(void*, Exchange&) {
  return std::make_unique<ThrowingEnd>();
}

Task<void> throws_in_its_body(void*, Exchange* exchange) {
  exchange->status(200);
  exchange->begin_body(3);
  const std::byte piece{'b'};
  co_await exchange->write_body({&piece, 1});
  throw std::runtime_error("broken on purpose");
}

class SetState final : public http::Deferred, public Pool::Job {
 public:
  SetState(HttpFamily& family, int value) : family_(&family), value_(value) {}
  void start(Completion& done) override {
    done_ = &done;
    if (!family_->pool.submit(*this)) done.complete();
  }
  void finish(Exchange& exchange) override { answer(exchange, 201, "set"); }

 private:
  void execute() override {
    family_->state = value_;
    done_->complete();
  }

  HttpFamily* family_;
  int value_;
  Completion* done_ = nullptr;
};

std::unique_ptr<http::Deferred> set_state(void* context, Exchange& exchange) {
  const std::string value(exchange.path_arg("value").text);
  if (value == "bad") {
    answer(exchange, 400, "bad");
    return nullptr;
  }
  return std::make_unique<SetState>(family_of(context), std::stoi(value));
}

// Each piece is worked on elsewhere, as block I/O would be.
Task<void> body(void* context, Exchange* exchange) {
  std::uint64_t sum = 0;
  for (;;) {
    const auto piece = co_await exchange->read_body();
    if (!piece) {
      answer(*exchange, 400, name_of(piece.error().code));
      co_return;
    }
    if (piece->empty()) break;
    const auto add = [&sum, bytes = *piece] {
      for (const auto byte : bytes) sum += std::to_integer<unsigned>(byte);
    };
    const Status added = co_await offload(family_of(context).pool, exchange->mailbox(), add);
    if (!added) {
      answer(*exchange, 503, "busy");
      co_return;
    }
  }
  answer(*exchange, 201, std::to_string(exchange->body_bytes()) + " " + std::to_string(sum));
}

Task<void> early(void*, Exchange* exchange) {
  answer(*exchange, 403, "no");
  co_return;
}

Task<void> hold(void* context, Exchange* exchange) {
  auto& family = family_of(context);
  ++family.holding;
  family.holding.notify_all();
  const auto until_released = [&family] { family.released.wait(false); };
  const Status waited = co_await offload(family.pool, exchange->mailbox(), until_released);
  DOBSON_ASSERT(waited.ok());
  answer(*exchange, 200, "held " + std::to_string(exchange->body_bytes()));
}

struct Complete {
  Completion* done;
  void operator()() const { done->complete(); }
};

Task<void> gone(void* context, Exchange* exchange) {
  auto& family = family_of(context);
  const auto stop = exchange->stop_token();
  if (exchange->query("at_once") == nullptr) {
    std::optional<std::stop_callback<Complete>> on_stop;
    const auto start = [&](Completion& done) {
      on_stop.emplace(stop, Complete{&done});
      ++family.waiting;
    };
    co_await wait(exchange->mailbox(), start);
    ++family.gone;
  }
  answer(*exchange, 200, stop.stop_requested() ? "gone" : "here");
}

class Pages final : public http::PageSource {
 public:
  Pages(HttpFamily& family, std::size_t pages, bool fails)
      : family_(&family), left_(pages), fails_(fails) {}
  Result<bool> next(std::string& out) override {
    if (left_ == 0) {
      if (fails_) return Error{Errc::corrupt, "a page is damaged"};
      return false;
    }
    --left_;
    ++family_->pages;
    if (left_ % 3 != 1) out.append(64 * 1024, 'p');  // some pages are empty
    return true;
  }

 private:
  HttpFamily* family_;
  std::size_t left_;
  bool fails_;
};

void stream(void* context, Exchange& exchange) {
  exchange.status(200);
  exchange.finish_stream(std::make_unique<Pages>(family_of(context), number(exchange, "pages"),
                                                 exchange.query("fail") != nullptr));
}

Task<void> bytes(void*, Exchange* exchange) {
  auto left = number(*exchange, "of");
  exchange->status(200);
  const bool known = exchange->query("length") == nullptr;
  exchange->begin_body(known ? std::optional<std::uint64_t>(left) : std::nullopt);
  const std::vector<std::byte> piece(100'000, std::byte{'b'});
  while (left > 0) {
    const auto some = std::min(left, piece.size());
    const bool goes_on = co_await exchange->write_body(std::span(piece).first(some));
    if (!goes_on) co_return;
    left -= some;
    if (exchange->query("cut") != nullptr) {
      exchange->abort();
      co_return;
    }
  }
  if (exchange->query("open") == nullptr) exchange->end_body();
}

bool admit(void*, Exchange& exchange) {
  if (exchange.request().header("X-Stranger") == nullptr) return true;
  answer(exchange, 401, "stranger");
  return false;
}

bool gate(void*, Exchange& exchange) {
  if (exchange.request().header("X-Key") != nullptr) return true;
  answer(exchange, 403, "locked");
  return false;
}

void refuse(void*, Exchange& exchange, const http::Refusal& refusal) {
  exchange.status(refusal.status);
  if (refusal.reason == http::Refusal::Reason::method_not_allowed) {
    exchange.header("Allow", refusal.text);
  }
  exchange.finish("refused");
}

constexpr http::Param page_params[] = {{.name = "pages", .type = http::Type::integer, .min = 0}};

constexpr http::Route routes[] = {
    {.method = Method::get, .pattern = "/hello", .handler = hello, .name = "hello", .summary = ""},
    {.method = Method::get, .pattern = "/text", .handler = text, .name = "text", .summary = ""},
    {.method = Method::get, .pattern = "/state", .handler = state, .name = "state", .summary = ""},
    {.method = Method::put,
     .pattern = "/state/{value}",
     .handler = set_state,
     .name = "set_state",
     .summary = ""},
    {.method = Method::put, .pattern = "/body", .handler = body, .name = "body", .summary = ""},
    {.method = Method::post, .pattern = "/early", .handler = early, .name = "early", .summary = ""},
    {.method = Method::post, .pattern = "/hold", .handler = hold, .name = "hold", .summary = ""},
    {.method = Method::get,
     .pattern = "/stream",
     .handler = stream,
     .name = "stream",
     .summary = "",
     .params = page_params,
     .scans = true},
    {.method = Method::get, .pattern = "/gone", .handler = gone, .name = "gone", .summary = ""},
    {.method = Method::get, .pattern = "/bytes", .handler = bytes, .name = "bytes", .summary = ""},
    {.method = Method::get,
     .pattern = "/throws",
     .handler = throws,
     .name = "throws",
     .summary = ""},
    {.method = Method::put,
     .pattern = "/throws",
     .handler = throws_at_its_end,
     .name = "throws_at_its_end",
     .summary = ""},
    {.method = Method::post,
     .pattern = "/throws",
     .handler = throws_in_its_body,
     .name = "throws_in_its_body",
     .summary = ""},
    {.method = Method::get,
     .pattern = "/guarded",
     .handler = hello,
     .name = "guarded",
     .summary = "",
     .gate = gate},
    {.method = Method::get,
     .pattern = "/open",
     .handler = hello,
     .name = "open",
     .summary = "",
     .open = true},
};

}  // namespace

HttpFamily::HttpFamily()
    : family{.name = "test", .routes = routes, .context = this, .admit = admit, .refuse = refuse} {}

HttpFixture::HttpFixture(const http::ServerOptions& options, unsigned reactors,
                         const std::string& address)
    : runtime_(reactors, clock_, tick_ms), server_(http::Server::make(runtime_, options)) {
  address_ = server_->listen({address}, {&family_.family}).value().front();
  server_->start();
}

HttpFixture::~HttpFixture() {
  if (!drained_) drain(0);
}

void HttpFixture::drain(std::int64_t grace_ms) {
  drained_ = true;
  server_->drain(grace_ms);
}

}  // namespace dobson::test
