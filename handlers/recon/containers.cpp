#include "handlers/recon/containers.h"

#include <array>
#include <bit>
#include <limits>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/recon/call.h"
#include "handlers/recon/container_params.h"
#include "handlers/recon/listing.h"
#include "handlers/recon/wire.h"
#include "http/json/row_text.h"
#include "storage/query/containers.h"

namespace dobson::recon {

namespace {

using storage::ContainerId;
using storage::ContainerRecord;
using storage::ContainerState;

class ContainerRows final : public RowSource {
 public:
  explicit ContainerRows(ContainerId after) : after_(after) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    return storage::visit_containers<storage::ContainerFront>(
        txn, after_, [&](ContainerId id, const storage::ContainerFront& container) {
          if (sink.full()) return false;
          http::RowText<128> row;
          row.text(R"({"ContainerID":)").number(id.value);
          row.text(R"(,"NumberOfKeys":)").number(container.blocks);
          sink.add(row.text(R"(,"pipelines":null})").view());
          after_ = id;
          return true;
        });
  }
  std::string_view outer() const override { return "data"; }
  void write_sums(http::JsonWriter& json, std::int64_t count) override {
    json.key("totalCount").integer(count).key("prevKey").number(after_.value);
  }

 private:
  ContainerId after_;
};

class DeletedContainerRows final : public RowSource {
 public:
  explicit DeletedContainerRows(ContainerId after) : after_(after) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    return storage::visit_containers(txn, after_,
                                     [&](ContainerId id, const ContainerRecord& container) {
                                       if (sink.full()) return false;
                                       if (container.state == ContainerState::deleted) {
                                         sink.add(text_of(id, container));
                                       } else {
                                         sink.pass();
                                       }
                                       after_ = id;
                                       return true;
                                     });
  }

 private:
  // Its pipeline went with its replicas.
  static std::string_view text_of(ContainerId id, const ContainerRecord& container) {
    auto& json = http::JsonWriter::begin();
    json.object().key("containerId").number(id.value).key("pipelineID").null();
    json.key("numberOfKeys").number(container.blocks);
    json.key("containerState").string(to_wire(container.state));
    json.key("stateEnterTime").integer(container.entered);
    json.key("lastUsed").integer(container.used).key("usedBytes").number(container.bytes);
    write_replication(json.key("replicationConfig"), container.replication);
    json.key("replicationFactor").string(factor_of(container.replication)).end_object();
    return json.text();
  }

  ContainerId after_;
};

// Of containerCount: 512 MiB, 1 GiB and so on, up to 1 PiB; then all that is larger. The first
// counts empty containers.
constexpr int sizes = 24;

constexpr int size_of(std::uint64_t bytes) {
  if (bytes == 0) return 0;
  const int power = std::bit_width(bytes - 1);
  return 1 + std::min(std::max(power - 29, 0), sizes - 2);
}

constexpr std::uint64_t upper_bound(int size) {
  if (size == 0) return 0;
  if (size == sizes - 1) return std::numeric_limits<std::int64_t>::max();
  return std::uint64_t{1} << (28 + size);
}

Result<std::string> count_containers(const storage::ReadTxn& txn, int wanted) {
  std::array<std::uint64_t, sizes> counts{};
  storage::visit_containers(txn, {}, [&](ContainerId, const ContainerRecord& container) {
    if (container.state != ContainerState::deleted) ++counts[size_of(container.bytes)];
    return true;
  });
  auto& json = http::JsonWriter::begin();
  json.array();
  for (int size = 0; size < sizes; ++size) {
    if (counts[size] == 0 || (wanted != 0 && size != wanted)) continue;
    json.object().key("containerSize").number(upper_bound(size));
    json.key("count").number(counts[size]).end_object();
  }
  json.end_array();
  return std::string(json.text());
}

}  // namespace

std::unique_ptr<http::Deferred> list_containers(Context& context, http::Exchange& exchange) {
  const auto page = container_page(exchange, 406);
  if (!page) return nullptr;
  return answer_rows(context, exchange, "containers", page->limit,
                     rows_of(ContainerRows(page->after)));
}

std::unique_ptr<http::Deferred> deleted_containers(Context& context, http::Exchange& exchange) {
  const auto page = container_page(exchange, 400);
  if (!page) return nullptr;
  return answer_rows(context, exchange, {}, page->limit,
                     rows_of(DeletedContainerRows(page->after)));
}

std::unique_ptr<http::Deferred> container_count(Context& context, http::Exchange& exchange) {
  const auto size = query_integer(exchange, "containerSize", 0);
  if (size < 0) {
    answer_error(exchange, 400, "containerSize must not be negative");
    return nullptr;
  }
  const auto make = [wanted = size_of(static_cast<std::uint64_t>(size))](
                        const storage::ReadTxn& txn) { return count_containers(txn, wanted); };
  return std::make_unique<Scan>(context.scans, context.store, make, &answer_scanned);
}

}  // namespace dobson::recon
