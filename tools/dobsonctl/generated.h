#pragma once

// The namespace that `generate` makes: which keys there are, how they are called and how large they
// are follows from a seed alone.

#include <cstdint>
#include <string>

#include "core/base/zipf.h"
#include "storage/model/namespace.h"

namespace dobson::ctl {

struct Shape {
  std::uint64_t keys = 1'000'000;
  std::uint64_t volumes = 2;
  std::uint64_t buckets = 4;    // in each volume, every other one with directories
  std::uint64_t uploads = 100;  // multipart ones that stay open
  double deleted = 0.05;        // of the keys, after all are there
  std::uint64_t seed = 1;
};

class Generated {
 public:
  explicit Generated(const Shape& shape);

  std::uint64_t buckets() const { return shape_.volumes * shape_.buckets; }
  std::string volume(std::uint64_t bucket) const;
  std::string bucket(std::uint64_t bucket) const;
  storage::Layout layout(std::uint64_t bucket) const;
  std::uint64_t keys(std::uint64_t bucket) const;

  // Ascending with `index`; three directories deep, a hundred keys in each. One in 200 is long, up
  // to limits::key_name_bytes.
  std::string name(std::uint64_t bucket, std::uint64_t index) const;
  // By Zipf's law up to 1 GiB; one in 50 is empty.
  std::uint64_t size(std::uint64_t bucket, std::uint64_t index) const;
  bool is_deleted(std::uint64_t bucket, std::uint64_t index) const;
  storage::Md5 md5(std::uint64_t bucket, std::uint64_t index) const;

 private:
  std::uint64_t draw(std::uint64_t bucket, std::uint64_t index, std::uint64_t purpose) const;

  const Shape shape_;
  const Zipf sizes_;
};

}  // namespace dobson::ctl
