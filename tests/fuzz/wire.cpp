// Bodies as dobsonctl reads them: anything that a server may send. The text that a row comes with
// reads as the row.

#include "tools/dobsonctl/wire.h"
#include "core/base/assert.h"
#include "tests/fuzz/support/input.h"
#include "tools/dobsonctl/insight_wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson::ctl;
  const auto body = dobson::fuzz::Input(data, size).rest();
  (void)parse_volume(body);
  (void)parse_bucket_info(body);
  (void)parse_key_detail(body);
  (void)parse_stream_line(body);
  (void)parse_volumes(body, [](const VolumeInfo& volume, std::string_view json) {
    const auto again = parse_volume(json);
    DOBSON_ASSERT(again.ok() && again->name == volume.name && again->quota == volume.quota);
  });
  (void)parse_buckets(body, [](const BucketInfo& bucket, std::string_view json) {
    const auto again = parse_bucket_info(json);
    DOBSON_ASSERT(again.ok() && again->name == bucket.name && again->acls == bucket.acls);
  });
  (void)parse_level(body, [](const LevelEntry&) {});
  (void)parse_delete_errors(body);
  (void)parse_path_sizes(body);
  (void)parse_path_summary(body);
  (void)parse_path_quota(body);
  (void)parse_path_distribution(body);
  (void)parse_unhealthy(body);
  (void)parse_containers(body);
  (void)parse_nodes(body);
  (void)parse_tasks(body);
  DOBSON_ASSERT(!refusal(400, body).reason.empty());
  return 0;
}
