#pragma once

// The container files of one data directory, kept open, limits::open_container_files of them: the
// least used is closed when one more is opened. Any thread.

#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <mutex>

#include "core/base/result.h"
#include "storage/blocks/container_file.h"
#include "storage/model/ids.h"

namespace dobson::storage {

class BlockFiles {
 public:
  explicit BlockFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Errors as in container_file.h.
  Result<std::shared_ptr<ContainerFile>> open(ContainerId id);
  // Null: it is not open.
  std::shared_ptr<ContainerFile> find(ContainerId id);
  Result<std::shared_ptr<ContainerFile>> create(ContainerId id, std::uint64_t allocate);
  // Durable on return. Fine when there is none.
  Status remove(ContainerId id);
  // It is opened again by the next one who wants it.
  void forget(ContainerId id);

  const std::filesystem::path& directory() const { return directory_; }

 private:
  using Files = std::list<std::shared_ptr<ContainerFile>>;

  std::shared_ptr<ContainerFile> remember(std::shared_ptr<ContainerFile> file);

  const std::filesystem::path directory_;
  std::mutex mutex_;
  Files files_;  // the last used one first
  std::map<ContainerId, Files::iterator> by_id_;
};

}  // namespace dobson::storage
