#include "tools/dobsonctl/batch.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <thread>
#include <utility>

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "http/json/writer.h"
#include "tools/dobsonctl/interrupt.h"
#include "tools/dobsonctl/output.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

using http::JsonWriter;

constexpr double rate_seconds_min = 0.1;  // a shorter time says nothing about a rate

void write_problems(JsonWriter& json, std::string_view key, const std::vector<Problem>& problems) {
  json.key(key).array();
  for (const auto& [name, reason] : problems) {
    // JSON cannot carry other bytes; such a name is written as people see it.
    const std::string shown = is_utf8(name) ? name : printable(name);
    json.object().key("name").string(shown).key("reason").string(reason).end_object();
  }
  json.end_array();
}

void print_problems(std::string_view what, const std::vector<Problem>& problems) {
  if (problems.empty()) return;
  print(stderr, "{} {}:\n", grouped(problems.size()), what);
  const std::size_t shown = std::min(problems.size(), limits::ctl_problems_shown);
  for (std::size_t i = 0; i < shown; ++i)
    print(stderr, "  {}: {}\n", printable(problems[i].name), problems[i].reason);
  if (shown < problems.size())
    print(stderr, "  … and {} more; --json names them all\n", grouped(problems.size() - shown));
}

Amount amount_of(std::span<const Item> items) {
  Amount amount = {.keys = items.size()};
  for (const Item& item : items) amount.bytes += item.size;
  return amount;
}

}  // namespace

Batch::Batch(const Context& context, std::string_view verb, std::string_view past)
    : context_(context), verb_(verb), past_(past), began_(std::chrono::steady_clock::now()) {}

void Batch::skip(Problem problem) {
  skipped_.push_back(std::move(problem));
}

void Batch::fail(Problem problem) {
  failed_.push_back(std::move(problem));
}

void Batch::settle(const Item& item, const Try<Moved>& outcome, Progress& progress) {
  const std::scoped_lock lock(mutex_);
  if (!outcome.ok() && interrupted()) {
    ++not_done_;
  } else if (!outcome.ok() && outcome.error().may_pass) {
    // It was tried again for long enough; the next item would wait as long, and fail as well.
    ++not_done_;
    stopped_by_ = outcome.error();
  } else if (!outcome.ok()) {
    progress.failed(item.size);
    fail({item.name, outcome.error().reason});
  } else if (*outcome == Moved::was_there) {
    progress.left_out(item.size);
    ++were_there_;
  } else {
    progress.finished();
    count(item);
  }
}

void Batch::run(std::span<const Item> items, const Work& work) {
  run_groups(items, 1, [&work](Client& client, std::span<const Item> group) {
    return Outcomes{work(client, group.front())};
  });
}

void Batch::run_groups(std::span<const Item> items, std::size_t size, const GroupWork& work) {
  Progress progress(verb_, amount_of(items));
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stop = false;
  const auto move_some = [&] {
    Client client(context_.server, [&progress](std::int64_t bytes) { progress.moved(bytes); });
    while (!stop && !interrupted()) {
      const std::size_t begin = next.fetch_add(size);
      if (begin >= items.size()) return;
      const auto group = items.subspan(begin, std::min(size, items.size() - begin));
      const Outcomes outcomes = work(client, group);
      for (std::size_t i = 0; i < group.size(); ++i) {
        settle(group[i], outcomes[i], progress);
        if (!outcomes[i].ok() && outcomes[i].error().may_pass) stop = true;
      }
    }
  };
  std::vector<std::jthread> threads;
  const std::size_t groups = (items.size() + size - 1) / size;
  const std::size_t count = std::min<std::size_t>(context_.jobs, groups);
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back(move_some);
  threads.clear();
  not_done_ += items.size() - std::min(next.load(), items.size());
  if (interrupted() && not_done_ > 0) stopped_by_ = Failure{.reason = "interrupted"};
}

void Batch::count(const Item& item) {
  ++moved_.keys;
  moved_.bytes += item.size;
  if (item.name.ends_with('/')) ++directories_;
}

void Batch::print_json(std::string_view from, std::string_view to, double seconds) const {
  JsonWriter& json = JsonWriter::begin();
  json.object();
  json.key("command").string(verb_).key("from").string(from).key("to").string(to);
  json.key("moved").number(moved_.keys).key("bytes").number(moved_.bytes);
  json.key("were_there").number(were_there_).key("not_done").number(not_done_);
  json.key("milliseconds").integer(std::llround(1000 * seconds));
  json.key("stopped_by");
  if (stopped_by_)
    json.string(stopped_by_->reason);
  else
    json.null();
  write_problems(json, "skipped", skipped_);
  write_problems(json, "failed", failed_);
  json.end_object();
  print(stdout, "{}\n", json.text());
}

void Batch::print_summary(std::string_view from, std::string_view to, double seconds) const {
  print_problems("skipped", skipped_);
  print_problems("failed", failed_);
  std::string text = fmt::format("{} {}", past_, printable(from));
  if (!to.empty()) text += fmt::format(" to {}", printable(to));
  const std::uint64_t keys = moved_.keys - directories_;
  if (keys > 0 || directories_ == 0)
    text += fmt::format(": {} {}", grouped(keys), keys == 1 ? "key" : "keys");
  if (directories_ > 0)
    text += fmt::format("{} {} {}", keys > 0 ? "," : ":", grouped(directories_),
                        directories_ == 1 ? "directory" : "directories");
  if (moved_.bytes > 0) text += ", " + human_size(static_cast<double>(moved_.bytes));
  text += fmt::format(" in {:.1f} s", seconds);
  if (seconds >= rate_seconds_min) {
    text += fmt::format(" ({:.0f} keys/s", static_cast<double>(moved_.keys) / seconds);
    if (moved_.bytes > 0)
      text += fmt::format(", {}/s", human_size(static_cast<double>(moved_.bytes) / seconds));
    text += ")";
  }
  if (were_there_ > 0) text += fmt::format("; {} were there already", grouped(were_there_));
  print(stdout, "{}\n", text);
  if (stopped_by_) print(stderr, "{}\n", stopped_by_->reason);
  if (not_done_ > 0)
    print(stderr, "{} not done. The same command again goes on from here.\n", grouped(not_done_));
}

Exit Batch::finish(std::string_view from, std::string_view to) {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
  if (context_.json)
    print_json(from, to, elapsed.count());
  else
    print_summary(from, to, elapsed.count());
  if (stopped_by_) return stopped_by_->exit;
  if (!failed_.empty() || not_done_ > 0) return Exit::failed;
  return skipped_.empty() ? Exit::done : Exit::skipped;
}

}  // namespace dobson::ctl
