#include "storage/command/apply.h"

namespace dobson::storage {

Result<Outcome> apply(Batch& batch, UnixMillis now, const CreateContainer&) {
  const ContainerId id{batch.state().change().next_container++};
  put(batch.txn(), catalog::containers, id, {ContainerState::open, now});
  return Outcome{.container = id};
}

Result<Outcome> apply(Batch& batch, UnixMillis, const CloseContainer& command) {
  std::optional<ContainerRecord> container =
      get(batch.txn(), catalog::containers, command.container);
  if (!container.has_value()) return Error{Errc::container_not_found};

  container->state = ContainerState::closed;
  put(batch.txn(), catalog::containers, command.container, *container);
  return Outcome{};
}

}  // namespace dobson::storage
