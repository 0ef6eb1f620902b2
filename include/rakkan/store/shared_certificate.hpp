// SharedCertificate is a certificate that stands in many signatures. The store keeps it once and puts it back where it
// stood when a signature is read (docs/adr/0017-a-certificate-is-stored-once.md).
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "rakkan/base/bytes.hpp"

namespace rakkan::store {

using Sha256 = std::array<Byte, 32>;

struct SharedCertificate {
  Sha256 sha256{};  // of `der`: by it alone the store knows whether it has the certificate
  Bytes der;
};

// A place in a tail where a certificate stands.
struct CertificateStretch {
  enum class Form : std::uint8_t {
    der,
    hex,  // two lower-case digits a byte: a PDF's /Contents
  };
  std::uint64_t at = 0;  // of its first byte or digit, from the tail's beginning
  Form form{};
  std::shared_ptr<const SharedCertificate> certificate;
};

}  // namespace rakkan::store
