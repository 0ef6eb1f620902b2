// Objects finds objects of a token and reads their attributes, in a given session and Entry.
#pragma once

#include <optional>
#include <vector>

#include "hsm/cryptoki.hpp"
#include "rakkan/base/bytes.hpp"

namespace rakkan::hsm {

// The C API takes templates as pointers to memory that it must not change.
[[nodiscard]] inline CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, ByteView value) noexcept {
  return {type, const_cast<Byte*>(value.data()), value.size()};
}
template <class T>
  requires std::is_trivially_copyable_v<T>
[[nodiscard]] CK_ATTRIBUTE attribute_of(CK_ATTRIBUTE_TYPE type, const T& value) noexcept {
  return {type, const_cast<T*>(&value), sizeof(T)};
}

struct Objects {
  const CK_FUNCTION_LIST& functions;
  CK_SESSION_HANDLE session;

  // The handles of matching objects, at most `limit`, in the token's order.
  [[nodiscard]] Outcome<std::vector<CK_OBJECT_HANDLE>> find(std::vector<CK_ATTRIBUTE> pattern, std::size_t limit) const;

  // The value of an attribute; nothing when the object has no such attribute, the module does not know it, or it may
  // not be read.
  [[nodiscard]] Outcome<std::optional<Bytes>> bytes(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
  [[nodiscard]] Outcome<std::optional<bool>> flag(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
  [[nodiscard]] Outcome<std::optional<CK_ULONG>> number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const;
};

}  // namespace rakkan::hsm
