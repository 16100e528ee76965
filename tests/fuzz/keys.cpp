// Keys of rows, of every table: bytes that decode encode to themselves, and bytes are in the order
// of their fields.

#include "core/base/assert.h"
#include "storage/catalog/catalog.h"
#include "tests/fuzz/support/input.h"

namespace dobson::storage {
namespace {

// The fields of a key, to be compared one after the other.
class FieldsOfKey {
 public:
  template <class Key>
  explicit FieldsOfKey(const Key& key) {
    fields(*this, key);
  }
  template <class... Fields>
  void operator()(const Fields&... each) {
    (add(each), ...);
  }
  auto operator<=>(const FieldsOfKey&) const = default;

 private:
  void add(std::uint64_t value) { values_.emplace_back(value); }
  void add(std::string_view value) { values_.emplace_back(value); }
  template <class Tag>
  void add(StrongId<Tag> id) {
    add(id.value);
  }

  std::vector<std::variant<std::uint64_t, std::string_view>> values_;
};

template <class Key>
void check(std::string_view first, std::string_view second) {
  const auto a = decode_key<Key>(first);
  const auto b = decode_key<Key>(second);
  if (a) DOBSON_ASSERT(encode_key(*a) == first);
  if (b) DOBSON_ASSERT(encode_key(*b) == second);
  if (a && b) DOBSON_ASSERT((FieldsOfKey(*a) <=> FieldsOfKey(*b)) == (first <=> second));
}

}  // namespace
}  // namespace dobson::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dobson::storage;
  dobson::fuzz::Input input(data, size);
  const auto first = input.text();
  const auto second = input.rest().substr(0, dobson::limits::row_key_bytes);
  std::apply(
      [&](const auto&... tables) {
        (check<typename std::decay_t<decltype(tables)>::Key>(first, second), ...);
      },
      catalog::state);
  return 0;
}
