#pragma once

// The log of a server that stands alone: one writer thread takes all commands that wait, applies
// them in one LMDB transaction, commits it durably, and completes them.
//
//   propose (any thread) ─► lock-free stack ─► writer: clients first, then background for 5 ms
//                                              ─► apply each ─► one commit ─► complete each
//
// A batch ends early with the command that changes more than limits::batch_bytes of pages.
//
// The environment failing is not a command's fault. What ran out of space is refused and writing
// goes on; after any other failure nothing more is written until a restart, since neither what a
// failed commit left on disk nor a disk that lost a sync can be known.

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/limits.h"
#include "core/time/clock.h"
#include "storage/env/env.h"
#include "storage/log/log.h"
#include "storage/log/metrics.h"
#include "storage/log/space_watch.h"

namespace dobson::storage {

class Batch;

class LocalLog final : public Log {
 public:
  // While `space` is low, or the file of `state` cannot grow, client commands that take space are
  // refused with out_of_space.
  LocalLog(Env& state, const Clock& clock, SpaceWatch& space);

  // Finishes what waits; what is proposed from now on completes with `unavailable`.
  ~LocalLog();

  void propose(Proposal& proposal) override;
  bool crowded() const override { return metrics_.waiting >= limits::crowded_commands; }

  // Why nothing is written any more, if so.
  std::optional<std::string> stopped() const;

  const LogMetrics& metrics() const { return metrics_; }

 private:
  using Proposals = std::vector<Proposal*>;

  void run();
  void take_arrived(bool closing);
  void write(bool closing);
  void apply_all(Proposals& batch, Batch& changes, bool closing);
  void apply_next(std::deque<Proposal*>& waiting, Proposals& batch, Batch& changes, bool low);
  void take_waiting(Proposals& batch);
  void fail(const Proposals& batch, const Error& error);
  void complete(const Proposals& batch);
  void stop(std::string why);
  Proposal* closed() { return reinterpret_cast<Proposal*>(this); }

  Env& state_;
  const Clock& clock_;
  SpaceWatch& space_;
  LogMetrics metrics_;

  // Last in, first out. `closed()`, an address that no proposal has: nothing more is taken.
  std::atomic<Proposal*> arrived_{nullptr};
  std::atomic<std::uint32_t> wakes_{0};
  std::atomic<bool> closing_{false};

  std::deque<Proposal*> clients_;     // the writer's, in order
  std::deque<Proposal*> background_;  // likewise
  mutable std::mutex why_mutex_;
  std::optional<std::string> why_;  // guarded by why_mutex_
  std::thread writer_;
};

}  // namespace dobson::storage
