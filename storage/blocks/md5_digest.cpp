#include "storage/blocks/md5_digest.h"

#include "core/base/assert.h"

namespace dobson::storage {

Md5Digest::Md5Digest() : context_(EVP_MD_CTX_new()) {
  // Fetched once: a look-up by name costs as much as the digest of a small body.
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  DOBSON_ASSERT(md5 != nullptr && EVP_DigestInit_ex2(context_.get(), md5, nullptr) == 1);
}

void Md5Digest::update(std::span<const std::byte> bytes) {
  DOBSON_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Md5 Md5Digest::finish() {
  Md5 digest;
  DOBSON_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  return digest;
}

}  // namespace dobson::storage
