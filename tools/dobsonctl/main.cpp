// The command line of dobsonctl: options in, one function of commands.h out.

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <functional>

#include "core/base/limits.h"
#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/interrupt.h"
#include "tools/dobsonctl/output.h"
#include "tools/dobsonctl/text.h"

namespace dobson::ctl {

namespace {

constexpr const char* exit_codes =
    "Exit codes:\n"
    "  0  everything is done\n"
    "  1  something failed; standard error says what and why\n"
    "  2  the command line is not right\n"
    "  3  the server cannot be reached\n"
    "  4  everything is done but for what load had to skip\n";

constexpr const char* load_help =
    "Sends every file below DIR as a key named by its path below DIR. Only what differs in size\n"
    "or MD5 is sent, so the same command goes on after an interruption. Adds and replaces keys,\n"
    "never removes one. Makes the volume and the bucket when they are missing, the bucket with\n"
    "directories (file-system-optimized), which 'mv' and 'rm -r' handle whole. A bucket that is\n"
    "there keeps its layout.\n"
    "\n"
    "Contents and names are kept; owners, modes and times are not. An empty directory becomes a\n"
    "directory, in an object-store bucket an empty key whose name ends in '/'. A symbolic link is\n"
    "followed: what it points to, a file or a directory, is stored in its place. Skipped, named,\n"
    "and told by exit code 4: links that lead nowhere or back to a directory they lie in,\n"
    "sockets, pipes, devices. Failed: names that are not UTF-8 or longer than 1024 bytes, files\n"
    "that change while they are read, keys and directories that would have one name.\n"
    "\n"
    "After 'save' into an empty directory, 'diff -r DIR SAVED' shows exactly what was skipped or\n"
    "failed, and nothing if nothing was.\n";

constexpr const char* save_help =
    "Writes every key as a file below DIR: under a temporary name, checked against its MD5, then\n"
    "renamed. Files that are there already with equal content are left alone; others are "
    "replaced;\n"
    "none is removed. Keys that cannot be files are reported: '.', '..' or empty parts in the "
    "name,\n"
    "or a key 'a/b' beside a key 'a'.\n";

constexpr const char* rm_help =
    "In a bucket with directories -r removes one in a single request, whatever it holds. In\n"
    "others it removes each key whose name begins with KEY/, a thousand in a request.\n";

constexpr const char* du_help =
    "A line a directory, below the lines of those in it; the last line is the total. Keys count\n"
    "with their sizes, directories do not count. Empty ones are shown in a bucket that has them.\n";

constexpr const char* verify_help =
    "Decodes every row, recounts every total, compares every table with the others, and reads\n"
    "every block against its checksums. Changes nothing. Prints a line for each thing that is\n"
    "wrong, then what was looked at; exit code 1 if anything is wrong.\n";

constexpr const char* generate_help =
    "Volumes, buckets of both layouts, directories, keys with sizes by Zipf's law and names of up\n"
    "to 1024 bytes, deleted keys and open uploads: the same for the same seed. There are no bytes\n"
    "behind the keys, so the server must be told: dobsond --data DIR --set blocks.store=null.\n";

std::string account_name() {
  const passwd* account = getpwuid(geteuid());
  return account != nullptr ? account->pw_name : std::to_string(geteuid());
}

// What the command line fills in, and the command that it chose.
struct Call {
  Context context;
  int retry_s = limits::ctl_retry_s;
  std::string first;
  std::string second;
  std::string owner;
  std::string quota;
  std::string links = "follow";
  bool recursive = false;
  std::string layout;
  ListStyle style;
  UsageStyle usage;
  Shape shape;
  std::string name;
  bool insight = false;  // asked is the insight API
  std::function<Try<Exit>()> run;
};

CLI::App* add_command(CLI::App& app, Call& call, const std::string& name, const std::string& help,
                      std::function<Try<Exit>()> run) {
  CLI::App* command = app.add_subcommand(name, help);
  command->callback([&call, name, run = std::move(run)] {
    call.name = name;
    call.run = run;
  });
  return command;
}

void add_jobs(CLI::App* command, Call& call) {
  command->add_option("-j,--jobs", call.context.jobs, "How many keys to move at once")
      ->check(CLI::Range(1u, limits::ctl_jobs_max))
      ->capture_default_str();
}

void add_json(CLI::App* command, Call& call, const std::string& what) {
  command->add_flag("--json", call.context.json, what);
}

void add_layout(CLI::App* command, Call& call, const std::string& what) {
  command->add_option("--layout", call.layout, what)
      ->check(CLI::IsMember({std::string(typed(Layout::object_store)),
                             std::string(typed(Layout::file_system_optimized))}));
}

void add_key_commands(CLI::App& app, Call& call) {
  auto* put = add_command(app, call, "put", "Store a file as a key",
                          [&call] { return ctl::put(call.context, call.first, call.second); });
  put->add_option("FILE", call.first, "What to store: a file or a pipe; - is standard input")
      ->required();
  put->add_option("PATH", call.second,
                  "/VOLUME/BUCKET/KEY; after a bucket or a final '/' FILE's own name is added")
      ->required();

  auto* get = add_command(app, call, "get", "Write a key to a file",
                          [&call] { return ctl::get(call.context, call.first, call.second); });
  get->add_option("PATH", call.first, "/VOLUME/BUCKET/KEY")->required();
  get->add_option(
      "FILE", call.second,
      "Where to; - is standard output. Default: a new file named as the key's last part");

  auto* mv = add_command(app, call, "mv", "Rename a key or a directory inside its bucket",
                         [&call] { return move_key(call.context, call.first, call.second); });
  mv->add_option("PATH", call.first,
                 "/VOLUME/BUCKET/KEY; in a bucket with directories one of them, with all that is "
                 "in it")
      ->required();
  mv->add_option("NAME", call.second, "Its new name, or its new path in the same bucket")
      ->required();

  auto* rm =
      add_command(app, call, "rm", "Remove a key, or a directory, bucket or volume that is empty",
                  [&call] { return remove_path(call.context, call.first, call.recursive); });
  rm->add_option("PATH", call.first, "/VOLUME[/BUCKET[/KEY]]")->required();
  rm->add_flag("-r", call.recursive,
               "With all that is in it; of a key: the key, and all keys below KEY/");
  add_jobs(rm, call);
  add_json(rm, call, "With -r: print the summary as JSON");
  rm->footer(std::string(rm_help) + "\n" + exit_codes);
}

void add_namespace_commands(CLI::App& app, Call& call) {
  auto* ls = add_command(app, call, "ls", "List volumes, buckets or keys", [&call] {
    return show_list(call.context, call.first.empty() ? "/" : call.first, call.style);
  });
  // -h means sizes here, as it does in the shell's own ls.
  ls->set_help_flag("--help", "Print this help and exit");
  ls->add_option("PATH", call.first,
                 "Nothing or / lists volumes, /VOLUME its buckets, /VOLUME/BUCKET/PREFIX the keys "
                 "and directories that begin with PREFIX, one level of them");
  ls->add_flag("-l", call.style.details, "With dates, sizes and owners");
  ls->add_flag("-h", call.style.human_sizes, "Sizes as 1.5 KiB");
  ls->add_flag("--all", call.style.everybody, "Everybody's volumes (administrators)");
  ls->add_flag("-R", call.style.recursive, "Keys and directories of all levels");
  add_json(ls, call, "Print a JSON object a line");

  auto* du =
      add_command(app, call, "du", "Show how much volumes, buckets and directories hold", [&call] {
        return show_usage(call.context, call.first.empty() ? "/" : call.first, call.usage);
      });
  du->set_help_flag("--help", "Print this help and exit");
  du->add_option("PATH", call.first,
                 "/[VOLUME[/BUCKET[/PREFIX]]]; with PREFIX, the keys that begin with it: end a "
                 "directory with '/'");
  du->add_option("--depth", call.usage.depth, "How many levels below PATH get a line of their own")
      ->capture_default_str();
  du->add_flag("-h,--human", call.usage.human_sizes, "Sizes as 1.5 KiB");
  du->add_flag("--all", call.usage.everybody, "Everybody's volumes (administrators)");
  add_json(du, call, "Print a JSON object a line");
  du->footer(std::string(du_help) + "\n" + exit_codes);

  auto* info = add_command(app, call, "info", "Show a volume, a bucket, or a key and its blocks",
                           [&call] { return show_info(call.context, call.first); });
  info->add_option("PATH", call.first, "/VOLUME[/BUCKET[/KEY]]")->required();
  add_json(info, call, "Print the server's JSON");

  auto* mkvol = add_command(app, call, "mkvol", "Make a volume (administrators)", [&call] {
    return make_volume(call.context, call.first, call.owner, call.quota);
  });
  mkvol->add_option("NAME", call.first, "3 to 63 characters of a-z, 0-9, '.' and '-'")->required();
  mkvol->add_option("--owner", call.owner, "Whose it is; default: yours");
  mkvol->add_option("--quota", call.quota, "As in 500MB, 10GB, 1TB; default: none");

  auto* mkbucket = add_command(app, call, "mkbucket", "Make a bucket", [&call] {
    return make_bucket(call.context, call.first, parse_layout(call.layout));
  });
  mkbucket->add_option("PATH", call.first, "/VOLUME/BUCKET")->required();
  add_layout(mkbucket, call, "With directories or without; default: object-store, without");

  auto* mkdir = add_command(app, call, "mkdir", "Make a directory and those above it",
                            [&call] { return make_directory(call.context, call.first); });
  mkdir
      ->add_option("PATH", call.first,
                   "/VOLUME/BUCKET/DIRECTORY; one that is there is left alone. In an object-store "
                   "bucket: an empty key whose name ends in '/'")
      ->required();
}

void add_tree_commands(CLI::App& app, Call& call) {
  const auto add_retry = [&call](CLI::App* command) {
    command
        ->add_option("--retry-for", call.retry_s,
                     "How many seconds to wait for a server that does not answer")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
  };
  auto* load = add_command(app, call, "load", "Send a directory tree to a bucket", [&call] {
    call.context.server.retry_for = std::chrono::seconds(call.retry_s);
    return ctl::load(call.context, call.first, call.second, parse_layout(call.layout),
                     call.links == "follow");
  });
  load->add_option("DIR", call.first, "The directory to send")->required();
  load->add_option("PATH", call.second, "/VOLUME/BUCKET")->required();
  load->add_option("--links", call.links, "What to do with symbolic links: follow or skip")
      ->check(CLI::IsMember({"follow", "skip"}))
      ->capture_default_str();
  add_layout(load, call, "Of a bucket that load makes; default: file-system-optimized");
  load->footer(std::string(load_help) + "\n" + exit_codes);

  auto* save = add_command(app, call, "save", "Write a bucket to a directory tree", [&call] {
    call.context.server.retry_for = std::chrono::seconds(call.retry_s);
    return ctl::save(call.context, call.first, call.second);
  });
  save->add_option("PATH", call.first, "/VOLUME/BUCKET")->required();
  save->add_option("DIR", call.second, "The directory to write to; made if missing")->required();
  save->footer(std::string(save_help) + "\n" + exit_codes);

  for (CLI::App* command : {load, save}) {
    add_jobs(command, call);
    add_retry(command);
    add_json(command, call, "Print the summary as JSON");
  }
}

void add_store_commands(CLI::App& app, Call& call) {
  auto* verify =
      add_command(app, call, "verify", "Check the data directory of a stopped server",
                  [&call] { return ctl::verify(call.context, call.first, call.second); });
  verify->add_option("DIR", call.first, "What dobsond got as --data")->required();
  verify->add_option("--blocks", call.second, "Where blocks.nodes points; default: DIR/blocks");
  add_json(verify, call, "Print a JSON object a line: what is wrong, then the counts");
  verify->footer(std::string(verify_help) + "\n" + exit_codes);

  auto* generate =
      add_command(app, call, "generate", "Make a data directory with many keys, without bytes",
                  [&call] { return ctl::generate(call.first, call.shape); });
  Shape& shape = call.shape;
  generate->add_option("DIR", call.first, "What dobsond will get as --data; new")->required();
  generate->add_option("--keys", shape.keys, "How many")->capture_default_str();
  generate->add_option("--volumes", shape.volumes, "In how many volumes")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  generate->add_option("--buckets", shape.buckets, "Buckets in each, every other with directories")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  generate->add_option("--deleted", shape.deleted, "Part of the keys that is deleted then")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  generate->add_option("--uploads", shape.uploads, "Multipart uploads that stay open")
      ->capture_default_str();
  generate->add_option("--seed", shape.seed)->capture_default_str();
  generate->footer(std::string(generate_help) + "\n" + exit_codes);
}

// A page of a path, which is the root unless one is named.
void add_path_command(CLI::App& recon, Call& call, const std::string& name, const std::string& help,
                      Try<Exit> (*show)(const Context&, const std::string&)) {
  auto* command = add_command(recon, call, name, help, [&call, show] {
    return show(call.context, call.first.empty() ? "/" : call.first);
  });
  command->add_option("PATH", call.first, "/[VOLUME[/BUCKET[/DIRECTORY or KEY]]]; default: /");
  add_json(command, call, "Print the server's JSON");
}

void add_list_command(CLI::App& recon, Call& call, const std::string& name, const std::string& help,
                      Try<Exit> (*show)(const Context&)) {
  auto* command =
      add_command(recon, call, name, help, [&call, show] { return show(call.context); });
  add_json(command, call, "Print the server's JSON");
}

void add_insight_commands(CLI::App& app, Call& call) {
  auto* recon = app.add_subcommand("recon", "Show what the insight API tells of the cluster");
  recon->require_subcommand(1);
  recon->fallthrough();
  recon->final_callback([&call] {
    call.name = "recon " + call.name;
    call.insight = true;
  });
  add_path_command(*recon, call, "du", "The largest things in a place, and its size", recon_usage);
  add_path_command(*recon, call, "summary", "What a path is, and how much is below it",
                   recon_summary);
  add_path_command(*recon, call, "quota", "What a volume or bucket may take, and takes",
                   recon_quota);
  add_path_command(*recon, call, "dist", "Its keys by size", recon_distribution);
  auto* unhealthy = add_command(*recon, call, "unhealthy", "Containers that lack something",
                                [&call] { return recon_unhealthy(call.context, call.first); });
  unhealthy->add_option("STATE", call.first, "Only those in this state")
      ->transform(
          CLI::IsMember({"MISSING", "UNDER_REPLICATED", "OVER_REPLICATED", "MIS_REPLICATED",
                         "REPLICA_MISMATCH", "EMPTY_MISSING", "NEGATIVE_SIZE", "ALL_REPLICAS_BAD"},
                        CLI::ignore_case));
  add_json(unhealthy, call, "Print the server's JSON, a page a line");
  add_list_command(*recon, call, "containers", "All containers, and how many keys are in each",
                   recon_containers);
  add_list_command(*recon, call, "nodes", "Storage nodes, their space and state", recon_nodes);
  add_list_command(*recon, call, "tasks", "What the server does by itself, and did last",
                   recon_tasks);
}

// Header lines are made of these.
std::string without_controls(const std::string& text) {
  const bool clean = std::ranges::none_of(text, [](unsigned char byte) { return byte < 0x20; });
  return clean ? "" : "control characters are not allowed";
}

void add_server_options(CLI::App& app, Call& call) {
  Server& server = call.context.server;
  app.add_option("--url", server.url,
                 "The server's address; default: $DOBSON_URL or http://127.0.0.1:9880, for recon "
                 "$DOBSON_RECON_URL or http://127.0.0.1:9888");
  app.add_option("--user", server.user, "Who you are; default: your account")
      ->envname("DOBSON_USER")
      ->check(without_controls);
  app.add_option("--unix", server.unix_socket, "Connect to this Unix socket instead");
}

std::string address(const Call& call) {
  if (!call.context.server.url.empty()) return call.context.server.url;
  const char* named = std::getenv(call.insight ? "DOBSON_RECON_URL" : "DOBSON_URL");
  if (named != nullptr && *named != '\0') return named;
  return call.insight ? "http://127.0.0.1:9888" : "http://127.0.0.1:9880";
}

std::string usage_message(const CLI::App* app, const CLI::Error& error) {
  const auto rest = app->remaining(true);
  std::string name = app->get_name();
  auto chosen = app->get_subcommands();
  for (; !chosen.empty(); chosen = app->get_subcommands()) {
    app = chosen[0];
    name += " " + app->get_name();
  }
  const bool wants_command = !app->get_subcommands({}).empty();
  const std::string reason = wants_command && !rest.empty()
                                 ? fmt::format("'{}' is not a command", printable(rest.front()))
                                 : error.what();
  return fmt::format("{0}: {1}\n  See '{0} --help'.\n", name, reason);
}

int fail(const Call& call, const Failure& failure) {
  print(stderr, "dobsonctl {}: {}\n", call.name, failure.reason);
  if (const auto step = next_step(failure); !step.empty()) print(stderr, "  {}\n", step);
  return static_cast<int>(failure.exit);
}

}  // namespace

int run(int count, char** arguments) {
  Call call;
  call.context.server.user = account_name();
  CLI::App app("A client of Dobson's object store.", "dobsonctl");
  app.set_version_flag("--version", DOBSON_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.failure_message(usage_message);
  app.footer(exit_codes);
  add_server_options(app, call);
  add_key_commands(app, call);
  add_namespace_commands(app, call);
  add_tree_commands(app, call);
  add_store_commands(app, call);
  add_insight_commands(app, call);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  call.context.server.url = address(call);
  while (call.context.server.url.ends_with('/')) call.context.server.url.pop_back();
  watch_interrupts();
  const auto outcome = call.run();
  if (!outcome.ok()) return fail(call, outcome.error());
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return fail(call, {.reason = "cannot write all of it to standard output"});
  return static_cast<int>(*outcome);
}

}  // namespace dobson::ctl

int main(int count, char** arguments) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const int code = dobson::ctl::run(count, arguments);
  curl_global_cleanup();
  return code;
}
