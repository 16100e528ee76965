#include "tests/crash/replay.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <ostream>
#include <random>
#include <system_error>

namespace dobson::crash {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t sector_size = 512;

bool left_out(const fs::path& path) {
  return path.filename() == "lock.mdb";
}

void save(const Image& image, const fs::path& path, uint32_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), path.string());
  image.save(fd);
  ::close(fd);
}

void apply(const Op& op, Image& image) {
  switch (op.kind) {
    case Op::Kind::write:
      image.write(op.offset, op.data);
      break;
    case Op::Kind::truncate:
      image.resize(op.length);
      break;
    case Op::Kind::allocate:
      image.grow(op.offset + op.length);
      break;
    case Op::Kind::zero:
      image.zero(op.offset, op.offset + op.length);
      break;
    case Op::Kind::none:
    case Op::Kind::name:
    case Op::Kind::sync:
      break;
  }
}

}  // namespace

class Replay::Choice {
 public:
  Choice(Policy policy, uint64_t seed) : policy_(policy), random_(seed) {
    // One share for a whole cut: with a fixed one, a cut that loses nearly nothing or nearly all of
    // a hundred writes would never come.
    drop_share_ = std::uniform_real_distribution(0.0, 1.0)(random_);
  }

  size_t journal(size_t unsynced) {
    if (policy_ == Policy::random)
      return std::uniform_int_distribution<size_t>(0, unsynced)(random_);
    return policy_ == Policy::keep_all ? unsynced : 0;
  }

  bool drops() { return policy_ == Policy::random ? chance(drop_share_) : !keeps_all(); }

  void write(const Op& op, Image& image) {
    if (policy_ == Policy::random && chance(torn_share))
      tear(op, image);
    else if (!drops())
      image.write(op.offset, op.data);
  }

 private:
  static constexpr double torn_share = 0.25;

  bool keeps_all() const { return policy_ == Policy::keep_all; }
  bool chance(double share) { return std::bernoulli_distribution(share)(random_); }

  void tear(const Op& op, Image& image) {
    image.grow(op.offset + op.data.size());
    for (uint64_t at = 0; at < op.data.size();) {
      const uint64_t offset = op.offset + at;
      const std::string_view sector = op.data.substr(at, sector_size - offset % sector_size);
      if (!chance(drop_share_)) image.write(offset, sector);
      at += sector.size();
    }
  }

  const Policy policy_;
  std::mt19937_64 random_;
  double drop_share_;
};

Replay::Replay(const Recording& recording)
    : recording_(recording), durable_(recording.files.size()) {}

void Replay::materialise(uint64_t prefix, Policy policy, uint64_t seed, const fs::path& target) {
  if (prefix < prefix_) durable_.assign(recording_.files.size(), {});
  prefix_ = prefix;

  Choice choice(policy, seed);
  fs::remove_all(target);
  for (const auto& [name, inode] : names(prefix, choice)) {
    const fs::path path = name.empty() ? target : target / name;
    if (left_out(path)) continue;
    const File& file = recording_.files[inode];
    if (!file.directory)
      save(image(inode, prefix, choice), path, file.mode);
    else if (::mkdir(path.c_str(), file.mode) != 0)
      throw std::system_error(errno, std::generic_category(), path.string());
  }
}

Names Replay::names(uint64_t prefix, Choice& choice) const {
  const std::vector<uint64_t>& journal = recording_.journal;
  const auto end = std::ranges::lower_bound(journal, prefix);
  const auto durable = std::partition_point(
      journal.begin(), end, [&](uint64_t op) { return recording_.ops[op].durable_at < prefix; });
  const auto kept = durable + choice.journal(end - durable);
  Names names{{"", root_inode}};
  for (auto it = journal.begin(); it != kept; ++it) apply_name(recording_.ops[*it], names);
  return names;
}

