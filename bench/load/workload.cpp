#include "bench/load/workload.h"

#include <fmt/format.h>

#include <iterator>

#include "bench/load/names.h"

namespace dobson::bench {

namespace {

constexpr std::uint64_t small_bytes = 16;
constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t large_bytes = 1 << 20;
constexpr std::uint64_t large_keys = 16;
constexpr std::uint64_t page_rows = 1000;

void append_key(std::string& out, std::uint64_t index) {
  out += "/bench/keys/";
  append_ascending_name(out, index);
}

void ready(std::string& out, Source&) {
  out += "/-/ready";
}

void bucket_info(std::string& out, Source&) {
  out += "/bench/keys?info=bucket";
}

void any_key(std::string& out, Source& source) {
  append_key(out, next_random(source.random) % source.keys);
}

void any_key_info(std::string& out, Source& source) {
  any_key(out, source);
  out += "?info=key";
}

// Behind any key but the last ones, so that each page is full.
void any_page(std::string& out, Source& source) {
  fmt::format_to(std::back_inserter(out), "/bench/keys?max-keys={}&prev-key=", page_rows);
  append_ascending_name(out, next_random(source.random) % (source.keys - page_rows));
}

void stream(std::string& out, Source&) {
  out += "/bench/keys?stream";
}

void any_large(std::string& out, Source& source) {
  fmt::format_to(std::back_inserter(out), "/bench/large/{}",
                 next_random(source.random) % large_keys);
}

void next_key(std::string& out, Source& source) {
  append_key(out, source.next++);
}

void next_large(std::string& out, Source& source) {
  fmt::format_to(std::back_inserter(out), "/bench/large/{}", source.next++ % large_keys);
}

void new_key(std::string& out, Source& source) {
  out += "/bench/puts/";
  append_scattered_name(out, next_random(source.random));
}

void given_path(std::string& out, Source& source) {
  out += source.path;
}

bool is_any(const Reply&, const Source&) {
  return true;
}

bool is_small(const Reply& reply, const Source&) {
  return reply.body_bytes == small_bytes;
}

bool is_large(const Reply& reply, const Source&) {
  return reply.body_bytes == large_bytes;
}

bool is_empty(const Reply& reply, const Source&) {
  return reply.body_bytes == 0;
}

// A row is longer than its name.
bool is_page(const Reply& reply, const Source&) {
  return reply.body_bytes > page_rows * 46;
}

bool is_stream(const Reply& reply, const Source& source) {
  return reply.body_end.ends_with(fmt::format("{{\"end\":true,\"count\":{}}}\n", source.keys));
}

constexpr Workload table[] = {
    {"tiny", "GET /-/ready", "GET", 200, &ready, 0, &is_any, true},
    {"bucket_info", "info of one bucket", "GET", 200, &bucket_info, 0, &is_any},
    {"info_key", "info of any of the keys", "GET", 200, &any_key_info, 0, &is_any},
    {"get", "the 16 bytes of any of the keys", "GET", 200, &any_key, 0, &is_small},
    {"list_1k", "a page of 1000 keys at any place", "GET", 200, &any_page, 0, &is_page},
    {"stream", "all keys in one answer", "GET", 200, &stream, 0, &is_stream},
    {"get_1m", "1 MiB, one of 16 keys", "GET", 200, &any_large, 0, &is_large},
    {"put_4k", "4 KiB under a new name", "PUT", 201, &new_key, page_bytes, &is_empty},
    {"put_1m", "1 MiB under a new name", "PUT", 201, &new_key, large_bytes, &is_empty},
    {"load", "the keys, from --first on", "PUT", 201, &next_key, small_bytes, &is_empty},
    {"load_1m", "the 16 keys of get_1m", "PUT", 201, &next_large, large_bytes, &is_empty},
    {"path", "GET of --path from any server", "GET", 200, &given_path, 0, &is_any},
};

}  // namespace

std::span<const Workload> workloads() {
  return table;
}

}  // namespace dobson::bench
