// The form in which a signature's tail is kept: what it has for itself, and references to the certificates in it.
//
//   stored      = size count *stretch own
//   size        = integer  ; bytes of the whole tail
//   count       = integer  ; stretches
//   stretch     = gap reference
//   gap         = integer  ; bytes between the end of the stretch before (at first: of the tail's beginning) and this
//   one reference   = integer  ; twice the certificate's number in the store, and 1 more where it stands as hex digits
//   own         = *octet   ; the tail without its stretches, to the end
//   integer     = *(%x80-FF) %x00-7F  ; LEB128: 7 bits an octet, the lowest first; at most 64 bits
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/store/shared_certificate.hpp"

namespace rakkan::store {

// Whether the certificate stands where the stretch says.
[[nodiscard]] bool stands_in(ByteView tail, const CertificateStretch& stretch) noexcept;

// Behind its last byte or digit.
[[nodiscard]] std::uint64_t end_of(const CertificateStretch& stretch) noexcept;

struct StretchReference {
  CertificateStretch stretch;
  std::uint64_t number = 0;  // of the certificate in the store, below 2^63
};

// The stretches are in order, do not overlap, and each stands in the tail.
[[nodiscard]] Bytes encode_tail(ByteView tail, const std::vector<StretchReference>& stretches);

// The DER of the certificate with that number.
using CertificateReader = std::function<Result<Bytes>(std::uint64_t number)>;
// The whole tail, byte for byte. store_corrupt, or what `certificate` fails with.
[[nodiscard]] Result<Bytes> decode_tail(ByteView stored, const CertificateReader& certificate);
// The numbers of the certificates that it refers to, once for each stretch. store_corrupt.
[[nodiscard]] Result<std::vector<std::uint64_t>> certificates_of(ByteView stored);

}  // namespace rakkan::store
