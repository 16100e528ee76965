#pragma once

// Random commands for the model test, of tiny pools of names, so that they meet; some names are
// long, and share what is before the split.

#include <random>

#include "tests/model/storage_oracle.h"
#include "tests/support/seed.h"

namespace dobson::storage {

class CommandGenerator {
 protected:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  std::string user() { return one_of<std::string>({"frodo", "sam", "pippin", ""}); }
  std::string owner() { return one_of<std::string>({"frodo", "sam", "pippin"}); }
  std::string volume() { return one_of<std::string>({"shire", "rohan", "shire-two"}); }
  std::string bucket() { return one_of<std::string>({"maps", "map", "maps.old"}); }
  std::string key() {
    if (below(4) != 0) {
      return one_of<std::string>({"a", "a/", "a/b", "a/b/", "a/b/c", "a/b/c/", "a-b", "b", "b/",
                                  "b/x/y", "\xc3\xa9", "\xff", "\xff/\xff", "a//b", "../a"});
    }
    std::string name(one_of<std::size_t>({501, 502, 503, 504, 1003, 1004, 1005, 1024}), 'a');
    if (below(2) == 0) name[one_of<std::size_t>({1, 400, 500})] = '/';
    name.back() = one_of<char>({'a', 'b', '\x01', '\xff', '/'});
    return name;
  }
  Principal principal() { return {user(), below(4) == 0}; }
  std::optional<std::uint64_t> quota() {
    return below(2) == 0 ? std::nullopt : std::optional<std::uint64_t>(below(6000));
  }
  std::vector<Acl> acls() {
    std::vector<Acl> acls(below(4));
    for (Acl& acl : acls) {
      acl = {one_of({AclType::user, AclType::group}), owner(),
             one_of({AclRights::read, AclRights::write})};
    }
    return acls;
  }
  Versioning versioning() { return one_of({Versioning::enabled, Versioning::disabled}); }

  ContainerId container() {
    if (oracle_.containers.empty() || below(30) == 0) return {999'999};
    std::vector<ContainerId> open;
    for (const auto& [id, state] : oracle_.containers) {
      if (state == ContainerState::open) open.push_back(id);
    }
    if (!open.empty() && below(10) != 0) return open[below(open.size())];
    auto at = oracle_.containers.begin();
    std::advance(at, below(oracle_.containers.size()));
    return at->first;
  }

  // Digests are of one byte repeated; of few, so that conditions hold now and then.
  Md5 digest() {
    Md5 md5;
    md5.fill(static_cast<std::uint8_t>(below(3)));
    return md5;
  }
  KeyCondition condition() {
    using Kind = KeyCondition::Kind;
    if (below(2) == 0) return {};
    KeyCondition condition{one_of({Kind::absent, Kind::present, Kind::one_of, Kind::none_of}), {}};
    condition.tags = {{digest(), 0}, {digest(), below(2)}};
    return condition;
  }

  std::vector<Metadata> metadata() {
    return std::vector<Metadata>(below(3), {"colour", one_of<std::string>({"", "blue"})});
  }

  // Sets `size` and `blocks`; now and then with a block that was used before.
  void make_content(auto& put, std::uint64_t longest) {
    put.md5 = digest();
    for (std::uint64_t blocks = below(4); blocks > 0; --blocks) {
      const bool used = put.blocks.empty() && below(20) == 0;
      const std::uint64_t local = used ? below(next_local_ + 1) : ++next_local_;
      put.blocks.push_back({{container(), local}, 1 + below(longest)});
      put.size += put.blocks.back().length;
    }
  }

  PutKey put_key() {
    PutKey put{volume(), bucket(), key(), 0, {}, {}, condition(), metadata()};
    if (!put.key.ends_with('/') || below(3) == 0) make_content(put, 2000);
    return put;
  }

  CopyKey copy_key() {
    return {volume(), bucket(), key(), condition(), volume(), bucket(), key(), condition()};
  }

  DeleteKeys delete_keys() {
    DeleteKeys keys{volume(), bucket(), {}};
    for (std::uint64_t count = 1 + below(3); count > 0; --count) keys.keys.push_back(key());
    return keys;
  }

  // Mostly one that is there, of the key and bucket that it has.
  UploadName upload() {
    std::vector<UploadName> all{{volume(), bucket(), key(), {below(9)}}};
    for (const auto& [volume_name, volume] : oracle_.volumes) {
      for (const auto& [bucket_name, bucket] : volume.buckets) {
        for (const auto& [id, upload] : bucket.uploads) {
          all.push_back({volume_name, bucket_name, below(20) == 0 ? key() : upload.key, id});
        }
      }
    }
    return all[below(all.size())];
  }

  PutPart put_part() {
    PutPart put{upload(), 1 + below(4), 0, {}, {}};
    make_content(put, below(2) == 0 ? 2000 : 8 << 20);
    return put;
  }

  CompleteUpload complete() {
    CompleteUpload complete{upload(), {}};
    std::uint64_t number = below(2);
    for (std::uint64_t count = below(4); count > 0; --count) {
      complete.parts.push_back({number += below(3), digest()});
    }
    return complete;
  }

  Command command() {
    switch (below(36)) {
      case 24:
      case 25:
      case 26:
        return copy_key();
      case 27:
      case 28:
        return delete_keys();
      case 29:
        return StartUpload{volume(), bucket(), key(), metadata()};
      case 30:
      case 31:
      case 32:
        return put_part();
      case 33:
      case 34:
        return complete();
      case 35:
        return below(8) == 0 ? Command(DropUploads{time_ - 100'000, 1000})
                             : Command(AbortUpload{upload()});
      case 0:
        return CreateVolume{volume(), owner(), user(), quota()};
      case 1: {
        UpdateVolume update{volume(), {}, {}};
        if (below(2) == 0) update.owner = owner();
        if (below(2) == 0) update.quota_bytes = quota();
        return update;
      }
      case 2:
        return DeleteVolume{volume(), principal()};
      case 3:
      case 4:
        return CreateBucket{.volume = volume(),
                            .bucket = bucket(),
                            .creator = user(),
                            .acls = acls(),
                            .versioning = versioning(),
                            .layout = one_of({Layout::object_store, Layout::file_system_optimized,
                                              Layout::file_system_optimized}),
                            .replication = one_of({Replication::one, Replication::three})};
      case 5: {
        UpdateBucket update{volume(), bucket(), acls(), acls()};
        if (below(2) == 0) update.storage_type = one_of({StorageType::ssd, StorageType::archive});
        if (below(2) == 0) update.versioning = versioning();
        if (below(4) == 0) update.layout = one_of({Layout::object_store});
        if (below(4) == 0) update.replication = one_of({Replication::one, Replication::three});
        return update;
      }
      case 6:
        return DeleteBucket{volume(), bucket(), principal()};
      case 7:
        return CreateContainer{};
      case 8:
        return MoveContainer{
            below(2) == 0 ? container() : ContainerId{1 + below(9)},
            one_of({ContainerState::open, ContainerState::closing, ContainerState::closed,
                    ContainerState::deleting, ContainerState::deleted})};
      case 9:
      case 10:
      case 11:
      case 12:
        return RenameKey{volume(), bucket(), key(), key()};
      case 13:
      case 14:
      case 15:
      case 16:
      case 17:
        return DeleteKey{volume(), bucket(), key(), condition(), below(2) == 0};
      default:
        return put_key();
    }
  }

  test::Oracle oracle_;
  UnixMillis time_ = 1'000'000;
  std::uint64_t next_local_ = 0;

 private:
  std::mt19937_64 random_{test::seed()};
};

}  // namespace dobson::storage
