#pragma once

// Names of keys, as long and as alike as those of real trees, and free of what URLs escape.

#include <cstdint>
#include <string>

namespace dobson::bench {

// "datasets/p003/run-00342/part-00342117-9f3c2a1b.parquet": 46 to 54 bytes, in byte order of
// `index` (below a hundred million). A load in this order fills the leaves of the table.
void append_ascending_name(std::string& out, std::uint64_t index);

// "incoming/9f3c2a1b7d4e0011/IMG_2a1b.jpg": anywhere among the others of its kind.
void append_scattered_name(std::string& out, std::uint64_t random);

}  // namespace dobson::bench
