// The server's command line. What it starts is in daemon.cpp.

#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "core/base/limits.h"
#include "handlers/ozone/routes.h"
#include "handlers/recon/routes.h"
#include "http/route/api_table.h"
#include "tools/dobsond/daemon.h"
#include "tools/dobsond/option_table.h"

namespace {

constexpr int exit_usage = 2;

int refuse(const dobson::Error& error) {
  std::fprintf(stderr, "dobsond: %s\n", error.message.c_str());
  return exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace dobson;
  CLI::App app("Dobson: an object store and the insight into it, in one server.", "dobsond");
  app.footer("Options for --set and for the file:\n" + describe(option_table()));
  Invocation invocation;
  std::optional<std::string> file;
  std::vector<std::string> sets;
  bool check_config = false;
  bool example = false;
  app.add_option("--data", invocation.data, "Directory of everything that is stored")
      ->default_val("data");
  app.add_option("--config", file, "TOML file of options");
  app.add_option("--set", sets, "key=value, over the file; may repeat")->allow_extra_args(false);
  app.add_flag("--check-config", check_config, "Check the options and end");
  app.add_flag("--example-config", example, "Print a file of all options and end");
  std::string api;
  app.add_option("--print-api", api, "Print the requests of an API as Markdown and end")
      ->check(CLI::IsMember({"ozone", "recon"}));
  app.set_version_flag("--version", "dobsond " DOBSON_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : exit_usage;  // 0: help or the version
  }

  if (!api.empty()) {
    const auto family = api == "ozone" ? ozone::declarations() : recon::declarations();
    std::fputs(http::api_table(family).c_str(), stdout);
    return 0;
  }
  if (example) {
    std::fputs(example_file(option_table()).c_str(), stdout);
    return 0;
  }
  invocation.load_options = [file, sets] { return Options::load(option_table(), file, sets); };
  const auto options = invocation.load_options();
  if (!options) return refuse(options.error());
  // Long answers go back to the system: by itself glibc keeps as much as was ever freed at once.
  ::mallopt(M_MMAP_THRESHOLD, limits::mapped_allocation_bytes);
  if (const auto checked = check(*options); !checked) return refuse(checked.error());
  if (check_config) {
    std::puts("The options are right.");
    return 0;
  }
  try {
    return run(invocation, *options);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "dobsond: %s\n", failure.what());
    return 1;
  }
}
