#include "handlers/recon/volumes.h"

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/recon/listing.h"
#include "handlers/recon/wire.h"
#include "storage/query/namespace.h"

namespace dobson::recon {

namespace {

class VolumeRows final : public RowSource {
 public:
  explicit VolumeRows(std::string_view after) : after_(after) {}

  bool next(const storage::ReadTxn& txn, RowSink& sink) override {
    const auto add = [&](std::string_view name, const storage::VolumeRecord& volume) {
      if (sink.full()) return false;
      auto& json = http::JsonWriter::begin();
      write_volume(json, name, volume);
      sink.add(json.text());
      after_.assign(name);
      return true;
    };
    return storage::visit_volumes(txn, {{}, after_}, add);
  }

 private:
  std::string after_;
};

}  // namespace

std::unique_ptr<http::Deferred> list_volumes(Context& context, http::Exchange& exchange) {
  return answer_rows(context, exchange, "volumes",
                     query_integer(exchange, "limit", limits::insight_rows),
                     rows_of(VolumeRows(query_or_empty(exchange, "prevKey"))));
}

}  // namespace dobson::recon
