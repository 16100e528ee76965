#include "storage/log/local_log.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <ranges>

#include "core/base/limits.h"
#include "core/log/log.h"
#include "storage/command/apply.h"

namespace dobson::storage {

namespace {

using SteadyClock = std::chrono::steady_clock;

std::uint64_t us_since(SteadyClock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begin).count();
}

template <class... Records>
bool is_one_of(const Command& command) {
  return (std::holds_alternative<Records>(command) || ...);
}

bool gives_space_back(const Command& command) {
  return is_one_of<DeleteVolume, DeleteBucket, DeleteKey, DeleteKeys, AbortUpload>(command);
}

void refuse(Proposal& proposal, Errc code) {
  proposal.outcome = Error{code};
  proposal.done->complete();
}

}  // namespace

LocalLog::LocalLog(Env& state, const Clock& clock, SpaceWatch& space)
    : state_(state), clock_(clock), space_(space), writer_(&LocalLog::run, this) {
  pthread_setname_np(writer_.native_handle(), "writer");
}

LocalLog::~LocalLog() {
  closing_ = true;
  ++wakes_;
  wakes_.notify_one();
  writer_.join();
}

void LocalLog::propose(Proposal& proposal) {
  proposal.stamp.time = clock_.now();
  if (metrics_.waiting.fetch_add(1) >= limits::waiting_commands) {
    --metrics_.waiting;
    refuse(proposal, Errc::overloaded);
    return;
  }
  Proposal* head = arrived_.load();
  do {
    if (head == closed()) {
      --metrics_.waiting;
      refuse(proposal, Errc::unavailable);
      return;
    }
    proposal.next = head;
  } while (!arrived_.compare_exchange_weak(head, &proposal));
  if (head == nullptr) {
    ++wakes_;
    wakes_.notify_one();
  }
}

std::optional<std::string> LocalLog::stopped() const {
  std::lock_guard lock(why_mutex_);
  return why_;
}

void LocalLog::stop(std::string why) {
  std::lock_guard lock(why_mutex_);
  why_ = std::move(why);
}

void LocalLog::run() {
  for (;;) {
    // Read before taking: what arrives later changes `wakes_` and the wait returns.
    const std::uint32_t wakes = wakes_;
    const bool closing = closing_;
    take_arrived(closing);
    if (!clients_.empty() || !background_.empty()) {
      write(closing);
    } else if (closing) {
      return;
    } else {
      wakes_.wait(wakes);
    }
  }
}

void LocalLog::take_arrived(bool closing) {
  Proposal* last = arrived_.exchange(closing ? closed() : nullptr);
  if (last == closed()) return;
  Proposals newest_first;
  for (; last != nullptr; last = last->next) newest_first.push_back(last);
  for (Proposal* proposal : newest_first | std::views::reverse) {
    (proposal->priority == Priority::client ? clients_ : background_).push_back(proposal);
  }
}

void LocalLog::take_waiting(Proposals& batch) {
  for (auto* waiting : {&clients_, &background_}) {
    batch.insert(batch.end(), waiting->begin(), waiting->end());
    waiting->clear();
  }
}

void LocalLog::write(bool closing) {
  Proposals batch;
  if (const auto why = stopped()) {
    take_waiting(batch);
    fail(batch, {Errc::unavailable, {}, *why});
    complete(batch);
    return;
  }
  bool committing = false;
  try {
    WriteTxn txn(state_);
    Batch changes(txn);
    const auto began = SteadyClock::now();
    apply_all(batch, changes, closing);
    changes.flush();
    metrics_.apply_us += us_since(began);

    const std::uint64_t transaction = txn.id();
    const auto applied = SteadyClock::now();
    committing = true;
    txn.commit();
    metrics_.commit_us += us_since(applied);
    ++metrics_.commits;
    metrics_.commands += batch.size();
    metrics_.largest_batch = std::max<std::uint64_t>(metrics_.largest_batch, batch.size());
    for (Proposal* proposal : batch) {
      if (proposal->outcome.ok()) {
        proposal->outcome->transaction = transaction;
      } else {
        ++metrics_.refused;
      }
    }
  } catch (const EnvError& error) {
    Errc code = committing ? Errc::commit_unknown : Errc::unavailable;
    if (error.code() == Errc::out_of_space) {
      code = Errc::out_of_space;
    } else {
      log::error("log", "writing has stopped until a restart: {}", error.what());
      if (committing) log::error("log", "the outcome of {} commands is unknown", batch.size());
      stop(error.what());
    }
    // Without a transaction nothing was taken, and asking again would never end.
    if (batch.empty()) take_waiting(batch);
    // Refused ones as well: what refused them may have been a change that is lost.
    fail(batch, {code, {}, error.what()});
  }
  complete(batch);
}

void LocalLog::fail(const Proposals& batch, const Error& error) {
  for (Proposal* proposal : batch) proposal->outcome = error;
  metrics_.failed += batch.size();
}

void LocalLog::complete(const Proposals& batch) {
  metrics_.waiting -= batch.size();
  for (Proposal* proposal : batch) proposal->done->complete();
}

void LocalLog::apply_all(Proposals& batch, Batch& changes, bool closing) {
  const bool low = space_.low() || !state_.make_room(limits::spare_bytes);
  const std::size_t most = low ? limits::spare_batch_bytes : limits::batch_bytes;
  const auto has_room = [&changes, most] { return changes.bytes() < most; };
  while (!clients_.empty() && has_room()) apply_next(clients_, batch, changes, low);
  const auto end = SteadyClock::now() + std::chrono::milliseconds(limits::background_slice_ms);
  while (!background_.empty() && has_room() && (closing || SteadyClock::now() < end)) {
    apply_next(background_, batch, changes, false);
  }
}

// `low`: only what gives space back is applied.
void LocalLog::apply_next(std::deque<Proposal*>& waiting, Proposals& batch, Batch& changes,
                          bool low) {
  Proposal* proposal = waiting.front();
  waiting.pop_front();
  batch.push_back(proposal);
  if (low && !gives_space_back(proposal->command)) {
    proposal->outcome = Error{Errc::out_of_space};
  } else {
    proposal->outcome = apply(changes, proposal->stamp, proposal->command);
  }
}

}  // namespace dobson::storage
