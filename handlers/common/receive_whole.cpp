#include "handlers/common/receive_whole.h"

namespace dobson {

Task<Result<std::string>> receive_whole(http::Exchange* exchange, std::size_t most,
                                        TextRoom::Share* share) {
  const Error too_large{Errc::quota_exceeded};
  if (exchange->request().content_length.value_or(0) > most) co_return too_large;
  std::string text;
  while (true) {
    auto piece = co_await exchange->read_body();
    if (!piece) {
      exchange->close_after();
      co_return piece.error();
    }
    if (piece->empty()) co_return text;
    if (exchange->body_bytes() > most) co_return too_large;
    if (!share->grow(piece->size())) co_return Error{Errc::overloaded};
    text.append(reinterpret_cast<const char*>(piece->data()), piece->size());
  }
}

}  // namespace dobson
