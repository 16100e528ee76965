#include "handlers/recon/deleted_keys.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/common/text.h"
#include "handlers/recon/call.h"
#include "handlers/recon/key_prefix.h"
#include "handlers/recon/key_window.h"
#include "handlers/recon/wire.h"
#include "storage/query/deleted.h"

namespace dobson::recon {

namespace {

// The id at the end of a cursor; 0, which stands before all, where there is none.
storage::ObjectId id_of(std::string_view raw_key) {
  const auto text = raw_key.substr(raw_key.rfind('/') + 1);
  storage::ObjectId id;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id.value);
  return error == std::errc{} && stop == end ? id : storage::ObjectId{};
}

// `path` has no slash at its end.
std::string raw_key_of(std::string_view path, storage::ObjectId id) {
  return fmt::format("/{}/{}", path, id.value);
}

// "volume/bucket/key" in pieces.
struct Named {
  explicit Named(std::string_view path)
      : volume(take_until(path, '/')), bucket(take_until(path, '/')), key(path) {}

  std::string_view volume;
  std::string_view bucket;
  std::string_view key;
};

// An OmKeyInfo, as far as it is known of what is deleted.
struct Deleted {
  storage::ObjectId id;
  std::string_view path;
  std::uint64_t bytes;
  std::uint64_t replicated_bytes;
  UnixMillis created;
  UnixMillis modified;
  storage::Replication replication;
  std::span<const storage::BlockRef> blocks = {};
  bool file = true;
};

std::string object_info(const Deleted& it, const Named& named) {
  const bool one = it.replication == storage::Replication::one;
  return fmt::format(
      "OMKeyInfo{{volume='{}', bucket='{}', key='{}', owner='null', dataSize='{}', "
      "creationTime='{}', objectID='{}', parentID='0', replication='RATIS/{}', "
      "fileChecksum='null}}",
      named.volume, named.bucket, named.key, it.bytes, it.created, it.id.value,
      one ? "ONE" : "THREE");
}

// In an array of its own.
void write_info(http::JsonWriter& json, const Deleted& it) {
  const Named named(it.path);
  const auto name = file_name(named.key);
  json.key("omKeyInfoList").array().object();
  json.key("metadata").object().key("CKDEL").string("true").end_object();
  json.key("objectID").number(it.id.value).key("updateID").number(it.id.value);
  json.key("parentObjectID").integer(0).key("volumeName").string(named.volume);
  json.key("bucketName").string(named.bucket).key("keyName").string(named.key);
  json.key("dataSize").number(it.bytes).key("keyLocationVersions").array();
  write_location_version(json, it.blocks);
  json.end_array().key("creationTime").integer(it.created);
  json.key("modificationTime").integer(it.modified);
  write_replication(json.key("replicationConfig"), it.replication);
  json.key("fileChecksum").null().key("fileName").string(name).key("ownerName").null();
  json.key("acls").array().end_array().key("tags").object().end_object();
  json.key("expectedDataGeneration").null().key("generation").number(it.id.value);
  json.key("path").string(std::string("0/").append(name)).key("file").boolean(it.file);
  json.key("latestVersionLocations");
  write_location_version(json, it.blocks);
  json.key("hsync").boolean(false).key("replicatedSize").number(it.replicated_bytes);
  json.key("deletedKeyCommitted").boolean(true).key("fileEncryptionInfo").null();
  json.key("objectInfo").string(object_info(it, named)).end_object().end_array();
}

class DeletedKeys final : public KeyWindow {
 public:
  DeletedKeys(std::string_view prefix, storage::ObjectId after, bool seed_names)
      : prefix_(prefix), after_(after), seed_names_(seed_names) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    const auto add = [&](storage::ObjectId id, const storage::DeletedKeyRecord& key) {
      if (sink.full()) return false;
      auto raw_key = raw_key_of(key.path, id);
      if (!raw_key.starts_with(prefix_)) {
        sink.pass();
      } else {
        const auto replicated_bytes = key.size * copies_of(key.replication);
        sink.add(text_of(id, key, replicated_bytes));
        count(std::move(raw_key), key.size, replicated_bytes);
      }
      after_ = id;
      return true;
    };
    return storage::visit_deleted_keys(txn, after_, add);
  }

  void write_tail(http::JsonWriter& json, std::string_view rows) override {
    KeyWindow::write_tail(json, rows);
    if (seed_names_ && !rows.empty()) json.key("deletedkeyinfo").raw_array(rows);
  }
  bool answer_none(http::Exchange& exchange) override {
    answer_nothing(exchange);
    return true;
  }

