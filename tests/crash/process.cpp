#include "tests/crash/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <system_error>

namespace dobson::crash {

namespace {

// For posix_spawn: pointers, and a null at the end.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// HOST:PORT of "ozone listens on HOST:PORT"; empty if the end comes first.
std::string read_address(int fd) {
  std::FILE* lines = fdopen(fd, "r");
  char line[256];
  char address[256] = "";
  while (std::fgets(line, sizeof line, lines) != nullptr)
    if (std::sscanf(line, "ozone listens on %255s", address) == 1) break;
  std::fclose(lines);
  return address;
}

}  // namespace

pid_t spawn(std::vector<std::string> arguments, std::vector<std::string> environment, int in,
            int out) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, arguments[0].c_str(), &actions, nullptr,
                                pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), arguments[0]);
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid)
    throw std::system_error(errno, std::generic_category(), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

ServerProcess::ServerProcess(const std::filesystem::path& data,
                             const std::vector<std::string>& environment) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  pid_ = spawn(
      {DOBSON_DOBSOND, "--data", data, "--set=listen.ozone=127.0.0.1:0", "--set=listen.recon=off",
       "--set=store.free_watermark=0", "--set=blocks.delete_delay=0 s", "--set=log.level=warn"},
      environment, STDIN_FILENO, ends[1]);
  close(ends[1]);
  const std::string address = read_address(ends[0]);
  if (!address.empty()) url_ = "http://" + address;
}

ServerProcess::~ServerProcess() {
  if (ended_) return;
  kill();
  wait_for(pid_);
}

void ServerProcess::kill() {
  ::kill(pid_, SIGKILL);
}

int ServerProcess::wait() {
  ended_ = true;
  return wait_for(pid_);
}

int ServerProcess::stop() {
  ::kill(pid_, SIGTERM);
  return wait();
}

}  // namespace dobson::crash
