#include "handlers/recon/listing.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/limits.h"
#include "handlers/recon/call.h"
#include "http/json/writer.h"

namespace dobson::recon {

namespace {

class RowStream final : public http::PageSource {
 public:
  // `begun`: the first `count` rows.
  RowStream(Context& context, unsigned reactor, std::string_view name, std::int64_t limit,
            std::unique_ptr<RowSource> source, std::string begun, std::int64_t count)
      : context_(context),
        reactor_(reactor),
        name_(name),
        left_(limit - count),
        source_(std::move(source)),
        begun_(std::move(begun)),
        count_(count) {}

  Result<bool> next(std::string& out) override {
    if (begun_) {
      out.append(name_.empty() ? "[" : R"({")").append(name_).append(name_.empty() ? "" : R"(":[)");
      out.append(*begun_);
      begun_.reset();
      return true;
    }
    RowSink sink(out, left_, out.size() + limits::stream_chunk_bytes, count_ > 0);
    const bool more = source_->next(context_.readers.txn(reactor_), sink) && sink.count() < left_;
    left_ -= sink.count();
    count_ += sink.count();
    if (more) return true;
    out.push_back(']');
    if (!name_.empty()) {
      out.append(R"(,"totalCount":)").append(std::to_string(count_)).push_back('}');
    }
    return false;
  }

 private:
  Context& context_;
  unsigned reactor_;
  std::string_view name_;
  std::int64_t left_;
  std::unique_ptr<RowSource> source_;
  std::optional<std::string> begun_;
  std::int64_t count_;
};

}  // namespace

void answer_rows(Context& context, http::Exchange& exchange, std::string_view name,
                 std::int64_t limit, std::unique_ptr<RowSource> source) {
  std::string rows;
  RowSink sink(rows, std::min(limit, limits::buffered_rows), limits::buffered_bytes, false);
  const bool more = source->next(context.read(exchange), sink) && sink.count() < limit;
  if (more) {
    begin_json(exchange, 200);
    exchange.finish_stream(std::make_unique<RowStream>(context, exchange.reactor(), name, limit,
                                                       std::move(source), std::move(rows),
                                                       sink.count()));
    return;
  }
  auto& json = http::JsonWriter::begin();
  if (name.empty()) {
    json.raw_array(rows);
  } else {
    json.object().key("totalCount").integer(sink.count()).key(name).raw_array(rows).end_object();
  }
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
