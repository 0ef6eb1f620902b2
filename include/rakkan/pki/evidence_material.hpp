// EvidenceMaterial is what is at hand to prove that certificates were good: certificates, CRLs and OCSP responses, each
// with where it came from. They are candidates, not facts: evidence_table.hpp says what they prove.
//
//   EvidenceMaterial material;
//   material.add(response, {EvidenceOrigin::document});
//   const EvidenceTable table = make_evidence_table({.subjects = …, .material = material, …});
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/ocsp_response.hpp"

namespace rakkan::pki {

// In the order in which an object that came twice is said to come: what is in the document need not be added to it.
enum class EvidenceOrigin : std::uint8_t { document, cache, folder, fetched };
[[nodiscard]] std::string_view to_string(EvidenceOrigin origin) noexcept;  // "document"

struct Provenance {
  EvidenceOrigin origin{};
  // The earliest time at which the object is proven to have existed, by a timestamp over it; nothing: now. An algorithm
  // has to be acceptable then: afterwards nobody can forge the object any more.
  std::optional<Instant> existed_at = std::nullopt;

  friend bool operator==(const Provenance&, const Provenance&) = default;
};

// UnreadableEvidence was found where evidence ought to be, and is of no use.
struct UnreadableEvidence {
  std::string where;  // "signature Signature1, adbe-revocationInfoArchival, CRL 2"
  Error why;
};

// Holds each object once, with the better provenance of several: the first origin, the earliest proof. Copies share the
// objects, and those of a frozen one everything until they are changed. Not to be shared between threads while a table
// is made of it: verifications of CRLs are remembered.
class EvidenceMaterial {
 public:
  EvidenceMaterial();
  EvidenceMaterial(const EvidenceMaterial& other);
  EvidenceMaterial& operator=(const EvidenceMaterial& other);
  EvidenceMaterial(EvidenceMaterial&& other) noexcept;
  EvidenceMaterial& operator=(EvidenceMaterial&& other) noexcept;
  ~EvidenceMaterial();

  struct HeldCertificate {
    Certificate certificate;
    crypto::Digest fingerprint;  // SHA-256 of the DER, as of the others
    Provenance from;
  };
  struct HeldList {
    CertificateList list;
    crypto::Digest fingerprint;
    Provenance from;
  };
  struct HeldResponse {
    OcspResponse response;
    crypto::Digest fingerprint;
    Provenance from;
  };

  // True when the object was not there yet. The certificates in a response are added with it.
  bool add(const Certificate& certificate, const Provenance& from);
  bool add(const CertificateList& list, const Provenance& from);
  bool add(const OcspResponse& response, const Provenance& from);
  // All that another one holds, with where it came from.
  void add(const EvidenceMaterial& other);
  // Keeps up to kMostUnreadable of them: whoever is told about so many looks at the document.
  void note_unreadable(std::string where, Error why);
  static constexpr std::size_t kMostUnreadable = 64;
  // Makes copies cheap from now on, also for other threads.
  void freeze();

  [[nodiscard]] std::span<const HeldCertificate> certificates() const noexcept;
  [[nodiscard]] std::span<const HeldList> lists() const noexcept;
  [[nodiscard]] std::span<const HeldResponse> responses() const noexcept;
  [[nodiscard]] std::span<const UnreadableEvidence> unreadable() const noexcept;
  [[nodiscard]] const HeldCertificate* find(const Certificate& certificate) const;  // null when it is not held

  // The indices of lists and responses that may be about a certificate: of an issuer of that name, of that serial
  // number (INTEGER content octets). In an order that does not depend on that of add().
  [[nodiscard]] std::vector<std::size_t> lists_of(const Name& issuer) const;
  [[nodiscard]] std::vector<std::size_t> responses_about(ByteView serial_number) const;

  // lists()[index].list.verify_signed_by(issuer), made once: a large list is hashed once for each key.
  [[nodiscard]] Result<void> verify_list(std::size_t index, const Certificate& issuer) const;

 private:
  struct Held;
  [[nodiscard]] const Held& held() const noexcept;
  [[nodiscard]] Held& own();

  std::unique_ptr<Held> own_;                                          // null: as in frozen_
  std::shared_ptr<const Held> frozen_;                                 // null: nothing is held, unless in own_
  mutable std::map<std::string, Result<void>, std::less<>> verified_;  // by fingerprint of the list and of the signer
};

}  // namespace rakkan::pki
