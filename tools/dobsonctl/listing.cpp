#include "tools/dobsonctl/listing.h"

#include <fmt/core.h>

#include <cstdint>
#include <optional>

#include "tools/dobsonctl/layout.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

// Asks pages until an empty one comes (spec/ozone-rest.md §2.11). `parse` returns the number of
// rows of a reply and sets the name of the last one.
template <class Parse>
Try<void> all_pages(Client& client, const std::string& target, std::string_view first_parameter,
                    const Parse& parse) {
  std::string last;
  for (;;) {
    const Reply page =
        TRY(client.perform({.method = "GET",
                            .target = fmt::format("{}?{}&prev-key={}", target, first_parameter,
                                                  percent_encode(last))}));
    const std::size_t rows = TRY(parse(page, last));
    if (rows == 0) return {};
  }
}

class KeySink : public Sink {
 public:
  KeySink(const KeyRow& row, std::string& last) : row_(row), last_(last) {}

  Try<void> write(std::string_view bytes) override {
    return lines_.feed(bytes, [this](std::string_view line) { return take(line); });
  }

  // The rows are already used; list_keys goes on behind the last one instead.
  bool rewind() override { return rows_ == 0; }

  // Whether the stream came to its promised end.
  Try<void> finish() const {
    if (end_count_ == rows_) return {};
    return Failure{.reason = "the listing was cut short", .may_pass = true};
  }

  std::uint64_t rows() const { return rows_; }

 private:
  Try<void> take(std::string_view line) {
    const StreamLine parsed = TRY(parse_stream_line(line));
    if (parsed.end_count) {
      end_count_ = parsed.end_count;
      return {};
    }
    ++rows_;
    last_ = parsed.key.name;
    return row_(parsed.key, line);
  }

  const KeyRow& row_;
  std::string& last_;
  LineSplitter lines_;
  std::uint64_t rows_ = 0;
  std::optional<std::uint64_t> end_count_;
};

}  // namespace

Try<void> list_volumes(Client& client, bool everybody, const VolumeRow& row) {
  const std::string_view whose = everybody ? "root-scan=true" : "info=service";
  return all_pages(client, "/", whose, [&row](const Reply& page, std::string& last) {
    return parse_volumes(page.body, [&](const VolumeInfo& volume, std::string_view json) {
      last = volume.name;
      row(volume, json);
    });
  });
}

Try<void> list_buckets(Client& client, const std::string& volume, std::string_view prefix,
                       const BucketRow& row) {
  const std::string target = Path{.volume = volume}.target();
  const std::string which = "info=bucket&prefix=" + percent_encode(prefix);
  return all_pages(client, target, which, [&row](const Reply& page, std::string& last) {
    return parse_buckets(page.body, [&](const BucketInfo& bucket, std::string_view json) {
      last = bucket.name;
      row(bucket, json);
    });
  });
}

Try<void> list_keys(Client& client, const Path& bucket, std::string_view prefix,
                    const KeyRow& row) {
  const std::string target =
      fmt::format("{}?stream&directories=true&prefix={}", bucket.target(), percent_encode(prefix));
  std::string last;
  for (;;) {
    KeySink sink(row, last);
    const auto reply =
        client.perform({.method = "GET",
                        .target = fmt::format("{}&prev-key={}", target, percent_encode(last)),
                        .sink = &sink});
    const Try<void> outcome = reply.ok() ? sink.finish() : Try<void>(reply.error());
    if (outcome.ok() || !outcome.error().may_pass || sink.rows() == 0) return outcome;
  }
}

Try<void> list_level(Client& client, const Path& bucket, std::string_view prefix,
                     const LevelRow& row) {
  const std::string which = "delimiter=%2F&directories=true&prefix=" + percent_encode(prefix);
  return all_pages(client, bucket.target(), which, [&](const Reply& page, std::string& last) {
    const bool directories = parse_layout(page.layout) == Layout::file_system_optimized;
    return parse_level(page.body, [&](const LevelEntry& entry) {
      last = entry.name;
      if (!directories || entry.name != prefix) row(entry);
    });
  });
}

}  // namespace dobson::ctl
