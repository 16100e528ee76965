#include "bench/load/measurement.h"

#include <fmt/format.h>
#include <time.h>

#include <filesystem>
#include <fstream>

#include "http/json/writer.h"

namespace dobson::bench {

std::string to_json(const Measurement& measurement) {
  auto& json = http::JsonWriter::begin();
  json.object();
  json.key("done").number(measurement.done);
  json.key("bytes").number(measurement.bytes);
  json.key("refused").number(measurement.refused);
  json.key("unsent").number(measurement.unsent);
  json.key("errors").number(measurement.errors);
  json.key("first_error").string(measurement.first_error);
  json.key("elapsed_ns").integer(measurement.elapsed_ns);
  json.key("cpu_ns").integer(measurement.cpu_ns);
  const Histogram& latencies = measurement.latencies_ns;
  json.key("p50_ns").number(latencies.percentile(0.50));
  json.key("p99_ns").number(latencies.percentile(0.99));
  json.key("p999_ns").number(latencies.percentile(0.999));
  json.key("max_ns").number(latencies.largest());
  json.key("latencies_ns").array();
  latencies.each([&json](std::uint64_t last, std::uint64_t count) {
    json.array().number(last).number(count).end_array();
  });
  json.end_array();
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
