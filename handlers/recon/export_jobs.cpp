#include "handlers/recon/export_jobs.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "core/base/limits.h"
#include "core/log/log.h"
#include "handlers/common/text.h"
#include "handlers/recon/tar.h"
#include "handlers/recon/unhealthy.h"

namespace dobson::recon {

namespace {

using storage::HealthState;
using storage::UnhealthyFilter;
using storage::UnhealthyPage;
using storage::UnhealthyQuery;
using storage::UnhealthyView;

constexpr std::string_view extension = ".tar";

void remove_left_files(const std::filesystem::path& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    std::error_code kept;
    if (entry.path().extension() == extension) std::filesystem::remove(entry.path(), kept);
  }
}

// Nothing: a page does not say.
std::optional<std::uint64_t> count_of(UnhealthyFilter filter, const UnhealthyPage& page) {
  const auto count = [&page](HealthState state) {
    return page.counts[static_cast<std::size_t>(state)];
  };
  switch (filter) {
    case UnhealthyFilter::empty_missing:
      return count(HealthState::empty_missing);
    case UnhealthyFilter::missing:
      return count(HealthState::missing);
    case UnhealthyFilter::over_replicated:
      return count(HealthState::over_replicated);
    case UnhealthyFilter::under_replicated:
      return count(HealthState::under_replicated);
    case UnhealthyFilter::listed:
    case UnhealthyFilter::all_replicas_bad:
      return std::nullopt;
  }
}

// The table, in parts.
class Parts {
 public:
  Parts(TarWriter& tar, std::string_view state) : tar_(tar) {
    std::ranges::transform(state, std::back_inserter(state_), lower_case);
  }

  std::uint64_t rows() const { return rows_; }

  Status begin() {
    const std::uint64_t number = rows_ / limits::export_part_rows + 1;
    TRY(tar_.begin(fmt::format("unhealthy_containers_{}_part{:03}.csv", state_, number)));
    return tar_.write(
        "container_id,container_state,in_state_since,expected_replica_count,"
        "actual_replica_count,replica_delta\n");
  }

  Status add(const UnhealthyView& row) {
    if (rows_ > 0 && rows_ % limits::export_part_rows == 0) TRY(begin());
    ++rows_;
    return tar_.write(fmt::format("{},{},{},{},{},{}\n", row.container.value, to_wire(row.state),
                                  row.since, row.expected, row.actual, delta_of(row)));
  }

 private:
  TarWriter& tar_;
  std::string state_;  // in lower case
  std::uint64_t rows_ = 0;
};

}  // namespace

ExportJobs::ExportJobs(ExportOptions options, Rows rows, const Clock& clock)
    : options_(std::move(options)), rows_(std::move(rows)), clock_(clock) {
  remove_left_files(options_.directory);
  thread_ = std::thread(&ExportJobs::work, this);
}

ExportJobs::~ExportJobs() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

Result<ExportJob> ExportJobs::submit(std::string_view state, std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto same = std::ranges::find(jobs_, state, &ExportJob::state);
  if (same != jobs_.end() && same->status != ExportStatus::failed) {
    return Error{
        Errc::precondition_failed,
        fmt::format("There is an export of {} already. Delete it to make another.", state)};
  }
  const auto waiting = std::ranges::count(jobs_, ExportStatus::queued, &ExportJob::status);
  if (waiting >= limits::waiting_exports) {
    return Error{Errc::overloaded,
                 fmt::format("{} exports are waiting. Try again later.", waiting)};
  }
  if (same != jobs_.end()) jobs_.erase(same);
  jobs_.push_back({.id = std::string(id), .state = std::string(state), .submitted = clock_.now()});
  changed_.notify_one();
  return view_of(jobs_.back());
}

std::vector<ExportJob> ExportJobs::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<ExportJob> views;
  for (const ExportJob& job : jobs_) views.push_back(view_of(job));
  return views;
}

std::optional<ExportJob> ExportJobs::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto job = std::ranges::find(jobs_, id, &ExportJob::id);
  return job == jobs_.end() ? std::nullopt : std::optional(view_of(*job));
}

