#include "handlers/recon/routes.h"

#include "handlers/recon/buckets.h"
#include "handlers/recon/errors.h"
#include "handlers/recon/params.h"
#include "handlers/recon/shapes.h"
#include "handlers/recon/volumes.h"

namespace dobson::recon {

namespace {

using http::Method;
using http::Route;

constexpr std::string_view doc =
    "Reads only. Answers are compact JSON; an error is a status and a `message`. Times are "
    "milliseconds since 1970. Up to 10,000 rows come from one snapshot, and scalars stand before "
    "them; of more rows, behind them.";

// Beside those of their parameters.
constexpr std::string_view any_errors[] = {"badRequest", "methodNotAllowed", "notAcceptable",
                                           "targetTooLong", "internalError"};

constexpr Route routes[] = {
    {.method = Method::get,
     .pattern = "/api/v1/volumes[/]",
     .handler = query<&list_volumes>,
     .name = "list_volumes",
     .summary = "Volumes, by name",
     .answer = "totalCount, of this page; `volumes`: name, quotas, times, acls, admin, owner",
     .params = params::list_volumes,
     .gate = &for_admins},
    {.method = Method::get,
     .pattern = "/api/v1/buckets[/]",
     .handler = query<&list_buckets>,
     .name = "list_buckets",
     .summary = "Buckets of a volume, or all, by name",
     .answer = "totalCount, of this page; `buckets`: name, volumeName, times, acls, storageType, "
               "usedBytes, usedNamespace, bucketLayout, owner",
     .params = params::list_buckets,
     .gate = &for_admins},
};

}  // namespace

http::Family declarations() {
  return {.name = "recon",
          .title = "Insight, as of Ozone Recon",
          .doc = doc,
          .routes = routes,
          .errors = error_infos(),
          .any_errors = any_errors,
          .parameter_error = "badRequest",
          .refuse = &refuse};
}

http::Family make_family(Context& context) {
  http::Family family = declarations();
  family.context = &context;
  return family;
}

}  // namespace dobson::recon
