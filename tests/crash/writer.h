#pragma once

// What writer.cpp writes as its `n`th record, and where a reader finds it.

#include <cstdint>
#include <string>

namespace dobson::crash {

constexpr uint64_t writer_records = 200;
// Straddles sectors, and no record begins where the one before it did in its sector.
constexpr uint64_t record_size = 700;
constexpr const char* writer_file = "records";

inline std::string record_of(uint64_t n) {
  const std::string number = std::to_string(n) + ',';
  std::string record;
  while (record.size() < record_size) record += number;
  record.resize(record_size);
  return record;
}

}  // namespace dobson::crash
