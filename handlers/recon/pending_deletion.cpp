#include "handlers/recon/pending_deletion.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/common/scan.h"
#include "handlers/common/text.h"
#include "handlers/recon/call.h"
#include "handlers/recon/container_params.h"
#include "handlers/recon/storage.h"
#include "handlers/recon/wire.h"
#include "http/json/writer.h"
#include "storage/query/cluster.h"
#include "storage/query/containers.h"

namespace dobson::recon {

namespace {

using storage::BlockId;
using storage::ContainerId;
using storage::ContainerState;

// Deleted blocks by the state of their container, as rows of JSON. The blocks of one container are
// one transaction, whose id is the container's.
class DeletedBlocks {
 public:
  DeletedBlocks(const storage::ReadTxn& txn, std::int64_t limit) : txn_(txn), limit_(limit) {}

  // False: it is enough.
  bool add(const BlockId& block) {
    if (block.container != container_) {
      if (!end_container()) return false;
      container_ = block.container;
    }
    ++count_;
    if (count_ > limits::listed_blocks) return true;
    if (!ids_.empty()) ids_.push_back(',');
    ids_.append(std::to_string(block.local));
    return true;
  }

  bool end_container() {
    if (count_ == 0) return true;
    const auto container = storage::find_container(txn_, container_);
    const std::size_t state = container ? static_cast<std::size_t>(container->state) : unknown;
    auto& json = http::JsonWriter::begin();
    json.object().key("containerId").number(container_.value);
    json.key("localIDList").raw_array(ids_).key("localIDCount").number(count_);
    json.key("txID").number(container_.value).end_object();
    if (!rows_[state].empty()) rows_[state].push_back(',');
    rows_[state].append(json.text());
    bytes_ += json.text().size();
    ids_.clear();
    count_ = 0;
    return ++numbers_[state] < limit_ && bytes_ < limits::buffered_bytes;
  }

  std::string text() const {
    auto& json = http::JsonWriter::begin();
    json.object();
    for (std::size_t state = 0; state < rows_.size(); ++state) {
      if (rows_[state].empty()) continue;
      json.key(state == unknown ? "UNKNOWN" : to_wire(static_cast<ContainerState>(state)));
      json.raw_array(rows_[state]);
    }
    json.end_object();
    return std::string(json.text());
  }

 private:
  static constexpr std::size_t unknown = storage::container_states;

  const storage::ReadTxn& txn_;
  const std::int64_t limit_;
  std::array<std::string, unknown + 1> rows_;
  std::array<std::int64_t, unknown + 1> numbers_{};
  std::size_t bytes_ = 0;
  ContainerId container_;  // of the blocks that are being counted
  std::string ids_;
  std::uint64_t count_ = 0;
};

void write_blocks(http::JsonWriter& json, const storage::Tally& blocks) {
  json.object().key("totalBlocksize").number(blocks.bytes);
  json.key("totalReplicatedBlockSize").number(blocks.replicated_bytes);
  json.key("totalBlocksCount").number(blocks.rows).end_object();
}

void write_keys(http::JsonWriter& json, const storage::StateCounts& counts) {
  const auto directories = counts.deleted.replicated_bytes;
  const auto keys = counts.deleted_keys.replicated_bytes;
  json.object().key("totalSize").number(directories + keys);
  json.key("pendingDirectorySize").number(directories);
  json.key("pendingKeySize").number(keys).end_object();
}

}  // namespace

void deleted_keys_summary(Context& context, http::Exchange& exchange) {
  const auto keys = storage::count_state(context.read(exchange)).deleted_keys;
  auto& json = http::JsonWriter::begin();
  json.object().key("totalUnreplicatedDataSize").number(keys.bytes);
  json.key("totalReplicatedDataSize").number(keys.replicated_bytes);
  json.key("totalDeletedKeys").number(keys.rows).end_object();
  answer_json(exchange, json.text());
}

void deleted_directories_summary(Context& context, http::Exchange& exchange) {
  const auto directories = storage::count_state(context.read(exchange)).deleted_directories;
  auto& json = http::JsonWriter::begin();
  json.object().key("totalDeletedDirectories").number(directories).end_object();
  answer_json(exchange, json.text());
}

std::unique_ptr<http::Deferred> deleted_blocks(Context& context, http::Exchange& exchange) {
  const auto page = container_page(exchange, 406);
  if (!page) return nullptr;
  const auto make = [page = *page](const storage::ReadTxn& txn) -> Result<std::string> {
    DeletedBlocks blocks(txn, page.limit);
    ScanTime time;
    const bool stopped = page.limit == 0 ||
                         storage::visit_deleted_blocks(txn, page.after, [&](const BlockId& block) {
                           return !time.over() && blocks.add(block);
                         });
    if (time.was_over()) return Error{Errc::overloaded};
    if (!stopped) blocks.end_container();
    return blocks.text();
  };
  return std::make_unique<Scan>(context.scans, context.store, make, &answer_scanned);
}

void pending_deletion(Context& context, http::Exchange& exchange) {
  const auto component = trim(query_or_empty(exchange, "component"));
  const bool of_blocks = equal_names(component, "scm");
  const bool of_keys = equal_names(component, "om");
  if (!of_blocks && !of_keys && !equal_names(component, "dn")) {
    return answer_error(exchange, 400, "component query parameter must be one of dn, scm, om");
  }
  if (query_integer(exchange, "limit", 1) < 1) {
    return answer_error(exchange, 400, "Limit query parameter must be at-least 1");
  }
  const auto counts = storage::count_state(context.read(exchange));
  auto& json = http::JsonWriter::begin();
  if (of_blocks) {
    write_blocks(json, counts.deleted_blocks);
  } else if (of_keys) {
    write_keys(json, counts);
  } else {
    const auto nodes = context.store.cluster().nodes(exchange.now());
    write_pending_of_nodes(json, nodes, counts.deleted_blocks.replicated_bytes);
  }
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
