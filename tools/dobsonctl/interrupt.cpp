#include "tools/dobsonctl/interrupt.h"

#include <signal.h>

#include <atomic>

namespace dobson::ctl {

namespace {

std::atomic<bool> seen = false;

}  // namespace

void watch_interrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { seen = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
  return seen;
}

void let_interrupts_end() {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
}

}  // namespace dobson::ctl
