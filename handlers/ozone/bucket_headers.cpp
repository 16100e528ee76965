#include "handlers/ozone/bucket_headers.h"

#include <algorithm>
#include <ranges>
#include <span>
#include <string>
#include <utility>

#include "core/base/limits.h"
#include "handlers/common/text.h"

namespace dobson::ozone {

using storage::Acl;
using storage::AclRights;
using storage::AclType;
using storage::Layout;
using storage::Replication;
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
    if (equal_names(word.text, text)) return word.value;
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
constexpr Word<Layout> layouts[] = {{"OBJECT_STORE", Layout::object_store},
                                    {"FILE_SYSTEM_OPTIMIZED", Layout::file_system_optimized}};
constexpr Word<Replication> replications[] = {{"RATIS/ONE", Replication::one},
                                              {"RATIS/THREE", Replication::three}};

constexpr std::string_view layout_name = "x-ozone-bucket-layout";
constexpr std::string_view replication_name = "x-ozone-replication";

Refused malformed_acl(std::string message = {}) {
  return {Code::malformed_acl, std::move(message)};
}

constexpr std::string_view scope_suffix = "[ACCESS]";

// `<type>:<name>:<rights>`; a name cannot hold a colon.
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
    if (!equal_names(item.substr(0, verb.text.size()), verb.text)) continue;
    item = trim(item.substr(verb.text.size()));
    return verb.value;
  }
  return std::nullopt;
}

using Names = std::span<const std::string_view>;

// Upstream's name first, then the seed's.
constexpr std::string_view acl_names[] = {"x-ozone-acls", "x-ozone-acl"};
constexpr std::string_view storage_names[] = {"x-ozone-storage-type", "x-ozone-storage-class"};
constexpr std::string_view versioning_names[] = {"x-ozone-bucket-versioning"};

bool is_named(const http::Header& header, Names names) {
  return std::ranges::any_of(names, [&](auto name) { return equal_names(header.name, name); });
}

// Of a header that may be sent once, under any of its names; nothing when it is not sent.
template <class Value, std::size_t n>
Checked<std::optional<Value>> only_value(const http::Request& request, Names names,
                                         const Word<Value> (&words)[n], Code malformed,
                                         const char* repeated) {
  const std::string_view* sent = nullptr;
  for (const http::Header& header : request.headers) {
    if (!is_named(header, names)) continue;
    if (sent != nullptr) return Refused{malformed, repeated};
    sent = &header.value;
  }
  if (sent == nullptr) return std::optional<Value>();
  const auto value = find_word(words, *sent);
  if (!value) return Refused{malformed};
  return value;
}

// Of a header whose first value counts.
template <class Value, std::size_t n>
Checked<std::optional<Value>> first_value(const http::Request& request, std::string_view name,
                                          const Word<Value> (&words)[n]) {
  const auto* text = request.header(name);
  if (text == nullptr) return std::optional<Value>();
  const auto value = find_word(words, *text);
  if (!value) return Refused{Code::invalid_request, "Unrecognized " + std::string(name)};
  return value;
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
  for (const http::Header& header : request.headers) {
    if (is_named(header, acl_names)) TRY(parse_acl_list(header.value, parsed.acls));
  }
  parsed.storage_type =
      TRY(only_value(request, storage_names, storage_types, Code::malformed_storage_type,
                     "Exactly one storage class header required"));
  parsed.versioning =
      TRY(only_value(request, versioning_names, versionings, Code::malformed_bucket_version,
                     "Exactly one bucket version header required"));
  if (parsed.versioning == Versioning::not_set) parsed.versioning.reset();
  parsed.layout = TRY(first_value(request, layout_name, layouts));
  parsed.replication = TRY(first_value(request, replication_name, replications));
  return parsed;
}

void put_bucket_headers(http::Exchange& exchange, const storage::BucketRecord& bucket) {
  exchange.header(layout_name, word_for(layouts, bucket.layout));
  exchange.header(replication_name, word_for(replications, bucket.replication));
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
