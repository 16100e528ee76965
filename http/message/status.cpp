#include "http/message/status.h"

#include "core/base/assert.h"

namespace dobson::http {

#define DOBSON_STATUS(X)                    \
  X(200, "OK")                              \
  X(201, "Created")                         \
  X(202, "Accepted")                        \
  X(204, "No Content")                      \
  X(206, "Partial Content")                 \
  X(301, "Moved Permanently")               \
  X(302, "Found")                           \
  X(304, "Not Modified")                    \
  X(307, "Temporary Redirect")              \
  X(400, "Bad Request")                     \
  X(401, "Unauthorized")                    \
  X(403, "Forbidden")                       \
  X(404, "Not Found")                       \
  X(405, "Method Not Allowed")              \
  X(406, "Not Acceptable")                  \
  X(408, "Request Timeout")                 \
  X(409, "Conflict")                        \
  X(410, "Gone")                            \
  X(411, "Length Required")                 \
  X(412, "Precondition Failed")             \
  X(413, "Content Too Large")               \
  X(414, "URI Too Long")                    \
  X(415, "Unsupported Media Type")          \
  X(416, "Range Not Satisfiable")           \
  X(417, "Expectation Failed")              \
  X(422, "Unprocessable Content")           \
  X(429, "Too Many Requests")               \
  X(431, "Request Header Fields Too Large") \
  X(500, "Internal Server Error")           \
  X(501, "Not Implemented")                 \
  X(502, "Bad Gateway")                     \
  X(503, "Service Unavailable")             \
  X(504, "Gateway Timeout")                 \
  X(507, "Insufficient Storage")

std::string_view status_line(int code) {
  switch (code) {
#define DOBSON_LINE(number, reason) \
  case number:                      \
    return "HTTP/1.1 " #number " " reason "\r\n";
    DOBSON_STATUS(DOBSON_LINE)
#undef DOBSON_LINE
    default:
      DOBSON_ASSERT(!"a status code without a reason phrase");
  }
}

}  // namespace dobson::http
