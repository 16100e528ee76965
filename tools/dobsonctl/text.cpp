#include "tools/dobsonctl/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "core/base/utf8.h"

namespace dobson::ctl {

namespace {

bool unreserved(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

}  // namespace

std::string percent_encode(std::string_view bytes, std::string_view keep) {
  std::string encoded;
  encoded.reserve(bytes.size());
  for (const char byte : bytes) {
    if (unreserved(byte) || keep.find(byte) != std::string_view::npos)
      encoded += byte;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return encoded;
}

std::string human_size(double bytes) {
  static constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  // 1023.95 and up would be printed as 1024.0.
  while (bytes >= (unit == 0 ? 1024.0 : 1023.95) && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t left = text.size(); left > 3; left -= 3) text.insert(left - 3, 1, ',');
  return text;
}

std::string utc_text(std::int64_t ms) {
  if (ms <= 0) return "never";
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  std::array<char, 40> text{};
  if (gmtime_r(&seconds, &parts) == nullptr) return "never";
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return {text.data(), size};
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::lround(std::max(seconds, 0.0)));
  const std::uint64_t hours = whole / 3600;
  const std::uint64_t minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string printable(std::string_view name) {
  const bool text = is_utf8(name);
  std::string shown;
  for (const char character : name) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7F || (byte > 0x7F && !text))
      shown += fmt::format("\\x{:02x}", byte);
    else
      shown += character;
  }
  return shown;
}

}  // namespace dobson::ctl
