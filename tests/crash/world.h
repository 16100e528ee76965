#pragma once

// What a server holds, in words: the path of each volume, bucket, directory and key, and all that a
// client has set of it. Two worlds are equal when no client could tell them apart but by ids and
// dates.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace dobson::crash {

using World = std::map<std::string, std::string>;

std::string volume_text(std::string_view owner, uint64_t quota_bytes);
std::string bucket_text(std::string_view storage_type, std::string_view versioning);
std::string key_text(std::string_view bytes);
inline constexpr std::string_view directory_text = "directory";

// What a server finds that starts on the directory, which recovers it.
World recovered_world(const std::filesystem::path& data);

// What is wrong with a directory that was recovered, a line each: rows, blocks, bytes and files
// without rows. Empty if nothing is.
std::string findings(const std::filesystem::path& data);

}  // namespace dobson::crash
