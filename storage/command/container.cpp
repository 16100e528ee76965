#include "storage/command/apply.h"

namespace dobson::storage {

namespace {

bool may_move(const ContainerRecord& container, ContainerState to) {
  switch (to) {
    case ContainerState::open:
      return false;
    case ContainerState::closing:
      return container.state == ContainerState::open;
    case ContainerState::closed:
      return container.state <= ContainerState::closing;
    case ContainerState::deleting:
      return container.state == ContainerState::closed && container.blocks == 0;
    case ContainerState::deleted:
      return container.state == ContainerState::deleting;
  }
}

std::uint64_t& number_of(Batch& batch, ContainerState state) {
  return batch.state().change().containers[static_cast<std::size_t>(state)];
}

}  // namespace

Result<Outcome> apply(Batch& batch, UnixMillis now, const CreateContainer&) {
  const ContainerId id{batch.state().change().next_container++};
  batch.add_container(id, {.created = now, .entered = now, .used = now});
  ++number_of(batch, ContainerState::open);
  return Outcome{.container = id};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const MoveContainer& command) {
  Batch::Container* container = batch.find_container(command.container);
  if (container == nullptr) return Error{Errc::container_not_found};
  const ContainerState from = (*container)->state;
  if (from == command.to) return Outcome{};
  if (!may_move(**container, command.to)) return Error{Errc::precondition_failed};

  --number_of(batch, from);
  ++number_of(batch, command.to);
  ContainerRecord& record = container->change();
  record.state = command.to;
  record.entered = now;
  return Outcome{};
}

}  // namespace dobson::storage
