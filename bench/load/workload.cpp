#include "bench/load/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "bench/load/names.h"
#include "core/base/assert.h"
#include "core/base/splitmix.h"

namespace dobson::bench {

namespace {

constexpr std::uint64_t small_bytes = 16;
constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t large_bytes = 1 << 20;
constexpr std::uint64_t huge_bytes = 64 << 20;
constexpr std::uint64_t large_keys = 16;
constexpr std::uint64_t huge_keys = 4;
constexpr std::uint64_t hot_keys = 1000;
constexpr std::uint64_t page_rows = 1000;
constexpr std::uint64_t stream_rows = 1'000'000;
constexpr double zipf_exponent = 0.99;

std::uint64_t buckets(const Source& source) {
  return source.generated ? source.generated->buckets() : 1;
}

struct Place {
  std::uint64_t bucket;
  std::uint64_t index;  // in the bucket
};

// Of the key with that number, or of the next one that is not deleted.
Place place_of(const Source& source, std::uint64_t number) {
  if (!source.generated) return {0, number};
  const ctl::Generated& all = *source.generated;
  while (true) {
    const Place place{number % all.buckets(), number / all.buckets()};
    if (!all.is_deleted(place.bucket, place.index)) return place;
    number = (number + 1) % source.keys;
  }
}

void append_bucket(std::string& out, const Source& source, std::uint64_t bucket) {
  if (source.generated) {
    const ctl::Generated& all = *source.generated;
    fmt::format_to(std::back_inserter(out), "/{}/{}", all.volume(bucket), all.bucket(bucket));
  } else {
    out += "/bench/keys";
  }
}

void append_name(std::string& out, const Source& source, Place place) {
  if (source.generated) {
    out += source.generated->name(place.bucket, place.index);
  } else {
    append_ascending_name(out, place.index);
  }
}

void append_key(std::string& out, const Source& source, std::uint64_t number) {
  const Place place = place_of(source, number);
  append_bucket(out, source, place.bucket);
  out += '/';
  append_name(out, source, place);
}

void append_page(std::string& out, const Source& source, std::uint64_t after) {
  const Place place = place_of(source, after);
  append_bucket(out, source, place.bucket);
  fmt::format_to(std::back_inserter(out), "?max-keys={}&prev-key=", page_rows);
  append_name(out, source, place);
}

void ready(std::string& out, Source&) {
  out += "/-/ready";
}

void bucket_info(std::string& out, Source& source) {
  append_bucket(out, source, 0);
  out += "?info=bucket";
}

void any_key(std::string& out, Source& source) {
  append_key(out, source, next_random(source.random) % source.keys);
}

void hot_key(std::string& out, Source& source) {
  append_key(out, source, next_random(source.random) % hot_keys);
}

// Popular keys stand anywhere among the others: the factor is a prime.
void popular_key(std::string& out, Source& source) {
  constexpr std::uint64_t scatter = 2'654'435'761;
  if (!source.zipf) source.zipf.emplace(source.keys, zipf_exponent);
  append_key(out, source, source.zipf->draw(source.random) * scatter % source.keys);
}

void any_key_info(std::string& out, Source& source) {
  any_key(out, source);
  out += "?info=key";
}

void popular_key_info(std::string& out, Source& source) {
  popular_key(out, source);
  out += "?info=key";
}

// Behind any key but the last ones, so that each page is full; some of these may be deleted.
void any_page(std::string& out, Source& source) {
  const std::uint64_t last = (source.generated ? 2 : 1) * page_rows * buckets(source);
  append_page(out, source, next_random(source.random) % (source.keys - last));
}

void hot_page(std::string& out, Source& source) {
  append_page(out, source, 0);
}

void stream(std::string& out, Source&) {
  out += "/bench/keys?stream";
}

// The first of them: their names begin alike.
void million_stream(std::string& out, Source&) {
  out += "/bench/keys?stream&prefix=datasets/p00";
}

void any_large(std::string& out, Source& source) {
  fmt::format_to(std::back_inserter(out), "/bench/large/{}",
                 next_random(source.random) % large_keys);
}

void any_huge(std::string& out, Source& source) {
  fmt::format_to(std::back_inserter(out), "/bench/huge/{}", next_random(source.random) % huge_keys);
}

void next_key(std::string& out, Source& source) {
  append_key(out, source, source.next++);
}

void next_large(std::string& out, Source& source) {
  fmt::format_to(std::back_inserter(out), "/bench/large/{}", source.next++ % large_keys);
}

void next_huge(std::string& out, Source& source) {
  fmt::format_to(std::back_inserter(out), "/bench/huge/{}", source.next++ % huge_keys);
}

void next_doomed(std::string& out, Source& source) {
  out += "/bench/doomed/";
  append_ascending_name(out, source.next++);
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

template <std::uint64_t bytes>
bool has(const Reply& reply, const Source&) {
  return reply.body_bytes == bytes;
}

// A row is longer than its name.
bool is_page(const Reply& reply, const Source&) {
  return reply.body_bytes > page_rows * 46;
}

bool ends_with_count(const Reply& reply, std::uint64_t count) {
  return reply.body_end.ends_with(fmt::format("{{\"end\":true,\"count\":{}}}\n", count));
}

bool is_stream(const Reply& reply, const Source& source) {
  return ends_with_count(reply, source.keys);
}

bool is_million_stream(const Reply& reply, const Source& source) {
  return ends_with_count(reply, std::min(source.keys, stream_rows));
}

constexpr Operation operations[] = {
    {"tiny", "GET /-/ready", "GET", 200, &ready, 0, &is_any, true},
    {"bucket_info", "info of one bucket", "GET", 200, &bucket_info, 0, &is_any},
    {"info_key", "info of any of the keys", "GET", 200, &any_key_info, 0, &is_any},
    {"info_popular", "info of a key by Zipf's law", "GET", 200, &popular_key_info, 0, &is_any},
    {"get", "the 16 bytes of any of the keys", "GET", 200, &any_key, 0, &has<small_bytes>},
    {"get_hot", "of one of the first 1000", "GET", 200, &hot_key, 0, &has<small_bytes>},
    {"get_popular", "of a key by Zipf's law", "GET", 200, &popular_key, 0, &has<small_bytes>},
    {"list_1k", "a page of 1000 keys at any place", "GET", 200, &any_page, 0, &is_page},
    {"list_1k_hot", "always the second such page", "GET", 200, &hot_page, 0, &is_page},
    {"stream", "all keys in one answer", "GET", 200, &stream, 0, &is_stream},
    {"stream_1m", "the first million", "GET", 200, &million_stream, 0, &is_million_stream},
    {"get_1m", "1 MiB, one of 16 keys", "GET", 200, &any_large, 0, &has<large_bytes>},
    {"get_64m", "64 MiB, one of 4 keys", "GET", 200, &any_huge, 0, &has<huge_bytes>},
    {"put_4k", "4 KiB under a new name", "PUT", 201, &new_key, page_bytes, &has<0>},
    {"put_1m", "1 MiB under a new name", "PUT", 201, &new_key, large_bytes, &has<0>},
    {"replace", "16 bytes, a key by Zipf's law", "PUT", 201, &popular_key, small_bytes, &has<0>},
    {"delete", "what load_doomed has put", "DELETE", 200, &next_doomed, 0, &is_any},
    {"load", "the keys, from --first on", "PUT", 201, &next_key, small_bytes, &has<0>},
    {"load_1m", "the 16 keys of get_1m", "PUT", 201, &next_large, large_bytes, &has<0>},
    {"load_64m", "the 4 keys of get_64m", "PUT", 201, &next_huge, huge_bytes, &has<0>},
    {"load_doomed", "keys to delete, likewise", "PUT", 201, &next_doomed, page_bytes, &has<0>},
    {"path", "GET of --path from any server", "GET", 200, &given_path, 0, &is_any},
};

struct Mix {
  std::string_view name;
  std::string_view doc;
  std::vector<std::pair<std::string_view, unsigned>> weights;
};

const Mix mixes[] = {
    {"mixed",
     "get_popular 75, info_popular 10, put_4k 8, replace 5, list_1k 2",
     {{"get_popular", 75}, {"info_popular", 10}, {"put_4k", 8}, {"replace", 5}, {"list_1k", 2}}},
};

std::vector<Workload> make_workloads() {
  std::vector<Workload> made;
  for (const Operation& each : operations) made.push_back({each.name, each.doc, {{&each, 1}}});
  for (const Mix& mix : mixes) {
    Workload& workload = made.emplace_back(mix.name, mix.doc);
    for (const auto& [name, weight] : mix.weights) {
      const auto operation = std::ranges::find(operations, name, &Operation::name);
      DOBSON_ASSERT(operation != std::end(operations));
      workload.shares.push_back({operation, weight});
    }
  }
  return made;
}

}  // namespace

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> all = make_workloads();
  return all;
}

}  // namespace dobson::bench
