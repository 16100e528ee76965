#include "storage/jobs/container_life.h"

#include <utility>

#include "core/log/log.h"
#include "storage/env/error.h"
#include "storage/log/commit.h"

namespace dobson::storage {

void ContainerLife::run_once() {
  if (store_.stopped()) return;
  const bool first = !std::exchange(started_, true);
  try {
    for (const ContainerRow& container : index_.containers()) {
      if (container.state == ContainerState::closing && first) {
        move(container.id, ContainerState::closed);
      } else if (container.state == ContainerState::closed && container.blocks == 0) {
        if (move(container.id, ContainerState::deleting)) remove(container.id);
      } else if (container.state == ContainerState::deleting) {
        remove(container.id);
      }
    }
  } catch (const EnvError& error) {
    log::error("blocks", "containers are not moved on: {}", error.what());
  }
}

bool ContainerLife::move(ContainerId container, ContainerState to) {
  const auto moved = commit_and_wait(log_, MoveContainer{container, to}, Priority::background);
  return moved.ok();
}

void ContainerLife::remove(ContainerId container) {
  const Status removed = store_.remove(container);
  if (removed.ok()) {
    move(container, ContainerState::deleted);
  } else {
    log::error("blocks", "container {} is not removed: {}", container.value,
               removed.error().detail);
  }
}

}  // namespace dobson::storage
