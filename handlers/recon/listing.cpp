#include "handlers/recon/listing.h"

#include <algorithm>
#include <utility>

#include "handlers/recon/call.h"

namespace dobson::recon {

namespace {

using http::JsonWriter;

constexpr std::size_t short_row_bytes = 64;

// What is asked for, and how much of it there is.
struct Rows {
  Context& context;
  std::string_view name;
  std::int64_t limit;
  RowMaker make;
  std::unique_ptr<RowSource> source = {};
  std::string text = {};  // of the first `count`
  std::int64_t count = 0;
  bool more = false;
  bool tired = false;  // before there were so many as one answer may hold

  void begin(const storage::ReadTxn& txn, ScanTime* time) {
    source = make();
    text.clear();
    text.reserve(std::clamp(limit, std::int64_t{0}, limits::insight_rows) * short_row_bytes);
    RowSink sink(text, std::min(limit, limits::buffered_rows), limits::buffered_bytes, false, time);
    more = source->next(txn, sink) && sink.count() < limit;
    count = sink.count();
    tired = sink.tired();
  }
};

void begin_object(JsonWriter& json, const RowSource& source) {
  json.object();
  if (!source.outer().empty()) json.key(source.outer()).object();
}

void end_object(JsonWriter& json, const RowSource& source) {
  if (!source.outer().empty()) json.end_object();
  json.end_object();
}

// All that stands before the rows of a stream.
std::string begin_text(const Rows& rows) {
  auto& json = JsonWriter::begin();
  if (rows.name.empty()) {
    json.array().end_array();
  } else {
    begin_object(json, *rows.source);
    rows.source->write_head(json);
    json.key(rows.source->array(rows.name)).array().end_array();
    end_object(json, *rows.source);
  }
  return std::string(json.text().substr(0, json.text().rfind(']')));
}

class RowStream final : public http::PageSource {
 public:
  // Again from the first row: what was read so far is not kept while a client takes its time.
  RowStream(unsigned reactor, const Rows& begun)
      : reactor_(reactor),
        context_(begun.context),
        is_object_(!begun.name.empty()),
        limit_(begun.limit),
        begin_(begin_text(begun)),
        source_(begun.make()) {}

  Result<bool> next(std::string& out) override {
    out.append(std::exchange(begin_, {}));
    RowSink sink(out, limit_ - count_, out.size() + limits::stream_chunk_bytes, count_ > 0);
    const bool full = source_->next(context_.readers.txn(reactor_), sink);
    count_ += sink.count();
    if (full && count_ < limit_) return true;
    append_end(out);
    return false;
  }

 private:
  void append_end(std::string& out) {
    out.push_back(']');
    if (!is_object_) return;
    auto& json = JsonWriter::begin();
    json.object();
    source_->write_sums(json, count_);
    source_->write_tail(json, {});
    json.end_object();
    out.append(",").append(json.text().substr(1));
    if (!source_->outer().empty()) out.push_back('}');
  }

  unsigned reactor_;
  Context& context_;
  bool is_object_;
  std::int64_t limit_;
  std::string begin_;
  std::unique_ptr<RowSource> source_;
  std::int64_t count_ = 0;
};

void answer_begun(http::Exchange& exchange, Rows& rows) {
  if (rows.more) {
    std::string().swap(rows.text);
    begin_json(exchange, 200);
    exchange.finish_stream(std::make_unique<RowStream>(exchange.reactor(), rows));
    return;
  }
  if (rows.count == 0 && rows.source->answer_none(exchange)) return;
  auto& json = JsonWriter::begin();
  if (rows.name.empty()) {
    json.raw_array(rows.text);
  } else {
    begin_object(json, *rows.source);
    rows.source->write_head(json);
    rows.source->write_sums(json, rows.count);
    json.key(rows.source->array(rows.name)).raw_array(rows.text);
    rows.source->write_tail(json, rows.text);
    end_object(json, *rows.source);
  }
  answer_json(exchange, json.text());
}

}  // namespace

std::unique_ptr<http::Deferred> answer_rows(Context& context, http::Exchange& exchange,
                                            std::string_view name, std::int64_t limit,
                                            RowMaker make) {
  const auto rows = std::make_shared<Rows>(Rows{context, name, limit, std::move(make)});
  rows->begin(context.read(exchange), nullptr);
  if (!rows->tired) {
    answer_begun(exchange, *rows);
    return nullptr;
  }
  const auto read = [rows](const storage::ReadTxn& txn) -> Result<std::string> {
    ScanTime time;
    rows->begin(txn, &time);
    if (rows->tired) return Error{Errc::overloaded};
    return std::string();
  };
  const auto answer = [rows](http::Exchange& exchange, const Result<std::string>& made) {
    if (!made) return answer_error(exchange, 503);
    answer_begun(exchange, *rows);
  };
  return std::make_unique<Scan>(context.scans, context.store, read, answer);
}

}  // namespace dobson::recon
