#pragma once

// One function a subcommand: its arguments as typed, its exit code. A Failure is printed by main.

#include <optional>
#include <string>

#include "tools/dobsonctl/batch.h"
#include "tools/dobsonctl/failure.h"
#include "tools/dobsonctl/generated.h"
#include "tools/dobsonctl/layout.h"

namespace dobson::ctl {

Try<Exit> make_volume(const Context& context, const std::string& name, const std::string& owner,
                      const std::string& quota);
Try<Exit> make_bucket(const Context& context, const std::string& path,
                      std::optional<Layout> layout);
Try<Exit> make_directory(const Context& context, const std::string& path);
// Of a key or a directory. A `name` that begins with '/' is a path, in the same bucket.
Try<Exit> move_key(const Context& context, const std::string& path, const std::string& name);
Try<Exit> remove_path(const Context& context, const std::string& path, bool recursive);

// `file` "-" is standard input. A path that is a bucket, or ends in '/', gets the file's own name
// added.
Try<Exit> put(const Context& context, const std::string& file, const std::string& path);

// `file` "-" is standard output; empty, the last part of the key's name, which must not exist yet.
Try<Exit> get(const Context& context, const std::string& path, const std::string& file);

struct ListStyle {
  bool details = false;
  bool human_sizes = false;
  bool everybody = false;
  bool recursive = false;
};
Try<Exit> show_list(const Context& context, const std::string& path, ListStyle style);
Try<Exit> show_info(const Context& context, const std::string& path);

struct UsageStyle {
  unsigned depth = 1;  // levels below the path that get a line of their own
  bool human_sizes = false;
  bool everybody = false;
};
Try<Exit> show_usage(const Context& context, const std::string& path, UsageStyle style);

Try<Exit> load(const Context& context, const std::string& directory, const std::string& path,
               std::optional<Layout> layout, bool follow_links);
Try<Exit> save(const Context& context, const std::string& path, const std::string& directory);

// In a new data directory, without object bytes.
Try<Exit> generate(const std::string& data, const Shape& shape);

// What the insight API of `context.server` tells.
Try<Exit> recon_usage(const Context& context, const std::string& path);
Try<Exit> recon_summary(const Context& context, const std::string& path);
Try<Exit> recon_quota(const Context& context, const std::string& path);
Try<Exit> recon_distribution(const Context& context, const std::string& path);
Try<Exit> recon_unhealthy(const Context& context, const std::string& state);  // empty: of any state
Try<Exit> recon_containers(const Context& context);
Try<Exit> recon_nodes(const Context& context);
Try<Exit> recon_tasks(const Context& context);

// Of a server that does not run; `blocks` is where its container files are, empty: in `data`.
Try<Exit> verify(const Context& context, const std::string& data, const std::string& blocks);

}  // namespace dobson::ctl
