#pragma once

// Headers of Create bucket and Update bucket: ACLs, storage type, versioning
// (spec/ozone-rest.md §2.8), layout and replication (§4.13).

#include <optional>
#include <string_view>
#include <vector>

#include "handlers/ozone/errors.h"
#include "http/message/request.h"
#include "storage/model/namespace.h"

namespace dobson::ozone {

struct AclChanges {
  std::vector<storage::Acl> add;
  std::vector<storage::Acl> remove;
};

struct BucketHeaders {
  AclChanges acls;
  std::optional<storage::StorageType> storage_type;
  std::optional<storage::Versioning> versioning;  // enabled or disabled
  std::optional<storage::Layout> layout;
  std::optional<storage::Replication> replication;
};

Checked<BucketHeaders> parse_bucket_headers(const http::Request& request);

// Layout and replication: what every GET and HEAD of a bucket shows.
void put_bucket_headers(http::Exchange& exchange, const storage::BucketRecord& bucket);

// One header value: a comma-separated list of `<verb> <type>:<name>:<rights>`, appended to
// `changes`.
Checked<void> parse_acl_list(std::string_view value, AclChanges& changes);

std::string_view to_wire(storage::AclType type);
std::string_view to_wire(storage::AclRights rights);
std::string_view to_wire(storage::StorageType type);

}  // namespace dobson::ozone
