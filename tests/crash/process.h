#pragma once

// Programs that are killed, and dobsond among them.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace dobson::crash {

// Starts `arguments[0]` with the descriptors `in` and `out` for its standard ones. `environment` is
// all of its own, NAME=value. Throws std::system_error.
pid_t spawn(std::vector<std::string> arguments, std::vector<std::string> environment, int in,
            int out);

// Its exit code; 128 and the signal if one ended it.
int wait_for(pid_t pid);

class ServerProcess {
 public:
  // Of a server that starts on `data`. Returns when it listens, or has ended.
  explicit ServerProcess(const std::filesystem::path& data,
                         const std::vector<std::string>& environment = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Empty: it ended before it listened.
  const std::string& url() const { return url_; }

  void kill();  // any thread
  int wait();
  int stop();  // as an operator would

 private:
  pid_t pid_;
  bool ended_ = false;
  std::string url_;
};

}  // namespace dobson::crash
