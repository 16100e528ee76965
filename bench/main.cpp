// dobson-bench: one measured run, told in one line of JSON. The rows of the table, their peers and
// the rounds are in measure.py.

#include <netdb.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "bench/load/generator.h"
#include "bench/peers/canned.h"
#include "bench/peers/loops.h"

namespace dobson::bench {

namespace {

struct Call {
  std::string name;
  std::string server;
  std::string directory = ".";
  Pace pace;
  double warmup_s = 0;
  End end;
  Source source;
  pid_t process = 0;
  std::size_t body_bytes = 0;
  bool generated = false;
};

// "HOST:PORT", with "http://" before it or not.
sockaddr_in resolve(std::string text) {
  constexpr std::string_view scheme = "http://";
  if (text.starts_with(scheme)) text.erase(0, scheme.size());
  if (text.ends_with('/')) text.pop_back();
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) throw std::invalid_argument("not a HOST:PORT: " + text);
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure =
      ::getaddrinfo(text.substr(0, colon).c_str(), text.c_str() + colon + 1, &hints, &found);
  if (failure != 0) throw std::invalid_argument(text + ": " + ::gai_strerror(failure));
  sockaddr_in address;
  std::memcpy(&address, found->ai_addr, sizeof address);
  ::freeaddrinfo(found);
  return address;
}

// Enough for full pages of every bucket.
constexpr std::uint64_t generated_keys_min = 100'000;

Measurement run_workload(Call& call) {
  if (call.generated) {
    if (call.source.keys < generated_keys_min) {
      throw std::invalid_argument(
          fmt::format("--generated wants --keys of {} and more", generated_keys_min));
    }
    call.source.generated.emplace(ctl::Shape{.keys = call.source.keys});
  }
  const auto workload = std::ranges::find(workloads(), call.name, &Workload::name);
  Generator generator(resolve(call.server), call.pace, *workload, call.source);
  if (call.warmup_s > 0) generator.run({.seconds = call.warmup_s}, 0);
  return generator.run(call.end, call.process);
}

Measurement run_loop(const Call& call) {
  Loop loop;
  if (call.name == "sync") loop = sync_loop(call.directory);
  if (call.name == "commit") loop = commit_loop(call.directory, call.source.keys);
  if (call.name == "md5") loop = md5_loop();
  return run_loop(loop, call.warmup_s, call.end.seconds);
}

void describe_load(CLI::App& load, Call& call) {
  std::vector<std::string> names;
  std::string docs = "Workloads:\n";
  for (const Workload& workload : workloads()) {
    names.emplace_back(workload.name);
    docs += "  " + names.back() + std::string(14 - names.back().size(), ' ');
    docs += std::string(workload.doc) + "\n";
  }
  load.footer(docs);
  load.add_option("workload", call.name)->required()->check(CLI::IsMember(names));
  load.add_option("--to", call.server, "[http://]HOST:PORT of the server")->required();
  load.add_option("--connections", call.pace.connections)->check(CLI::PositiveNumber);
  load.add_option("--depth", call.pace.depth, "Requests under way on a connection")
      ->check(CLI::PositiveNumber);
  load.add_option("--rate", call.pace.rate, "Requests a second: open loop")
      ->check(CLI::PositiveNumber);
  load.add_flag("--may-refuse", call.pace.may_refuse, "503 is no error; it is counted apart");
  load.add_option("--requests", call.end.requests, "End after so many");
  load.add_option("--server-pid", call.process, "Process whose CPU time is taken");
  load.add_option("--seed", call.source.random, "Of the choice of keys and of new names");
  load.add_option("--first", call.source.next, "Index of the first key to load or delete");
  load.add_option("--path", call.source.path, "For the workload `path`");
  load.add_flag("--generated", call.generated, "The keys are those of `dobsonctl generate`");
}

}  // namespace

}  // namespace dobson::bench

int main(int argc, char** argv) {
  using namespace dobson::bench;
  Call call;
  CLI::App app("Measures one workload against one server, or a loop without a server; or is one.",
               "dobson-bench");
  app.require_subcommand(1);
  CLI::App* load =
      app.add_subcommand("load", "Load on a server: closed loop, or open loop at a --rate");
  CLI::App* loop = app.add_subcommand("loop", "What one thread attains without a server");
  CLI::App* serve = app.add_subcommand("serve", "A server that answers without reading");
  describe_load(*load, call);
  serve->add_option("--bytes", call.body_bytes, "Of the answer's body");
  loop->add_option("name", call.name)->required()->check(CLI::IsMember({"sync", "commit", "md5"}));
  loop->add_option("--directory", call.directory, "Where it writes");
  for (CLI::App* command : {load, loop}) {
    command->add_option("--seconds", call.end.seconds, "End after that time");
    command->add_option("--warmup", call.warmup_s, "Seconds that are not measured");
    command->add_option("--keys", call.source.keys, "Keys of the bucket, or rows of the table")
        ->check(CLI::Range(2'000, 100'000'000));
  }
  CLI11_PARSE(app, argc, argv);
  try {
    if (serve->parsed()) serve_canned(call.body_bytes);
    Measurement measurement = load->parsed() ? run_workload(call) : run_loop(call);
    std::puts(to_json(measurement).c_str());
    return measurement.errors > 0 ? 1 : 0;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "dobson-bench: %s\n", failure.what());
    return 1;
  }
}