std::filesystem::path ExportJobs::file_of(const ExportJob& job) const {
  return options_.directory / (job.id + std::string(extension));
}

bool ExportJobs::count_download(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto job = place_of(id);
  if (job == jobs_.end() || job->downloads >= limits::export_downloads) return false;
  ++job->downloads;
  return true;
}

bool ExportJobs::remove(std::string_view id) {
  ExportJob removed;
  {
    const std::lock_guard lock(mutex_);
    const auto job = place_of(id);
    if (job == jobs_.end()) return false;
    removed = std::move(*job);
    jobs_.erase(job);
  }
  // A file that is being written is removed by the thread.
  std::error_code gone;
  if (removed.status == ExportStatus::completed) std::filesystem::remove(file_of(removed), gone);
  return true;
}

std::vector<ExportJob>::iterator ExportJobs::place_of(std::string_view id) {
  return std::ranges::find(jobs_, id, &ExportJob::id);
}

ExportJob ExportJobs::view_of(const ExportJob& job) const {
  ExportJob view = job;
  if (job.status != ExportStatus::queued) return view;
  for (const ExportJob& other : jobs_) {
    if (other.status == ExportStatus::queued) ++view.place;
    if (&other == &job) break;
  }
  return view;
}

void ExportJobs::work() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const auto next = std::ranges::find(jobs_, ExportStatus::queued, &ExportJob::status);
    if (next == jobs_.end()) {
      changed_.wait(lock);
      continue;
    }
    next->status = ExportStatus::running;
    next->started = clock_.now();
    const ExportJob job = *next;
    lock.unlock();
    end(job, write(job));
    lock.lock();
  }
}

// Of a state that is known by name only there are no rows.
Status ExportJobs::write(const ExportJob& job) {
  const auto& directory = options_.directory;
  if (::mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return Error{Errc::io, {}, fmt::format("mkdir {}: {}", directory.native(), strerror(errno))};
  }
  auto tar = TRY(TarWriter::create(file_of(job), job.started));
  Parts parts(tar, job.state);
  TRY(parts.begin());
  const auto filter = unhealthy_filter(job.state);
  UnhealthyQuery query{.filter = filter.value_or(UnhealthyFilter::missing),
                       .limit = limits::insight_rows};
  std::optional<std::uint64_t> all;
  bool more = false;
  do {
    TRY(check_space());
    const auto page = filter ? rows_(query) : UnhealthyPage();
    for (const UnhealthyView& row : page.rows) TRY(parts.add(row));
    if (query.after == 0) all = count_of(query.filter, page);
    if (!advance(job.id, parts.rows(), all)) return Error{Errc::unavailable};
    more = page.rows.size() >= query.limit;
    if (more) query.after = page.rows.back().container.value;
  } while (more);
  return tar.finish();
}

Status ExportJobs::check_space() const {
  std::error_code error;
  const auto space = std::filesystem::space(options_.directory, error);
  if (error) return Error{Errc::io, {}, "statvfs: " + error.message()};
  if (space.available >= options_.free_watermark) return {};
  return Error{Errc::out_of_space, "The disk is full."};
}

// False: nobody waits for it any more.
bool ExportJobs::advance(std::string_view id, std::uint64_t rows,
                         std::optional<std::uint64_t> all) {
  const std::lock_guard lock(mutex_);
  const auto job = place_of(id);
  if (job == jobs_.end() || ending_) return false;
  job->rows = rows;
  job->all = all;
  return true;
}

void ExportJobs::end(const ExportJob& job, const Status& written) {
  const std::lock_guard lock(mutex_);
  const auto place = place_of(job.id);
  const bool wanted = place != jobs_.end() && !ending_;
  if (wanted && written) {
    place->status = ExportStatus::completed;
    place->completed = clock_.now();
    return;
  }
  std::error_code gone;
  std::filesystem::remove(file_of(job), gone);
  if (!wanted) return;
  const Error& error = written.error();
  log::warn("recon", "the export of {} containers failed: {}{}", job.state, error.message,
            error.detail);
  place->status = ExportStatus::failed;
  place->completed = clock_.now();
  place->error = error.message.empty() ? "The file cannot be written." : error.message;
}

}  // namespace dobson::recon
