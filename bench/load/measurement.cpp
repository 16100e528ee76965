#include "bench/load/measurement.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "http/json/writer.h"

namespace dobson::bench {

namespace {

// `part` of the latencies are not above it; 0 without any.
std::uint64_t percentile(std::vector<std::int64_t>& latencies_ns, double part) {
  if (latencies_ns.empty()) return 0;
  const auto place =
      latencies_ns.begin() +
      static_cast<std::ptrdiff_t>(part * static_cast<double>(latencies_ns.size() - 1));
  std::ranges::nth_element(latencies_ns, place);
  return static_cast<std::uint64_t>(*place);
}

}  // namespace

std::string to_json(Measurement& measurement) {
  auto& json = http::JsonWriter::begin();
  json.object();
  json.key("done").number(measurement.done);
  json.key("bytes").number(measurement.bytes);
  json.key("errors").number(measurement.errors);
  json.key("first_error").string(measurement.first_error);
  json.key("elapsed_ns").integer(measurement.elapsed_ns);
  json.key("cpu_ns").integer(measurement.cpu_ns);
  json.key("p50_ns").number(percentile(measurement.latencies_ns, 0.50));
  json.key("p99_ns").number(percentile(measurement.latencies_ns, 0.99));
  json.end_object();
  return std::string(json.text());
}

std::int64_t now_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

std::int64_t cpu_ns_of(pid_t process) {
  if (process == 0) return 0;
  std::int64_t sum_ns = 0;
  for (const auto& task :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", process))) {
    std::int64_t ran_ns = 0;
    std::ifstream(task.path() / "schedstat") >> ran_ns;
    sum_ns += ran_ns;
  }
  return sum_ns;
}

}  // namespace dobson::bench
