// Files as pages, by a server on a real socket; and what must not come out of their directory.

#include "handlers/common/static_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "core/base/limits.h"
#include "core/runtime/runtime.h"
#include "core/time/clock.h"
#include "http/server/server.h"
#include "tests/support/http_client.h"
#include "tests/support/temporary_directory.h"

namespace dobson {
namespace {

namespace fs = std::filesystem;
using test::HttpClient;
using test::Reply;

void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

class Build {
 public:
  Build() {
    write("index.html", "<html>first");
    write("favicon.ico", "icon");
    write("static/js/index-d0ff9116.js", "script");
    write("static/empty.css", "");
    fs::create_directories(outside());
    dobson::write(outside() / "secret.html", "secret");
  }

  fs::path path() const { return directory_.path() / "build"; }
  fs::path outside() const { return directory_.path() / "outside"; }
  void write(const fs::path& name, std::string_view text) const {
    dobson::write(path() / name, text);
  }

 private:
  test::TemporaryDirectory directory_;
};

void nothing(void*, http::Exchange& exchange) {
  exchange.status(200);
  exchange.finish("api");
}

void refuse(void*, http::Exchange& exchange, const http::Refusal& refusal) {
  exchange.status(refusal.status);
  exchange.finish("refused by the API");
}

constexpr http::Route api_routes[] = {{.method = http::Method::get,
                                       .pattern = "/api/v1/volumes",
                                       .handler = nothing,
                                       .name = "volumes",
                                       .summary = ""}};
constexpr http::Family api{.name = "api", .routes = api_routes, .refuse = refuse};

class Served {
 public:
  explicit Served(const Build& build)
      : files_(StaticFiles::load(build.path()).value()),
        pages_(make_static_family(files_)),
        runtime_(1, clock_),
        server_(http::Server::make(runtime_)),
        address_(server_->listen({"127.0.0.1:0"}, {&api, &pages_}).value().front()) {
    server_->start();
  }
  ~Served() { server_->drain(0); }

  Reply ask(std::string_view method, std::string_view target, std::string_view headers = {}) {
    HttpClient client(address_);
    std::string request(method);
    request.append(" ").append(target).append(" HTTP/1.1\r\nHost: h\r\n");
    return client.ask(request.append(headers).append("\r\n"), method == "HEAD");
  }
  Reply get(std::string_view target, std::string_view headers = {}) {
    return ask("GET", target, headers);
  }

 private:
  SystemClock clock_;
  StaticFiles files_;
  http::Family pages_;
  Runtime runtime_;
  std::unique_ptr<http::Server> server_;
  std::string address_;
};

std::string header_of(const Reply& reply, const std::string& name) {
  const auto at = reply.head.find("\r\n" + name + ": ");
  if (at == reply.head.npos) return {};
  const auto begin = at + name.size() + 4;
  return reply.head.substr(begin, reply.head.find("\r\n", begin) - begin);
}

BOOST_AUTO_TEST_SUITE(handlers_static_files)

BOOST_AUTO_TEST_CASE(files_and_pages) {
  const Build build;
  Served served(build);
  const Reply index = served.get("/");
  BOOST_TEST(index.status == 200);
  BOOST_TEST(index.body == "<html>first");
  BOOST_TEST(index.has("Content-Type: text/html; charset=utf-8"));
  BOOST_TEST(index.has("Cache-Control: no-cache"));
  BOOST_TEST(index.has("X-Content-Type-Options: nosniff"));
  for (const auto page : {"/index.html", "/Datanodes", "/a/b/c", "/a/", "/?a=b", "/Datanodes?a=b.c",
                          "//", "/%C3%A9"}) {
    BOOST_TEST(served.get(page).body == index.body, page);
  }
  const Reply script = served.get("/static/js/index-d0ff9116.js");
  BOOST_TEST(script.body == "script");
  BOOST_TEST(script.has("Content-Type: text/javascript; charset=utf-8"));
  BOOST_TEST(script.has("Cache-Control: public, max-age=31536000, immutable"));
  const Reply icon = served.get("/favicon%2Eico");
  BOOST_TEST(icon.body == "icon");
  BOOST_TEST(icon.has("Content-Type: image/x-icon"));
  BOOST_TEST(icon.has("Cache-Control: no-cache"));
  const Reply empty = served.get("/static/empty.css");
  BOOST_TEST(empty.status == 200);
  BOOST_TEST(empty.has("Content-Length: 0"));
  for (const auto missing : {"/static/js/other.js", "/robots.txt", "/a/b.c"}) {
    const Reply reply = served.get(missing);
    BOOST_TEST(reply.status == 404, missing);
    BOOST_TEST(reply.body == "There is no such file.\n");
  }
}

BOOST_AUTO_TEST_CASE(other_families_keep_their_paths) {
  const Build build;
  build.write("api/v1/volumes", "hides");
  build.write("api/v1/other", "hides");
  Served served(build);
  BOOST_TEST(served.get("/api/v1/volumes").body == "api");
  for (const auto path : {"/api", "/api/", "/api/v1/other", "/api/v1/volumes/", "/api/v2"}) {
    const Reply reply = served.get(path);
    BOOST_TEST(reply.status == 404, path);
    BOOST_TEST(reply.body == "refused by the API", path);
  }
  BOOST_TEST(served.ask("PUT", "/", "Content-Length: 0\r\n").status == 405);
  BOOST_TEST(served.ask("POST", "/index.html", "Content-Length: 0\r\n").has("Allow: GET, HEAD"));
}

BOOST_AUTO_TEST_CASE(versions) {
  const Build build;
  Served served(build);
  const Reply full = served.get("/");
  const std::string tag = header_of(full, "ETag");
  const std::string date = header_of(full, "Last-Modified");
  BOOST_TEST(tag.size() > 2u);
  const auto status = [&](const std::string& headers) { return served.get("/", headers).status; };
  for (const std::string& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const Reply reply = served.get("/", "If-None-Match: " + known + "\r\n");
    BOOST_TEST(reply.status == 304, known);
    BOOST_TEST(header_of(reply, "ETag") == tag);
    BOOST_TEST(reply.has("Cache-Control: no-cache"));
  }
  BOOST_TEST(status("If-None-Match: \"other\"\r\n") == 200);
  BOOST_TEST(status("If-None-Match: " + tag.substr(1, tag.size() - 2) + "\r\n") == 200);
  BOOST_TEST(status("If-Modified-Since: " + date + "\r\n") == 304);
  BOOST_TEST(status("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n") == 200);
  BOOST_TEST(status("If-None-Match: \"other\"\r\nIf-Modified-Since: " + date + "\r\n") == 200);
  const Reply head = served.ask("HEAD", "/");
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.has("Content-Length: 11"));
  BOOST_TEST(header_of(head, "ETag") == tag);

