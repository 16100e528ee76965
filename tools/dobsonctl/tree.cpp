#include "tools/dobsonctl/tree.h"

#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// Which directory this is, whatever path led there.
struct Identity {
  dev_t device;
  ino_t inode;
  bool operator==(const Identity&) const = default;
};

Identity identity(const struct stat& status) {
  return {status.st_dev, status.st_ino};
}

class Walker {
 public:
  Walker(const std::string& root, bool follow_links) : root_(root), follow_links_(follow_links) {}

  // Everything below `name` (empty, or ending in '/'); false if the directory cannot be read.
  bool walk(const std::string& name, const struct stat& status) {
    const Directory directory(opendir((root_ + "/" + name).c_str()));
    if (!directory) return false;
    ancestors_.push_back(identity(status));
    const std::size_t before = tree_.items.size();
    errno = 0;
    while (const dirent* entry = readdir(directory.get())) {
      const std::string_view last = entry->d_name;
      if (last != "." && last != "..") visit(name + entry->d_name);
      errno = 0;
    }
    if (errno != 0) fail(name, system_failure("cannot read to its end").reason);
    ancestors_.pop_back();
    if (tree_.items.size() == before && !name.empty()) tree_.items.push_back({.name = name});
    return true;
  }

  Tree take() {
    std::ranges::sort(tree_.items, {}, &Item::name);
    return std::move(tree_);
  }

 private:
  void visit(const std::string& name) {
    const std::string path = root_ + "/" + name;
    struct stat status = {};
    if (lstat(path.c_str(), &status) != 0) return fail(name, system_failure("cannot read").reason);
    const bool link = S_ISLNK(status.st_mode);
    if (link && !follow_links_) return;
    if (link && stat(path.c_str(), &status) != 0) {
      if (errno == EACCES) return fail(name, system_failure("cannot follow this link").reason);
      return skip(name, "a link that leads nowhere");
    }
    if (!check_name(S_ISDIR(status.st_mode) ? name + "/" : name)) return;
    if (S_ISREG(status.st_mode))
      tree_.items.push_back({.name = name, .size = static_cast<std::uint64_t>(status.st_size)});
    else if (S_ISDIR(status.st_mode))
      enter(name, status);
    else
      skip(name, "neither a file nor a directory");
  }

  void enter(const std::string& name, const struct stat& status) {
    if (std::ranges::find(ancestors_, identity(status)) != ancestors_.end())
      return skip(name, "a link that leads back to a directory that it lies in");
    if (!walk(name + "/", status)) fail(name, system_failure("cannot read this directory").reason);
  }

  // spec/ozone-rest.md §2.3.
  bool check_name(const std::string& name) {
    if (name.size() > limits::key_name_bytes)
      fail(name, fmt::format("a path of {} bytes; a key's name has at most {}", name.size(),
                             limits::key_name_bytes));
    else if (!is_utf8(name))
      fail(name, "the name is not UTF-8, so it cannot be a key's name; rename it");
    else
      return true;
    return false;
  }

  void fail(const std::string& name, std::string reason) {
    tree_.failed.push_back({name, std::move(reason)});
  }
  void skip(const std::string& name, std::string reason) {
    tree_.skipped.push_back({name, std::move(reason)});
  }

  const std::string& root_;
  bool follow_links_;
  Tree tree_;
  std::vector<Identity> ancestors_;  // from the root to the directory that is being read
};

}  // namespace

Try<Tree> walk_tree(const std::string& directory, bool follow_links) {
  struct stat status = {};
  Walker walker(directory, follow_links);
  if (stat(directory.c_str(), &status) != 0 || !walker.walk("", status))
    return system_failure(fmt::format("cannot read the directory '{}'", printable(directory)));
  return walker.take();
}

}  // namespace dobson::ctl
