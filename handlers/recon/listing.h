#pragma once

// Answers that are rows. What fits is read from one snapshot, and the sums of its rows stand before
// them; what does not is streamed from its begin, a fresh snapshot a page, and its sums stand
// behind them (spec/recon.md §2).

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/limits.h"
#include "handlers/common/scan.h"
#include "handlers/recon/context.h"
#include "http/json/writer.h"
#include "http/route/exchange.h"

namespace dobson::recon {

// Where rows go, as JSON with commas between them.
class RowSink {
 public:
  // Full after `most` rows, or when `out` has `enough` bytes. `follows`: rows stand before these.
  // It is full, too, once its patience is over.
  RowSink(std::string& out, std::int64_t most, std::size_t enough, bool follows,
          ScanTime* time = nullptr)
      : out_(out), left_(most), enough_(enough), follows_(follows), patience_(time) {}

  bool full() const { return left_ <= 0 || out_.size() >= enough_ || tired(); }
  void add(std::string_view row) {
    if (follows_) out_.push_back(',');
    follows_ = true;
    out_.append(row);
    --left_;
    ++count_;
  }
  // A row was looked at that does not belong there.
  void pass() { patience_.pass(); }
  // The rows that follow stand in an array of their own, behind this one.
  void next_array(std::string_view name) {
    out_.append(R"(],")").append(name).append(R"(":[)");
    follows_ = false;
  }
  bool tired() const { return patience_.over(); }
  std::int64_t count() const { return count_; }

 private:
  std::string& out_;
  std::int64_t left_;
  std::size_t enough_;
  bool follows_;
  Patience patience_;
  std::int64_t count_ = 0;
};

// The rows of one answer, and the members beside their array. What it keeps between calls is its
// place, and sums.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Adds rows until the sink is full. True: it was, so rows may remain.
  virtual bool next(const storage::ReadTxn& txn, RowSink& sink) = 0;

  // Of the first array, once there are rows.
  virtual std::string_view array(std::string_view name) const { return name; }
  // The object is the value of a member of this name, if any.
  virtual std::string_view outer() const { return {}; }
  // In this order; of the rows are the sums, and all that stands behind the rows in any case.
  virtual void write_head(http::JsonWriter&) {}
  virtual void write_sums(http::JsonWriter& json, std::int64_t count) {
    json.key("totalCount").integer(count);
  }
  // The text: of the rows, empty where they went out already.
  virtual void write_tail(http::JsonWriter&, std::string_view) {}
  // False: no rows are answered like any number of them.
  virtual bool answer_none(http::Exchange&) { return false; }
};

// Copies of a source that is at its begin.
using RowMaker = std::function<std::unique_ptr<RowSource>()>;
template <std::derived_from<RowSource> Source>
RowMaker rows_of(Source begin) {
  return [begin = std::move(begin)] { return std::make_unique<Source>(begin); };
}

// `{HEAD,SUMS,"NAME":[…],TAIL}`, or the array alone if it has no name. At once, unless the rows are
// few among many: then by the scan pool, and 503 after limits::scan_ms.
[[nodiscard]] std::unique_ptr<http::Deferred> answer_rows(Context& context,
                                                          http::Exchange& exchange,
                                                          std::string_view name, std::int64_t limit,
                                                          RowMaker make);

}  // namespace dobson::recon
