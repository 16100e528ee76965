#pragma once

// What commands do to a state of nested maps, written to be obviously right.

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/model/oracle_state.h"

namespace dobson::test {

class Oracle {
 public:
  std::map<std::string, OracleVolume> volumes;
  std::map<storage::ContainerId, storage::ContainerState> containers;
  std::set<storage::BlockId> gone;  // of no key and no part any more, not yet forgotten
  UnixMillis applied = 0;

  // What the last command is to answer beside its error.
  storage::EntityTag tag;
  std::vector<std::pair<std::size_t, Errc>> failures;

  // The error, or none. `drawn`: what the command made, if it makes something.
  std::optional<Errc> apply(const storage::Command& command, UnixMillis time,
                            const storage::Outcome& drawn) {
    now_ = std::max(time, applied);
    drawn_ = drawn;
    tag = {};
    failures.clear();
    const auto error = std::visit([this](const auto& each) { return run(each); }, command);
    if (!error) applied = now_;
    return error;
  }

 private:
  using Answer = std::optional<Errc>;
  static constexpr std::nullopt_t ok = std::nullopt;

  Answer run(const storage::CreateVolume& c) {
    if (volumes.contains(c.volume)) return Errc::volume_exists;
    volumes[c.volume] = {c, now_, now_, {}};
    return ok;
  }

  Answer run(const storage::UpdateVolume& c) {
    if (!volumes.contains(c.volume)) return Errc::volume_not_found;
    OracleVolume& volume = volumes[c.volume];
    const storage::CreateVolume before = volume.made;
    if (c.owner) volume.made.owner = *c.owner;
    if (c.quota_bytes) volume.made.quota_bytes = *c.quota_bytes;
    if (volume.made.owner != before.owner || volume.made.quota_bytes != before.quota_bytes) {
      volume.modified = now_;
    }
    return ok;
  }

  Answer run(const storage::DeleteVolume& c) {
    if (!volumes.contains(c.volume)) return Errc::volume_not_found;
    const OracleVolume& volume = volumes[c.volume];
    if (!c.principal.admin && c.principal.user != volume.made.owner) return Errc::access_denied;
    if (!volume.buckets.empty()) return Errc::volume_not_empty;
    volumes.erase(c.volume);
    return ok;
  }

  Answer run(const storage::CreateBucket& c) {
    if (!volumes.contains(c.volume)) return Errc::volume_not_found;
    auto& buckets = volumes[c.volume].buckets;
    if (buckets.contains(c.bucket)) return Errc::bucket_exists;
    OracleBucket& bucket = buckets[c.bucket] = {c, now_, now_, {}, {}, {}};
    bucket.made.acls.clear();
    for (const auto& acl : c.acls) add(bucket, acl);
    return ok;
  }

  Answer run(const storage::UpdateBucket& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    if (c.layout && *c.layout != bucket->made.layout) return Errc::invalid_argument;
    if (c.replication && *c.replication != bucket->made.replication) return Errc::invalid_argument;
    const storage::CreateBucket before = bucket->made;
    for (const auto& acl : c.remove_acls) std::erase(bucket->made.acls, acl);
    for (const auto& acl : c.add_acls) add(*bucket, acl);
    if (c.storage_type) bucket->made.storage_type = *c.storage_type;
    if (c.versioning) bucket->made.versioning = *c.versioning;
    if (bucket->made.acls != before.acls || bucket->made.storage_type != before.storage_type ||
        bucket->made.versioning != before.versioning) {
      bucket->modified = now_;
    }
    return ok;
  }

  Answer run(const storage::DeleteBucket& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    const std::string& user = c.principal.user;
    if (!c.principal.admin &&
        (user.empty() || (user != volumes[c.volume].made.owner && user != bucket->made.creator))) {
      return Errc::access_denied;
    }
    if (!bucket->keys.empty()) return Errc::bucket_not_empty;
    for (const auto& [id, upload] : bucket->uploads) discard(upload);
    volumes[c.volume].buckets.erase(c.bucket);
    return ok;
  }

