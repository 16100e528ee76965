#pragma once

// Answers that are rows. What fits is read from one snapshot, and its scalars stand before the
// rows; what does not is streamed, a fresh snapshot a page, and its scalars stand behind them
// (spec/recon.md §2).

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "handlers/recon/context.h"
#include "http/route/exchange.h"

namespace dobson::recon {

// Where rows go, as JSON with commas between them.
class RowSink {
 public:
  // Full after `most` rows, or when `out` has `enough` bytes. `follows`: rows stand before these.
  RowSink(std::string& out, std::int64_t most, std::size_t enough, bool follows)
      : out_(out), left_(most), enough_(enough), follows_(follows) {}

  bool full() const { return left_ <= 0 || out_.size() >= enough_; }
  void add(std::string_view row) {
    if (follows_) out_.push_back(',');
    follows_ = true;
    out_.append(row);
    --left_;
    ++count_;
  }
  std::int64_t count() const { return count_; }

 private:
  std::string& out_;
  std::int64_t left_;
  std::size_t enough_;
  bool follows_;
  std::int64_t count_ = 0;
};

// The rows of one answer. What it keeps between calls is its place.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Adds rows until the sink is full. True: it was, so rows may remain.
  virtual bool next(const storage::ReadTxn& txn, RowSink& sink) = 0;
};

// `{"totalCount":n,"NAME":[…]}`, or the array alone if it has no name.
void answer_rows(Context& context, http::Exchange& exchange, std::string_view name,
                 std::int64_t limit, std::unique_ptr<RowSource> source);

}  // namespace dobson::recon
