#include "tests/crash/recording.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace dobson::crash {
namespace {

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

struct Record {
  Head head;
  std::string_view path;
  std::string_view data;
};

class Loader {
 public:
  explicit Loader(Recording& recording) : recording_(recording), names_{{"", root_inode}} {
    recording_.files = {{.directory = true, .mode = 0700}};
    unsynced_.resize(1);
  }

  void add(const Record& record) {
    index_ = recording_.ops.size();
    recording_.ops.emplace_back();
    const Head& head = record.head;
    switch (head.kind) {
      case Kind::start:
        open_.clear();
        break;
      case Kind::open:
        add_open(head, std::string(record.path));
        break;
      case Kind::close:
        open_.erase(head.fd);
        break;
      case Kind::write:
        change(head, Op::Kind::write, record.data);
        break;
      case Kind::dsync:
        recording_.ops[index_ - 1].durable_at = index_;
        break;
      case Kind::fdatasync:
      case Kind::fsync:
        add_sync(head);
        break;
      case Kind::truncate:
        change(head, Op::Kind::truncate);
        break;
      case Kind::allocate:
        add_allocate(head);
        break;
      case Kind::rename:
        add_name(std::string(record.path), std::string(record.data));
        break;
      case Kind::unlink:
      case Kind::rmdir:
        add_name(std::string(record.path), "");
        break;
      case Kind::mkdir:
        make(std::string(record.path), {.directory = true, .mode = head.mode});
        break;
      default:
        fail("unknown kind of record");
    }
  }

  // Whatever makes a name durable makes the names before it durable.
  void finish() {
    uint64_t durable_at = never;
    for (auto it = recording_.journal.rbegin(); it != recording_.journal.rend(); ++it) {
      Op& op = recording_.ops[*it];
      durable_at = op.durable_at = std::min(op.durable_at, durable_at);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("record " + std::to_string(index_) + ": " + what);
  }

  Inode inode_of(const std::string& path) const {
    const auto it = names_.find(path);
    if (it == names_.end()) fail(path + " was not made in this recording");
    return it->second;
  }

  void make(const std::string& path, File file) {
    if (path.empty()) return;
    const Inode inode = recording_.files.size();
    recording_.files.push_back(std::move(file));
    unsynced_.emplace_back();
    change_names(inode, "", path);
  }

  void add_name(const std::string& from, const std::string& to) {
    change_names(inode_of(from), from, to);
  }

  void change_names(Inode inode, const std::string& from, const std::string& to) {
    Op& op = recording_.ops[index_];
    op.kind = Op::Kind::name;
    op.inode = inode;
    op.from = from;
    op.to = to;
    Unsynced change{.op = index_};
    for (const std::string* path : {&from, &to})
      if (!path->empty()) change.directories.push_back(inode_of(parent_of(*path)));
    apply_name(op, names_);
    recording_.journal.push_back(index_);
    unsynced_names_.push_back(std::move(change));
  }

  void add_open(const Head& head, const std::string& path) {
    const bool made = (head.flags & O_CREAT) != 0 && !names_.contains(path);
    if (made) make(path, {.mode = head.mode});
    open_[head.fd] = inode_of(path);
    if (!made && (head.flags & O_TRUNC) != 0) change(head, Op::Kind::truncate);
  }

  void add_allocate(const Head& head) {
    switch (head.flags) {
      case 0:
        return change(head, Op::Kind::allocate);
      case FALLOC_FL_KEEP_SIZE:
        return;  // changes neither bytes nor size
      case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE:
      case FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE:
        return change(head, Op::Kind::zero);
      default:
        fail("fallocate with flags " + std::to_string(head.flags));
    }
  }

  void change(const Head& head, Op::Kind kind, std::string_view data = {}) {
    Op& op = recording_.ops[index_];
    op.kind = kind;
    op.inode = open_inode(head.fd);
    op.offset = head.offset;
    op.length = head.length;
    op.data = data;
    if (recording_.files[op.inode].directory) fail("bytes in a directory");
    recording_.files[op.inode].ops.push_back(index_);
    unsynced_[op.inode].push_back(index_);
  }

  void add_sync(const Head& head) {
    Op& sync = recording_.ops[index_];
    sync.kind = Op::Kind::sync;
    sync.inode = open_inode(head.fd);

    std::vector<uint64_t>& unsynced = unsynced_[sync.inode];
    const auto end = std::ranges::lower_bound(unsynced, head.begin);
    for (auto it = unsynced.begin(); it != end; ++it) {
      uint64_t& durable_at = recording_.ops[*it].durable_at;
      durable_at = std::min(durable_at, index_);
    }
    unsynced.erase(unsynced.begin(), end);

    std::erase_if(unsynced_names_, [&](const Unsynced& change) {
      const bool covered =
          change.op < head.begin && covers(sync.inode, head.kind == Kind::fsync, change);
      if (covered) recording_.ops[change.op].durable_at = index_;
      return covered;
    });
  }

  Inode open_inode(int fd) const {
    const auto it = open_.find(fd);
    if (it == open_.end()) fail("descriptor " + std::to_string(fd) + " is not open");
    return it->second;
  }

  struct Unsynced {
    uint64_t op;
    std::vector<Inode> directories = {};
  };

  bool covers(Inode synced, bool fsync, const Unsynced& change) const {
    const Op& op = recording_.ops[change.op];
    if (op.inode == synced && !op.to.empty() && (fsync || op.from.empty())) return true;
    return fsync && std::ranges::find(change.directories, synced) != change.directories.end();
  }

  Recording& recording_;
  uint64_t index_ = 0;
  Names names_;
  std::map<int, Inode> open_;
  std::vector<std::vector<uint64_t>> unsynced_;  // by inode
  std::vector<Unsynced> unsynced_names_;
};

Record take(std::string_view& bytes) {
  Record record;
  std::memcpy(&record.head, bytes.data(), sizeof(Head));
  record.path = bytes.substr(sizeof(Head), record.head.path_size);
  record.data = bytes.substr(sizeof(Head) + record.head.path_size, record.head.data_size);
  bytes.remove_prefix(Log::size_of(record.head));
  return record;
}

}  // namespace

void apply_name(const Op& op, Names& names) {
  if (op.from.empty()) {
    names[op.to] = op.inode;
    return;
  }
  Names moved;
  std::erase_if(names, [&](const auto& entry) {
    const auto& [path, inode] = entry;
    const bool inside = path == op.from || path.starts_with(op.from + '/');
    if (inside && !op.to.empty()) moved[op.to + path.substr(op.from.size())] = inode;
    return inside;
  });
  for (const auto& [path, inode] : moved) names[path] = inode;
}

Recording load(const std::filesystem::path& log) {
  Recording recording;
  recording.log = std::make_unique<const Log>(log);
  Loader loader(recording);
  std::string_view bytes = recording.log->bytes();
  while (!bytes.empty()) loader.add(take(bytes));
  if (recording.ops.size() != recording.log->records())
    throw std::runtime_error("the log was cut while a record was written");
  loader.finish();
  return recording;
}

}  // namespace dobson::crash
