#include "handlers/recon/exports.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <span>
#include <string>

#include "core/base/limits.h"
#include "handlers/common/query.h"
#include "handlers/common/text.h"
#include "handlers/recon/call.h"
#include "handlers/recon/export_jobs.h"
#include "handlers/recon/tar.h"
#include "handlers/recon/unhealthy.h"
#include "http/json/writer.h"

namespace dobson::recon {

namespace {

constexpr std::string_view no_export = "There is no such export.";

std::string_view to_wire(ExportStatus status) {
  constexpr std::string_view names[] = {"QUEUED", "RUNNING", "COMPLETED", "FAILED"};
  return names[static_cast<std::size_t>(status)];
}

std::string download_name(const ExportJob& job) {
  std::string state = job.state;
  std::ranges::transform(state, state.begin(), lower_case);
  return fmt::format("export_{}_{}.tar", state, job.submitted);
}

// Containers come and go while they are listed.
std::uint64_t percent_of(const ExportJob& job) {
  if (job.status == ExportStatus::completed) return 100;
  return job.all.value_or(0) == 0 ? 0 : std::min<std::uint64_t>(job.rows * 100 / *job.all, 100);
}

void write_job(http::JsonWriter& json, const ExportJob& job) {
  const unsigned left = limits::export_downloads - job.downloads;
  json.object().key("maxDownloads").number(limits::export_downloads);
  json.key("downloadAllowed").boolean(left > 0).key("jobId").string(job.id);
  json.key("state").string(job.state).key("status").string(to_wire(job.status));
  json.key("submittedAt").integer(job.submitted).key("startedAt").integer(job.started);
  json.key("completedAt").integer(job.completed).key("totalRecords").number(job.rows);
  json.key("estimatedTotal").integer(job.all ? static_cast<std::int64_t>(*job.all) : -1);
  json.key("fileName").string(download_name(job)).key("errorMessage");
  job.error ? json.string(*job.error) : json.null();
  json.key("progressPercent").number(percent_of(job)).key("queuePosition").number(job.place);
  json.key("downloadCount").number(job.downloads).key("downloadsRemaining").number(left);
  json.end_object();
}

void answer_job(http::Exchange& exchange, const ExportJob& job) {
  auto& json = http::JsonWriter::begin();
  write_job(json, job);
  answer_json(exchange, json.text());
}

void answer_too_many(http::Exchange& exchange, std::string_view error, std::string_view message) {
  auto& json = http::JsonWriter::begin();
  json.object().key("error").string(error).key("message").string(message).end_object();
  begin_json(exchange, 429);
  exchange.finish(json.text());
}

void answer_downloaded(http::Exchange& exchange) {
  answer_too_many(exchange, "Download limit reached",
                  fmt::format("An export can be downloaded {} times. Delete it to make another.",
                              limits::export_downloads));
}

void answer_unopened(http::Exchange& exchange, Errc code) {
  if (code == Errc::key_not_found) return answer_error(exchange, 404, no_export);
  answer_error(exchange, code == Errc::overloaded ? 503 : 500);
}

// The file of an export, on its way out. All but the constructor is for threads that may wait.
class Reading {
 public:
  explicit Reading(std::filesystem::path path) : path_(std::move(path)) {}

  // key_not_found: it is gone.
  Status open() {
    file_.reset(std::fopen(path_.c_str(), "rbe"));
    struct stat found{};
    if (file_ == nullptr) return Error{errno == ENOENT ? Errc::key_not_found : Errc::io};
    if (::fstat(::fileno(file_.get()), &found) != 0) return Error{Errc::io};
    std::setvbuf(file_.get(), nullptr, _IONBF, 0);  // the memory budget counts a piece each
    left_ = static_cast<std::uint64_t>(found.st_size);
    buffer_ = std::make_unique_for_overwrite<std::byte[]>(limits::stream_chunk_bytes);
    return {};
  }

  std::uint64_t left() const { return left_; }

  // The next bytes; empty at the end.
  Result<std::span<const std::byte>> next() {
    const std::span piece(buffer_.get(),
                          std::min<std::uint64_t>(left_, limits::stream_chunk_bytes));
    const bool read = std::fread(piece.data(), 1, piece.size(), file_.get()) == piece.size();
    if (!read) return Error{Errc::io};
    left_ -= piece.size();
    return std::span<const std::byte>(piece);
  }

 private:
  std::filesystem::path path_;
  File file_;
  std::unique_ptr<std::byte[]> buffer_;
  std::uint64_t left_ = 0;
};

Task<void> pass_on(Context* context, http::Exchange* exchange, Reading* reading) {
  auto read = [reading] { return reading->next(); };
  while (reading->left() > 0) {
    const auto piece = co_await offload(context->block_pool, exchange->mailbox(), read);
    if (!piece) {
      exchange->abort();
      co_return;
    }
    const bool taken = co_await exchange->write_body(*piece);
    if (!taken) co_return;
  }
}

}  // namespace

void list_exports(Context& context, http::Exchange& exchange) {
  auto& json = http::JsonWriter::begin();
  json.array();
  for (const ExportJob& job : context.exports.list()) write_job(json, job);
  json.end_array();
  answer_json(exchange, json.text());
}

void submit_export(Context& context, http::Exchange& exchange) {
  const auto state = query_or_empty(exchange, "state");
  if (!is_unhealthy_state(state)) return answer_no_state(exchange, state);
  const auto job = context.exports.submit(state, exchange.random_uuid());
  if (!job) return answer_too_many(exchange, "Too Many Requests", job.error().message);
  answer_job(exchange, *job);
}

void show_export(Context& context, http::Exchange& exchange) {
  const auto job = context.exports.find(exchange.path_arg("jobId").text);
  if (!job) return answer_error(exchange, 404, no_export);
  answer_job(exchange, *job);
}

Task<void> download_export(void* context, http::Exchange* exchange) {
  auto& recon = *static_cast<Context*>(context);
  const auto job = recon.exports.find(exchange->path_arg("jobId").text);
  if (!job) {
    answer_error(*exchange, 404, no_export);
    co_return;
  }
  if (job->status != ExportStatus::completed) {
    answer_error(*exchange, 409, "The export is not completed.");
    co_return;
  }
  Reading reading(recon.exports.file_of(*job));
  auto open = [&reading] { return reading.open(); };
  const auto opened = co_await offload(recon.block_pool, exchange->mailbox(), open);
  if (!opened) {
    answer_unopened(*exchange, opened.error().code);
    co_return;
  }
  const bool reads = exchange->request().method == http::Method::get;
  if (reads && !recon.exports.count_download(job->id)) {
    answer_downloaded(*exchange);
    co_return;
  }
  begin_download(*exchange, "application/x-tar", download_name(*job));
  exchange->begin_body(reading.left());
  if (reads) co_await pass_on(&recon, exchange, &reading);
}

Task<void> delete_export(void* context, http::Exchange* exchange) {
  auto& recon = *static_cast<Context*>(context);
  const auto id = exchange->path_arg("jobId").text;
  auto remove = [&recon, id] { return recon.exports.remove(id); };
  const auto removed = co_await offload(recon.block_pool, exchange->mailbox(), remove);
  if (!removed) {
    answer_error(*exchange, 503);
  } else if (!*removed) {
    answer_error(*exchange, 404, no_export);
  } else {
    answer_no_text(*exchange);
  }
}

}  // namespace dobson::recon