  // Of the same length and date, as bundles can be: another version.
  build.write("index.html", "<html>other");
  timespec times[2]{{0, UTIME_OMIT}, {0, 0}};
  BOOST_REQUIRE(utimensat(AT_FDCWD, (build.path() / "index.html").c_str(), times, 0) == 0);
  Served later(build);
  BOOST_TEST(later.get("/", "If-None-Match: " + tag + "\r\n").body == "<html>other");
  BOOST_TEST(later.get("/").has("Last-Modified: Thu, 01 Jan 1970 00:00:00 GMT"));
}

BOOST_AUTO_TEST_CASE(nothing_hidden_or_outside_is_served) {
  const Build build;
  build.write(".env", "secret");
  build.write(".git/config", "secret");
  build.write("static/.hidden.html", "secret");
  fs::create_symlink(build.outside() / "secret.html", build.path() / "link.html");
  fs::create_symlink(build.outside(), build.path() / "linked");
  fs::create_symlink("../outside/secret.html", build.path() / "relative.html");
  fs::create_symlink("/nowhere", build.path() / "broken.html");
  fs::create_symlink("index.html", build.path() / "within.html");
  mkfifo((build.path() / "fifo.html").c_str(), 0600);
  Served served(build);
  for (const auto target : {"/../outside/secret.html",
                            "/..%2foutside%2fsecret.html",
                            "/%2e%2e/outside/secret.html",
                            "/static/../../outside/secret.html",
                            "/static/%2e%2e/%2e%2e/outside/secret.html",
                            "/..%5coutside%5csecret.html",
                            "/../outside/secret",
                            "/..",
                            "/.",
                            "/static/..",
                            "/static/./js",
                            "/..;/outside/secret.html",
                            "/....//outside/secret.html",
                            "/index.html%00",
                            "/index.html%00.js",
                            "/%00",
                            "/a%00b",
                            "/a%0ab",
                            "/a%5cb",
                            "/%zz",
                            "/index%",
                            "/.env",
                            "/.git/config",
                            "/%2eenv",
                            "/static/.hidden.html",
                            "/.hidden",
                            "/link.html",
                            "/linked/secret.html",
                            "/relative.html",
                            "/broken.html",
                            "/fifo.html",
                            "/%252e%252e/outside/secret.html",
                            "//etc/passwd.html",
                            "/INDEX.HTML"}) {
    const Reply reply = served.get(target);
    BOOST_TEST(reply.status == 404, target);
    BOOST_TEST(reply.body.find("secret") == reply.body.npos, target);
  }
  BOOST_TEST(served.get("/within.html").body == "<html>first");
}

BOOST_AUTO_TEST_CASE(hashed_names_are_kept_for_long) {
  const Build build;
  const auto names = {"vendor-eb69d815.js", "main.4f3a2b1c.css",
                      "roboto-300-normal-6d79427c.woff2"};
  const auto others = {"index-d0ff911.js",    "report-20240101.html", "my-component.js",
                       "jquery-3.6.0.min.js", "d0ff9116.js",          "a-d0ff9116_.js"};
  for (const auto name : names) build.write(name, "x");
  for (const auto name : others) build.write(name, "x");
  const auto files = StaticFiles::load(build.path());
  for (const auto name : names) BOOST_TEST(files->find(name)->cache.ends_with("immutable"), name);
  for (const auto name : others) BOOST_TEST(files->find(name)->cache == "no-cache", name);
}

BOOST_AUTO_TEST_CASE(builds_that_are_refused) {
  const auto why = [](const fs::path& path) {
    const auto files = StaticFiles::load(path);
    BOOST_TEST(!files.ok());
    return files.ok() ? "" : files.error().message;
  };
  const Build build;
  BOOST_TEST(why("/nowhere") == "/nowhere: No such file or directory");
  BOOST_TEST(why(build.outside()) == build.outside().native() + ": has no index.html");
  BOOST_TEST(why(build.path() / "index.html").ends_with("Not a directory"));

  const auto sparse = build.path() / "sparse";
  build.write("sparse", "");
  const auto used = StaticFiles::load(build.path())->bytes();
  fs::resize_file(sparse, limits::static_bytes - used);
  BOOST_TEST(StaticFiles::load(build.path())->bytes() == limits::static_bytes);
  fs::resize_file(sparse, limits::static_bytes - used + 1);
  BOOST_TEST(why(build.path()).ends_with("more than 64 MiB of pages with this file"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
