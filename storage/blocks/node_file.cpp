#include "storage/blocks/node_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "core/log/log.h"
#include "core/runtime/random.h"
#include "storage/blocks/md5_digest.h"
#include "storage/env/directory.h"

namespace dobson::storage {

namespace {

namespace fs = std::filesystem;

constexpr const char* node_file_name = "node";
constexpr const char* new_node_file_name = "node.new";

Uuid random_uuid() {
  std::array<char, Random::uuid_length> text;
  Random().write_uuid(text);
  return *parse_uuid(std::string_view(text.data(), text.size()));
}

Error failure(const char* call, const fs::path& path) {
  return {Errc::io, fmt::format("{} {}: {}", call, path.native(), std::strerror(errno))};
}

Status write_durably(const fs::path& path, std::string_view text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return failure("open", path);
  Status status;
  while (status.ok() && !text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) status = failure("write", path);
    text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  if (status.ok() && ::fsync(fd) != 0) status = failure("fsync", path);
  ::close(fd);
  return status;
}

// Its first bytes; empty: it is not there.
Result<std::string> read_begin(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::string();
  if (fd < 0) return failure("open", path);
  std::array<char, Random::uuid_length> bytes;
  const ssize_t got = ::read(fd, bytes.data(), bytes.size());
  Result<std::string> text = std::string(bytes.data(), got < 0 ? 0 : static_cast<std::size_t>(got));
  if (got < 0) text = failure("read", path);
  ::close(fd);
  return text;
}

void append_big_endian(std::uint64_t value, std::vector<std::byte>& out) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::byte>(value >> shift));
}

}  // namespace

bool is_node_file(const fs::path& name) {
  return name == node_file_name || name == new_node_file_name;
}

Result<Uuid> open_node_file(const fs::path& directory) {
  const fs::path path = directory / node_file_name;
  const std::string text = TRY(read_begin(path));
  if (const auto uuid = parse_uuid(text)) return *uuid;
  if (!text.empty()) {
    log::error("blocks", "{} holds no uuid: the directory is a new storage node", path.native());
  }
  const Uuid uuid = random_uuid();
  const fs::path whole = directory / new_node_file_name;
  TRY(write_durably(whole, text_of(uuid) + '\n'));
  if (::rename(whole.c_str(), path.c_str()) != 0) return failure("rename", path);
  TRY(sync_directory(directory));
  return uuid;
}

std::optional<Uuid> read_node_file(const fs::path& directory) {
  const auto text = read_begin(directory / node_file_name);
  return text.ok() ? parse_uuid(*text) : std::nullopt;
}

Uuid uuid_of_nodes(std::vector<Uuid> nodes) {
  std::ranges::sort(nodes);
  std::vector<std::byte> bytes;
  for (const Uuid& node : nodes) {
    append_big_endian(node.high, bytes);
    append_big_endian(node.low, bytes);
  }
  Md5Digest digest;
  digest.update(bytes);
  std::array<std::uint64_t, 2> words{};
  const Md5 md5 = digest.finish();
  std::memcpy(words.data(), md5.data(), md5.size());
  constexpr std::uint64_t version = 0x3000;
  constexpr std::uint64_t variant = 1ULL << 63;
  return {(__builtin_bswap64(words[0]) & ~std::uint64_t{0xf000}) | version,
          (__builtin_bswap64(words[1]) & ~(std::uint64_t{3} << 62)) | variant};
}

}  // namespace dobson::storage
