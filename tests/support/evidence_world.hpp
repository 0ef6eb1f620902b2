// A public-key infrastructure of a test with the evidence about it: a root (the anchor), a CA below it, a leaf that
// signed at kSigned, a responder of the CA with id-pkix-ocsp-nocheck, CRLs and OCSP responses of any time.
//
//   EvidenceWorld world;
//   world.hold(world.crl(world.root, kSigned - 1h));
//   EXPECT_TRUE(world.table().complete());
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/pki/evidence_table.hpp"
#include "support/ocsp_responder.hpp"
#include "support/pki_authority.hpp"

namespace rakkan::test {

inline constexpr Instant kSigned = pki::kNotBefore + std::chrono::hours{24 * 30};
inline constexpr Instant kLater = kSigned + std::chrono::hours{48};  // the time at which tables are made
inline constexpr std::chrono::hours kDay{24};

inline const Bytes kLeafSerial{0x11};

class EvidenceWorld {
 public:
  EvidenceWorld() = default;
  // Certificates with other extensions (the places of evidence, say).
  EvidenceWorld(const pki::Change& of_ca, const pki::Change& of_leaf)
      : ca_certificate(root.certify_ca(ca, numbered({0x21}, of_ca))),
        leaf(ca.certify("Leaf", numbered(kLeafSerial, of_leaf))) {}

  static pki::Change numbered(Bytes serial, const pki::Change& more = {}) {
    return [serial = std::move(serial), more](pki::CertificateTemplate& content) {
      content.serial_number = serial;
      if (more) {
        more(content);
      }
    };
  }

  // A CRL for a week.
  static pki::CertificateList crl(pki::Authority& issuer, Instant this_update,
                                  const std::function<void(pki::CrlTemplate&)>& change = {}) {
    pki::CrlTemplate content;
    content.issuer = issuer.name();
    content.this_update = this_update;
    content.next_update = this_update + 7 * kDay;
    content.authority_key_identifier = pki::key_identifier(issuer.spki()).value();
    if (change) {
      change(content);
    }
    return pki::CertificateList::parse(pki::issue_crl(content, issuer.suite(), issuer.signer()).value()).value();
  }
  static std::function<void(pki::CrlTemplate&)> revoking(const Bytes& serial, Instant at,
                                                         pki::CrlReason reason = pki::CrlReason::key_compromise) {
    return [=](pki::CrlTemplate& content) { content.revoked = {{serial, at, static_cast<std::uint8_t>(reason)}}; };
  }

  // A change of an OCSP response to one of that time, for a day.
  static OcspChange made_at(Instant time, const OcspChange& more = {}) {
    return [=](pki::OcspResponseTemplate& content) {
      content.produced_at = time;
      content.responses.at(0).this_update = time;
      content.responses.at(0).next_update = time + kDay;
      if (more) {
        more(content);
      }
    };
  }
  static OcspChange revoked_at(Instant at, pki::CrlReason reason = pki::CrlReason::key_compromise) {
    return [=](pki::OcspResponseTemplate& content) {
      content.responses.at(0).status = pki::OcspCertificateStatus::revoked;
      content.responses.at(0).revocation_time = at;
      content.responses.at(0).reason = reason;
    };
  }
  static void not_known(pki::OcspResponseTemplate& content) {
    content.responses.at(0).status = pki::OcspCertificateStatus::unknown;
  }
  // A response about the leaf by the CA's responder.
  pki::OcspResponse ocsp(Instant time, const OcspChange& more = {}) {
    return responder.answer(leaf, ca_certificate, made_at(time, more));
  }

  template <class Object>
  void hold(const Object& object, pki::EvidenceOrigin origin = pki::EvidenceOrigin::fetched) {
    material.add(object, {origin});
  }
  // All that is needed for the leaf: the CA's certificate, a CRL of the root, a response about the leaf.
  void hold_everything() {
    hold(ca_certificate);
    hold(crl(root, kSigned - kDay));
    hold(ocsp(kSigned - std::chrono::hours{1}));
  }

  [[nodiscard]] pki::EvidenceSubject subject(pki::FreshnessDemand demand = pki::FreshnessDemand::cached(kDay)) const {
    return {.role = pki::EvidenceRole::signer,
            .label = "Signature1",
            .certificate = leaf,
            .time = kSigned,
            .demand = demand,
            .from = {pki::EvidenceOrigin::document}};
  }
  [[nodiscard]] Result<pki::EvidenceTable> make(const std::vector<pki::EvidenceSubject>& subjects) const {
    return pki::make_evidence_table({.subjects = subjects,
                                     .material = material,
                                     .trust = trust,
                                     .algorithms = pki::AlgorithmPolicy::ts_119_312(),
                                     .now = now});
  }
  [[nodiscard]] pki::EvidenceTable table(const std::vector<pki::EvidenceSubject>& subjects) const {
    return make(subjects).value();
  }
  [[nodiscard]] pki::EvidenceTable table(pki::FreshnessDemand demand = pki::FreshnessDemand::cached(kDay)) const {
    return table(std::vector{subject(demand)});
  }

  pki::Authority root{"Root"};
  pki::Authority ca{"CA"};
  pki::Certificate root_certificate = root.self_signed();
  pki::Certificate ca_certificate = root.certify_ca(ca, numbered({0x21}));
  pki::Certificate leaf = ca.certify("Leaf", numbered(kLeafSerial));
  OcspResponder responder{ca};
  pki::TrustStore trust = pki::TrustStore::from_certificates({root_certificate});
  pki::EvidenceMaterial material;
  Instant now = kLater;
};

}  // namespace rakkan::test
