#include "tools/dobsonctl/http_client.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/time/http_date.h"
#include "tools/dobsonctl/interrupt.h"
#include "tools/dobsonctl/layout.h"
#include "tools/dobsonctl/text.h"
#include "tools/dobsonctl/wire.h"

namespace dobson::ctl {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{1000};
constexpr long transfer_buffer_bytes = 256 * limits::KiB;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

// What the callbacks of one transfer share.
struct Attempt {
  const Request& request;
  const Client::Moved& moved;
  CURL* handle;
  std::int64_t bytes = 0;  // moved so far
  Reply reply = {};
  std::string refusal = {};
  std::optional<Failure> failure = {};  // of the source or the sink

  void move(std::int64_t count) {
    bytes += count;
    moved(count);
  }
};

std::size_t on_send(char* to, std::size_t size, std::size_t count, void* context) {
  auto& attempt = *static_cast<Attempt*>(context);
  auto read = attempt.request.source->read({to, size * count});
  if (!read.ok()) {
    attempt.failure = std::move(read).error();
    return CURL_READFUNC_ABORT;
  }
  attempt.move(static_cast<std::int64_t>(*read));
  return *read;
}

// curl sends again by itself when a kept connection turns out to be dead.
int on_resend(void* context, curl_off_t offset, int origin) {
  auto& attempt = *static_cast<Attempt*>(context);
  if (offset != 0 || origin != SEEK_SET || !attempt.request.source->rewind())
    return CURL_SEEKFUNC_FAIL;
  attempt.move(-attempt.bytes);
  return CURL_SEEKFUNC_OK;
}

std::size_t on_receive(char* data, std::size_t size, std::size_t count, void* context) {
  auto& attempt = *static_cast<Attempt*>(context);
  const std::string_view bytes(data, size * count);
  long status = 0;
  curl_easy_getinfo(attempt.handle, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 300) {
    const std::size_t room = limits::ctl_refusal_bytes - attempt.refusal.size();
    attempt.refusal += bytes.substr(0, room);
  } else if (attempt.request.sink == nullptr) {
    attempt.reply.body += bytes;
  } else {
    const auto written = attempt.request.sink->write(bytes);
    if (!written.ok()) {
      attempt.failure = written.error();
      return 0;
    }
    attempt.move(static_cast<std::int64_t>(bytes.size()));
  }
  return bytes.size();
}

int on_tick(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return interrupted() ? 1 : 0;
}

HeaderList header_list(const Server& server, const Request& request) {
  HeaderList list;
  const auto add = [&list](const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    DOBSON_ASSERT(longer != nullptr);
    static_cast<void>(list.release());
    list.reset(longer);
  };
  add("x-ozone-version: v1");
  add(std::string("Date: ").append(HttpDate(SystemClock().now())));
  add("Authorization: OZONE " + server.user);
  add("Accept: application/json");
  for (const std::string& line : request.headers) add(line);
  return list;
}

void set_transport(CURL* handle, const Server& server) {
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  // `//`, `.` and `..` are parts of a key's name.
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  // A proxy of the environment is meant for the web, not for the server named by --url.
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, limits::ctl_connect_timeout_s);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, limits::ctl_stall_timeout_s);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, transfer_buffer_bytes);
  curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, transfer_buffer_bytes);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_tick);
  if (!server.unix_socket.empty())
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, server.unix_socket.c_str());
}

void set_bodies(CURL* handle, Attempt& attempt) {
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_receive);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &attempt);
  if (const Source* source = attempt.request.source) {
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    if (const auto size = source->size())
      curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(*size));
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, on_send);
    curl_easy_setopt(handle, CURLOPT_READDATA, &attempt);
    curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, on_resend);
    curl_easy_setopt(handle, CURLOPT_SEEKDATA, &attempt);
  }
}

std::string header_of(CURL* handle, const char* name) {
  curl_header* header = nullptr;
  if (curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return {};
  return header->value;
}

std::string etag_of(CURL* handle) {
  const std::string value = header_of(handle, "ETag");
  return value.size() >= 2 && value.front() == '"' ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

Client::Client(const Server& server, Moved moved)
    : server_(server), moved_(std::move(moved)), handle_(curl_easy_init()) {
  DOBSON_ASSERT(handle_ != nullptr);
}

Failure Client::transport_failure(CURLcode code, const char* detail) const {
  // Of a Unix socket curl tells the address in the URL, where it did not go.
  const bool use_detail = *detail != '\0' && server_.unix_socket.empty();
  const std::string reason = use_detail ? detail : curl_easy_strerror(code);
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return {.reason = "stopped"};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return {.reason = fmt::format("no answer from {}: {}",
                                    server_.unix_socket.empty() ? server_.url : server_.unix_socket,
                                    reason),
              .exit = Exit::unreachable,
              .may_pass = true};
    default:
      return usage_failure(fmt::format("{}: {}", server_.url, reason));
  }
}

Try<Reply> Client::once(const Request& request) {
  CURL* handle = handle_.get();
  Attempt attempt = {.request = request, .moved = moved_, .handle = handle};
  const std::string url = server_.url + request.target;
  const HeaderList headers = header_list(server_, request);
  std::array<char, CURL_ERROR_SIZE> detail = {};
  const std::string method(request.method);

  curl_easy_reset(handle);
  set_transport(handle, server_);
  set_bodies(handle, attempt);
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail.data());

  const CURLcode code = curl_easy_perform(handle);
  // The buffer dies with this call, the handle does not.
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, nullptr);
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (code == CURLE_OK && status >= 200 && status < 300) {
    attempt.reply.etag = etag_of(handle);
    attempt.reply.layout = header_of(handle, layout_header.data());
    return std::move(attempt.reply);
  }
  attempt.move(-attempt.bytes);
  if (attempt.failure) return std::move(*attempt.failure);
  // A refusal may come, and the connection go, while the body is still being sent.
  if (status >= 300) return refusal(static_cast<int>(status), attempt.refusal);
  return transport_failure(code, detail.data());
}

Try<Reply> Client::perform(const Request& request) {
  const auto can_repeat = [&request] {
    return (request.source == nullptr || request.source->rewind()) &&
           (request.sink == nullptr || request.sink->rewind());
  };
  std::optional<Clock::time_point> give_up_at;
  for (milliseconds pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
    auto reply = once(request);
    if (reply.ok() || !reply.error().may_pass || interrupted()) return reply;
    if (!give_up_at) give_up_at = Clock::now() + server_.retry_for;
    curl_off_t asked_s = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RETRY_AFTER, &asked_s);
    const auto left = *give_up_at - Clock::now();
    if (left <= Clock::duration::zero() || !can_repeat()) return reply;
    const Clock::duration wait = std::max<Clock::duration>(pause, std::chrono::seconds(asked_s));
    std::this_thread::sleep_for(std::min(wait, left));
  }
}

}  // namespace dobson::ctl
