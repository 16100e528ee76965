#include "handlers/ozone/receive.h"

#include <utility>

#include "core/async/pool.h"
#include "handlers/common/receive_whole.h"
#include "handlers/ozone/call.h"
#include "handlers/ozone/conditions.h"
#include "handlers/ozone/content_md5.h"
#include "handlers/ozone/wire.h"
#include "storage/log/log.h"

namespace dobson::ozone {

namespace {

// `bytes`: announced, or received so far.
Checked<void> check_size(std::uint64_t bytes, std::uint64_t most) {
  if (bytes <= most) return {};
  return Refused{Code::entity_too_large};
}

Refused cut_body(const http::Exchange& exchange, const Error& error) {
  const auto& declared = exchange.request().content_length;
  if (error.code == Errc::invalid_argument || !declared) {
    return {Code::invalid_request, error.message};
  }
  return {Code::incomplete_body,
          "Body length mismatch. Expected length : " + std::to_string(*declared) + " Found " +
              std::to_string(exchange.body_bytes())};
}

// The next piece of a body of at most `most` bytes; empty at the end.
Task<Checked<std::span<const std::byte>>> next_piece(http::Exchange* exchange, std::uint64_t most) {
  auto piece = co_await exchange->read_body();
  if (!piece) {
    exchange->close_after();
    co_return cut_body(*exchange, piece.error());
  }
  const auto fits = check_size(exchange->body_bytes(), most);
  if (!fits) co_return fits.error();
  co_return *piece;
}

// A digest that cannot be read agrees with no body; the message tells that of the body all the
// same.
Checked<void> check_digest(const http::Request& request, const storage::Md5& md5) {
  const auto* text = request.header("Content-MD5");
  if (text == nullptr) return {};
  const auto expected = parse_content_md5(*text);
  if (expected == md5) return {};
  return Refused{Code::bad_digest, "MD5 Digest mismatch. Expected " +
                                       (expected ? to_hex(*expected) : std::string(*text)) +
                                       " Found " + to_hex(md5)};
}

}  // namespace

void answer_stored(http::Exchange& exchange, const Stored& stored) {
  begin_answer(exchange, 201);
  if (stored) exchange.header("ETag", to_wire(*stored));
  exchange.header("Content-Type", "application/octet-stream");
  exchange.finish({});
}

Checked<void> check_length(const Context& context, const http::Request& request) {
  if (request.chunked) return {};
  if (request.content_length) {
    return check_size(*request.content_length, context.settings.key_bytes);
  }
  return Refused{Code::invalid_request, "Content-Length is a required header for putting a key."};
}

Task<Checked<storage::WrittenObject>> receive(Context* context, http::Exchange* exchange,
                                              storage::BlockWriter* writer,
                                              storage::OpenKeys::Entry* open) {
  if (context->store.log().crowded()) {
    co_return Refused{Code::service_unavailable, "Too many writes are waiting. Try again later."};
  }
  while (true) {
    auto piece = co_await next_piece(exchange, context->settings.key_bytes);
    if (!piece) co_return piece.error();
    if (piece->empty()) break;
    if (open != nullptr) open->received(exchange->body_bytes());
    const auto bytes = *piece;
    auto append = [writer, bytes] { return writer->append(bytes); };
    auto appended = co_await offload(context->block_pool, exchange->mailbox(), append);
    if (!appended) co_return refused_by_store(put_stem, appended.error());
  }
  auto finish = [writer](Completion& done) { writer->finish(done); };
  co_await wait(exchange->mailbox(), finish);
  if (!writer->result()) co_return refused_by_store(put_stem, writer->result().error());
  const auto agreed = check_digest(exchange->request(), writer->result()->md5);
  if (!agreed) co_return agreed.error();
  co_return *writer->result();
}

Task<Checked<std::string>> receive_text(http::Exchange* exchange, std::size_t most,
                                        TextRoom::Share* share) {
  auto text = co_await receive_whole(exchange, most, share);
  if (text) co_return std::move(*text);
  switch (text.error().code) {
    case Errc::quota_exceeded:
      co_return Refused{Code::entity_too_large};
    case Errc::overloaded:
      co_return Refused{Code::service_unavailable};
    default:
      co_return cut_body(*exchange, text.error());
  }
}

Task<Result<storage::Outcome>> propose(Context* context, http::Exchange* exchange,
                                       storage::Command command) {
  std::optional<storage::Proposal> proposal;
  auto start = [&](Completion& done) {
    proposal.emplace(std::move(command), done);
    context->store.log().propose(*proposal);
  };
  co_await wait(exchange->mailbox(), start);
  co_return std::move(proposal->outcome);
}

Task<Checked<void>> commit(Context* context, http::Exchange* exchange, storage::BlockWriter* writer,
                           storage::Command command) {
  const auto outcome = co_await propose(context, exchange, std::move(command));
  if (outcome.ok()) {
    writer->keep();
    co_return Checked<void>{};
  }
  if (outcome.error().code == Errc::commit_unknown) writer->leave();
  co_return refused_by_store(put_stem, outcome.error());
}

}  // namespace dobson::ozone
