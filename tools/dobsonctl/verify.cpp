// verify: the data directory of a stopped server, read through.

#include <chrono>
#include <cmath>
#include <filesystem>

#include "http/json/writer.h"
#include "storage/blocks/block_files.h"
#include "storage/blocks/null_block_store.h"
#include "storage/query/namespace.h"
#include "storage/query/state_block_index.h"
#include "storage/verify/block_bytes.h"
#include "storage/verify/stopped_store.h"
#include "storage/verify/verify.h"
#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/interrupt.h"
#include "tools/dobsonctl/output.h"
#include "tools/dobsonctl/progress.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

namespace fs = std::filesystem;
using http::JsonWriter;
using storage::Finding;

struct Verdict {
  std::uint64_t findings = 0;
  std::uint64_t unaccounted_bytes = 0;  // of container files
  storage::Totals totals;
};

Failure failure_of(const Error& error) {
  const std::string& reason = error.message.empty() ? error.detail : error.message;
  if (error.code == Errc::invalid_argument) return usage_failure(reason);
  if (error.code == Errc::unavailable) return {.reason = reason + "; stop the server first"};
  return {.reason = reason};
}

void show(const Finding& finding, bool as_json) {
  if (!as_json) return print(stdout, "{} {}: {}\n", finding.table, finding.row, finding.what);
  JsonWriter& json = JsonWriter::begin().object();
  json.key("table").string(finding.table).key("row").string(finding.row);
  json.key("what").string(finding.what).end_object();
  print(stdout, "{}\n", json.text());
}

// The bar shows bytes: those of the tables, by rows looked at, and those of the blocks.
Verdict verify(const storage::StoppedStore& store, const fs::path& blocks, bool as_json) {
  const storage::Snapshot txn(store.state());
  storage::BlockFiles files(blocks);
  storage::StateBlockIndex index(store.state());
  Verdict verdict;
  verdict.totals = storage::root_totals(txn);
  const std::uint64_t table_bytes = store.state().file_bytes();
  const bool has_bytes = !storage::keeps_no_bytes(blocks);
  Progress progress("verify", {.bytes = table_bytes + (has_bytes ? verdict.totals.bytes : 0)});

  const auto report = [&](const Finding& finding) {
    ++verdict.findings;
    show(finding, as_json);
  };
  std::int64_t shown = 0;
  const std::function check_block = [&](const storage::BlockRef& block) {
    progress.moved(static_cast<std::int64_t>(block.length));
    return check_block_bytes(files, block);
  };
  const storage::VerifyOptions options = {
      .check_block = has_bytes ? check_block : nullptr,
      .progress = [&](std::uint64_t done, std::uint64_t all) {
        const double part = static_cast<double>(done) / static_cast<double>(all);
        const auto now = std::llround(part * static_cast<double>(table_bytes));
        progress.moved(now - shown);
        shown = now;
      }};
  storage::verify(txn, options, report);
  if (has_bytes) verdict.unaccounted_bytes = verify_containers(files, index, report);
  return verdict;
}

void print_json(const std::string& data, const Verdict& verdict, double seconds) {
  const storage::Totals& totals = verdict.totals;
  JsonWriter& json = JsonWriter::begin().object();
  json.key("command").string("verify").key("data").string(data);
  json.key("volumes").number(totals.volumes).key("buckets").number(totals.buckets);
  json.key("keys").number(totals.keys).key("bytes").number(totals.bytes);
  json.key("unaccounted_bytes").number(verdict.unaccounted_bytes);
  json.key("findings").number(verdict.findings);
  json.key("milliseconds").integer(std::llround(1000 * seconds)).end_object();
  print(stdout, "{}\n", json.text());
}

void print_summary(const std::string& data, const Verdict& verdict, double seconds) {
  const storage::Totals& totals = verdict.totals;
  if (verdict.unaccounted_bytes > 0) {
    print(stdout, "{} of container files belong to no key; the server gives them back\n",
          human_size(static_cast<double>(verdict.unaccounted_bytes)));
  }
  print(stdout, "verified {}: {} volumes, {} buckets, {} keys, {} in {:.1f} s; {}\n",
        printable(data), grouped(totals.volumes), grouped(totals.buckets), grouped(totals.keys),
        human_size(static_cast<double>(totals.bytes)), seconds,
        verdict.findings == 0 ? "nothing is wrong" : "findings: " + grouped(verdict.findings));
}

}  // namespace

Try<Exit> verify(const Context& context, const std::string& data, const std::string& blocks) {
  let_interrupts_end();
  const auto began = std::chrono::steady_clock::now();
  const auto store = storage::StoppedStore::open(data);
  if (!store.ok()) return failure_of(store.error());
  Verdict verdict;
  try {
    verdict = verify(**store, blocks.empty() ? fs::path(data) / "blocks" : fs::path(blocks),
                     context.json);
  } catch (const storage::EnvError& error) {
    return Failure{.reason = error.what()};
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
  if (context.json) {
    print_json(data, verdict, elapsed.count());
  } else {
    print_summary(data, verdict, elapsed.count());
  }
  return verdict.findings == 0 ? Exit::done : Exit::failed;
}

}  // namespace dobson::ctl
