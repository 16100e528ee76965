#include "tools/dobsonctl/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "tools/dobsonctl/output.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr std::chrono::seconds plain_interval{5};
constexpr double memory_s = 5;                 // what happened longer ago hardly counts for a rate
constexpr double key_cost = 64 * limits::KiB;  // a round trip, in bytes that it would have moved
constexpr std::size_t bar_columns_min = 8;
constexpr std::size_t bar_columns_max = 40;
constexpr std::size_t default_columns = 80;

double work(Amount amount) {
  return static_cast<double>(amount.bytes) + key_cost * static_cast<double>(amount.keys);
}

double blend(double old_rate, double new_rate, double elapsed_s, bool first) {
  if (first) return new_rate;
  const double weight = 1 - std::exp(-elapsed_s / memory_s);
  return old_rate + weight * (new_rate - old_rate);
}

double difference(std::uint64_t now, std::uint64_t before) {
  return static_cast<double>(now) - static_cast<double>(before);
}

std::size_t terminal_columns() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return default_columns;
  return size.ws_col;
}

std::string bar(double part, std::size_t columns) {
  const auto full = static_cast<std::size_t>(part * static_cast<double>(columns));
  return "[" + std::string(full, '#') + std::string(columns - full, '.') + "]";
}

std::string fitted(std::string line, std::size_t width) {
  if (width > 0) line.resize(std::min(line.size(), width - 1));
  return line;
}

}  // namespace

void RateMeter::update(double seconds, Amount done, Amount total) {
  const double elapsed = seconds - seconds_;
  if (elapsed > 0) {
    const bool first = seconds_ == 0;
    bytes_per_s_ =
        blend(bytes_per_s_, difference(done.bytes, done_.bytes) / elapsed, elapsed, first);
    keys_per_s_ = blend(keys_per_s_, difference(done.keys, done_.keys) / elapsed, elapsed, first);
    seconds_ = seconds;
    done_ = done;
  }
  work_left_ = std::max(work(total) - work(done), 0.0);
  part_done_ = work(total) > 0 ? std::min(work(done) / work(total), 1.0) : 1;
}

double RateMeter::seconds_left() const {
  const double rate = std::max(bytes_per_s_, 0.0) + key_cost * keys_per_s_;
  return rate > 0 ? work_left_ / rate : -1;
}

std::string progress_line(const ProgressState& state, const RateMeter& meter, std::size_t width) {
  if (!state.has_end)
    return fitted(fmt::format("{}  {} keys  {:.0f} keys/s", state.verb, grouped(state.done.keys),
                              meter.keys_per_second()),
                  width);
  // In the order of the line; a narrow one loses the highest rank first.
  struct Piece {
    int rank;
    std::string text;
  };
  std::vector<Piece> pieces;
  const bool many = state.total.keys > 1;
  if (many)
    pieces.push_back(
        {2, fmt::format("  {}/{} keys", grouped(state.done.keys), grouped(state.total.keys))});
  if (state.total.bytes > 0) {
    const auto size = [](auto bytes) { return human_size(static_cast<double>(bytes)); };
    pieces.push_back({3, fmt::format("  {}/{}", size(state.done.bytes), size(state.total.bytes))});
    pieces.push_back({1, fmt::format("  {}/s", size(std::max(meter.bytes_per_second(), 0.0)))});
  }
  if (many) pieces.push_back({4, fmt::format("  {:.0f} keys/s", meter.keys_per_second())});
  if (meter.seconds_left() >= 0)
    pieces.push_back({0, fmt::format("  {} left", clock_text(meter.seconds_left()))});
  if (state.failed > 0) pieces.push_back({0, fmt::format("  {} failed", grouped(state.failed))});

  std::string line = fmt::format("{} {:3.0f}%", state.verb, 100 * meter.part_done());
  if (width > 0) {
    // The last column stays empty: some terminals would wrap there.
    const std::size_t room = width - 1;
    const auto length = [&] {
      std::size_t sum = line.size();
      for (const Piece& piece : pieces) sum += piece.text.size();
      return sum + std::string_view(" []").size();
    };
    for (int rank = 4; rank > 0 && length() + bar_columns_min > room; --rank)
      std::erase_if(pieces, [rank](const Piece& piece) { return piece.rank == rank; });
    if (length() + bar_columns_min <= room)
      line += " " + bar(meter.part_done(), std::min(room - length(), bar_columns_max));
  }
  for (const Piece& piece : pieces) line += piece.text;
  return fitted(std::move(line), width);
}

Progress::Progress(std::string_view verb, Amount total)
    : verb_(verb),
      terminal_(isatty(STDERR_FILENO) == 1),
      has_end_(total.keys + total.bytes > 0),
      keys_total_(total.keys),
      bytes_total_(total.bytes),
      thread_([this] { run(); }) {}

Progress::~Progress() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  ending_.notify_one();
  thread_.join();
}

void Progress::left_out(std::uint64_t bytes) {
  --keys_total_;
  bytes_total_ -= bytes;
}

void Progress::failed(std::uint64_t bytes) {
  ++failed_;
  left_out(bytes);
}

void Progress::show(std::size_t width) {
  const ProgressState state = {.verb = verb_,
                               .done = {.keys = keys_, .bytes = bytes_},
                               .total = {.keys = keys_total_, .bytes = bytes_total_},
                               .failed = failed_,
                               .has_end = has_end_};
  const std::string line = progress_line(state, meter_, width);
  // To the line's beginning, the text, the rest of the line erased.
  print(stderr, "{}", terminal_ ? "\r" + line + "\x1b[K" : line + "\n");
  std::fflush(stderr);
  drawn_ = terminal_;
}

void Progress::erase() {
  if (drawn_) print(stderr, "\r\x1b[K");
  drawn_ = false;
}

void Progress::print_above(std::string_view text) {
  const std::scoped_lock lock(mutex_);
  erase();
  print(stdout, "{}", text);
  if (terminal_) std::fflush(stdout);
}

void Progress::run() {
  const auto began = Clock::now();
  auto shown = began;
  std::unique_lock lock(mutex_);
  while (!ending_.wait_for(lock, redraw_interval, [this] { return ended_; })) {
    const auto now = Clock::now();
    meter_.update(std::chrono::duration<double>(now - began).count(),
                  {.keys = keys_, .bytes = bytes_}, {.keys = keys_total_, .bytes = bytes_total_});
    if (!terminal_ && now - shown < plain_interval) continue;
    show(terminal_ ? terminal_columns() : 0);
    shown = now;
  }
  erase();
}

}  // namespace dobson::ctl
