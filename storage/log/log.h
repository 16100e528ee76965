#pragma once

// The order of all writes. `propose` hands a command over; its outcome comes back to the proposer's
// reactor once it is durable. Stand-alone the log is the LMDB commit itself (`LocalLog`).

#include <optional>

#include "core/async/completion.h"
#include "core/base/result.h"
#include "storage/command/command.h"

namespace dobson::storage {

// Client commands go before background commands; background batches are cut short
// (limits::background_slice_ms).
enum class Priority : std::uint8_t { client, background };

// One command on its way. The proposer owns it and keeps it in place until `done` has run; from
// `propose` until then it belongs to the log.
struct Proposal {
  Proposal(Command the_command, Completion& completion, Priority the_priority = Priority::client)
      : command(std::move(the_command)), done(&completion), priority(the_priority) {}

  Command command;
  Completion* done;
  Priority priority;
  Stamp stamp;  // set by propose
  // Refused: the error of the command. unavailable, out_of_space, overloaded: not applied.
  // commit_unknown: applied or not, ask again.
  Result<Outcome> outcome = Error{Errc::commit_unknown};
  Proposal* next = nullptr;  // the log's
};

class Log {
 public:
  // From any thread. With more than limits::waiting_commands waiting, or while the log is closed,
  // the proposal completes at once with `overloaded` or `unavailable`.
  virtual void propose(Proposal& proposal) = 0;

  // From any thread. More than limits::crowded_commands wait: who has bytes to store before, which
  // would wait behind them, is better refused now.
  virtual bool crowded() const = 0;

 protected:
  ~Log() = default;
};

}  // namespace dobson::storage
