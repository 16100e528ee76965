#include "handlers/ozone/conditions.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "handlers/common/text.h"
#include "handlers/ozone/content_md5.h"
#include "handlers/ozone/dates.h"
#include "handlers/ozone/wire.h"

namespace dobson::ozone {

namespace {

using storage::EntityTag;
using storage::KeyCondition;

struct EntityTags {
  bool any = false;               // "*"
  std::vector<EntityTag> strong;  // those that a key could have
  std::vector<EntityTag> all;     // and the weak ones
};

// "<digest>", or "<digest>-<number of parts>".
std::optional<EntityTag> parse_tag(std::string_view text) {
  const bool multipart = text.find('-') != text.npos;
  const auto digest = parse_hex(take_until(text, '-'));
  if (!digest || !multipart) return digest ? std::optional(EntityTag{*digest, 0}) : std::nullopt;
  EntityTag tag{*digest, 0};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, tag.parts);
  if (error != std::errc{} || stop != end || tag.parts == 0) return std::nullopt;
  return tag;
}

EntityTags parse_tags(std::string_view list) {
  EntityTags tags;
  tags.any = trim(list) == "*";
  while (!list.empty()) {
    auto item = trim(take_until(list, ','));
    const bool weak = item.starts_with("W/");
    if (weak) item.remove_prefix(2);
    const auto tag = parse_tag(without_quotes(item));
    if (!tag) continue;
    tags.all.push_back(*tag);
    if (!weak) tags.strong.push_back(*tag);
  }
  return tags;
}

Refused refused(const char* message) {
  return {Code::invalid_request, message};
}

// The value of `If-Match`.
Checked<KeyCondition> matching(std::string_view value) {
  if (trim(value).empty()) return refused("If-Match must name an entity tag.");
  EntityTags tags = parse_tags(value);
  if (tags.any) return KeyCondition{KeyCondition::Kind::present, {}};
  return KeyCondition{KeyCondition::Kind::one_of, std::move(tags.strong)};
}

bool holds(const std::vector<EntityTag>& tags, const storage::KeyRecord& key) {
  const auto tag = key.tag();
  return tag && std::ranges::find(tags, *tag) != tags.end();
}

// The key has not changed after the date of the header; nothing when there is no date in it.
std::optional<bool> unchanged_since(const http::Request& request, std::string_view name,
                                    const storage::KeyRecord& key) {
  const auto* text = request.header(name);
  const auto date = text == nullptr ? std::nullopt : parse_date(*text);
  if (!date) return std::nullopt;
  return key.modified / 1000 * 1000 <= *date;
}

}  // namespace

std::string to_wire(const EntityTag& tag) {
  std::string text = '"' + to_hex(tag.digest);
  if (tag.parts != 0) text.append("-").append(std::to_string(tag.parts));
  return text + '"';
}

Verdict reading(const http::Request& request, const storage::KeyRecord& key) {
  if (const auto* match = request.header("If-Match")) {
    const EntityTags tags = parse_tags(*match);
    if (!tags.any && !holds(tags.strong, key)) return Verdict::refuse;
  } else if (!unchanged_since(request, "If-Unmodified-Since", key).value_or(true)) {
    return Verdict::refuse;
  }
  if (const auto* none = request.header("If-None-Match")) {
    const EntityTags tags = parse_tags(*none);
    return tags.any || holds(tags.all, key) ? Verdict::not_modified : Verdict::serve;
  }
  const bool old = unchanged_since(request, "If-Modified-Since", key).value_or(false);
  return old ? Verdict::not_modified : Verdict::serve;
}

Checked<KeyCondition> write_condition(const http::Request& request) {
  const auto* match = request.header("If-Match");
  const auto* none =
      request.method == http::Method::put ? request.header("If-None-Match") : nullptr;
  if (match != nullptr && none != nullptr) {
    return refused("If-Match and If-None-Match exclude each other.");
  }
  if (none != nullptr) {
    if (trim(*none) != "*") return refused("If-None-Match must be * here.");
    return KeyCondition{KeyCondition::Kind::absent, {}};
  }
  return match == nullptr ? KeyCondition{} : matching(*match);
}

Checked<KeyCondition> source_condition(const http::Request& request) {
  const auto* match = request.header("x-ozone-copy-source-if-match");
  const auto* none = request.header("x-ozone-copy-source-if-none-match");
  if (match != nullptr && none != nullptr) {
    return refused("The conditions for the source exclude each other.");
  }
  if (match != nullptr) return matching(*match);
  if (none == nullptr) return KeyCondition{};
  if (trim(*none).empty()) return refused("If-None-Match must name an entity tag.");
  EntityTags tags = parse_tags(*none);
  if (tags.any) return KeyCondition{KeyCondition::Kind::absent, {}};
  return KeyCondition{KeyCondition::Kind::none_of, std::move(tags.all)};
}

}  // namespace dobson::ozone
