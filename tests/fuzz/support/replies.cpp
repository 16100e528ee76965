#include "tests/fuzz/support/replies.h"

#include <llhttp.h>
#include <simdjson.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/assert.h"
#include "http/message/headers.h"
#include "http/parser/request_parser.h"

namespace dobson::fuzz {

namespace {

// --- What was asked ---

struct Asked {
  std::vector<http::Method> methods;  // of every head, the last one's body may be missing
  std::size_t whole = 0;              // requests with their bodies
};

Asked read_requests(std::string_view sent) {
  using Head = http::RequestParser::Head;
  Asked asked;
  std::vector<char> copy(sent.begin(), sent.end());
  std::span<char> left = copy;
  http::RequestParser parser;
  http::RequestParser::HeaderStorage storage;
  for (; parser.parse_head({left.data(), left.size()}) == Head::complete; parser.next_request()) {
    asked.methods.push_back(parser.request({left.data(), left.size()}, storage).method);
    left = left.subspan(parser.head_bytes());
    left = left.subspan(parser.parse_body(left).consumed);
    if (!parser.body_ended()) break;
    ++asked.whole;
  }
  return asked;
}

// --- What was answered ---

struct Reply {
  struct Field {
    std::string name;
    std::string value;
  };

  int status = 0;
  std::vector<Field> fields;
  std::string body;

  std::string_view header(std::string_view name) const {
    const auto same = [name](const Field& field) { return http::equal_names(field.name, name); };
    DOBSON_ASSERT(std::ranges::count_if(fields, same) <= 1);
    const auto found = std::ranges::find_if(fields, same);
    return found == fields.end() ? std::string_view() : found->value;
  }
};

struct ReplyReader {
  Reply reply;
  bool to_head;  // has no body, whatever its head says
  bool ended = false;

  static ReplyReader& self(llhttp_t* llhttp) { return *static_cast<ReplyReader*>(llhttp->data); }

  static int name(llhttp_t* llhttp, const char* at, std::size_t size) {
    self(llhttp).reply.fields.push_back({std::string(at, size), {}});
    return 0;
  }
  static int value(llhttp_t* llhttp, const char* at, std::size_t size) {
    self(llhttp).reply.fields.back().value.append(at, size);
    return 0;
  }
  static int head_complete(llhttp_t* llhttp) {
    self(llhttp).reply.status = llhttp->status_code;
    return self(llhttp).to_head ? 1 : 0;
  }
  static int body(llhttp_t* llhttp, const char* at, std::size_t size) {
    self(llhttp).reply.body.append(at, size);
    return 0;
  }
  static int complete(llhttp_t* llhttp) {
    self(llhttp).ended = true;
    return HPE_PAUSED;
  }
};

Reply take_reply(std::string_view& received, bool to_head) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_header_field = ReplyReader::name;
  settings.on_header_value = ReplyReader::value;
  settings.on_headers_complete = ReplyReader::head_complete;
  settings.on_body = ReplyReader::body;
  settings.on_message_complete = ReplyReader::complete;
  llhttp_t llhttp;
  llhttp_init(&llhttp, HTTP_RESPONSE, &settings);
  ReplyReader reader{{}, to_head};
  llhttp.data = &reader;

  const auto error = llhttp_execute(&llhttp, received.data(), received.size());
  DOBSON_ASSERT(error == (reader.ended ? HPE_PAUSED : HPE_OK));
  if (reader.ended) {
    const auto size = llhttp_get_error_pos(&llhttp) - received.data();
    received.remove_prefix(static_cast<std::size_t>(size));
  } else {  // a body that ends with the connection
    llhttp_finish(&llhttp);
    DOBSON_ASSERT(reader.ended && reader.reply.header("Connection") == "close");
    received = {};
  }
  return std::move(reader.reply);
}

simdjson::dom::parser& json_parser() {
  static auto& parser = *new simdjson::dom::parser;
  return parser;
}

simdjson::dom::element json_of(std::string_view text) {
  simdjson::dom::element json;
  DOBSON_ASSERT(json_parser().parse(text.data(), text.size()).get(json) == simdjson::SUCCESS);
  return json;
}

void check_error_body(const Reply& reply) {
  simdjson::dom::object error;
  DOBSON_ASSERT(json_of(reply.body).get(error) == simdjson::SUCCESS && error.size() == 6);
  DOBSON_ASSERT(error["httpCode"].get_int64().value_unsafe() == reply.status);
  const auto request_id = error["requestID"].get_string().value_unsafe();
  DOBSON_ASSERT(request_id == reply.header("x-ozone-request-id"));
  for (const auto name : {"shortMessage", "message", "hostName"}) {
    DOBSON_ASSERT(error[name].is_string());
  }
  DOBSON_ASSERT(error["resource"].is_string() || error["resource"].is_null());
}

void check_lines(std::string_view body) {
  DOBSON_ASSERT(body.ends_with('\n'));
  while (!body.empty()) {
    const auto end = body.find('\n');
    DOBSON_ASSERT(json_of(body.substr(0, end)).is_object());
    body.remove_prefix(end + 1);
  }
}

void check_message(const Reply& reply) {
  simdjson::dom::object error;
  DOBSON_ASSERT(json_of(reply.body).get(error) == simdjson::SUCCESS && error.size() == 1);
  DOBSON_ASSERT(error["message"].is_string());
}

void check_reply(const Reply& reply, bool to_head, Api api) {
  const bool no_prometheus = reply.status == 502 && api == Api::recon;
  DOBSON_ASSERT(reply.status >= 200 && (reply.status < 500 || no_prometheus));
  if (api == Api::ozone) {
    DOBSON_ASSERT(reply.header("x-ozone-request-id").size() == 36);
    DOBSON_ASSERT(!reply.header("x-ozone-server-name").empty());
  }
  DOBSON_ASSERT(!reply.header("Date").empty());
  if (to_head) return;
  const auto type = reply.header("Content-Type");
  if (reply.status >= 400 && api == Api::recon) {
    check_message(reply);
  } else if (reply.status >= 400) {
    check_error_body(reply);
  } else if (type == "application/x-ndjson") {
    check_lines(reply.body);
  } else if (type.starts_with("application/json")) {
    json_of(reply.body);
  }
}

}  // namespace

void check_replies(std::string_view sent, std::string_view received, Api api) {
  const Asked asked = read_requests(sent);
  std::size_t answered = 0;
  bool closed = false;
  while (!received.empty()) {
    DOBSON_ASSERT(!closed);
    const bool to_head =
        answered < asked.methods.size() && asked.methods[answered] == http::Method::head;
    const Reply reply = take_reply(received, to_head);
    if (reply.status == 100) continue;
    check_reply(reply, to_head, api);
    closed = reply.header("Connection") == "close";
    ++answered;
  }
  DOBSON_ASSERT(closed ? answered <= asked.whole + 1 : answered == asked.whole);
}

}  // namespace dobson::fuzz
