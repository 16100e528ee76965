#pragma once

// MD5 of contents: what the server calls `md5hash`, and the Content-MD5 of an upload.

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace dobson::ctl {

class Md5 {
 public:
  Md5();

  void update(std::string_view bytes);
  void restart();

  // Ends the sum; 32 lower-case hex digits.
  std::string hex();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

// The base64 that Content-MD5 takes (RFC 1864) of 32 hex digits.
std::string content_md5(std::string_view hex);

}  // namespace dobson::ctl
