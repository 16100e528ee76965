#pragma once

// The one declaration that drives every codec of a record:
//
//   void fields(auto&& visit, Of<Acl> auto& acl) { visit(acl.type, acl.name, acl.rights); }
//
// The order is the disk format: fields are neither reordered nor removed.

#include <concepts>
#include <type_traits>

namespace dobson::storage {

// `Record` itself, const when it is read from and not when it is written to.
template <class T, class Record>
concept Of = std::same_as<std::remove_const_t<T>, Record>;

// In a declaration: an integer that is stored at its full width, for what listings decode row by
// row (docs/adr/0012-names-in-one-flat-table.md).
template <class Integer>
struct Fixed {
  Integer& value;
};

// The last enumerator of an enumeration that is stored, so that decoding refuses what is beyond.
template <class Enum>
inline constexpr Enum last_enumerator = Enum::not_declared;

}  // namespace dobson::storage
