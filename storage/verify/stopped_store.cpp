#include "storage/verify/stopped_store.h"

#include <fmt/format.h>

#include "core/base/limits.h"
#include "storage/catalog/catalog.h"

namespace dobson::storage {

namespace {

EnvOptions read_in_order(EnvOptions options) {
  options.read_ahead = true;
  return options;
}

}  // namespace

StoppedStore::StoppedStore(const std::filesystem::path& data, DataLock lock)
    : lock_(std::move(lock)),
      state_(read_in_order(state_options(data, limits::page_bytes, limits::internal_readers))) {}

Result<std::unique_ptr<StoppedStore>> StoppedStore::open(const std::filesystem::path& data) {
  std::error_code missing;
  if (!std::filesystem::is_directory(data / "state", missing)) {
    return Error{Errc::invalid_argument,
                 fmt::format("{} is not a data directory of dobsond", data.c_str())};
  }
  DataLock lock = TRY(DataLock::take(data));
  try {
    auto store = std::make_unique<StoppedStore>(data, std::move(lock));
    read_state(Snapshot(store->state()));
    return store;
  } catch (const EnvError& error) {
    return Error{error.code(),
                 fmt::format("cannot open {}: {}", (data / "state").c_str(), error.what())};
  }
}

}  // namespace dobson::storage
