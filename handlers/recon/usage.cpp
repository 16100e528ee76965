#include "handlers/recon/usage.h"

#include <memory_resource>
#include <optional>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/common/scan.h"
#include "handlers/common/text.h"
#include "handlers/recon/place.h"
#include "handlers/recon/sub_paths.h"
#include "http/json/writer.h"

namespace dobson::recon {

namespace {

using http::JsonWriter;

// What is asked for. `path` holds until the answer is done.
struct Question {
  std::string_view path;
  bool files;
  bool replica;
  SubPaths::Order order;
  std::size_t most;
};

Question question_of(const http::Exchange& exchange) {
  const auto is_true = [&](std::string_view name) {
    return equal_names(query_or_empty(exchange, name), "true");
  };
  const auto* sort = exchange.query("sortSubPaths");
  const bool by_name = sort != nullptr && !is_true("sortSubPaths");
  return {.path = query_or_empty(exchange, "path"),
          .files = is_true("files"),
          .replica = is_true("replica"),
          .order = by_name ? SubPaths::Order::keys_last : SubPaths::Order::by_size,
          .most = is_true("sortSubPaths") ? limits::largest_paths : limits::sub_paths};
}

// Adds the children of a place. False: the time is over.
class Children {
 public:
  Children(const storage::ReadTxn& txn, bool files, SubPaths& paths)
      : txn_(txn), files_(files), paths_(paths) {}

  bool operator()(const storage::Totals&) {
    return !storage::visit_volumes(
        txn_, {}, [this](std::string_view name, const storage::VolumeRecord& volume) {
          return add(name, volume.totals);
        });
  }
  bool operator()(const storage::VolumeRecord& volume) {
    return !storage::visit_buckets(
        txn_, volume.id, {}, [this](std::string_view name, const storage::BucketRecord& bucket) {
          return add(name, bucket.totals);
        });
  }
  bool operator()(const storage::BucketRecord& bucket) {
    return entries(bucket.id, bucket.replication, bucket.totals.directories);
  }
  bool operator()(const Directory& it) {
    return entries(it.record.id, it.bucket.replication, it.record.totals.directories);
  }
  bool operator()(const auto&) { return true; }

 private:
  bool add(std::string_view name, const storage::Totals& totals) {
    paths_.add(name, false, totals.bytes, totals.replicated_bytes);
    return !time_.over();
  }

  // Without keys it ends behind the last of so many directories.
  bool entries(storage::ObjectId parent, storage::Replication replication,
               std::uint64_t directories) {
    if (!files_ && directories == 0) return true;
    bool in_time = true;
    storage::visit_entries(txn_, parent, replication, {}, [&](const storage::Entry& entry) {
      in_time = !time_.over();
      if (entry.directory) directories -= 1 + entry.directories;
      if (entry.directory || files_) {
        const auto name = entry.name.substr(0, entry.name.size() - entry.directory);
        paths_.add(name, !entry.directory, entry.bytes, entry.replicated_bytes);
      }
      return in_time && (files_ || directories > 0);
    });
    return in_time;
  }

  const storage::ReadTxn& txn_;
  bool files_;
  SubPaths& paths_;
  ScanTime time_;
};

// Rows that `Children` looks at, at most.
std::uint64_t rows_below(const Place& place, bool files) {
  const auto* totals = place.totals();
  if (totals == nullptr) return 0;
  if (std::holds_alternative<storage::Totals>(place.found)) return totals->volumes;
  if (std::holds_alternative<storage::VolumeRecord>(place.found)) return totals->buckets;
  return files || totals->directories > 0 ? totals->keys + totals->directories : 0;
}

// Bytes of keys right below; nothing where the page says −1.
std::optional<std::uint64_t> direct_bytes(const Place& place) {
  const auto* bucket = std::get_if<storage::BucketRecord>(&place.found);
  if (bucket != nullptr && bucket->totals.empty()) return std::nullopt;
  const bool has_keys = bucket != nullptr || std::holds_alternative<Directory>(place.found);
  return has_keys ? std::optional(place.totals()->direct_bytes) : std::nullopt;
}

struct Sizes {
  std::uint64_t bytes = 0;
  std::uint64_t replicated_bytes = 0;
};

Sizes sizes_of(const Place& place) {
  if (const auto* totals = place.totals()) return {totals->bytes, totals->replicated_bytes};
  const auto* key = std::get_if<Key>(&place.found);
  if (key == nullptr) return {};
  return {key->record.size, key->record.size * copies_of(key->bucket.replication)};
}

void write_replica(JsonWriter& json, bool asked_for, std::uint64_t bytes) {
  json.key("sizeWithReplica");
  if (asked_for) {
    json.number(bytes);
  } else {
    json.integer(-1);
  }
}

// Keys of a bucket without directories go by their bare names.
void write_sub_paths(JsonWriter& json, const Place& place, bool replica, SubPaths& paths) {
  const auto* bucket = std::get_if<storage::BucketRecord>(&place.found);
  const bool flat = bucket != nullptr && bucket->layout == storage::Layout::object_store;
  std::string path(flat || place.path == "/" ? "" : place.path);
  if (!flat) path.push_back('/');
  const auto above = path.size();
  json.array();
  for (const SubPath& each : paths.sorted()) {
    path.resize(above);
    path.append(each.name);
    json.object().key("key").boolean(each.key).key("path").string(path);
    json.key("size").number(each.bytes);
    write_replica(json, replica, each.replicated_bytes);
    json.key("isKey").boolean(each.key).end_object();
  }
  json.end_array();
}

// overloaded: the time is over.
Status write_usage(JsonWriter& json, const storage::ReadTxn& txn, const Place& place,
                   const Question& asked) {
  SubPaths paths(asked.order, asked.most);
  if (!std::visit(Children(txn, asked.files, paths), place.found)) return Error{Errc::overloaded};
  const bool known = !place.path.empty();
  const Sizes sizes = sizes_of(place);
  json.object().key("status").string(known ? "OK" : "PATH_NOT_FOUND").key("path");
  if (known) {
    json.string(place.path);
  } else {
    json.null();
  }
  json.key("size").number(sizes.bytes);
  write_replica(json, known && asked.replica, sizes.replicated_bytes);
  json.key("subPathCount").number(paths.count()).key("subPaths");
  write_sub_paths(json, place, asked.replica, paths);
  json.key("sizeDirectKey");
  if (const auto direct = direct_bytes(place)) {
    json.number(*direct);
  } else {
    json.integer(-1);
  }
  json.end_object();
  return {};
}

}  // namespace

std::unique_ptr<http::Deferred> namespace_usage(Context& context, http::Exchange& exchange) {
  const Question asked = question_of(exchange);
  const storage::ReadTxn& txn = context.read(exchange);
  const Place place = find_place(txn, asked.path, exchange.arena());
  if (rows_below(place, asked.files) <= limits::reactor_rows) {
    auto& json = JsonWriter::begin();
    const bool written = write_usage(json, txn, place, asked).ok();
    answer_scanned(exchange, written ? Result<std::string>(std::string(json.text()))
                                     : Error{Errc::overloaded});
    return nullptr;
  }
  const auto make = [asked](const storage::ReadTxn& snapshot) -> Result<std::string> {
    std::pmr::monotonic_buffer_resource arena;
    auto& json = JsonWriter::begin();
    TRY(write_usage(json, snapshot, find_place(snapshot, asked.path, arena), asked));
    return std::string(json.text());
  };
  return std::make_unique<Scan>(context.scans, context.store, make, &answer_scanned);
}

}  // namespace dobson::recon
