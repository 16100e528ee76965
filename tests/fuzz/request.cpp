// From bytes to replies: a client sends an input in pieces to a server of Ozone REST that has a few
// volumes, buckets and keys, and all that comes back must be right (tests/fuzz/support/replies.h).

#include "handlers/ozone/routes.h"
#include "tests/fuzz/support/connected.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/memory_store.h"
#include "tests/fuzz/support/replies.h"

namespace dobson::fuzz {
namespace {

struct World {
  ManualClock clock{1'500'000'000'000};
  MemoryStore store;
  Readers readers{store, 1};
  Runtime runtime{1, clock};
  Pool pool{1, limits::waiting_io};
  ozone::Context context{.store = store,
                         .block_pool = pool,
                         .scans = pool,
                         .settings = {.server_name = "fuzz.example",
                                      .service_host = "fuzz.example",
                                      .acls_enforced = true,
                                      .key_bytes = 16 * limits::KiB},
                         .readers = readers};
  http::Family family = ozone::make_family(context);
  Connected connected{runtime, family};
};

std::string replies_to(World& world, std::string_view sent) {
  const std::string replies = world.connected.replies_to(pieces_of(sent));
  check_replies(sent, replies);
  return replies;
}

std::string request(std::string_view method, std::string_view target, std::string_view body = {},
                    std::string_view header = {}) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: a\r\nx-ozone-version: v1\r\n");
  text.append("Date: Mon, 26 Jun 2017 04:23:30 GMT\r\nAuthorization: OZONE root\r\n");
  text.append("x-ozone-user: bilbo\r\nx-ozone-acls: ADD user:frodo:rw,group:hobbits:r\r\n");
  text.append(header)
      .append("Content-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n\r\n");
  return text.append(body);
}

// What inputs find. The long key has a block that is not in memory; the ids of the uploads are as
// their starts draw them, the same each time, and stand in inputs of the corpus.
std::string beginnings() {
  std::string text = request("POST", "/shire") + request("POST", "/small?quota=1000BYTES");
  for (const auto bucket : {"/shire/maps", "/shire/empty", "/small/maps"}) {
    text += request("POST", bucket);
  }
  for (const auto key : {"a", "a/b", "a/b/c", "a/c", "%C3%A9", "b%20c"}) {
    text += request("PUT", std::string("/shire/maps/") + key, key);
  }
  text += request("PUT", "/shire/maps/none");
  text += request("PUT", "/shire/maps/long", std::string(5500, 'l'));
  text += request("PUT", "/shire/maps/" + std::string(600, 'n'), "n");
  text += request("POST", "/shire/tree", {}, "x-ozone-bucket-layout: FILE_SYSTEM_OPTIMIZED\r\n");
  for (const auto key : {"a", "d/b", "d/e/f", "d/empty/"}) {
    text += request("PUT", std::string("/shire/tree/") + key,
                    std::string_view(key).ends_with('/') ? "" : key);
  }
  text += request("POST", "/shire/maps/up?uploads") + request("POST", "/shire/tree/d/up?uploads");
  return text + request("PUT", "/small/maps/a", std::string(700, 's'));
}

World& make_world() {
  auto& world = *new World;
  world.store.begin();
  const std::string replies = replies_to(world, beginnings());
  DOBSON_ASSERT(replies.find("HTTP/1.1 4") == replies.npos);
  world.store.keep();
  return world;
}

}  // namespace
}  // namespace dobson::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson::fuzz;
  static World& world = make_world();
  world.store.begin();
  replies_to(world, Input(data, size).rest());
  world.store.forget();
  return 0;
}
