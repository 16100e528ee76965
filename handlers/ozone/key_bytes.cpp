#include "handlers/ozone/key_bytes.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/async/pool.h"
#include "core/async/task.h"
#include "core/base/limits.h"
#include "core/time/http_date.h"
#include "handlers/ozone/access.h"
#include "handlers/ozone/byte_range.h"
#include "handlers/ozone/conditions.h"
#include "handlers/ozone/copy.h"
#include "handlers/ozone/dates.h"
#include "handlers/ozone/keys.h"
#include "handlers/ozone/metadata.h"
#include "handlers/ozone/receive.h"
#include "handlers/ozone/shapes.h"
#include "handlers/ozone/wire.h"

namespace dobson::ozone {

namespace {

// --- PUT ---

bool is_directory(const storage::BucketRecord& bucket, std::string_view key) {
  return bucket.layout == storage::Layout::file_system_optimized && key.ends_with('/');
}

// The bucket of the key, which can be put there: the condition holds and the announced size fits
// the quota, as far as can be told before the body; the command decides again.
Checked<storage::BucketRecord> check_room(Context& context, http::Exchange& exchange,
                                          const storage::KeyCondition& condition) {
  const Call& call = call_of(exchange);
  const storage::ReadTxn& txn = context.read(exchange);
  const auto volume = TRY_STORE(put_stem, storage::find_volume(txn, call.volume));
  auto bucket = TRY_STORE(put_stem, storage::find_bucket(txn, call.volume, call.bucket));
  TRY_STORE(put_stem, storage::check_path(txn, bucket, call.key));
  const auto& size = exchange.request().content_length;
  if (is_directory(bucket, call.key) && size.value_or(0) != 0) {
    return Refused{Code::invalid_request, "A directory has no bytes."};
  }
  const bool limited = volume.quota_bytes && size;
  if (!limited && condition.kind == storage::KeyCondition::Kind::none) return bucket;
  const auto old = storage::find_key(txn, call.volume, call.bucket, call.key);
  if (!condition.holds(old ? &*old : nullptr)) return Refused{Code::precondition_failed};
  if (!limited) return bucket;
  const std::uint64_t replaced = old ? old->size : 0;
  const std::uint64_t others = volume.totals.bytes - replaced;
  if (others > *volume.quota_bytes || *size > *volume.quota_bytes - others) {
    return refused_by_store(put_stem, Error{Errc::quota_exceeded});
  }
  return bucket;
}

struct Upload {
  storage::KeyCondition condition;
  std::vector<storage::Metadata> metadata;
  std::unique_ptr<storage::BlockWriter> writer;
  storage::OpenKey key;
  bool directory = false;
};

Checked<Upload> begin_upload(Context& context, http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  TRY(check_length(context, request));
  Upload upload;
  upload.condition = TRY(write_condition(request));
  upload.metadata = TRY(parse_metadata(request));
  TRY(check_access(context, exchange, Need::write, put_stem));
  const auto bucket = TRY(check_room(context, exchange, upload.condition));
  const Call& call = call_of(exchange);
  upload.key = {.volume = call.volume,
                .bucket = call.bucket,
                .key = call.key,
                .layout = bucket.layout,
                .replication = bucket.replication,
                .created = exchange.now(),
                .announced = request.content_length};
  upload.directory = is_directory(bucket, call.key);
  upload.writer = TRY_STORE(put_stem, context.store.blocks().write(request.content_length));
  return upload;
}

Task<Checked<Stored>> store(Context* context, http::Exchange* exchange) {
  auto upload = begin_upload(*context, *exchange);
  if (!upload) co_return upload.error();
  std::optional<storage::OpenKeys::Entry> open;
  if (!upload->directory) open.emplace(context->store.open_keys(), upload->key);
  auto written = co_await receive(context, exchange, upload->writer.get(), open ? &*open : nullptr);
  if (!written) co_return written.error();
  const Call& call = call_of(*exchange);
  const storage::EntityTag tag{written->md5, 0};
  storage::PutKey put{.volume = std::string(call.volume),
                      .bucket = std::string(call.bucket),
                      .key = std::string(call.key),
                      .size = written->size,
                      .md5 = written->md5,
                      .blocks = std::move(written->blocks),
                      .condition = std::move(upload->condition),
                      .metadata = std::move(upload->metadata)};
  const auto committed = co_await commit(context, exchange, upload->writer.get(), std::move(put));
  if (!committed) co_return committed.error();
  co_return upload->directory ? Stored() : tag;
}

// --- GET ---

// What a GET sends, decided in one read transaction.
struct Found {
  storage::KeyRecord key;
  bool modified = true;  // false: the client has it already
  ByteRange range;
  storage::BlockPin pin;
};

// `If-Range`: the range counts only while the key is still the one the client knows (RFC 7233
// §3.2).
bool range_applies(const http::Request& request, const storage::KeyRecord& key) {
  const auto* condition = request.header("If-Range");
  if (condition == nullptr) return true;
  if (key.digest && *condition == to_wire(*key.tag())) return true;
  const auto date = parse_date(*condition);
  return date && *date == key.modified / 1000 * 1000;
}

Checked<Found> find(Context& context, http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  Found found;
  found.key = TRY(look_up(context, exchange));
  const Verdict verdict = reading(request, found.key);
  if (verdict == Verdict::refuse) return Refused{Code::precondition_failed};
  found.modified = verdict == Verdict::serve;
  if (!found.modified) return found;
  found.range = {ByteRange::Kind::whole, 0, found.key.size};
  const bool reads = request.method == http::Method::get;
  const auto* header = request.header("Range");
  if (reads && header != nullptr && range_applies(request, found.key)) {
    found.range = parse_range(*header, found.key.size);
  }
  if (found.range.kind == ByteRange::Kind::unsatisfiable) {
    return Refused{
        Code::invalid_range, {}, "Content-Range", "bytes */" + std::to_string(found.key.size)};
  }
  if (reads) found.pin = context.store.blocks().pin(found.key.blocks);
  return found;
}

void name_version(http::Exchange& exchange, const storage::KeyRecord& key) {
  if (key.digest) exchange.header("ETag", to_wire(*key.tag()));
  exchange.header("Last-Modified", HttpDate(key.modified));
}

void answer_not_modified(http::Exchange& exchange, const storage::KeyRecord& key) {
  begin_answer(exchange, 304);
  name_version(exchange, key);
  exchange.finish({});
}

void begin_data(http::Exchange& exchange, const Found& found) {
  const bool part = found.range.kind == ByteRange::Kind::part;
  begin_data_answer(exchange, part ? 206 : 200);
  name_version(exchange, found.key);
  exchange.header("Accept-Ranges", "bytes");
  put_metadata(exchange, found.key.metadata);
  if (part) {
    const std::uint64_t last = found.range.begin + found.range.length - 1;
    exchange.header("Content-Range", "bytes " + std::to_string(found.range.begin) + '-' +
                                         std::to_string(last) + '/' +
                                         std::to_string(found.key.size));
  }
  exchange.begin_body(found.range.length);
}

// Walks the bytes of a range, piece by piece. A piece stands in one block and, but for the last of
// all, ends with a part, so that no part is read twice.
class Pieces {
 public:
  Pieces(const std::vector<storage::BlockRef>& blocks, const ByteRange& range)
      : block_(blocks.begin()), offset_(range.begin), left_(range.length) {
    while (left_ > 0 && offset_ >= block_->length) {
      offset_ -= block_->length;
      ++block_;
    }
  }

