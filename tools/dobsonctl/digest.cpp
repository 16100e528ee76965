#include "tools/dobsonctl/digest.h"

#include <fmt/core.h>

#include <array>
#include <charconv>

#include "core/base/assert.h"

namespace dobson::ctl {

namespace {

constexpr std::size_t md5_bytes = 16;

}  // namespace

Md5::Md5() : context_(EVP_MD_CTX_new()) {
  DOBSON_ASSERT(context_ != nullptr);
  restart();
}

void Md5::update(std::string_view bytes) {
  DOBSON_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

void Md5::restart() {
  DOBSON_ASSERT(EVP_DigestInit_ex(context_.get(), EVP_md5(), nullptr) == 1);
}

std::string Md5::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum = {};
  DOBSON_ASSERT(EVP_DigestFinal_ex(context_.get(), sum.data(), nullptr) == 1);
  std::string digits;
  for (std::size_t i = 0; i < md5_bytes; ++i) digits += fmt::format("{:02x}", sum[i]);
  return digits;
}

std::string content_md5(std::string_view hex) {
  DOBSON_ASSERT(hex.size() == 2 * md5_bytes);
  std::array<unsigned char, md5_bytes> sum = {};
  for (std::size_t i = 0; i < md5_bytes; ++i)
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, sum[i], 16);
  std::array<unsigned char, 4 * ((md5_bytes + 2) / 3) + 1> base64 = {};
  EVP_EncodeBlock(base64.data(), sum.data(), md5_bytes);
  return reinterpret_cast<const char*>(base64.data());
}

}  // namespace dobson::ctl
