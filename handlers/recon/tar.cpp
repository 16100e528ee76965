#include "handlers/recon/tar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>

#include "core/base/assert.h"

namespace dobson::recon {

namespace {

constexpr std::size_t block_bytes = 512;
constexpr std::size_t name_bytes = 100;         // with the zero behind it
constexpr std::uint64_t size_end = 1ULL << 33;  // 11 octal digits

Error failure(const char* call) {
  return {Errc::io, {}, fmt::format("{}: {}", call, std::strerror(errno))};
}

std::string head_of(std::string_view name, std::uint64_t size, UnixMillis modified) {
  std::string head(block_bytes, '\0');
  const auto put = [&head](std::size_t place, std::string_view text) {
    std::ranges::copy(text, head.begin() + static_cast<std::ptrdiff_t>(place));
  };
  put(0, name);
  put(100, "0000644");  // mode
  put(108, "0000000");  // user
  put(116, "0000000");  // group
  put(124, fmt::format("{:011o}", size));
  put(136, fmt::format("{:011o}", modified / 1000));
  put(148, "        ");  // the checksum, which counts itself as blanks
  put(156, "0");         // a regular file
  put(257, "ustar");
  put(263, "00");       // version
  put(329, "0000000");  // device
  put(337, "0000000");
  const auto add = [](unsigned sum, char c) { return sum + static_cast<unsigned char>(c); };
  put(148, fmt::format("{:06o}", std::accumulate(head.begin(), head.end(), 0U, add)));
  head[154] = '\0';
  return head;
}

}  // namespace

Result<TarWriter> TarWriter::create(const std::filesystem::path& path, UnixMillis modified) {
  File file(std::fopen(path.c_str(), "wbe"));
  if (file == nullptr) return failure("fopen");
  return TarWriter(std::move(file), modified);
}

Status TarWriter::begin(std::string_view name) {
  DOBSON_ASSERT(!name.empty() && name.size() < name_bytes);
  TRY(end_entry());
  name_ = name;
  size_ = 0;
  return put_head();
}

Status TarWriter::write(std::string_view bytes) {
  DOBSON_ASSERT(!name_.empty() && bytes.size() < size_end - size_);
  size_ += bytes.size();
  return put(bytes);
}

Status TarWriter::finish() {
  TRY(end_entry());
  TRY(put(std::string(2 * block_bytes, '\0')));
  return std::fflush(file_.get()) == 0 ? Status() : failure("fflush");
}

Status TarWriter::put(std::string_view bytes) {
  const bool taken = std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) == bytes.size();
  return taken ? Status() : failure("fwrite");
}

Status TarWriter::put_head() {
  return put(head_of(name_, size_, modified_));
}

// The head again, with the size that there is.
Status TarWriter::end_entry() {
  if (name_.empty()) return {};
  const std::uint64_t padded = (size_ + block_bytes - 1) / block_bytes * block_bytes;
  TRY(put(std::string(padded - size_, '\0')));
  const auto end = static_cast<off_t>(begin_ + block_bytes + padded);
  if (::fseeko(file_.get(), static_cast<off_t>(begin_), SEEK_SET) != 0) return failure("fseeko");
  TRY(put_head());
  if (::fseeko(file_.get(), end, SEEK_SET) != 0) return failure("fseeko");
  begin_ = static_cast<std::uint64_t>(end);
  name_.clear();
  return {};
}

}  // namespace dobson::recon
