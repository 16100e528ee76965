#pragma once

// The state of a server that does not run, for tools: its data directory is locked meanwhile, and
// mapped at the size it has, so that no limit of address space stands in the way.

#include <filesystem>
#include <memory>

#include "core/base/result.h"
#include "storage/env/data_lock.h"
#include "storage/env/env.h"

namespace dobson::storage {

class StoppedStore {
 public:
  // Errors are for people: no such store, in use by which process, written by a newer Dobson.
  static Result<std::unique_ptr<StoppedStore>> open(const std::filesystem::path& data);

  StoppedStore(const std::filesystem::path& data, DataLock lock);

  const Env& state() const { return state_; }

 private:
  DataLock lock_;
  Env state_;
};

}  // namespace dobson::storage
