#include "tools/dobsonctl/failure.h"

#include <fmt/core.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace dobson::ctl {

Failure usage_failure(std::string reason) {
  return {.reason = std::move(reason), .exit = Exit::usage};
}

Failure system_failure(std::string_view what) {
  return {.reason = fmt::format("{}: {}", what, std::generic_category().message(errno))};
}

std::string_view next_step(const Failure& failure) {
  struct Step {
    std::string_view code;
    std::string_view text;
  };
  static constexpr Step steps[] = {
      {"volumeNotFound", "See 'dobsonctl ls --all'; make a volume with 'dobsonctl mkvol NAME'."},
      {"bucketNotFound",
       "See 'dobsonctl ls /VOLUME'; make a bucket with 'dobsonctl mkbucket /VOLUME/BUCKET'."},
      {"keyNotFound", "See which keys there are: dobsonctl ls /VOLUME/BUCKET/PREFIX"},
      {"volumeAlreadyExists", "Use it as it is, or choose another name."},
      {"bucketAlreadyExists", "Use it as it is, or choose another name."},
      {"keyAlreadyExists",
       "Choose another name, or remove what has it, or a key in a directory's place, with "
       "'dobsonctl "
       "rm'."},
      {"volumeNotEmpty", "Remove it with all its buckets: dobsonctl rm -r /VOLUME"},
      {"bucketNotEmpty", "Remove it with all its keys: dobsonctl rm -r /VOLUME/BUCKET"},
      {"quotaExceeded", "Remove keys of the volume, or ask its administrator for a larger quota."},
      {"accessDenied",
       "Say who you are with --user; root, hdfs and the server's own account are "
       "administrators."},
      {"Unauthorized", "Only administrators see everybody's volumes: try --user root."},
      {"invalidVolumeName", "A volume name has 3 to 63 characters of a-z, 0-9, '.' and '-'."},
      {"invalidBucketName", "A bucket name has 3 to 63 characters of a-z, 0-9, '.' and '-'."},
      {"invalidKey",
       "A key's name has 1 to 1024 bytes of UTF-8. With directories no part of it is empty, '.' or "
       "'..', a directory's ends in '/', and none goes into itself."},
      {"directoryNotEmpty",
       "Remove it with all that is in it: dobsonctl rm -r /VOLUME/BUCKET/DIRECTORY/"},
      {"userNotFound", "Say who you are with --user."},
      {"malformedQuota", "Write a quota as a number and a unit: 500MB, 10GB, 1TB."},
      {"pathNotFound", "See what is above it: dobsonctl recon du /VOLUME/BUCKET"},
      {"pathNotApplicable", "Ask for the bucket that it is in."},
      {"insightInitializing", "Try again in a while."},
      {"insightRefused", "What this server can be asked stands on its page /-/api."},
      {"notInsight",
       "That is the object API. Name the address of listen.recon with --url or DOBSON_RECON_URL."},
      {"serviceUnavailable", "The server is overloaded or its disk is full; try again later."},
  };
  for (const Step& step : steps) {
    if (step.code == failure.code) return step.text;
  }
  if (failure.exit == Exit::unreachable)
    return "Is dobsond running? Name its address with --url or DOBSON_URL, for 'recon' "
           "DOBSON_RECON_URL.";
  return {};
}

}  // namespace dobson::ctl
