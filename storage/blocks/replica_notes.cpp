#include "storage/blocks/replica_notes.h"

#include <utility>

namespace dobson::storage {

void ReplicaNotes::remember(ContainerId container, const FileStamp& stamp, UnixMillis scrubbed) {
  std::lock_guard lock(mutex_);
  Note& note = notes_[container];
  note.stamp = stamp;
  note.scrubbed = scrubbed;
}

ReplicaNotes::Note ReplicaNotes::note(ContainerId container, UnixMillis now) {
  std::lock_guard lock(mutex_);
  Note& note = notes_[container];
  if (note.scrubbed == 0) note.scrubbed = now;
  return note;
}

void ReplicaNotes::forget(ContainerId container) {
  std::lock_guard lock(mutex_);
  notes_.erase(container);
  changes_.insert(container);
}

bool ReplicaNotes::has_stamp(ContainerId container, const FileStamp& stamp) {
  std::lock_guard lock(mutex_);
  const auto note = notes_.find(container);
  return note != notes_.end() && note->second.stamp == stamp;
}

void ReplicaNotes::set_stamp(ContainerId container, const FileStamp& stamp) {
  std::lock_guard lock(mutex_);
  notes_[container].stamp = stamp;
}

bool ReplicaNotes::set_damage(const BlockRef& block) {
  std::lock_guard lock(mutex_);
  Note& note = notes_[block.id.container];
  note.damaged_lately = true;
  changes_.insert(block.id.container);
  return !std::exchange(note.damage, block).has_value();
}

void ReplicaNotes::want_scrub(ContainerId container) {
  std::lock_guard lock(mutex_);
  notes_[container].scrub_wanted = true;
}

std::optional<ContainerId> ReplicaNotes::begin_scrub(UnixMillis before) {
  std::lock_guard lock(mutex_);
  auto next = notes_.end();
  for (auto each = notes_.begin(); each != notes_.end(); ++each) {
    const auto urgency = [](const Note& note) {
      return std::pair(!note.scrub_wanted, note.scrubbed);
    };
    if (!each->second.scrub_wanted && each->second.scrubbed > before) continue;
    if (next == notes_.end() || urgency(each->second) < urgency(next->second)) next = each;
  }
  if (next == notes_.end()) return std::nullopt;
  next->second.scrub_wanted = false;
  next->second.scrubbing = true;
  next->second.damaged_lately = false;
  return next->first;
}

void ReplicaNotes::end_scrub(ContainerId container, UnixMillis now) {
  std::lock_guard lock(mutex_);
  const auto note = notes_.find(container);
  if (note == notes_.end()) return;  // removed meanwhile
  note->second.scrubbed = now;
  note->second.scrubbing = false;
  if (!note->second.damaged_lately) note->second.damage.reset();
  changes_.insert(container);
}

void ReplicaNotes::note_change(ContainerId container) {
  std::lock_guard lock(mutex_);
  changes_.insert(container);
}

std::set<ContainerId> ReplicaNotes::take_changes() {
  std::lock_guard lock(mutex_);
  return std::exchange(changes_, {});
}

}  // namespace dobson::storage
