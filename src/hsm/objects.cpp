#include "hsm/objects.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace rakkan::hsm {
namespace {

// Larger than any attribute that is read (an RSA-4096 modulus has 512 octets); a module that claims more is not
// believed.
constexpr CK_ULONG kLargestAttribute = 64 * 1024;

template <class T>
std::optional<T> value_of(const std::optional<Bytes>& bytes) noexcept {
  if (!bytes || bytes->size() != sizeof(T)) {
    return std::nullopt;
  }
  T value{};
  std::memcpy(&value, bytes->data(), sizeof(T));
  return value;
}

}  // namespace

Outcome<std::vector<CK_OBJECT_HANDLE>> Objects::find(std::vector<CK_ATTRIBUTE> pattern, std::size_t limit) const {
  RAKKAN_HSM_CALL(functions, C_FindObjectsInit, session, pattern.data(), pattern.size());
  std::vector<CK_OBJECT_HANDLE> found;
  while (found.size() < limit) {
    std::array<CK_OBJECT_HANDLE, 32> some{};
    CK_ULONG count = 0;
    RAKKAN_HSM_CALL(functions, C_FindObjects, session, some.data(), std::min(some.size(), limit - found.size()),
                    &count);
    if (count == 0 || count > some.size()) {
      break;
    }
    found.insert(found.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
  }
  RAKKAN_HSM_CALL(functions, C_FindObjectsFinal, session);
  return found;
}

Outcome<std::optional<Bytes>> Objects::bytes(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
  CK_ATTRIBUTE wanted{type, nullptr, 0};
  const auto read = [&]() -> Outcome<bool> {
    const CK_RV code = functions.C_GetAttributeValue(session, object, &wanted, 1);
    if (code == CKR_ATTRIBUTE_TYPE_INVALID || code == CKR_ATTRIBUTE_SENSITIVE) {
      return false;
    }
    RAKKAN_HSM_CHECK(check(code, "C_GetAttributeValue"));
    return wanted.ulValueLen <= kLargestAttribute;  // CK_UNAVAILABLE_INFORMATION is the largest number
  };
  RAKKAN_HSM_TRY(const bool there, read());
  if (!there) {
    return std::nullopt;
  }
  Bytes value(wanted.ulValueLen);
  if (value.empty()) {
    return value;
  }
  wanted.pValue = value.data();
  RAKKAN_HSM_TRY(const bool still_there, read());
  if (!still_there || wanted.ulValueLen > value.size()) {
    return std::nullopt;
  }
  value.resize(wanted.ulValueLen);
  return value;
}

Outcome<std::optional<bool>> Objects::flag(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
  RAKKAN_HSM_TRY(const std::optional<Bytes> value, bytes(object, type));
  const std::optional<CK_BBOOL> flag = value_of<CK_BBOOL>(value);
  return flag ? std::optional<bool>(*flag != CK_FALSE) : std::nullopt;
}

Outcome<std::optional<CK_ULONG>> Objects::number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
  RAKKAN_HSM_TRY(const std::optional<Bytes> value, bytes(object, type));
  return value_of<CK_ULONG>(value);
}

}  // namespace rakkan::hsm
