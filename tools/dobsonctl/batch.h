#pragma once

// Many items moved by several threads, each with a connection of its own: progress while it runs, a
// summary with every failure at its end.

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "tools/dobsonctl/http_client.h"
#include "tools/dobsonctl/progress.h"
#include "tools/dobsonctl/tree.h"

namespace dobson::ctl {

// What holds for every command of one call.
struct Context {
  Server server = {};
  unsigned jobs = limits::ctl_jobs;
  bool json = false;
};

enum class Moved { yes, was_there };

class Batch {
 public:
  // Both are called on several threads at once; the second says what became of each item, in order.
  using Work = std::function<Try<Moved>(Client& client, const Item& item)>;
  using Outcomes = std::vector<Try<Moved>>;
  using GroupWork = std::function<Outcomes(Client& client, std::span<const Item> group)>;

  // `verb` and `past` are for the reader: "load", "loaded".
  Batch(const Context& context, std::string_view verb, std::string_view past);

  void skip(Problem problem);
  void fail(Problem problem);

  // Gives every item to `work`. Stops early when interrupted, or when the server does not come back
  // within Server::retry_for.
  void run(std::span<const Item> items, const Work& work);
  // The same with groups of up to `size` items.
  void run_groups(std::span<const Item> items, std::size_t size, const GroupWork& work);

  // Counts an item that was moved outside of run().
  void count(const Item& item);

  // Whether nothing was left undone so far.
  bool complete() const { return failed_.empty() && not_done_ == 0; }

  // Prints the summary, with `from` and `to` as the reader knows them.
  Exit finish(std::string_view from, std::string_view to);

 private:
  void settle(const Item& item, const Try<Moved>& outcome, Progress& progress);
  void print_json(std::string_view from, std::string_view to, double seconds) const;
  void print_summary(std::string_view from, std::string_view to, double seconds) const;

  const Context& context_;
  const std::string_view verb_;
  const std::string_view past_;
  const std::chrono::steady_clock::time_point began_;

  std::mutex mutex_;  // of all below while run() runs
  Amount moved_;
  std::uint64_t directories_ = 0;  // of moved_.keys
  std::uint64_t were_there_ = 0;
  std::uint64_t not_done_ = 0;
  std::vector<Problem> skipped_;
  std::vector<Problem> failed_;
  std::optional<Failure> stopped_by_;  // the server's trouble that ended run() early
};

}  // namespace dobson::ctl
