// Values of rows, of every table, and commands: bytes are an error, or what encodes to them again.

#include "core/base/assert.h"
#include "storage/catalog/catalog.h"
#include "storage/command/codec.h"
#include "tests/fuzz/support/input.h"

namespace dobson::storage {
namespace {

template <class Record>
void check(std::string_view bytes) {
  const Result<Record> record = decode<Record>(bytes);
  if (!record.ok()) {
    DOBSON_ASSERT(record.error().code == Errc::corrupt);
    return;
  }
  std::string again;
  encode(*record, again);
  DOBSON_ASSERT(again == bytes);
}

}  // namespace
}  // namespace dobson::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson::storage;
  constexpr auto kinds = std::tuple_size_v<decltype(catalog::state)> + 1;
  dobson::fuzz::Input input(data, size);
  const std::size_t kind = input.number<std::uint8_t>() % kinds;
  const auto bytes = input.rest();
  std::size_t at = 0;
  const auto check_row = [&](const auto& table) {
    if (at++ == kind) check<typename std::decay_t<decltype(table)>::Record>(bytes);
  };
  std::apply([&](const auto&... tables) { (check_row(tables), ...); }, catalog::state);
  if (at == kind) check<Command>(bytes);
  return 0;
}
