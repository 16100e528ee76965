#pragma once

// Why a command, or one file among many, did not succeed, in words for the person at the keyboard.

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace dobson::ctl {

// What the process returns; `--help` prints the same table.
enum class Exit : int { done = 0, failed = 1, usage = 2, unreachable = 3, skipped = 4 };

struct Failure {
  std::string reason;  // one line, without the name of what failed
  Exit exit = Exit::failed;
  std::string code = {};  // `shortMessage` of the server's refusal (spec/ozone-rest.md §2.9)
  bool may_pass = false;  // the same request may succeed a little later
};

template <class T>
using Try = Result<T, Failure>;

Failure usage_failure(std::string reason);

// `what` and the text of `errno`.
Failure system_failure(std::string_view what);

// What the person can do about it; empty when the reason says all there is.
std::string_view next_step(const Failure& failure);

}  // namespace dobson::ctl
