#include "tools/dobsonctl/roll_up.h"

#include <utility>

namespace dobson::ctl {

namespace {

void extend(Amount& sum, Amount amount) {
  sum.keys += amount.keys;
  sum.bytes += amount.bytes;
}

}  // namespace

RollUp::RollUp(std::string_view prefix, unsigned depth, Row row)
    : base_(prefix.rfind('/') + 1), depth_(depth), row_(std::move(row)) {}

void RollUp::add(std::string_view name, Amount amount) {
  while (!open_.empty() && !name.starts_with(name_of(open_.back()))) close();
  std::size_t length = open_.empty() ? base_ : open_.back().length;
  while (open_.size() < depth_) {
    length = name.find('/', length) + 1;
    if (length == 0) break;
    open_.push_back({.length = length, .amount = {}});
  }
  last_ = name;
  extend(open_.empty() ? total_ : open_.back().amount, amount);
}

void RollUp::close() {
  const Open closed = open_.back();
  row_(name_of(closed), closed.amount);
  open_.pop_back();
  extend(open_.empty() ? total_ : open_.back().amount, closed.amount);
}

Amount RollUp::finish() {
  while (!open_.empty()) close();
  return total_;
}

}  // namespace dobson::ctl
