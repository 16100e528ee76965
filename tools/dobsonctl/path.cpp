#include "tools/dobsonctl/path.h"

#include <fmt/core.h>

#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

std::string Path::text() const {
  std::string whole = "/" + volume;
  if (!bucket.empty()) whole += "/" + bucket;
  if (!key.empty()) whole += "/" + key;
  return whole;
}

std::string Path::target() const {
  std::string whole = "/" + percent_encode(volume);
  if (!bucket.empty()) whole += "/" + percent_encode(bucket);
  if (!key.empty()) whole += "/" + percent_encode(key, "/");
  return whole;
}

Path Path::directory() const {
  return with_key(key.ends_with('/') ? key : key + '/');
}

Try<Path> parse_path(std::string_view text) {
  if (!text.starts_with('/'))
    return usage_failure(
        fmt::format("'{}' does not begin with '/': write /VOLUME, /VOLUME/BUCKET or "
                    "/VOLUME/BUCKET/KEY",
                    printable(text)));
  text.remove_prefix(1);
  const auto next_part = [&text] {
    const std::size_t end = text.find('/');
    const std::string part(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
  };
  Path path;
  path.volume = next_part();
  path.bucket = next_part();
  path.key = text;
  if ((path.volume.empty() && !path.bucket.empty()) || (path.bucket.empty() && !path.key.empty()))
    return usage_failure("the volume or the bucket of the path is empty: write /VOLUME/BUCKET/KEY");
  return path;
}

Try<Path> parse_bucket(std::string_view text) {
  Path path = TRY(parse_path(text));
  if (path.bucket.empty() || !path.key.empty())
    return usage_failure(
        fmt::format("'{}' is not a bucket: write /VOLUME/BUCKET", printable(text)));
  return path;
}

Try<Path> parse_key(std::string_view text) {
  Path path = TRY(parse_path(text));
  if (path.key.empty())
    return usage_failure(
        fmt::format("'{}' is not a key: write /VOLUME/BUCKET/KEY", printable(text)));
  return path;
}

std::string_view not_a_local_name(std::string_view key) {
  if (key.ends_with('/')) key.remove_suffix(1);
  for (;;) {
    const std::size_t end = key.find('/');
    const std::string_view component = key.substr(0, end);
    if (component.empty()) return "a file name cannot have an empty part";
    if (component == "." || component == "..") return "'.' and '..' would lead elsewhere";
    if (end == std::string_view::npos) return {};
    key.remove_prefix(end + 1);
  }
}

std::optional<std::string> CollisionFinder::add(std::string_view name) {
  while (!open_.empty() && !name.starts_with(open_.back())) open_.pop_back();
  for (const std::string& begin : open_) {
    if (name.size() > begin.size() && name[begin.size()] == '/') return begin;
  }
  open_.emplace_back(name);
  return std::nullopt;
}

}  // namespace dobson::ctl
