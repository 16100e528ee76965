#include "handlers/ozone/access.h"

#include <algorithm>

#include "handlers/common/text.h"
#include "handlers/ozone/shapes.h"
#include "storage/query/namespace.h"

namespace dobson::ozone {

namespace {

using storage::Acl;
using storage::AclRights;
using storage::AclType;

// The name is kept as sent, the caller's is trimmed and in lower case. Nobody is in a group: no
// mapping of users to groups is configured.
bool means(const Acl& acl, std::string_view caller) {
  if (acl.type == AclType::user) return equal_names(trim(acl.name), caller);
  return acl.type == AclType::world;
}

bool grants(AclRights rights, Need need) {
  if (need == Need::read) return rights != AclRights::write;
  return need == Need::write && rights != AclRights::read;
}

}  // namespace

Checked<void> check_access(Context& context, http::Exchange& exchange, Need need,
                           std::string_view stem) {
  const Call& call = call_of(exchange);
  return check_access(context, exchange, call.volume, call.bucket, need, stem);
}

Checked<void> check_access(Context& context, http::Exchange& exchange, std::string_view volume_name,
                           std::string_view bucket_name, Need need, std::string_view stem) {
  const Call& call = call_of(exchange);
  if (!context.settings.acls_enforced || call.admin) return {};
  const storage::ReadTxn& txn = context.read(exchange);
  const auto volume = TRY_STORE(stem, storage::find_volume(txn, volume_name));
  if (call.caller() == volume.owner) return {};
  if (need == Need::create) return Refused{Code::access_denied};
  const auto bucket = TRY_STORE(stem, storage::find_bucket(txn, volume_name, bucket_name));
  const bool granted = std::ranges::any_of(bucket.acls, [&](const Acl& acl) {
    return grants(acl.rights, need) && means(acl, call.caller());
  });
  return granted ? Checked<void>{} : Refused{Code::access_denied};
}

}  // namespace dobson::ozone
