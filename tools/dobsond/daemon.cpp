#include "tools/dobsond/daemon.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netdb.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "core/async/pool.h"
#include "core/base/limits.h"
#include "core/log/log.h"
#include "core/runtime/runtime.h"
#include "core/runtime/signals.h"
#include "handlers/common/internal.h"
#include "handlers/common/static_files.h"
#include "handlers/ozone/routes.h"
#include "handlers/recon/export_jobs.h"
#include "handlers/recon/front_page.h"
#include "handlers/recon/routes.h"
#include "http/client/client.h"
#include "http/route/openapi.h"
#include "http/server/listen.h"
#include "http/server/server.h"
#include "storage/store.h"
#include "tools/dobsond/listeners_file.h"
#include "tools/dobsond/memory_budget.h"
#include "tools/dobsond/metrics.h"

namespace dobson {

namespace {

void set_log_level(const Options& options) {
  constexpr std::string_view names[] = {"error", "warn", "info", "debug"};
  const auto level = std::ranges::find(names, options.text("log.level")) - std::begin(names);
  log::set_level(static_cast<log::Level>(level));
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "localhost";
  addrinfo hints{};
  hints.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  if (::getaddrinfo(name, nullptr, &hints, &found) != 0) return name;
  std::string full = found->ai_canonname != nullptr ? found->ai_canonname : name;
  ::freeaddrinfo(found);
  return full;
}

std::string server_name(const Options& options) {
  const std::string& name = options.text("server.name");
  return name.empty() ? host_name() : name;
}

std::string os_account() {
  const passwd* account = ::getpwuid(::geteuid());
  return account != nullptr ? account->pw_name : "";
}

bool is_off(const std::vector<std::string>& addresses) {
  return addresses.empty() || (addresses.size() == 1 && addresses.front() == "off");
}

unsigned reactor_count(const Options& options) {
  const auto asked = static_cast<unsigned>(options.integer("reactors"));
  return asked != 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
}

storage::StoreOptions store_options(const Invocation& invocation, const Options& options) {
  const auto& nodes = options.list("blocks.nodes");
  return {
      .data = invocation.data,
      .map_size = static_cast<std::uint64_t>(options.integer("store.map_size")),
      .free_watermark = static_cast<std::uint64_t>(options.integer("store.free_watermark")),
      .nodes = {nodes.begin(), nodes.end()},
      .blocks = options.text("blocks.store") == "null" ? storage::BlockStoreKind::null
                                                       : storage::BlockStoreKind::local,
      .container_bytes = static_cast<std::uint64_t>(options.integer("blocks.container_size")),
      .delete_delay_ms = options.integer("blocks.delete_delay"),
      .upload_life_ms = options.integer("ozone.upload_life"),
      .readers = reactor_count(options) + limits::scan_threads + 8,
      .host = server_name(options),
      .cluster = {.stale_after_ms = options.integer("nodes.stale_after"),
                  .dead_after_ms = options.integer("nodes.dead_after")},
      .health = {.interval_ms = options.integer("nodes.health_interval"),
                 .check_interval_ms = options.integer("blocks.check_interval"),
                 .scrub_interval_ms = options.integer("blocks.scrub_interval"),
                 .scrub_rate = static_cast<std::uint64_t>(options.integer("blocks.scrub_rate"))}};
}

ozone::Settings ozone_settings(const Options& options) {
  ozone::Settings settings;
  settings.server_name = server_name(options);
  settings.acls_enforced = options.flag("ozone.acl.enabled");
  settings.key_bytes = static_cast<std::uint64_t>(options.integer("ozone.key_size"));
  settings.key_type_field = options.flag("ozone.key_type_field");
  settings.add_admin(os_account());
  for (const std::string& admin : options.list("ozone.admins")) settings.add_admin(admin);
  return settings;
}

// Of "HOST:PORT"; 0 for a Unix socket.
std::uint16_t port_of(std::string_view address) {
  std::uint16_t port = 0;
  const auto digits = address.substr(address.rfind(':') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

// Shells allow 1,024 open files; a process may raise that by itself as far as the hard limit.
void raise_open_files() {
  constexpr rlim_t others = 100;  // listeners, databases, the log
  constexpr rlim_t wanted = limits::connections + limits::open_container_files + others;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted) return;
  files.rlim_cur = std::min(wanted, files.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == wanted) return;
  log::warn("dobsond", "{} files may be open, {} are wanted: clients may wait; see ulimit -Hn",
            files.rlim_cur, wanted);
}

bool is_local(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("[::1]") ||
         address.starts_with("unix:");
}

// Many machines have a name that leads to none of the addresses below, at least not from within.
std::string service_host(const Options& options, const std::vector<std::string>& bound,
                         const std::string& server_name) {
  const bool named = !options.text("server.name").empty();
  return named || !std::ranges::all_of(bound, is_local) ? server_name : "localhost";
}

// Nobody is authenticated: who reaches a public address is believed to be whom he says.
void warn_if_public(const std::vector<std::string>& bound) {
  for (const std::string_view address : bound) {
    if (!is_local(address)) {
      log::warn("listen",
                "{} is open to the network and nobody is authenticated: anyone who "
                "reaches it may do all that its API can",
                address);
    }
  }
}

constexpr std::string_view listen_keys[] = {"listen.ozone", "listen.recon"};

// The web pages of the insight API, if there are any.
Result<std::optional<StaticFiles>> load_pages(const Options& options) {
  const std::string& directory = options.text("recon.ui");
  std::optional<StaticFiles> pages;
  if (directory.empty()) return pages;
  auto files = StaticFiles::load(directory);
  if (!files) return Error{files.error().code, "recon.ui = " + files.error().message};
  pages = std::move(*files);
  return pages;
}

// None where none is named: `check` has refused what is no address.
std::optional<recon::Prometheus> prometheus(const Options& options, http::Client& client) {
  const auto endpoint = http::parse_endpoint(options.text("recon.prometheus"));
  if (!endpoint) return std::nullopt;
  return recon::Prometheus{client, *endpoint};
}

recon::ExportOptions export_options(const Invocation& invocation, const Options& options) {
  return {.directory = std::filesystem::path(invocation.data) / "exports",
          .free_watermark = static_cast<std::uint64_t>(options.integer("store.free_watermark"))};
}

// An API on its addresses, with the server's own pages beside it, and perhaps its users'.
class Listener {
 public:
  Listener(http::Family family, const InternalContext& internal,
           std::optional<http::Family> pages = std::nullopt)
      : family_(std::move(family)),
        internal_(internal),
        own_(make_internal_family(internal_)),
        pages_(std::move(pages)) {
    if (pages_) families_.push_back(&*pages_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string name() const { return std::string(family_.name); }

  // What was bound; nothing when it is off.
  Result<std::vector<std::string>> listen(http::Server& server, const Options& options) {
    const std::string key = "listen." + name();
    const auto& addresses = options.list(key);
    if (is_off(addresses)) return std::vector<std::string>();
    auto bound = server.listen(addresses, families_);
    if (!bound) {
      bound.error().message = fmt::format("{} = {}", key, bound.error().message);
    } else {
      internal_.openapi = http::openapi(families_);
    }
    return bound;
  }

 private:
  const http::Family family_;
  InternalContext internal_;
  const http::Family own_;
  const std::optional<http::Family> pages_;
  std::vector<const http::Family*> families_{&family_, &own_};
};

void reload(const Invocation& invocation, const Options& at_start) {
  const auto options = invocation.load_options();
  if (!options) {
    log::error("config", "not reloaded: {}", options.error().message);
    return;
  }
  set_log_level(*options);
  for (const auto key : at_start.fixed_changes(*options)) {
    log::warn("config", "{} has changed: that needs a new start", key);
  }
  log::info("config", "reloaded");
}

// The exit code.
int fail(const char* area, const Error& error) {
  log::error(area, "{}", error.message);
  return 1;
}

// Where clients of the object API find it.
void name_service(const Options& options, const ListenersFile::Listeners& bound,
                  ozone::Settings& settings) {
  const auto found = bound.find("ozone");
  if (found == bound.end()) return;
  settings.service_host = service_host(options, found->second, settings.server_name);
  settings.port = port_of(found->second.front());
}

}  // namespace

Status check(const Options& options) {
  bool all_off = true;
  for (const std::string_view key : listen_keys) {
    const auto& addresses = options.list(key);
    if (is_off(addresses)) continue;
    all_off = false;
    for (const std::string& address : addresses) {
      const auto parsed = http::parse_address(address);
      if (!parsed) {
        return Error{Errc::invalid_argument, fmt::format("{} = {}", key, parsed.error().message)};
      }
    }
  }
  if (options.integer("nodes.dead_after") < options.integer("nodes.stale_after")) {
    return Error{
        Errc::invalid_argument,
        "nodes.dead_after is shorter than nodes.stale_after: a node is stale before it is dead"};
  }
  if (all_off) {
    return Error{Errc::invalid_argument, fmt::format("every listener is off; set {} = HOST:PORT",
                                                     fmt::join(listen_keys, " or "))};
  }
  const std::string& prometheus = options.text("recon.prometheus");
  if (const auto endpoint = http::parse_endpoint(prometheus); !prometheus.empty() && !endpoint) {
    return Error{Errc::invalid_argument, "recon.prometheus = " + endpoint.error().message};
  }
  if (options.text("recon.auth") == "on") {
    return Error{Errc::invalid_argument,
                 "recon.auth = on: callers cannot be authenticated yet; leave it off"};
  }
  return {};
}

int run(const Invocation& invocation, const Options& options) {
  set_log_level(options);
  raise_open_files();
  std::promise<void> terminated;
  const Signals signals([&] { terminated.set_value(); }, [&] { reload(invocation, options); });

  const SystemClock clock;
  auto opened = storage::Store::open(store_options(invocation, options), clock);
  if (!opened) return fail("store", opened.error());
  const auto store = std::move(opened).value();
  const auto pages = load_pages(options);
  if (!pages) return fail("listen", pages.error());

  Readers readers(*store, reactor_count(options));
  Runtime runtime(reactor_count(options), clock);
  for (unsigned i = 0; i < runtime.size(); ++i) runtime.add_hook(i, readers.hook(i));
  const auto block_threads = static_cast<unsigned>(options.integer("blocks.threads"));
  Pool block_pool(block_threads, limits::waiting_io);
  Pool scan_pool(limits::scan_threads, limits::waiting_scans);
  ozone::Context ozone{*store, block_pool, scan_pool, ozone_settings(options), readers};
  const auto client = http::Client::make(runtime, {});
  const auto unhealthy = [&](const auto& query) { return store->cluster().unhealthy(query); };
  recon::ExportJobs exports(export_options(invocation, options), unhealthy, clock);
  recon::Context recon{*store,
                       readers,
                       scan_pool,
                       block_pool,
                       exports,
                       ozone.texts,
                       options.flag("recon.seed_names"),
                       options.flag("recon.reason_text"),
                       prometheus(options, *client)};

  const auto server = http::Server::make(runtime);
  std::atomic<bool> draining = false;
  const std::function<void(MetricsText&)> server_metrics = [&](MetricsText& text) {
    write_metrics(text, *server, *store);
  };
  const InternalContext internal{*store, draining, server_metrics};
  Listener listeners[] = {{ozone::make_family(ozone), internal},
                          {recon::make_family(recon), internal,
                           *pages ? make_static_family(**pages) : recon::make_front_family()}};
  ListenersFile::Listeners bound;
  for (Listener& listener : listeners) {
    auto addresses = listener.listen(*server, options);
    if (!addresses) return fail("listen", addresses.error());
    warn_if_public(*addresses);
    if (!addresses->empty()) bound[listener.name()] = std::move(*addresses);
  }
  name_service(options, bound, ozone.settings);
  const auto store_budget = storage::Store::budget(limits::connections, block_threads);
  const auto page_bytes = *pages ? (*pages)->bytes() : 0;
  const auto asked = recon.prometheus ? runtime.size() : 0;
  std::puts(memory_budget(server->budget(), store_budget, page_bytes, asked).c_str());
  const ListenersFile listeners_file(invocation.data, bound);
  server->start();  // those who came since the ports were bound have waited for it
  terminated.get_future().wait();

  log::info("dobsond", "draining; a second signal ends at once");
  draining = true;
  server->drain(options.integer("server.drain"));
  runtime.stop();
  return 0;
}

}  // namespace dobson
