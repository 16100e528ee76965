#pragma once

// Says where the server listens: a line a listener on standard output, and DATA/listeners.json for
// programs, put in place by rename and removed at the end (design.md §5). A file that cannot be
// written is told to the log.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace dobson {

class ListenersFile {
 public:
  using Listeners = std::map<std::string, std::vector<std::string>>;

  ListenersFile(const std::filesystem::path& data, const Listeners& listeners);
  ListenersFile(const ListenersFile&) = delete;
  ListenersFile& operator=(const ListenersFile&) = delete;
  ~ListenersFile();

 private:
  std::filesystem::path path_;
};

}  // namespace dobson
