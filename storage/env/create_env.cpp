#include "storage/env/create_env.h"

#include <fmt/format.h>

#include <system_error>

#include "storage/env/directory.h"

namespace dobson::storage {

namespace {

namespace fs = std::filesystem;

Error failure(const char* what, const fs::path& path, const std::error_code& error) {
  return {Errc::io, {}, fmt::format("{} {}: {}", what, path.native(), error.message())};
}

Status fill_new(const EnvOptions& options, const std::function<void(WriteTxn&)>& fill) {
  TRY(make_directory(options.directory));
  Env env(options);
  WriteTxn txn(env);
  fill(txn);
  txn.commit();
  return sync_directory(options.directory);
}

}  // namespace

Status create_env(const EnvOptions& options, const std::function<void(WriteTxn&)>& fill) {
  EnvOptions aside = options;
  aside.directory += ".new";
  std::error_code error;
  fs::remove_all(aside.directory, error);  // of a creation that was cut short
  if (error) return failure("cannot remove", aside.directory, error);
  if (!fs::exists(options.directory, error)) {
    TRY(fill_new(aside, fill));
    fs::rename(aside.directory, options.directory, error);
    if (error) return failure("cannot rename", aside.directory, error);
  }
  // Also when it was there: a process that ended after the rename may have synced nothing.
  return sync_directory(options.directory.parent_path());
}

}  // namespace dobson::storage
