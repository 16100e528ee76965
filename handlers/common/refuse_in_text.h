#pragma once

// Family::refuse of families that answer people, not programs.

#include "http/route/route.h"

namespace dobson {

inline void refuse_in_text(void*, http::Exchange& exchange, const http::Refusal& refusal) {
  exchange.status(refusal.status);
  exchange.header("Date", exchange.date());
  if (refusal.reason == http::Refusal::Reason::method_not_allowed) {
    exchange.header("Allow", refusal.text);
  }
  exchange.header("Content-Type", "text/plain; charset=utf-8");
  exchange.finish("This page cannot be asked so.\n");
}

}  // namespace dobson
