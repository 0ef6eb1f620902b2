// RSA keys of any numbers, also of such as nobody would sign with.
#pragma once

#include "rakkan/base/bytes.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::test {

// SubjectPublicKeyInfo (RFC 3279 §2.3.1) with that modulus and exponent, both big-endian.
inline Bytes rsa_spki(ByteView modulus, ByteView exponent) {
  der::Writer key;
  key.sequence([&] {
    key.unsigned_integer(modulus);
    key.unsigned_integer(exponent);
  });
  der::Writer spki;
  spki.sequence([&] {
    spki.sequence([&] {
      spki.oid(der::Oid{1, 2, 840, 113549, 1, 1, 1});
      spki.null();
    });
    spki.bit_string(key.view());
  });
  return spki.take();
}

}  // namespace rakkan::test