Image Replay::image(Inode inode, uint64_t prefix, Choice& choice) {
  const std::vector<uint64_t>& ops = recording_.files[inode].ops;
  const auto is_durable = [&](const Op& op) { return op.durable_at < prefix; };
  Durable& durable = durable_[inode];
  while (durable.ops < ops.size() && is_durable(recording_.ops[ops[durable.ops]]))
    apply(recording_.ops[ops[durable.ops++]], durable.image);

  Image image = durable.image;
  bool metadata_ended = false;
  for (size_t i = durable.ops; i < ops.size() && ops[i] < prefix; ++i) {
    const Op& op = recording_.ops[ops[i]];
    if (is_durable(op)) {
      apply(op, image);
    } else if (op.kind == Op::Kind::write) {
      choice.write(op, image);
    } else {
      metadata_ended = metadata_ended || choice.drops();
      if (!metadata_ended) apply(op, image);
    }
  }
  return image;
}

namespace {

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory))
    if (!left_out(entry.path())) entries.push_back(entry.path().lexically_relative(directory));
  std::ranges::sort(entries);
  return entries;
}

bool same_bytes(const fs::path& left, const fs::path& right) {
  if (fs::file_size(left) != fs::file_size(right)) return false;
  std::ifstream left_file(left, std::ios::binary);
  std::ifstream right_file(right, std::ios::binary);
  return std::equal(std::istreambuf_iterator(left_file), {}, std::istreambuf_iterator(right_file));
}

// Where a cut shows most: each sync and each reply, and the record before.
std::vector<uint64_t> sharp_prefixes(const Recording& recording, std::span<const uint64_t> acks) {
  std::vector<uint64_t> prefixes;
  const auto add = [&](uint64_t prefix) {
    prefixes.push_back(prefix);
    if (prefix > 0) prefixes.push_back(prefix - 1);
  };
  for (uint64_t i = 0; i < recording.ops.size(); ++i)
    if (recording.ops[i].kind == Op::Kind::sync) add(i + 1);
  for (const uint64_t ack : acks) add(ack);
  return prefixes;
}

}  // namespace

std::string difference(const fs::path& left, const fs::path& right) {
  const std::vector<fs::path> entries = entries_of(left);
  std::vector<fs::path> lonely;
  std::ranges::set_symmetric_difference(entries, entries_of(right), std::back_inserter(lonely));
  std::string text;
  for (const fs::path& path : lonely) text += path.string() + " is in one only\n";
  for (const fs::path& path : entries)
    if (fs::is_regular_file(left / path) && fs::is_regular_file(right / path) &&
        !same_bytes(left / path, right / path))
      text += path.string() + " differs\n";
  return text;
}

std::ostream& operator<<(std::ostream& out, const Cut& cut) {
  constexpr const char* policies[] = {"drop_all", "keep_all", "random"};
  return out << "after " << cut.prefix << " records, " << policies[static_cast<int>(cut.policy)]
             << ", seed " << cut.seed << ", " << cut.acks << " replies seen";
}

void for_each_cut(const Recording& recording, std::span<const uint64_t> acks, size_t count,
                  uint64_t seed, const fs::path& target,
                  const std::function<void(const Cut&)>& check) {
  std::mt19937_64 random(seed);
  const auto draw = [&](uint64_t most) {
    return std::uniform_int_distribution<uint64_t>(0, most)(random);
  };
  const std::vector<uint64_t> sharp = sharp_prefixes(recording, acks);
  std::vector<Cut> cuts(count);
  for (Cut& cut : cuts) {
    cut.prefix =
        draw(1) == 0 && !sharp.empty() ? sharp[draw(sharp.size() - 1)] : draw(recording.ops.size());
    // Half are random, for that is where the order of writes is free.
    cut.policy =
        std::array{Policy::drop_all, Policy::keep_all, Policy::random, Policy::random}[draw(3)];
    cut.seed = random();
    cut.acks = std::ranges::upper_bound(acks, cut.prefix) - acks.begin();
  }
  std::ranges::sort(cuts, {}, &Cut::prefix);

  Replay replay(recording);
  for (const Cut& cut : cuts) {
    replay.materialise(cut.prefix, cut.policy, cut.seed, target);
    check(cut);
  }
}

}  // namespace dobson::crash