  Answer run(const storage::PutKey& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    if (is_bad(*bucket, c.key)) return Errc::invalid_key_name;
    if (bucket->is_directory(c.key)) return put_directory(*bucket, c);
    if (const Answer refused = check_put(*bucket, c.volume, c.key, c.condition, c.size)) {
      return refused;
    }
    if (are_unusable(c.blocks)) return Errc::internal;
    put(*bucket, c.key, {0, 0, c.size, 0, {c.md5, 0}, c.blocks, c.metadata});
    return ok;
  }

  Answer put_directory(OracleBucket& bucket, const storage::PutKey& c) {
    if (c.size != 0) return Errc::invalid_argument;
    const bool there = bucket.directories.contains(c.key);
    if (!holds(c.condition, there, {})) return Errc::precondition_failed;
    if (there) return ok;
    if (is_blocked(bucket, c.key)) return Errc::key_exists;
    add_parents(bucket, c.key);
    bucket.directories[c.key] = {now_, now_, 0};
    return ok;
  }

  Answer run(const storage::DeleteKey& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    return remove(*bucket, c.key, c.condition, c.recursive);
  }

  Answer run(const storage::DeleteKeys& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    for (std::size_t i = 0; i < c.keys.size(); ++i) {
      const Answer answer = remove(*bucket, c.keys[i], {}, false);
      if (answer && *answer != Errc::key_not_found) failures.emplace_back(i, *answer);
    }
    return ok;
  }

  Answer remove(OracleBucket& bucket, const std::string& name,
                const storage::KeyCondition& condition, bool recursive) {
    if (is_bad(bucket, name)) return Errc::invalid_key_name;
    if (bucket.is_directory(name)) return remove_directory(bucket, name, condition, recursive);
    const bool there = bucket.keys.contains(name);
    if (!holds(condition, there, tag_of(bucket, name))) return Errc::precondition_failed;
    if (!there) return Errc::key_not_found;
    discard(bucket.keys[name].blocks);
    bucket.keys.erase(name);
    forget_reach(bucket);
    settle();
    return ok;
  }

  Answer remove_directory(OracleBucket& bucket, const std::string& name,
                          const storage::KeyCondition& condition, bool recursive) {
    const bool there = bucket.directories.contains(name);
    if (!holds(condition, there, {})) return Errc::precondition_failed;
    if (!there) return Errc::key_not_found;
    if (!recursive && !is_empty(bucket, name)) return Errc::directory_not_empty;
    std::erase_if(bucket.keys, [&](const auto& key) {
      if (!key.first.starts_with(name)) return false;
      discard(key.second.blocks);
      return true;
    });
    std::erase_if(bucket.directories,
                  [&](const auto& directory) { return directory.first.starts_with(name); });
    forget_reach(bucket);
    settle();
    return ok;
  }

  Answer run(const storage::RenameKey& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    if (is_bad(*bucket, c.key) || is_bad(*bucket, c.to)) return Errc::invalid_key_name;
    if (bucket->is_directory(c.key)) return rename_directory(*bucket, c.key, c.to);
    if (!bucket->keys.contains(c.key)) return Errc::key_not_found;
    if (c.key == c.to) return ok;
    if (bucket->is_directory(c.to)) return Errc::invalid_key_name;
    if (bucket->keys.contains(c.to) || is_blocked(*bucket, c.to)) return Errc::key_exists;
    OracleKey key = bucket->keys[c.key];
    key.modified = now_;
    add_parents(*bucket, c.to);
    bucket->keys[c.to] = key;
    bucket->keys.erase(c.key);
    forget_reach(*bucket);
    return ok;
  }

