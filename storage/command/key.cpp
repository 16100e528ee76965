#include <algorithm>

#include "storage/command/apply.h"
#include "storage/command/content.h"
#include "storage/command/directory.h"

namespace dobson::storage {

namespace {

// What DeleteKey and DeleteKeys do to one key.
Status delete_at(Batch& batch, UnixMillis now, const Batch::Place& place, std::string_view name,
                 std::string path, const KeyCondition& condition, bool recursive) {
  const Location at = TRY(locate(batch, place, name));
  if (at.is_directory()) {
    return delete_directory(batch, now, at, std::move(path), condition, recursive);
  }
  const std::optional<KeyRecord> key = find_key(batch, at);
  if (!condition.holds(key ? &*key : nullptr)) return Error{Errc::precondition_failed};
  if (!key.has_value()) return Error{Errc::key_not_found};

  const Replication copies = (*place.bucket)->replication;
  erase_key_row(batch, at.parent(), at.name, *key);
  discard(batch, place.bucket, key->id,
          deleted(*key, {std::move(path), now, copies, (*place.bucket)->id}));
  change_totals(batch, at, [&](Totals& totals) { totals.remove_key(key->size, copies); });
  totals_above(at).direct_bytes -= key->size;
  forget_reach(at);
  return {};
}

// Between directories of one bucket; whose totals of the bucket and above are the same after it.
void move_key(Batch& batch, UnixMillis now, const Location& from, Location& to, KeyRecord key) {
  const Replication copies = (*from.place.bucket)->replication;
  erase_key_row(batch, from.parent(), from.name, key);
  make_parents(batch, now, to);
  key.modified = now;
  put_key_row(batch, to, key);
  if (!from.in_tree()) return;
  for (Batch::Directory* above : to.above) above->change().totals.add_key(key.size, copies);
  totals_above(to).direct_bytes += key.size;
  extend_reach(to, to.path.size());
  for (Batch::Directory* above : from.above) above->change().totals.remove_key(key.size, copies);
  totals_above(from).direct_bytes -= key.size;
  forget_reach(from);
}

}  // namespace

bool KeyCondition::holds(const KeyRecord* key) const {
  const auto has_one = [&] {
    return key != nullptr && key->digest && std::ranges::find(tags, *key->tag()) != tags.end();
  };
  switch (kind) {
    case Kind::none:
      return true;
    case Kind::absent:
      return key == nullptr;
    case Kind::present:
      return key != nullptr;
    case Kind::one_of:
      return has_one();
    case Kind::none_of:
      return !has_one();
  }
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const PutKey& command) {
  const Batch::Place place = TRY(batch.find_place(command.volume, command.bucket));
  Location at = TRY(locate(batch, place, command.key));
  if (at.is_directory()) return put_directory(batch, now, std::move(at), command);
  const auto replaced = TRY(check_put(batch, at, command.condition, command.size));
  if (!are_consistent(batch, command.blocks, command.size)) {
    return Error{Errc::internal, {}, "a put names blocks that are unknown, used or too many"};
  }

  count_blocks(batch, now, command.blocks);
  put_content(batch, now, at, replaced,
              {.size = command.size,
               .digest = command.md5,
               .blocks = command.blocks,
               .metadata = command.metadata},
              path_of(command.volume, command.bucket, command.key));
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const DeleteKey& command) {
  const Batch::Place place = TRY(batch.find_place(command.volume, command.bucket));
  TRY(delete_at(batch, now, place, command.key,
                path_of(command.volume, command.bucket, command.key), command.condition,
                command.recursive));
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const DeleteKeys& command) {
  const Batch::Place place = TRY(batch.find_place(command.volume, command.bucket));
  Outcome outcome;
  for (std::size_t i = 0; i < command.keys.size(); ++i) {
    const std::string& key = command.keys[i];
    const Status done =
        delete_at(batch, now, place, key, path_of(command.volume, command.bucket, key), {}, false);
    if (!done.ok() && done.error().code != Errc::key_not_found) {
      outcome.failures.push_back({i, done.error()});
    }
  }
  return outcome;
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const RenameKey& command) {
  const Batch::Place place = TRY(batch.find_place(command.volume, command.bucket));
  const Location from = TRY(locate(batch, place, command.key));
  Location to = TRY(locate(batch, place, command.to));
  if (from.is_directory()) return rename_directory(batch, now, from, std::move(to));
  std::optional<KeyRecord> key = find_key(batch, from);
  if (!key.has_value()) return Error{Errc::key_not_found};
  if (command.key == command.to) return Outcome{};
  if (to.is_directory()) return Error{Errc::invalid_key_name};
  if (find_key(batch, to).has_value() || is_blocked(batch, to)) return Error{Errc::key_exists};

  move_key(batch, now, from, to, std::move(*key));
  return Outcome{};
}

Result<Outcome> apply(Batch& batch, UnixMillis now, const CopyKey& command) {
  const Batch::Place source_place =
      TRY(batch.find_place(command.source_volume, command.source_bucket));
  const Location source = TRY(locate(batch, source_place, command.source_key));
  std::optional<KeyRecord> key = find_key(batch, source);
  if (!key.has_value()) return Error{Errc::key_not_found};
  if (!command.source_condition.holds(&*key)) return Error{Errc::precondition_failed};
  const Batch::Place place = TRY(batch.find_place(command.volume, command.bucket));
  Location at = TRY(locate(batch, place, command.key));
  if (at.is_directory()) return Error{Errc::invalid_key_name};
  const auto replaced = TRY(check_put(batch, at, command.condition, key->size));

  const Outcome outcome{.tag = key->tag().value()};
  if (replaced.has_value() && replaced->id == key->id) {
    key->modified = now;
    put_name_row(batch, at.parent(), at.name, *key);
  } else {
    put_content(batch, now, at, replaced, std::move(*key),
                path_of(command.volume, command.bucket, command.key));
  }
  return outcome;
}

}  // namespace dobson::storage
