// Quotas and ACLs: what is taken is written so that it is taken again, as the same.

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "handlers/ozone/bucket_headers.h"
#include "handlers/ozone/quota.h"
#include "tests/fuzz/support/input.h"

namespace dobson::ozone {
namespace {

void check_quota(std::string_view text) {
  const auto update = parse_quota_update(text);
  const auto quota = parse_quota(text);
  DOBSON_ASSERT(!quota.ok() || (update.ok() && *update == *quota));
  if (!update.ok() || !*update) return;
  DOBSON_ASSERT(quota.ok() && *quota <= INT64_MAX);
  const WireQuota wire = to_wire(*update);
  const auto again = parse_quota(std::to_string(wire.size) + " " + std::string(wire.unit));
  DOBSON_ASSERT(again.ok() && *again == *quota);
}

// As a request writes them, which replies do in other words.
constexpr std::string_view rights[] = {"r", "w", "rw"};

std::string text_of(std::string_view verb, const std::vector<storage::Acl>& acls) {
  std::string text;
  for (const storage::Acl& acl : acls) {
    text.append(text.empty() ? "" : ",").append(verb).append(" ").append(to_wire(acl.type));
    text.append(":").append(acl.name).append(":").append(rights[static_cast<int>(acl.rights)]);
  }
  return text;
}

void check_acls(std::string_view text) {
  AclChanges changes;
  if (!parse_acl_list(text, changes).ok()) return;
  DOBSON_ASSERT(changes.add.size() + changes.remove.size() <= limits::bucket_acls);
  AclChanges again;
  for (const auto& list : {text_of("ADD", changes.add), text_of("REMOVE", changes.remove)}) {
    if (!list.empty()) DOBSON_ASSERT(parse_acl_list(list, again).ok());
  }
  DOBSON_ASSERT(again.add == changes.add && again.remove == changes.remove);
}

}  // namespace
}  // namespace dobson::ozone

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = dobson::fuzz::Input(data, size).rest();
  dobson::ozone::check_quota(text);
  dobson::ozone::check_acls(text);
  return 0;
}
