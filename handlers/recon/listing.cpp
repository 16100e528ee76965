#include "handlers/recon/listing.h"

#include <algorithm>
#include <utility>

#include "handlers/recon/call.h"

namespace dobson::recon {

namespace {

using http::JsonWriter;

// What is asked for, and how much of it there is.
struct Rows {
  Context& context;
  std::string_view name;
  std::int64_t limit;
  std::unique_ptr<RowSource> source;
  std::string text = {};  // of the first `count`
  std::int64_t count = 0;
  bool more = false;

  bool tired = false;  // before there were so many as one answer may hold

  void begin(const storage::ReadTxn& txn, ScanTime* time) {
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

class RowStream final : public http::PageSource {
 public:
  RowStream(unsigned reactor, Rows begun) : reactor_(reactor), rows_(std::move(begun)) {}

  Result<bool> next(std::string& out) override {
    if (!std::exchange(begun_, true)) {
      append_begin(out);
      return true;
    }
    RowSink sink(out, rows_.limit - rows_.count, out.size() + limits::stream_chunk_bytes,
                 rows_.count > 0);
    const bool full = rows_.source->next(rows_.context.readers.txn(reactor_), sink);
    rows_.count += sink.count();
    if (full && rows_.count < rows_.limit) return true;
    append_end(out);
    return false;
  }

 private:
  // The first rows, without the end of their array. Not by the writer, which would keep as much.
  void append_begin(std::string& out) {
    auto& json = JsonWriter::begin();
    if (rows_.name.empty()) {
      json.array().end_array();
    } else {
      begin_object(json, *rows_.source);
      rows_.source->write_head(json);
      json.key(rows_.source->array(rows_.name)).array().end_array();
      end_object(json, *rows_.source);
    }
    out.append(json.text().substr(0, json.text().rfind(']'))).append(rows_.text);
    std::string().swap(rows_.text);
  }

  void append_end(std::string& out) {
    out.push_back(']');
    if (rows_.name.empty()) return;
    auto& json = JsonWriter::begin();
    json.object();
    rows_.source->write_sums(json, rows_.count);
    rows_.source->write_tail(json, {});
    json.end_object();
    out.append(",").append(json.text().substr(1));
    if (!rows_.source->outer().empty()) out.push_back('}');
  }

  unsigned reactor_;
  Rows rows_;
  bool begun_ = false;
};

void answer_begun(http::Exchange& exchange, Rows rows) {
  if (rows.more) {
    begin_json(exchange, 200);
    exchange.finish_stream(std::make_unique<RowStream>(exchange.reactor(), std::move(rows)));
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

void answer_rows(Context& context, http::Exchange& exchange, std::string_view name,
                 std::int64_t limit, std::unique_ptr<RowSource> source) {
  Rows rows{context, name, limit, std::move(source)};
  rows.begin(context.read(exchange), nullptr);
  answer_begun(exchange, std::move(rows));
}

std::unique_ptr<http::Deferred> scan_rows(Context& context, std::string_view name,
                                          std::int64_t limit, std::unique_ptr<RowSource> source) {
  const auto rows = std::make_shared<Rows>(Rows{context, name, limit, std::move(source)});
  const auto make = [rows](const storage::ReadTxn& txn) -> Result<std::string> {
    ScanTime time;
    rows->begin(txn, &time);
    if (rows->tired) return Error{Errc::overloaded};
    return std::string();
  };
  const auto answer = [rows](http::Exchange& exchange, const Result<std::string>& made) {
    if (!made) return answer_error(exchange, 503);
    answer_begun(exchange, std::move(*rows));
  };
  return std::make_unique<Scan>(context.scans, context.store, make, answer);
}

}  // namespace dobson::recon
