#include "core/runtime/signals.h"

#include <cstdint>
#include <cstdlib>

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/assert.h"

namespace dobson {

Signals::Signals(std::function<void()> terminate, std::function<void()> reload)
    : terminate_(std::move(terminate)), reload_(std::move(reload)) {
  signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  ending_ = eventfd(0, EFD_CLOEXEC);
  DOBSON_ASSERT(signals_ >= 0 && ending_ >= 0);
  thread_ = std::thread(&Signals::wait, this);
}

Signals::~Signals() {
  const std::uint64_t one = 1;
  DOBSON_ASSERT(write(ending_, &one, sizeof one) == sizeof one);
  thread_.join();
  close(signals_);
  close(ending_);
}

void Signals::wait() {
  bool terminating = false;
  for (;;) {
    pollfd events[] = {{signals_, POLLIN, 0}, {ending_, POLLIN, 0}};
    if (poll(events, 2, -1) < 0) continue;  // interrupted
    if (events[1].revents != 0) return;
    signalfd_siginfo got{};
    if (read(signals_, &got, sizeof got) != sizeof got) continue;
    if (got.ssi_signo == SIGHUP) {
      reload_();
    } else if (terminating) {
      std::_Exit(EXIT_FAILURE);
    } else {
      terminating = true;
      terminate_();
    }
  }
}

}  // namespace dobson
