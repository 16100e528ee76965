// From bytes to answers of the insight API: each line of an input is asked for below /api/v1, of a
// store with volumes, buckets, keys, uploads and things that are deleted; all that comes back must
// be right (tests/fuzz/support/replies.h).

#include "handlers/common/text_room.h"
#include "handlers/recon/export_jobs.h"
#include "handlers/recon/routes.h"
#include "storage/log/commit.h"
#include "tests/fuzz/support/connected.h"
#include "tests/fuzz/support/input.h"
#include "tests/fuzz/support/memory_store.h"
#include "tests/fuzz/support/replies.h"

namespace dobson::fuzz {
namespace {

namespace st = storage;

struct World {
  World() {
    store.begin();
    run(st::CreateVolume{"shire", "bilbo", "root", 1000});
    run(st::CreateBucket{.volume = "shire", .bucket = "flat", .creator = "bilbo"});
    run(st::CreateBucket{.volume = "shire",
                         .bucket = "tree",
                         .creator = "bilbo",
                         .layout = st::Layout::file_system_optimized});
    for (const auto* bucket : {"flat", "tree"}) {
      for (const auto* key : {"a", "d/b", "d/e/c", "d/e/f", "gone/k", "gone/deep/k"}) {
        run(st::PutKey{"shire", bucket, key, 10, st::Md5{}, {{{st::ContainerId{1}, ++block}, 10}}});
      }
      run(st::StartUpload{.volume = "shire", .bucket = bucket, .key = "d/up"});
      run(st::DeleteKey{.volume = "shire", .bucket = bucket, .key = "d/b"});
    }
    run(st::PutKey{"shire", "flat", "//odd//", 0, st::Md5{}, {}});
    run(st::DeleteKey{.volume = "shire", .bucket = "tree", .key = "gone/", .recursive = true});
    store.keep();
  }

  void run(st::Command command) {
    DOBSON_ASSERT(st::commit_and_wait(store, std::move(command), st::Priority::client).ok());
  }

  ManualClock clock{1'500'000'000'000};
  MemoryStore store;
  std::uint64_t block = 0;
  st::OpenKeys::Entry open{store.open_keys(), {.volume = "shire", .bucket = "flat", .key = "d/o"}};
  st::OpenKeys::Entry file{store.open_keys(),
                           {.volume = "shire",
                            .bucket = "tree",
                            .key = "d/new/o",
                            .layout = st::Layout::file_system_optimized,
                            .announced = 7}};
  Readers readers{store, 1};
  Runtime runtime{1, clock};
  Pool scans{1, limits::waiting_scans};
  TextRoom texts;
  recon::ExportJobs exports{{}, [](const auto&) { return st::UnhealthyPage{}; }, clock};
  recon::Context context{store, readers, scans, scans, exports, texts};
  http::Family family = recon::make_family(context);
  Connected connected{runtime, family};
};

std::string requests(Input& input) {
  std::string text;
  while (!input.empty()) {
    text.append("GET /api/v1/").append(input.line()).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  return text;
}

}  // namespace
}  // namespace dobson::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson::fuzz;
  static World& world = *new World;
  Input input(data, size);
  const std::string sent = requests(input);
  world.store.begin();
  check_replies(sent, world.connected.replies_to(pieces_of(sent)), Api::recon);
  world.store.forget();
  return 0;
}
