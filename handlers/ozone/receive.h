#pragma once

// What a request with a body does: the bytes of a key or a part on their way to stable storage
// (spec/ozone-rest.md §3.11, §4.8), small bodies, and the command that follows.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/async/task.h"
#include "handlers/ozone/context.h"
#include "handlers/ozone/errors.h"
#include "http/message/request.h"
#include "storage/blocks/block_store.h"
#include "storage/command/command.h"
#include "storage/open_keys.h"

namespace dobson::ozone {

inline constexpr std::string_view put_stem = "Create key failed, error:";

// What a key or part that was stored is known by; a directory has nothing.
using Stored = std::optional<storage::EntityTag>;
// 201.
void answer_stored(http::Exchange& exchange, const Stored& stored);

// The body has a length, or is chunked; one that is announced is within the limit of a key.
Checked<void> check_length(const Context& context, const http::Request& request);

// Every byte of the body on stable storage, and as Content-MD5 says. `open` hears how many came.
Task<Checked<storage::WrittenObject>> receive(Context* context, http::Exchange* exchange,
                                              storage::BlockWriter* writer,
                                              storage::OpenKeys::Entry* open = nullptr);

// The whole body in memory, which `share` pays for; of more than `most` bytes: 413.
Task<Checked<std::string>> receive_text(http::Exchange* exchange, std::size_t most,
                                        TextRoom::Share* share);

// What the log decides.
Task<Result<storage::Outcome>> propose(Context* context, http::Exchange* exchange,
                                       storage::Command command);

// Proposes the command that names what was written; if it is accepted, that stays.
Task<Checked<void>> commit(Context* context, http::Exchange* exchange, storage::BlockWriter* writer,
                           storage::Command command);

}  // namespace dobson::ozone
