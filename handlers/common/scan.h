#pragma once

// A query whose cost is a scan: made on a thread of a pool, in a snapshot of its own, answered on
// its reactor (design.md §2).

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "core/async/pool.h"
#include "core/base/limits.h"
#include "http/route/exchange.h"
#include "storage/store.h"

namespace dobson {

// How long one may take.
class ScanTime {
 public:
  // Asked at every row. True, from then on: limits::scan_ms have gone by.
  bool over() {
    constexpr std::uint64_t rows_between = 4096;
    if (++rows_ % rows_between == 0) over_ = std::chrono::steady_clock::now() >= end_;
    return over_;
  }
  bool was_over() const { return over_; }

 private:
  std::chrono::steady_clock::time_point end_ =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(limits::scan_ms);
  std::uint64_t rows_ = 0;
  bool over_ = false;
};

// How many rows that do not belong to it a listing passes over: on a reactor limits::reactor_rows,
// in the scan pool what its time allows.
class Patience {
 public:
  explicit Patience(ScanTime* time = nullptr) : time_(time) {}

  // A row is passed over. True, from then on: no more of them.
  bool pass() {
    over_ = time_ != nullptr ? time_->over() : ++passed_ >= limits::reactor_rows;
    return over_;
  }
  bool over() const { return over_; }

 private:
  ScanTime* time_;
  std::uint64_t passed_ = 0;
  bool over_ = false;
};

class Scan final : public http::Deferred, private Pool::Job {
 public:
  using Text = Result<std::string>;
  using Make = std::function<Text(const storage::ReadTxn&)>;
  using Answer = std::function<void(http::Exchange&, const Text&)>;

  // `answer` gets what `make` has made; overloaded: too many scans wait.
  Scan(Pool& pool, storage::Store& store, Make make, Answer answer)
      : pool_(pool), store_(store), make_(std::move(make)), answer_(std::move(answer)) {}

  void start(Completion& done) override {
    done_ = &done;
    if (!pool_.submit(*this)) done.complete();
  }

  void finish(http::Exchange& exchange) override {
    if (failure_) std::rethrow_exception(failure_);
    answer_(exchange, text_);
  }

 private:
  void execute() override {
    try {
      const auto reader = store_.make_reader();
      text_ = make_(reader->txn());
      reader->reset();
    } catch (...) {
      failure_ = std::current_exception();
    }
    done_->complete();
  }

  Pool& pool_;
  storage::Store& store_;
  Make make_;
  Answer answer_;
  Completion* done_ = nullptr;
  Text text_ = Error{Errc::overloaded};
  std::exception_ptr failure_;
};

}  // namespace dobson
