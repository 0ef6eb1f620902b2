// RC4, which the security handlers of revisions 2 to 4 use (ISO 32000-1 §7.6.2). OpenSSL 3 has it in its legacy
// provider alone, which is often not there.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "rakkan/base/bytes.hpp"

namespace rakkan::pdf {

// Encrypts or decrypts: both are one. The key has 1 to 256 octets.
inline Bytes rc4(ByteView key, ByteView data) {
  std::array<Byte, 256> state{};
  for (std::size_t i = 0; i < state.size(); ++i) {
    state[i] = static_cast<Byte>(i);
  }
  Byte j = 0;
  for (std::size_t i = 0; i < state.size(); ++i) {
    j = static_cast<Byte>(j + state[i] + key[i % key.size()]);
    std::swap(state[i], state[j]);
  }
  Bytes out;
  out.reserve(data.size());
  Byte i = 0;
  j = 0;
  for (const Byte octet : data) {
    i = static_cast<Byte>(i + 1);
    j = static_cast<Byte>(j + state[i]);
    std::swap(state[i], state[j]);
    out.push_back(static_cast<Byte>(octet ^ state[static_cast<Byte>(state[i] + state[j])]));
  }
  return out;
}

}  // namespace rakkan::pdf
