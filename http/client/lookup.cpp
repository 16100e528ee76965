#include "http/client/lookup.h"

namespace dobson::http {

class Lookups::Job final : public Completion, public Pool::Job {
 public:
  Job(Lookups& lookups, Origin origin, Lookup& waiter)
      : Completion(*lookups.home_),
        lookups_(&lookups),
        origin_(std::move(origin)),
        waiter_(&waiter) {}

  void forget_waiter() { waiter_ = nullptr; }

 private:
  void execute() override {
    found_ = resolve(origin_.host, origin_.port);
    complete();
  }

  void run() override {
    const auto self = lookups_->jobs_.extract(this);
    if (waiter_ == nullptr) return;
    waiter_->job_ = nullptr;
    waiter_->found_ = std::move(found_);
    waiter_->run();
  }

  Lookups* lookups_;
  const Origin origin_;
  Lookup* waiter_;
  Lookup::Found found_ = Error{Errc::internal};
};

Lookups::Lookups(Pool& pool, Mailbox& home) : pool_(&pool), home_(&home) {}
Lookups::~Lookups() = default;

Lookup::Lookup(Lookups& lookups, Origin origin)
    : Completion(*lookups.home_),
      lookups_(&lookups),
      origin_(std::move(origin)),
      found_(Error{Errc::unavailable}) {}

bool Lookup::await_ready() {
  auto numeric = resolve_numeric(origin_.host, origin_.port);
  if (numeric) found_ = std::move(numeric);
  return found_.ok();
}

bool Lookup::await_suspend(std::coroutine_handle<> awaiter) {
  auto job = std::make_unique<Lookups::Job>(*lookups_, std::move(origin_), *this);
  if (!lookups_->pool_->submit(*job)) {
    found_ = Error{Errc::overloaded, "too many names wait to be looked up"};
    return false;
  }
  awaiter_ = awaiter;
  job_ = job.get();
  lookups_->jobs_.emplace(job_, std::move(job));
  return true;
}

void Lookup::abandon() {
  if (job_ == nullptr) return;
  job_->forget_waiter();
  job_ = nullptr;
  complete();
}

}  // namespace dobson::http
