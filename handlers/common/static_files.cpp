#include "handlers/common/static_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>
#include <system_error>
#include <vector>

#include "core/base/ascii.h"
#include "core/base/limits.h"
#include "core/log/log.h"
#include "core/time/http_date.h"
#include "handlers/common/refuse_in_text.h"
#include "storage/blocks/crc32c.h"

namespace dobson {

namespace {

namespace fs = std::filesystem;

using http::Exchange;
using http::Method;
using http::Route;

constexpr std::string_view index_name = "index.html";

constexpr struct {
  std::string_view extension;
  std::string_view type;
} types[] = {
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"gif", "image/gif"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/x-icon"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"map", "application/json"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"otf", "font/otf"},
    {"png", "image/png"},
    {"svg", "image/svg+xml; charset=utf-8"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xml", "text/xml; charset=utf-8"},
};

std::string_view last_piece(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1: all of it
}

std::string_view type_of(std::string_view name) {
  const auto dot = name.rfind('.');
  const auto extension = dot == name.npos ? std::string_view() : name.substr(dot + 1);
  for (const auto& [known, type] : types) {
    if (http::equal_names(known, extension)) return type;
  }
  return "application/octet-stream";
}

// "vendor-eb69d815.js", "main.4f3a2b1c.css": what bundlers call a file by its contents. The digest
// has letters and digits, or a date would be one too; what is not recognised is asked for again.
bool is_hashed(std::string_view name) {
  name = name.substr(0, name.rfind('.'));
  const auto mark = name.find_last_of("-.");
  if (mark == name.npos) return false;
  const auto digest = name.substr(mark + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  return digest.size() >= 8 && std::ranges::any_of(digest, is_digit) &&
         std::ranges::any_of(digest, is_letter) &&
         std::ranges::all_of(digest, [&](char c) { return is_digit(c) || is_letter(c); });
}

std::string_view cache_of(std::string_view path) {
  return is_hashed(last_piece(path)) ? "public, max-age=31536000, immutable" : "no-cache";
}

// A digest, since bundles are unpacked with the dates of their sources, or with none.
std::string tag_of(std::string_view bytes) {
  storage::Crc32c crc;
  crc.update(std::as_bytes(std::span(bytes)));
  return fmt::format("\"{:x}-{:08x}\"", bytes.size(), crc.value());
}

// Could be the address of a page: nothing that another program would read as more than a name.
bool is_page(std::string_view path) {
  const bool hidden = path.starts_with('.') || path.find("/.") != path.npos;
  return !hidden && !has_control(path) && path.find('\\') == path.npos &&
         last_piece(path).find('.') == std::string_view::npos;
}

bool is_within(const fs::path& path, const fs::path& directory) {
  const auto [in_directory, in_path] = std::ranges::mismatch(directory, path);
  return in_directory == directory.end();
}

Error unreadable(const fs::path& path, std::string_view why) {
  return {Errc::invalid_argument, fmt::format("{}: {}", path.native(), why)};
}

// Regular files below `directory`, which is canonical.
Result<std::vector<fs::path>> list(const fs::path& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->path().filename().native().starts_with('.')) {
      at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file(error)) continue;
    if (at->is_symlink() && !is_within(fs::canonical(at->path(), error), directory)) {
      log::warn("pages", "{} leads out of its directory: left out", at->path().native());
      continue;
    }
    paths.push_back(at->path());
  }
  if (error) return unreadable(directory, error.message());
  return paths;
}

void version(Exchange& exchange, const StaticFiles::File& file) {
  exchange.header("Date", exchange.date());
  exchange.header("ETag", file.tag);
  exchange.header("Last-Modified", file.modified);
  exchange.header("Cache-Control", file.cache);
}

// Tags are quoted, and hold no quote: the client has named this one if it stands there.
bool is_known(const http::Request& request, const StaticFiles::File& file) {
  if (const auto* tags = request.header("If-None-Match")) {
    return *tags == "*" || tags->find(file.tag) != tags->npos;
  }
  const auto* date = request.header("If-Modified-Since");
  return date != nullptr && *date == file.modified;
}

void not_found(Exchange& exchange) {
  exchange.status(404);
  exchange.header("Date", exchange.date());
  exchange.header("Content-Type", "text/plain; charset=utf-8");
  exchange.finish("There is no such file.\n");
}

Task<void> serve(void* context, Exchange* exchange) {
  const auto& files = *static_cast<const StaticFiles*>(context);
  const auto path = exchange->path_arg("path");
  const StaticFiles::File* file = path.well_formed ? files.find(path.text) : nullptr;
  if (file == nullptr) {
    not_found(*exchange);
    co_return;
  }
  if (is_known(exchange->request(), *file)) {
    exchange->status(304);
    version(*exchange, *file);
    exchange->finish({});
    co_return;
  }
  exchange->status(200);
  version(*exchange, *file);
  exchange->header("Content-Type", file->type);
  exchange->header("X-Content-Type-Options", "nosniff");
  exchange->begin_body(file->bytes.size());
  auto left = std::as_bytes(std::span(file->bytes));
  bool goes_on = true;
  while (goes_on && !left.empty()) {
    const auto piece = left.first(std::min(left.size(), limits::stream_chunk_bytes));
    left = left.subspan(piece.size());
    goes_on = co_await exchange->write_body(piece);
  }
}

constexpr Route routes[] = {
    {.method = Method::get,
     .pattern = "/",
     .handler = &serve,
     .name = "index",
     .summary = "The first page",
     .answer = "HTML; 304 for what the client has"},
    {.method = Method::get,
     .pattern = "/{path*}",
     .handler = &serve,
     .name = "file",
     .summary = "A file of the pages",
     .answer = "The bytes; 304 for what the client has; the first page for what could be a page"},
};

}  // namespace

Result<StaticFiles> StaticFiles::load(const fs::path& directory) {
  std::error_code error;
  const fs::path root = fs::canonical(directory, error);
  if (error) return unreadable(directory, error.message());
  StaticFiles files;
  for (const fs::path& path : TRY(list(root))) {
    TRY(files.add(path, path.lexically_relative(root).native()));
  }
  if (files.files_.count(index_name) == 0) return unreadable(directory, "has no index.html");
  return files;
}

Status StaticFiles::add(const fs::path& path, std::string name) {
  struct stat info{};
  std::ifstream stream(path, std::ios::binary);
  if (!stream || ::stat(path.c_str(), &info) != 0) return unreadable(path, std::strerror(errno));
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > limits::static_bytes - bytes_) {
    return unreadable(path, fmt::format("more than {} MiB of pages with this file",
                                        limits::static_bytes / limits::MiB));
  }
  File file{.bytes = std::string(size, '\0'),
            .type = type_of(name),
            .cache = cache_of(name),
            .tag = {},
            .modified = std::string(HttpDate(UnixMillis{info.st_mtime} * 1000))};
  if (!stream.read(file.bytes.data(), info.st_size)) return unreadable(path, "cannot be read");
  file.tag = tag_of(file.bytes);
  bytes_ += size;
  files_.emplace(std::move(name), std::move(file));
  return {};
}

const StaticFiles::File* StaticFiles::find(std::string_view path) const {
  auto found = files_.find(path.empty() ? index_name : path);
  if (found == files_.end() && is_page(path)) found = files_.find(index_name);
  return found == files_.end() ? nullptr : &found->second;
}

http::Family make_static_family(const StaticFiles& files) {
  return {.name = "pages",
          .title = "Web pages",
          .doc = "Files as they are.",
          .routes = routes,
          .context = const_cast<StaticFiles*>(&files),
          .refuse = &refuse_in_text};
}

}  // namespace dobson
