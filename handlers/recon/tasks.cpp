#include "handlers/recon/tasks.h"

#include "handlers/recon/call.h"
#include "http/json/writer.h"
#include "storage/catalog/catalog.h"

namespace dobson::recon {

namespace {

// Whose results are written with every commit.
constexpr std::string_view with_commits[] = {"OmSnapshotRequest",
                                             "OmDeltaRequest",
                                             "ContainerKeyMapperTaskFSO",
                                             "ContainerKeyMapperTaskOBS",
                                             "FileSizeCountTaskFSO",
                                             "FileSizeCountTaskOBS",
                                             "NSSummaryTask",
                                             "OmTableInsightTask"};

void write_task(http::JsonWriter& json, const storage::Tasks::View& task, std::uint64_t position) {
  json.object().key("taskName").string(task.name);
  json.key("lastUpdatedTimestamp").integer(task.updated);
  json.key("lastUpdatedSeqNumber").number(position);
  json.key("lastTaskRunStatus").integer(task.failed ? -1 : 0);
  json.key("isCurrentTaskRunning").integer(task.running ? 1 : 0).end_object();
}

}  // namespace

void task_status(Context& context, http::Exchange& exchange) {
  const storage::ReadTxn& txn = context.read(exchange);
  const auto applied = storage::read_state(txn).applied;
  auto& json = http::JsonWriter::begin();
  json.array();
  for (const auto name : with_commits)
    write_task(json, {.name = name, .updated = applied}, txn.id());
  for (const auto& task : context.store.cluster().tasks().list()) write_task(json, task, 0);
  json.end_array();
  answer_json(exchange, json.text());
}

}  // namespace dobson::recon
