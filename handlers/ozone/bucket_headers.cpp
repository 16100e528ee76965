#include "handlers/ozone/bucket_headers.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <string>
#include <utility>

#include "core/base/limits.h"
#include "handlers/ozone/text.h"

namespace dobson::ozone {

using storage::Acl;
using storage::AclRights;
using storage::AclType;
using storage::StorageType;
using storage::Versioning;

namespace {

template <class Value>
struct Word {
  std::string_view text;
  Value value;
};

template <class Value, std::size_t n>
std::optional<Value> find_word(const Word<Value> (&words)[n], std::string_view text) {
  for (const auto& word : words) {
    if (equal_without_case(word.text, text)) return word.value;
  }
  return std::nullopt;
}

template <class Value, std::size_t n>
constexpr std::string_view word_for(const Word<Value> (&words)[n], Value value) {
  return std::ranges::find(words, value, &Word<Value>::value)->text;
}

enum class Verb { add, remove };

// The first word of a value is the one that replies use.
constexpr Word<Verb> verbs[] = {{"ADD", Verb::add}, {"REMOVE", Verb::remove}};
constexpr Word<AclType> acl_types[] = {
    {"USER", AclType::user}, {"GROUP", AclType::group}, {"WORLD", AclType::world}};
constexpr Word<AclRights> acl_rights[] = {{"r", AclRights::read},
                                          {"w", AclRights::write},
                                          {"rw", AclRights::read_write},
                                          {"wr", AclRights::read_write},
                                          {"a", AclRights::read_write}};
constexpr Word<AclRights> wire_rights[] = {
    {"READ", AclRights::read}, {"WRITE", AclRights::write}, {"READ_WRITE", AclRights::read_write}};
constexpr Word<StorageType> storage_types[] = {{"DISK", StorageType::disk},
                                               {"DEFAULT", StorageType::disk},
                                               {"SSD", StorageType::ssd},
                                               {"RAM_DISK", StorageType::ram_disk},
                                               {"ARCHIVE", StorageType::archive}};
constexpr Word<Versioning> versionings[] = {{"ENABLED", Versioning::enabled},
                                            {"DISABLED", Versioning::disabled},
                                            {"NOT_DEFINED", Versioning::not_set}};

Refused malformed_acl(std::string message = {}) {
  return {Code::malformed_acl, std::move(message)};
}

constexpr std::string_view scope_suffix = "[ACCESS]";

// `<type>:<name>:<rights>`; the name may hold colons no more than the original's could.
Checked<Acl> parse_acl(std::string_view text) {
  const auto first = text.find(':');
  const auto second = first == text.npos ? first : text.find(':', first + 1);
  auto rights_text = second == text.npos ? std::string_view{} : text.substr(second + 1);
  if (rights_text.ends_with(scope_suffix)) rights_text.remove_suffix(scope_suffix.size());
  if (rights_text.empty()) return malformed_acl("ACLs are not in expected format");
  const auto type = find_word(acl_types, text.substr(0, first));
  if (!type) return malformed_acl();

  const auto name = text.substr(first + 1, second - first - 1);
  if (*type == AclType::world && !name.empty() && name != "WORLD") {
    return malformed_acl("Unexpected name part in world type");
  }
  if (*type != AclType::world && name.empty()) {
    return malformed_acl("User or group name is required");
  }

  const auto rights = find_word(acl_rights, rights_text);
  if (!rights) return malformed_acl("ACL right is not recognized");
  return Acl{*type, *type == AclType::world ? "" : std::string(name), *rights};
}

// The verb that `item` begins with, removed from it together with the blanks behind.
std::optional<Verb> take_verb(std::string_view& item) {
  for (const auto& verb : verbs) {
    if (!equal_without_case(item.substr(0, verb.text.size()), verb.text)) continue;
    item = trim(item.substr(verb.text.size()));
    return verb.value;
  }
  return std::nullopt;
}

// Values of a header under both its names, upstream's and the seed's.
template <class Visit>
Checked<void> for_each_value(const http::Request& request,
                             const std::array<std::string_view, 2>& names, Visit visit) {
  for (const http::Header& header : request.headers) {
    if (equal_without_case(header.name, names[0]) || equal_without_case(header.name, names[1])) {
      TRY(visit(header.value));
    }
  }
  return {};
}

}  // namespace

Checked<void> parse_acl_list(std::string_view value, AclChanges& changes) {
  std::optional<Verb> verb;
  for (const auto piece : std::views::split(value, ',')) {
    auto item = trim({piece.begin(), piece.end()});
    const auto own = take_verb(item);
    if (own) verb = own;
    if (!verb) return malformed_acl();
    if (own && item.empty()) return malformed_acl("ACLs cannot be null or empty");
    auto& list = *verb == Verb::add ? changes.add : changes.remove;
    list.push_back(TRY(parse_acl(item)));
  }
  if (changes.add.size() + changes.remove.size() > limits::bucket_acls) {
    return malformed_acl("Too many ACLs, at most " + std::to_string(limits::bucket_acls));
  }
  return {};
}

Checked<BucketHeaders> parse_bucket_headers(const http::Request& request) {
  BucketHeaders parsed;
  TRY(for_each_value(request, {"x-ozone-acls", "x-ozone-acl"},
                     [&](std::string_view value) { return parse_acl_list(value, parsed.acls); }));

  constexpr std::array<std::string_view, 2> storage_names{"x-ozone-storage-type",
                                                          "x-ozone-storage-class"};
  TRY(for_each_value(request, storage_names, [&](std::string_view value) -> Checked<void> {
    if (parsed.storage_type) {
      return Refused{Code::malformed_storage_type, "Exactly one storage class header required"};
    }
    parsed.storage_type = find_word(storage_types, value);
    if (!parsed.storage_type) return Refused{Code::malformed_storage_type};
    return {};
  }));

  constexpr std::array<std::string_view, 2> versioning_names{"x-ozone-bucket-versioning",
                                                             "x-ozone-bucket-versioning"};
  TRY(for_each_value(request, versioning_names, [&](std::string_view value) -> Checked<void> {
    if (parsed.versioning) {
      return Refused{Code::malformed_bucket_version, "Exactly one bucket version header required"};
    }
    parsed.versioning = find_word(versionings, value);
    if (!parsed.versioning) return Refused{Code::malformed_bucket_version};
    return {};
  }));
  if (parsed.versioning == Versioning::not_set) parsed.versioning.reset();
  return parsed;
}

std::string_view to_wire(AclType type) {
  return word_for(acl_types, type);
}
std::string_view to_wire(AclRights rights) {
  return word_for(wire_rights, rights);
}
std::string_view to_wire(StorageType type) {
  return word_for(storage_types, type);
}

}  // namespace dobson::ozone
