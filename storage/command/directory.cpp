#include "storage/command/directory.h"

#include "core/base/limits.h"

namespace dobson::storage {

namespace {

bool holds(const KeyCondition& condition, bool there) {
  const KeyRecord without_tag;
  return condition.holds(there ? &without_tag : nullptr);
}

}  // namespace

Result<Outcome> put_directory(Batch& batch, UnixMillis now, Location at, const PutKey& command) {
  if (command.size != 0) return Error{Errc::invalid_argument, "A directory has no bytes."};
  const bool there = find_directory(batch, at) != nullptr;
  if (!holds(command.condition, there)) return Error{Errc::precondition_failed};
  if (there) return Outcome{};
  if (is_blocked(batch, at)) return Error{Errc::key_exists};

  make_parents(batch, now, at);
  make_directory(batch, now, at);
  return Outcome{};
}

Status delete_directory(Batch& batch, UnixMillis now, const Location& at, std::string path,
                        const KeyCondition& condition, bool recursive) {
  const Batch::Directory* directory = find_directory(batch, at);
  if (!holds(condition, directory != nullptr)) return Error{Errc::precondition_failed};
  if (directory == nullptr) return Error{Errc::key_not_found};
  const DirectoryRecord record = **directory;
  if (!record.totals.empty() && !recursive) return Error{Errc::directory_not_empty};

  batch.remove_directory(at.parent(), at.name);
  change_totals(batch, at, [&](Totals& totals) { totals.remove_directory(record.totals); });
  forget_reach(at);
  if (!record.totals.empty()) {
    put(batch.txn(), catalog::deleted_directories, record.id,
        {std::move(path), record.created, record.modified, now, (*at.place.bucket)->replication,
         record.totals, (*at.place.bucket)->id});
    batch.state().change().deleted.add(record.totals);
    at.place.bucket->change().deleted.add(record.totals);
  }
  return {};
}

Result<Outcome> rename_directory(Batch& batch, UnixMillis now, const Location& from, Location to) {
  const Batch::Directory* directory = find_directory(batch, from);
  if (directory == nullptr) return Error{Errc::key_not_found};
  if (from.path == to.path) return Outcome{};
  DirectoryRecord moved = **directory;
  const std::size_t longest = to.path.size() + moved.reach;
  if (!to.is_directory() || to.path.starts_with(from.path) || longest > limits::key_name_bytes) {
    return Error{Errc::invalid_key_name};
  }
  if (find_directory(batch, to) != nullptr || is_blocked(batch, to)) return Error{Errc::key_exists};

  batch.remove_directory(from.parent(), from.name);
  for (Batch::Directory* above : from.above) {
    above->change().totals.remove_directory(moved.totals);
  }
  forget_reach(from);
  make_parents(batch, now, to);
  for (Batch::Directory* above : to.above) above->change().totals.add_directory(moved.totals);
  extend_reach(to, longest);
  moved.modified = now;
  batch.add_directory(to.parent(), to.name, moved);
  return Outcome{};
}

}  // namespace dobson::storage
