#pragma once

// How far a transfer is: one line on a terminal, redrawn at most ten times a second, or plain lines
// every few seconds elsewhere. Written to standard error by a thread of its own; the counters may
// be called from any thread.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace dobson::ctl {

struct Amount {
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
};

// Rates that follow the last few seconds, and from them the time left.
class RateMeter {
 public:
  // `done` and `total` at `seconds` since the start.
  void update(double seconds, Amount done, Amount total);

  double bytes_per_second() const { return bytes_per_s_; }
  double keys_per_second() const { return keys_per_s_; }
  double part_done() const { return part_done_; }  // 0 … 1
  double seconds_left() const;                     // negative: not known yet

 private:
  double seconds_ = 0;
  Amount done_;
  double bytes_per_s_ = 0;
  double keys_per_s_ = 0;
  double work_left_ = 0;
  double part_done_ = 0;
};

struct ProgressState {
  std::string_view verb;
  Amount done;
  Amount total;
  std::uint64_t failed = 0;
  bool has_end = true;  // whether anybody knows the total
};

// `width` in columns; 0: a plain line without a bar, as long as it gets.
std::string progress_line(const ProgressState& state, const RateMeter& meter, std::size_t width);

class Progress {
 public:
  // Without a total nobody knows how much there is.
  Progress(std::string_view verb, Amount total);
  ~Progress();  // leaves a clean line behind

  void moved(std::int64_t bytes) { bytes_ += static_cast<std::uint64_t>(bytes); }
  void finished() { ++keys_; }
  // A key that is not to be moved: out of the total.
  void left_out(std::uint64_t bytes);
  void failed(std::uint64_t bytes);
  // To standard output; a line on the terminal gives way to it.
  void print_above(std::string_view text);

 private:
  void erase();
  void show(std::size_t width);
  void run();

  const std::string_view verb_;
  const bool terminal_;
  const bool has_end_;
  std::atomic<std::uint64_t> keys_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> keys_total_;
  std::atomic<std::uint64_t> bytes_total_;
  std::atomic<std::uint64_t> failed_ = 0;

  RateMeter meter_;   // of the thread alone
  std::mutex mutex_;  // of the two flags and of what is written
  std::condition_variable ending_;
  bool ended_ = false;
  bool drawn_ = false;  // a line stands on the terminal
  std::thread thread_;
};

}  // namespace dobson::ctl
