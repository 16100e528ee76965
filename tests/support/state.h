#pragma once

// A `state/` of its own, and commands applied to it without a log.

#include <boost/test/unit_test.hpp>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "storage/catalog/catalog.h"
#include "storage/command/apply.h"
#include "storage/env/txn.h"
#include "storage/verify/verify.h"
#include "tests/support/temporary_directory.h"

namespace dobson::test {

inline constexpr std::uint64_t state_map_size = 1ULL << 32;

class State {
 public:
  State() {
    BOOST_TEST_REQUIRE(storage::create_state(directory_.path(), state_map_size).ok());
    reopen();
  }

  void reopen() {
    env_.reset();
    env_ = std::make_unique<storage::Env>(
        storage::state_options(directory_.path(), state_map_size, 8));
  }

  storage::Env& env() { return *env_; }

  // In one batch, committed.
  std::vector<Result<storage::Outcome>> run(const std::vector<storage::Command>& commands,
                                            UnixMillis time) {
    storage::WriteTxn txn(*env_);
    storage::Batch batch(txn);
    std::vector<Result<storage::Outcome>> outcomes;
    for (const storage::Command& command : commands) {
      outcomes.push_back(apply(batch, storage::Stamp{time}, command));
    }
    batch.flush();
    txn.commit();
    return outcomes;
  }
  Result<storage::Outcome> run(const storage::Command& command, UnixMillis time = 1000) {
    return run(std::vector{command}, time)[0];
  }

  // What `verify` says.
  std::vector<std::string> findings() {
    std::vector<std::string> found;
    const storage::Snapshot txn(*env_);
    verify(txn, {}, [&found](const storage::Finding& finding) {
      found.push_back(finding.table + " " + finding.row + ": " + finding.what);
    });
    return found;
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<storage::Env> env_;
};

// The name of the error, or "ok".
template <class T>
std::string text_of(const Result<T>& result) {
  return result.ok() ? "ok" : std::string(name_of(result.error().code));
}

}  // namespace dobson::test