 private:
  static std::string_view text_of(storage::ObjectId id, const storage::DeletedKeyRecord& key,
                                  std::uint64_t replicated_bytes) {
    auto& json = http::JsonWriter::begin();
    json.object();
    write_info(json, {.id = id,
                      .path = key.path,
                      .bytes = key.size,
                      .replicated_bytes = replicated_bytes,
                      .created = key.created,
                      .modified = key.modified,
                      .replication = key.replication,
                      .blocks = key.blocks});
    json.key("bucketId").number(key.bucket.value);
    json.key("totalSize").object().key(std::to_string(key.size)).number(replicated_bytes);
    json.end_object().end_object();
    return json.text();
  }

  std::string_view prefix_;  // of raw keys
  storage::ObjectId after_;
  bool seed_names_;
};

// Of the deleted directories those that are such: they have totals, and stand below a bucket.
class DeletedDirectories final : public KeyWindow {
 public:
  DeletedDirectories(std::string_view after, bool seed_names)
      : after_(id_of(after)), seed_names_(seed_names) {
    count(std::string(after), 0, 0);
  }

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    const auto add = [&](storage::ObjectId id, const storage::DeletedDirectoryRecord& directory) {
      if (sink.full()) return false;
      if (directory.totals.empty() || Named(directory.path).key.empty()) {
        sink.pass();
      } else {
        add_row(id, directory, sink);
      }
      after_ = id;
      return true;
    };
    return storage::visit_deleted_directories(txn, after_, add);
  }

  void write_tail(http::JsonWriter& json, std::string_view rows) override {
    KeyWindow::write_tail(json, rows);
    if (seed_names_ && !rows.empty()) json.key("deletedkeyinfo").raw_array(seed_rows_);
  }
  bool answer_none(http::Exchange& exchange) override {
    auto& json = http::JsonWriter::begin();
    json.object();
    write_sums(json, 0);
    write_tail(json, {});
    json.end_object();
    answer_json(exchange, json.text());
    return true;
  }

 private:
  void add_row(storage::ObjectId id, const storage::DeletedDirectoryRecord& directory,
               RowSink& sink) {
    const auto path = std::string_view(directory.path).substr(0, directory.path.size() - 1);
    const storage::Totals& totals = directory.totals;
    auto& json = http::JsonWriter::begin();
    write_entity(json, {.key = file_name(path),
                        .path = path,
                        .since = directory.created,
                        .bytes = totals.bytes,
                        .replicated_bytes = totals.replicated_bytes,
                        .replication = directory.replication,
                        .created = directory.created,
                        .modified = directory.modified,
                        .is_key = false});
    sink.add(json.text());
    count(raw_key_of(path, id), totals.bytes, totals.replicated_bytes);
    if (seed_names_ && ++rows_ <= limits::buffered_rows) add_seed_row(id, path, directory);
  }

  void add_seed_row(storage::ObjectId id, std::string_view path,
                    const storage::DeletedDirectoryRecord& directory) {
    auto& json = http::JsonWriter::begin();
    json.object();
    write_info(json, {.id = id,
                      .path = path,
                      .bytes = directory.totals.bytes,
                      .replicated_bytes = directory.totals.replicated_bytes,
                      .created = directory.created,
                      .modified = directory.modified,
                      .replication = directory.replication,
                      .file = false});
    json.end_object();
    if (!seed_rows_.empty()) seed_rows_.push_back(',');
    seed_rows_.append(json.text());
  }

  storage::ObjectId after_;
  bool seed_names_;
  std::int64_t rows_ = 0;
  std::string seed_rows_;  // of as many as may stand in one answer
};

}  // namespace

std::unique_ptr<http::Deferred> list_deleted_keys(Context& context, http::Exchange& exchange) {
  const auto prefix = query_or_empty(exchange, "startPrefix");
  if (!prefix.empty() && !key_prefix_of(prefix)) {
    answer_error(exchange, 400, shallow_prefix);
    return nullptr;
  }
  const auto after = id_of(query_or_empty(exchange, "prevKey"));
  return answer_rows(context, exchange, "deletedKeyInfo", limit_of(exchange),
                     rows_of(DeletedKeys(prefix, after, context.seed_names)));
}

std::unique_ptr<http::Deferred> list_deleted_directories(Context& context,
                                                         http::Exchange& exchange) {
  const auto limit = query_integer(exchange, "limit", limits::insight_rows);
  return answer_rows(
      context, exchange, "deletedDirInfo",
      limit > 0 ? limit : std::numeric_limits<std::int64_t>::max(),
      rows_of(DeletedDirectories(query_or_empty(exchange, "prevKey"), context.seed_names)));
}

}  // namespace dobson::recon
