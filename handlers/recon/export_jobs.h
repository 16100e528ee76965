#pragma once

// Tables of unhealthy containers that are written to files, one at a time, by a thread of their own
// (spec/recon.md §5.5). Jobs live as long as the server; a state has one at most, which bounds
// them and their files. Any thread.

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/result.h"
#include "core/time/clock.h"
#include "storage/cluster/cluster.h"

namespace dobson::recon {

enum class ExportStatus : std::uint8_t { queued, running, completed, failed };

struct ExportJob {
  std::string id;
  std::string state;  // of containers, as on the wire
  ExportStatus status = ExportStatus::queued;
  UnixMillis submitted = 0;
  UnixMillis started = 0;                 // 0: not yet
  UnixMillis completed = 0;               // likewise
  std::uint64_t rows = 0;                 // so far
  std::optional<std::uint64_t> all = {};  // rows, when it began
  std::optional<std::string> error = {};  // why it failed
  std::uint64_t place = 0;                // in the queue, from 1; 0: it does not wait
  unsigned downloads = 0;
};

struct ExportOptions {
  std::filesystem::path directory;   // made when it is needed
  std::uint64_t free_watermark = 0;  // bytes; with less available a job fails
};

class ExportJobs {
 public:
  using Rows = std::function<storage::UnhealthyPage(const storage::UnhealthyQuery&)>;

  // Files that an earlier server left go. `rows` and `clock` are asked by the thread.
  ExportJobs(ExportOptions options, Rows rows, const Clock& clock);
  ExportJobs(const ExportJobs&) = delete;
  ExportJobs& operator=(const ExportJobs&) = delete;
  ~ExportJobs();  // breaks off what is being written

  // A job that waits. `state`: a name that is_unhealthy_state takes; `id`: not used before.
  // precondition_failed: there is one of that state which has not failed, which would go;
  // overloaded: limits::waiting_exports wait. Both with a message.
  Result<ExportJob> submit(std::string_view state, std::string_view id);
  // By submission.
  std::vector<ExportJob> list() const;
  std::optional<ExportJob> find(std::string_view id) const;
  // Of a job that is completed.
  std::filesystem::path file_of(const ExportJob& job) const;
  // False: the job is gone, or was downloaded limits::export_downloads times.
  bool count_download(std::string_view id);
  // With its file, whatever it does. False: there is none.
  bool remove(std::string_view id);

 private:
  // With the mutex held.
  std::vector<ExportJob>::iterator place_of(std::string_view id);
  ExportJob view_of(const ExportJob& job) const;

  void work();
  Status write(const ExportJob& job);
  Status check_space() const;
  bool advance(std::string_view id, std::uint64_t rows, std::optional<std::uint64_t> all);
  void end(const ExportJob& job, const Status& written);

  const ExportOptions options_;
  const Rows rows_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ExportJob> jobs_;  // by submission
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace dobson::recon