  Answer rename_directory(OracleBucket& bucket, const std::string& from, const std::string& to) {
    if (!bucket.directories.contains(from)) return Errc::key_not_found;
    if (from == to) return ok;
    if (!bucket.is_directory(to) || to.starts_with(from)) return Errc::invalid_key_name;
    if (to.size() + bucket.directories[from].reach > 1024) return Errc::invalid_key_name;
    if (bucket.directories.contains(to) || is_blocked(bucket, to)) return Errc::key_exists;

    const auto take = [&](auto& names) {
      std::remove_reference_t<decltype(names)> moved;
      for (const auto& [name, value] : names) {
        if (name.starts_with(from)) moved[to + name.substr(from.size())] = value;
      }
      std::erase_if(names, [&](const auto& each) { return each.first.starts_with(from); });
      return moved;
    };
    auto keys = take(bucket.keys);
    auto directories = take(bucket.directories);
    forget_reach(bucket);
    add_parents(bucket, to, directories[to].reach);
    bucket.keys.merge(keys);
    bucket.directories.merge(directories);
    bucket.directories[to].modified = now_;
    return ok;
  }

  Answer run(const storage::CopyKey& c) {
    OracleBucket* source = nullptr;
    const storage::DeleteKey source_name{c.source_volume, c.source_bucket, c.source_key};
    if (const Answer missing = find(source_name, source)) return missing;
    if (is_bad(*source, c.source_key)) return Errc::invalid_key_name;
    if (!source->keys.contains(c.source_key)) return Errc::key_not_found;
    OracleKey key = source->keys[c.source_key];
    if (!holds(c.source_condition, true, key.tag)) return Errc::precondition_failed;
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    if (is_bad(*bucket, c.key) || bucket->is_directory(c.key)) return Errc::invalid_key_name;
    if (const Answer refused = check_put(*bucket, c.volume, c.key, c.condition, key.size)) {
      return refused;
    }
    tag = key.tag;
    if (bucket == source && c.key == c.source_key) {
      bucket->keys[c.key].modified = now_;
    } else {
      put(*bucket, c.key, key);
    }
    return ok;
  }

  Answer run(const storage::StartUpload& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find(c, bucket)) return missing;
    if (is_bad(*bucket, c.key) || bucket->is_directory(c.key)) return Errc::invalid_key_name;
    bucket->uploads[drawn_.upload] = {c.key, now_, c.metadata, {}};
    return ok;
  }

