#include "tools/dobsond/metrics.h"

#include "storage/metrics.h"

namespace dobson {

namespace {

void write_server(MetricsText& text, const http::Server::Readings& readings) {
  text.gauge("dobson_http_connections", "Connections open now");
  text.sample(readings.connections_open);
  text.counter("dobson_http_connections_total", "Connections by what became of them");
  text.sample(readings.connections_accepted, {{"outcome", "accepted"}});
  text.sample(readings.connections_refused, {{"outcome", "refused"}});

  text.gauge("dobson_http_memory_bytes", "Memory of what moves, by what it holds");
  text.sample(readings.body_bytes, {{"of", "request bodies"}});
  text.sample(readings.answer_bytes, {{"of", "unread answers"}});

  text.counter("dobson_http_answers_total", "Answers by route and class of status");
  constexpr std::string_view classes[] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (const auto& [family, route, counters] : readings.routes) {
    for (std::size_t i = 2; i < counters.answers.size(); ++i) {
      text.sample(counters.answers[i],
                  {{"family", family}, {"route", route}, {"status", classes[i]}});
    }
  }
  text.gauge("dobson_http_waiting", "Requests that wait for a body, an outcome or a reader now");
  for (const auto& [family, route, counters] : readings.routes) {
    text.sample(counters.in_flight, {{"family", family}, {"route", route}});
  }
  text.counter("dobson_http_received_bytes_total", "Bytes of requests by route");
  for (const auto& [family, route, counters] : readings.routes) {
    text.sample(counters.request_bytes, {{"family", family}, {"route", route}});
  }
  text.counter("dobson_http_sent_bytes_total", "Bytes of answers by route");
  for (const auto& [family, route, counters] : readings.routes) {
    text.sample(counters.response_bytes, {{"family", family}, {"route", route}});
  }
}

constexpr double us_per_s = 1e6;

void write_log(MetricsText& text, const storage::LogMetrics& log) {
  text.counter("dobson_log_commits_total", "Batches of commands made durable");
  text.sample(log.commits);
  text.counter("dobson_log_commands_total", "Commands by what became of them");
  text.sample(log.commands - log.refused, {{"outcome", "applied"}});
  text.sample(log.refused, {{"outcome", "refused"}});
  text.sample(log.failed, {{"outcome", "failed"}});
  text.gauge("dobson_log_waiting", "Commands that wait for the writer now");
  text.sample(log.waiting);
  text.gauge("dobson_log_largest_batch", "Commands of the largest batch so far");
  text.sample(log.largest_batch);
  text.counter("dobson_log_seconds_total", "Time of the writer by stage");
  text.sample(static_cast<double>(log.apply_us) / us_per_s, {{"stage", "apply"}});
  text.sample(static_cast<double>(log.commit_us) / us_per_s, {{"stage", "commit"}});
}

void write_blocks(MetricsText& text, const storage::BlockMetrics& blocks) {
  text.gauge("dobson_blocks_containers", "Container files");
  text.sample(blocks.containers);
  text.counter("dobson_blocks_bytes_total", "Object bytes moved");
  text.sample(blocks.written_bytes, {{"direction", "written"}});
  text.sample(blocks.read_bytes, {{"direction", "read"}});
  text.counter("dobson_blocks_objects_total", "Objects whose bytes were made durable");
  text.sample(blocks.finished);
  text.counter("dobson_blocks_syncs_total", "Calls of fdatasync on container files");
  text.sample(blocks.syncs);
  text.counter("dobson_blocks_sync_seconds_total", "Time in these calls");
  text.sample(static_cast<double>(blocks.sync_us) / us_per_s);
  text.counter("dobson_blocks_damaged_reads_total",
               "Reads that met a wrong checksum or a cut file");
  text.sample(blocks.damaged_reads);
  text.counter("dobson_blocks_scrubbed_bytes_total",
               "Object bytes read to find damage before it is asked for.");
  text.sample(blocks.scrubbed_bytes);
  text.counter("dobson_blocks_freed_bytes_total", "Space given back");
  text.sample(blocks.freed_bytes, {{"of", "deleted"}});
  text.sample(blocks.orphan_bytes, {{"of", "orphans"}});
}

}  // namespace

void write_metrics(MetricsText& text, const http::Server& server, storage::Store& store) {
  const storage::StoreMetrics metrics = store.metrics();
  write_server(text, server.read());
  write_log(text, metrics.log);
  write_blocks(text, metrics.blocks);
  text.gauge("dobson_store_state_bytes", "Size of the database file");
  text.sample(metrics.state_bytes);
  text.gauge("dobson_store_free_bytes", "Free space on its file system");
  text.sample(metrics.free_bytes);
  text.gauge("dobson_store_deletion_backlog", "Rows that wait, by stage of deletion");
  text.sample(metrics.deletion.directories, {{"stage", "directories"}});
  text.sample(metrics.deletion.keys, {{"stage", "keys"}});
  text.sample(metrics.deletion.blocks, {{"stage", "blocks"}});
  text.gauge("dobson_store_uploads", "Multipart uploads that are not finished");
  text.sample(metrics.deletion.uploads);
  text.gauge("dobson_store_writable", "1 while writes are taken");
  text.sample(std::uint64_t{store.health().writable});
}

}  // namespace dobson
