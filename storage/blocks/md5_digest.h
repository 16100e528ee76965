#pragma once

// MD5 of bytes that come in pieces.

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <span>

#include "storage/model/namespace.h"

namespace dobson::storage {

class Md5Digest {
 public:
  Md5Digest();
  void update(std::span<const std::byte> bytes);
  Md5 finish();  // once

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace dobson::storage
