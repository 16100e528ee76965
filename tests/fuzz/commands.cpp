// Commands, one encoded behind the other, applied to an empty state. `verify` finds nothing wrong
// with what they leave; and it is the same, row for row, when those that were refused had not been
// there and each of the others had been a batch of its own.

#include "core/base/assert.h"
#include "storage/catalog/catalog.h"
#include "storage/command/apply.h"
#include "storage/command/codec.h"
#include "storage/verify/verify.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/state.h"

namespace dobson::storage {
namespace {

struct Stamped {
  Command command;
  Stamp stamp;
};

// Up to the first bytes that are no command. Each comes a little later than the one before it.
std::vector<Stamped> read_commands(std::string_view bytes) {
  std::vector<Stamped> commands;
  Decoder decoder(bytes);
  while (!decoder.at_end()) {
    Result<Command> command = DecodeAs<Command>::from(decoder);
    if (!command.ok()) break;
    commands.push_back({std::move(*command), {static_cast<UnixMillis>(commands.size() + 1)}});
  }
  return commands;
}

// In one batch; those that were accepted.
std::vector<Stamped> run_together(WriteTxn& txn, const std::vector<Stamped>& commands) {
  std::vector<Stamped> accepted;
  Batch batch(txn);
  for (const Stamped& each : commands) {
    if (apply(batch, each.stamp, each.command).ok()) accepted.push_back(each);
  }
  batch.flush();
  return accepted;
}

void run_alone(WriteTxn& txn, const Stamped& each) {
  Batch batch(txn);
  DOBSON_ASSERT(apply(batch, each.stamp, each.command).ok());
  batch.flush();
}

std::string all_rows(const ReadTxn& txn) {
  std::string text;
  const auto add = [&](TableIndex table) {
    Cursor rows(txn, table);
    for (bool more = rows.first(); more; more = rows.next()) {
      text.append(rows.key()).append("=").append(rows.value()).append("\n");
    }
  };
  std::apply([&](const auto&... tables) { (add(tables.index), ...); }, catalog::state);
  return text;
}

void verify_nothing(const ReadTxn& txn) {
  verify(txn, {}, [](const Finding& finding) {
    std::fprintf(stderr, "%s %s: %s\n", finding.table.c_str(), finding.row.c_str(),
                 finding.what.c_str());
    DOBSON_ASSERT(!"verify found something");
  });
}

}  // namespace
}  // namespace dobson::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson;
  using namespace dobson::storage;
  static Env& env = *fuzz::make_state().release();
  const auto commands = read_commands(fuzz::Input(data, size).rest());
  std::vector<Stamped> accepted;
  std::string rows;
  {
    WriteTxn txn(env);
    accepted = run_together(txn, commands);
    verify_nothing(txn);
    rows = all_rows(txn);
  }
  WriteTxn txn(env);
  for (const Stamped& each : accepted) run_alone(txn, each);
  DOBSON_ASSERT(all_rows(txn) == rows);
  return 0;
}
