// RevocationSources are the CRLs, OCSP responses and certificates at hand for finding out whether certificates were
// revoked. They are candidates: nobody has to have sorted them or to vouch for them. Immutable once made; may be shared
// between threads.
//
// Each object is held once, in an order that depends on the objects alone (by SHA-256), so that nothing which is made
// of the sources depends on the order in which they were given.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "rakkan/crypto/digest.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/name.hpp"
#include "rakkan/pki/ocsp_response.hpp"
#include "rakkan/pki/path_builder.hpp"

namespace rakkan::pki {

class RevocationSources {
 public:
  struct HeldList {
    CertificateList list;
    crypto::Digest fingerprint;  // SHA-256 of the DER
  };
  struct HeldResponse {
    OcspResponse response;
    crypto::Digest fingerprint;
  };

  RevocationSources() : RevocationSources({}, {}, {}) {}
  // `certificates` are those among which CRL issuers, responders and the CAs above them are looked for; those inside of
  // the responses are added to them, up to 64 of each response.
  RevocationSources(std::vector<Certificate> certificates, const std::vector<CertificateList>& lists,
                    const std::vector<OcspResponse>& responses);

  [[nodiscard]] const CertificatePool& certificates() const noexcept;
  [[nodiscard]] std::span<const HeldList> lists() const noexcept;
  [[nodiscard]] std::span<const HeldResponse> responses() const noexcept;

  // Indices into lists() and responses(): the lists of an issuer of that name, the responses about a serial number
  // (INTEGER content octets). In ascending order.
  [[nodiscard]] std::vector<std::size_t> lists_of(const Name& issuer) const;
  [[nodiscard]] std::vector<std::size_t> responses_about(ByteView serial_number) const;
  // Certificates with that subject, and certificates with the key purpose OCSPSigning of that issuer; each likewise in
  // an order of their own.
  [[nodiscard]] std::vector<Certificate> certificates_of(const Name& subject) const;
  [[nodiscard]] std::vector<Certificate> responders_of(const Name& issuer) const;

 private:
  struct Held;
  std::shared_ptr<const Held> held_;
};

}  // namespace rakkan::pki