  bool done() const { return left_ == 0; }
  const storage::BlockRef& block() const { return *block_; }
  std::uint64_t offset() const { return offset_; }
  // `most`: a multiple of a part.
  std::size_t length(std::size_t most) const {
    const std::uint64_t in_part = offset_ % limits::part_bytes;
    return std::min<std::uint64_t>({left_, block_->length - offset_, most - in_part});
  }

  void advance(std::size_t taken) {
    left_ -= taken;
    offset_ += taken;
    if (offset_ == block_->length) {
      offset_ = 0;
      ++block_;
    }
  }

 private:
  std::vector<storage::BlockRef>::const_iterator block_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

}  // namespace

Task<void> put_key(void* context, http::Exchange* exchange) {
  auto* const ozone = static_cast<Context*>(context);
  const bool copies = is_copy(exchange->request());
  const auto stored = co_await (copies ? copy(ozone, exchange) : store(ozone, exchange));
  if (stored) {
    answer_stored(*exchange, *stored);
  } else {
    answer(*exchange, stored.error());
  }
}

Task<void> get_key(void* context, http::Exchange* exchange) {
  auto& ozone = *static_cast<Context*>(context);
  auto found = find(ozone, *exchange);
  if (!found) {
    answer(*exchange, found.error());
    co_return;
  }
  if (!found->modified) {
    answer_not_modified(*exchange, found->key);
    co_return;
  }
  Pieces pieces(found->key.blocks, found->range);
  if (pieces.done() || exchange->request().method == http::Method::head) {
    begin_data(*exchange, *found);
    co_return;
  }
  storage::BlockStore& blocks = ozone.store.blocks();
  // What is in memory is read here, a part at a time; from the first miss on the pool reads, more
  // at a time.
  std::size_t most = limits::part_bytes;
  const auto room = [&] {
    const auto bytes = std::min<std::uint64_t>(found->range.length, most);
    return std::make_unique_for_overwrite<std::byte[]>(bytes);
  };
  auto memory = room();
  // The first piece is read before the head is sent: damage there is still an honest 500.
  for (bool first = true; !pieces.done(); first = false) {
    std::span buffer(memory.get(), pieces.length(most));
    bool in_memory = most == limits::part_bytes;
    if (in_memory && !blocks.read_at_once(pieces.block(), pieces.offset(), buffer)) {
      in_memory = false;
      most = limits::body_chunk_bytes;
      memory = room();
      buffer = {memory.get(), pieces.length(most)};
    }
    Status done;
    if (!in_memory) {
      auto read = [&] { return blocks.read(pieces.block(), pieces.offset(), buffer); };
      done = co_await offload(ozone.block_pool, exchange->mailbox(), read);
    }
    if (!done && first) {
      answer(*exchange, refused_by_store({}, done.error()));
      co_return;
    }
    if (!done) {
      exchange->abort();
      co_return;
    }
    if (first) begin_data(*exchange, *found);
    const bool taken = co_await exchange->write_body(buffer);
    if (!taken) co_return;
    pieces.advance(buffer.size());
  }
}

}  // namespace dobson::ozone