  Answer run(const storage::PutPart& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find_upload(c.upload, bucket)) return missing;
    if (are_unusable(c.blocks)) return Errc::internal;
    OracleKey& part = bucket->uploads[c.upload.id].parts[c.number];
    discard(part.blocks);
    part = {now_, now_, c.size, 0, {c.md5, 0}, c.blocks, {}};
    return ok;
  }

  Answer run(const storage::CompleteUpload& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find_upload(c.upload, bucket)) return missing;
    OracleUpload upload = bucket->uploads[c.upload.id];
    OracleKey key;
    key.metadata = upload.metadata;
    std::string digests;
    for (std::size_t i = 0; i < c.parts.size(); ++i) {
      const auto part = upload.parts.find(c.parts[i].number);
      if (part == upload.parts.end()) return Errc::invalid_part;
      if (part->second.tag.digest != c.parts[i].md5) return Errc::invalid_part;
      if (i > 0 && c.parts[i].number <= c.parts[i - 1].number) return Errc::invalid_part;
      if (i + 1 < c.parts.size() && part->second.size < 5 * 1024 * 1024) return Errc::invalid_part;
      digests.append(c.parts[i].md5.begin(), c.parts[i].md5.end());
      key.size += part->second.size;
      for (const auto& block : part->second.blocks) key.blocks.push_back(block);
    }
    if (c.parts.empty()) return Errc::invalid_part;
    if (const Answer refused = check_put(*bucket, c.upload.volume, upload.key, {}, key.size)) {
      return refused;
    }
    EVP_Q_digest(nullptr, "MD5", nullptr, digests.data(), digests.size(), key.tag.digest.data(),
                 nullptr);
    key.tag.parts = c.parts.size();
    tag = key.tag;
    bucket->uploads.erase(c.upload.id);
    put(*bucket, upload.key, key);
    discard(upload);
    settle();
    return ok;
  }

  Answer run(const storage::AbortUpload& c) {
    OracleBucket* bucket = nullptr;
    if (const Answer missing = find_upload(c.upload, bucket)) return missing;
    discard(bucket->uploads[c.upload.id]);
    bucket->uploads.erase(c.upload.id);
    return ok;
  }

  Answer run(const storage::DropUploads& c) {
    for (auto& [volume_name, volume] : volumes) {
      for (auto& [bucket_name, bucket] : volume.buckets) {
        std::erase_if(bucket.uploads, [&](const auto& upload) {
          if (upload.second.created >= c.before) return false;
          discard(upload.second);
          return true;
        });
      }
    }
    return ok;
  }

  Answer run(const storage::CreateContainer&) {
    containers[drawn_.container] = storage::ContainerState::open;
    return ok;
  }

  Answer run(const storage::MoveContainer& c) {
    if (!containers.contains(c.container)) return Errc::container_not_found;
    storage::ContainerState& state = containers[c.container];
    if (state == c.to) return ok;
    if (!may_follow(state, c.to, has_blocks(c.container))) return Errc::precondition_failed;
    state = c.to;
    return ok;
  }

  // What these do to `gone` depends on the stage of each block, which is no part of this picture.
  Answer run(const storage::PurgeDirectories&) { return ok; }
  Answer run(const storage::PurgeKeys&) { return ok; }
  Answer run(const storage::PurgeBlocks&) { return ok; }

  // --- rules that commands share ---

  Answer find(const auto& command, OracleBucket*& bucket) {
    if (!volumes.contains(command.volume)) return Errc::volume_not_found;
    auto& buckets = volumes[command.volume].buckets;
    if (!buckets.contains(command.bucket)) return Errc::bucket_not_found;
    bucket = &buckets[command.bucket];
    return ok;
  }

  Answer find_upload(const storage::UploadName& name, OracleBucket*& bucket) {
    if (const Answer missing = find(name, bucket)) return missing;
    const auto upload = bucket->uploads.find(name.id);
    if (upload == bucket->uploads.end()) return Errc::upload_not_found;
    return upload->second.key == name.key ? Answer(ok) : Errc::upload_not_found;
  }

  Answer check_put(const OracleBucket& bucket, const std::string& volume_name,
                   const std::string& name, const storage::KeyCondition& condition,
                   std::uint64_t size) {
    const auto old = bucket.keys.find(name);
    const bool replaces = old != bucket.keys.end();
    if (!holds(condition, replaces, tag_of(bucket, name))) return Errc::precondition_failed;
    if (is_blocked(bucket, name)) return Errc::key_exists;
    const OracleVolume& volume = volumes[volume_name];
    const std::uint64_t bytes = volume.bytes() - (replaces ? old->second.size : 0) + size;
    if (volume.made.quota_bytes && bytes > *volume.made.quota_bytes) return Errc::quota_exceeded;
    return ok;
  }

  void put(OracleBucket& bucket, const std::string& name, OracleKey key) {
    key.created = key.modified = now_;
    key.version = 0;
    const auto old = bucket.keys.find(name);
    std::vector<storage::BlockRef> replaced;
    if (old != bucket.keys.end()) {
      key.created = old->second.created;
      key.version = old->second.version;
      if (bucket.made.versioning == storage::Versioning::enabled) ++key.version;
      replaced = old->second.blocks;
    }
    add_parents(bucket, name);
    bucket.keys[name] = key;
    discard(replaced);
    settle();
  }

  static std::optional<storage::EntityTag> tag_of(const OracleBucket& bucket,
                                                  const std::string& name) {
    const auto key = bucket.keys.find(name);
    return key == bucket.keys.end() ? std::nullopt : std::optional(key->second.tag);
  }

  static bool holds(const storage::KeyCondition& condition, bool there,
                    const std::optional<storage::EntityTag>& tag) {
    using Kind = storage::KeyCondition::Kind;
    const bool among = tag && std::ranges::count(condition.tags, *tag) > 0;
    if (condition.kind == Kind::absent) return !there;
    if (condition.kind == Kind::present) return there;
    if (condition.kind == Kind::one_of) return there && among;
    return condition.kind == Kind::none || !among;
  }

  static bool is_bad(const OracleBucket& bucket, const std::string& name) {
    if (!bucket.in_tree()) return false;
    const std::string padded = "/" + name + (name.ends_with('/') ? "" : "/");
    for (const char* bad : {"//", "/./", "/../"}) {
      if (padded.find(bad) != std::string::npos) return true;
    }
    return false;
  }

  // "a/", "a/b/" of "a/b/c" and of "a/b/c/".
  static std::vector<std::string> parents_of(const std::string& name) {
    std::vector<std::string> parents;
    for (std::size_t i = 0; i + 1 < name.size(); ++i) {
      if (name[i] == '/') parents.push_back(name.substr(0, i + 1));
    }
    return parents;
  }

  static bool is_blocked(const OracleBucket& bucket, const std::string& name) {
    if (!bucket.in_tree()) return false;
    for (const std::string& parent : parents_of(name)) {
      if (bucket.keys.contains(parent.substr(0, parent.size() - 1))) return true;
    }
    if (name.ends_with('/')) return bucket.keys.contains(name.substr(0, name.size() - 1));
    return bucket.directories.contains(name + "/");
  }

  // `beyond`: how much longer names below `name` are.
  void add_parents(OracleBucket& bucket, const std::string& name, std::size_t beyond = 0) {
    if (!bucket.in_tree()) return;
    for (const std::string& parent : parents_of(name)) {
      OracleDirectory& directory =
          bucket.directories.try_emplace(parent, OracleDirectory{now_, now_, 0}).first->second;
      directory.reach = std::max(directory.reach, name.size() + beyond - parent.size());
    }
  }

  static bool is_empty(const OracleBucket& bucket, const std::string& directory) {
    const auto below = [&](const auto& each) {
      return each.first.starts_with(directory) && each.first != directory;
    };
    return std::ranges::none_of(bucket.keys, below) &&
           std::ranges::none_of(bucket.directories, below);
  }

  static void forget_reach(OracleBucket& bucket) {
    for (auto& [name, directory] : bucket.directories) {
      if (is_empty(bucket, name)) directory.reach = 0;
    }
  }

  static void add(OracleBucket& bucket, const storage::Acl& acl) {
    auto& acls = bucket.made.acls;
    if (std::ranges::count(acls, acl) == 0) acls.push_back(acl);
  }

  void discard(const std::vector<storage::BlockRef>& blocks) {
    for (const auto& block : blocks) gone.insert(block.id);
  }
  void discard(const OracleUpload& upload) {
    for (const auto& [number, part] : upload.parts) discard(part.blocks);
  }

  // What a key or part still has is not gone: copies share.
  void settle() {
    std::erase_if(gone, [this](storage::BlockId id) { return is_live(id); });
  }

  bool are_unusable(const std::vector<storage::BlockRef>& blocks) const {
    return std::ranges::any_of(blocks, [this](const storage::BlockRef& block) {
      const auto container = containers.find(block.id.container);
      return container == containers.end() ||
             container->second > storage::ContainerState::closing || gone.contains(block.id) ||
             is_live(block.id);
    });
  }

  bool is_live(storage::BlockId id) const {
    return is_any_live(volumes, [id](storage::BlockId block) { return block == id; });
  }

  bool has_blocks(storage::ContainerId container) const {
    const auto is_there = [container](storage::BlockId id) { return id.container == container; };
    return std::ranges::any_of(gone, is_there) || is_any_live(volumes, is_there);
  }

  UnixMillis now_ = 0;
  storage::Outcome drawn_;
};

}  // namespace dobson::test
