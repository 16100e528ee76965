#pragma once

// What is wrong in requests and answers alike.

#include <string_view>

namespace dobson::test {

inline constexpr std::string_view wrong_headers[] = {
    "A: b\r\n c\r\n", "A:\r\n b\r\n", "A: \r\n\t\r\n", "A: b\r\n \r\n", " A: b\r\n", "A : b\r\n",
    "A\r\n",          ": b\r\n",      "A: b\rc\r\n",   "A: b\x01\r\n",  "A: b\n"};

inline constexpr std::string_view wrong_lengths[] = {
    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
    "Content-Length: 3\r\nContent-Length: 3\r\n",
    "Content-Length: 3\r\nContent-Length: 4\r\n",
    "Content-Length:\r\n",
    "Content-Length: -1\r\n",
    "Content-Length: +3\r\n",
    "Content-Length: 0x3\r\n",
    "Content-Length: 3,3\r\n",
    "Content-Length: 3 3\r\n",
    "Content-Length: 18446744073709551616\r\n",
    "Transfer-Encoding: gzip\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: chunked, chunked\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: xchunked\r\n",
    "Transfer-Encoding: identity\r\n",
    "Transfer-Encoding:\r\n"};

inline constexpr std::string_view wrong_chunks[] = {
    "5\nhello\r\n", "5\r\nhello!\r\n", "-5\r\nhello\r\n",      "x\r\n",
    "\r\n",         "5 \r\nhello\r\n", "10000000000000000\r\n"};

}  // namespace dobson::test
