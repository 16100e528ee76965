#pragma once

// The read transactions of the reactors, one each, shared by all families: begun by the first read
// of a turn, ended with it. Made before the runtime, destroyed after it.

#include <memory>
#include <vector>

#include "core/runtime/turn_hook.h"
#include "storage/store.h"

namespace dobson {

class Readers {
 public:
  Readers(storage::Store& store, unsigned reactors) {
    for (unsigned i = 0; i < reactors; ++i) turns_.emplace_back(store.make_reader());
  }

  const storage::ReadTxn& txn(unsigned reactor) { return turns_[reactor].reader->txn(); }
  TurnHook& hook(unsigned reactor) { return turns_[reactor]; }

 private:
  struct Turn final : TurnHook {
    explicit Turn(std::unique_ptr<storage::Reader> made) : reader(std::move(made)) {}
    void turn_ended() override { reader->reset(); }

    std::unique_ptr<storage::Reader> reader;
  };

  std::vector<Turn> turns_;
};

}  // namespace dobson
