#pragma once

// From the plain functions of this family to http's handlers.

#include <memory>
#include <optional>
#include <string_view>

#include "handlers/ozone/call.h"
#include "http/route/route.h"
#include "storage/log/log.h"

namespace dobson::ozone {

using QueryFunction = Checked<void> (*)(Context&, http::Exchange&);

template <QueryFunction function>
void query(void* context, http::Exchange& exchange) {
  const auto done = function(*static_cast<Context*>(context), exchange);
  if (!done) answer(exchange, done.error());
}

using LongQueryFunction = Checked<std::unique_ptr<http::Deferred>> (*)(Context&, http::Exchange&);

// What the scan pool may have to finish. Null: it has answered.
template <LongQueryFunction function>
std::unique_ptr<http::Deferred> long_query(void* context, http::Exchange& exchange) {
  auto deferred = function(*static_cast<Context*>(context), exchange);
  if (deferred) return std::move(deferred).value();
  answer(exchange, deferred.error());
  return nullptr;
}

// What a mutation asks for, and how it is answered: `stem` begins the message when the store
// refuses, `status` is the good one, with an empty body unless `reply` writes the whole answer.
struct Change {
  storage::Command command;
  std::string_view stem;
  int status;
  void (*reply)(http::Exchange& exchange, const storage::Outcome& outcome) = nullptr;
};

class Mutation final : public http::Deferred {
 public:
  Mutation(storage::Log& log, Change change) : log_(log), change_(std::move(change)) {}

  void start(Completion& done) override {
    proposal_.emplace(std::move(change_.command), done);
    log_.propose(*proposal_);
  }

  void finish(http::Exchange& exchange) override {
    const auto& outcome = proposal_->outcome;
    if (!outcome) {
      answer(exchange, refused_by_store(change_.stem, outcome.error()));
    } else if (change_.reply != nullptr) {
      change_.reply(exchange, *outcome);
    } else {
      answer_empty(exchange, change_.status);
    }
  }

 private:
  storage::Log& log_;
  Change change_;
  std::optional<storage::Proposal> proposal_;
};

using MutationFunction = Checked<Change> (*)(Context&, http::Exchange&);

template <MutationFunction function>
std::unique_ptr<http::Deferred> mutation(void* context, http::Exchange& exchange) {
  auto& ozone = *static_cast<Context*>(context);
  auto change = function(ozone, exchange);
  if (change) return std::make_unique<Mutation>(ozone.store.log(), std::move(change).value());
  answer(exchange, change.error());
  return nullptr;
}

using GateFunction = Checked<void> (*)(http::Exchange&);

template <GateFunction function>
bool gate(void*, http::Exchange& exchange) {
  const auto passed = function(exchange);
  if (!passed) answer(exchange, passed.error());
  return passed.ok();
}

// The value of a look-up in the store, or a return of the family's refusal.
#define TRY_STORE(stem, expression)                                              \
  ({                                                                             \
    auto dobson_found = (expression);                                            \
    if (!dobson_found.ok()) return refused_by_store(stem, dobson_found.error()); \
    std::move(dobson_found).value();                                             \
  })

}  // namespace dobson::ozone
