#pragma once

// The composition root: builds the server from its options, runs it until it is told to end.

#include <filesystem>
#include <functional>
#include <string>

#include "core/config/options.h"

namespace dobson {

struct Invocation {
  std::string data;
  std::function<Result<Options>()> load_options;  // again, at SIGHUP
};

// What the declarations cannot say: that some listener is on, and that addresses are such.
Status check(const Options& options);

// The process's exit code.
int run(const Invocation& invocation, const Options& options);

}  // namespace dobson
