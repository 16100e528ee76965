#include "handlers/ozone/part_bytes.h"

#include <memory>

#include "handlers/ozone/access.h"
#include "handlers/ozone/listing.h"
#include "handlers/ozone/receive.h"
#include "handlers/ozone/shapes.h"
#include "handlers/ozone/uploads.h"

namespace dobson::ozone {

namespace {

Checked<std::unique_ptr<storage::BlockWriter>> begin_part(Context& context,
                                                          http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  // It has no body of its own: what it would store instead is not what is meant.
  if (request.header("x-ozone-copy-source") != nullptr) {
    return Refused{Code::invalid_request, "A part cannot be copied."};
  }
  TRY(check_length(context, request));
  TRY(check_access(context, exchange, Need::write, put_stem));
  TRY(find_upload(context, exchange, put_stem));
  return TRY_STORE(put_stem, context.store.blocks().write(request.content_length));
}

// The digest of what is stored.
Task<Checked<storage::Md5>> store(Context* context, http::Exchange* exchange) {
  auto writer = begin_part(*context, *exchange);
  if (!writer) co_return writer.error();
  auto written = co_await receive(context, exchange, writer->get());
  if (!written) co_return written.error();
  const storage::Md5 md5 = written->md5;
  storage::PutPart put{
      .upload = upload_name(*exchange),
      .number = static_cast<std::uint64_t>(query_integer(*exchange, "partNumber", 0)),
      .size = written->size,
      .md5 = md5,
      .blocks = std::move(written->blocks)};
  const auto committed = co_await commit(context, exchange, writer->get(), std::move(put));
  if (!committed) co_return committed.error();
  co_return md5;
}

}  // namespace

Task<void> put_part(void* context, http::Exchange* exchange) {
  const auto stored = co_await store(static_cast<Context*>(context), exchange);
  if (!stored) {
    answer(*exchange, stored.error());
    co_return;
  }
  answer_stored(*exchange, storage::EntityTag{*stored, 0});
}

}  // namespace dobson::ozone
