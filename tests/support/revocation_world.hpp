// A public-key infrastructure of a test whose CRLs and OCSP responses can be of any kind: a root (the anchor), a CA
// below it, a leaf with distribution points as the test wants them, and CRL issuers and responders beside the CA.
//
//   RevocationWorld world({{.url = "http://crl.example/1.crl"}});
//   world.lists = {world.list(world.ca, [](pki::CrlTemplate& content) { … })};
//   EXPECT_EQ(world.status().state, pki::RevocationState::good);
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/pki/ocsp_response_builder.hpp"
#include "rakkan/pki/revocation_processing.hpp"
#include "support/handmade_certificates.hpp"
#include "support/pki_authority.hpp"

namespace rakkan::test {

using namespace std::chrono_literals;

inline constexpr Instant kControl = pki::kNotBefore + 24h * 30;  // the time for which tests judge
inline const Bytes kLeaf{0x11};                                  // serial numbers
inline const Bytes kCa{0x21};

// A distribution point (RFC 5280 §4.2.1.13) of URL, reasons and the CRL issuer's name, each where it is given.
struct Point {
  std::string url = {};
  std::optional<std::uint32_t> reasons_msb_first = {};  // nine bits, the first is "unused"
  std::optional<pki::Name> crl_issuer = {};
};
inline pki::ExtensionTemplate distribution_points(const std::vector<Point>& points) {
  return {{2, 5, 29, 31}, false, encoded([&](der::Writer& writer) {
            writer.sequence([&] {
              for (const Point& each : points) {
                writer.sequence([&] {
                  if (!each.url.empty()) {
                    writer.constructed(der::context_constructed(0), [&] {
                      writer.constructed(der::context_constructed(0), [&] { writer.raw(general_text(6, each.url)); });
                    });
                  }
                  if (each.reasons_msb_first) {
                    der::Writer bits;
                    bits.named_bits(*each.reasons_msb_first, 9);
                    writer.primitive(der::context(1), bits.view().subspan(2));
                  }
                  if (each.crl_issuer) {
                    writer.constructed(der::context_constructed(2),
                                       [&] { writer.raw(general_directory(*each.crl_issuer)); });
                  }
                });
              }
            });
          })};
}

inline pki::Change numbered(Bytes serial, const pki::Change& more = {}) {
  return [serial = std::move(serial), more](pki::CertificateTemplate& content) {
    content.serial_number = serial;
    if (more) {
      more(content);
    }
  };
}

class RevocationWorld {
 public:
  using CrlChange = std::function<void(pki::CrlTemplate&)>;
  using OcspChange = std::function<void(pki::OcspResponseTemplate&)>;

  explicit RevocationWorld(const std::vector<Point>& points = {}, const pki::Change& of_leaf = {})
      : root_certificate(root.self_signed(numbered({0x01}))),
        ca_certificate(root.certify_ca(ca, numbered(kCa))),
        leaf(ca.certify("Leaf", numbered(kLeaf,
                                         [&](pki::CertificateTemplate& content) {
                                           if (!points.empty()) {
                                             content.other_extensions.push_back(distribution_points(points));
                                           }
                                           if (of_leaf) {
                                             of_leaf(content);
                                           }
                                         }))),
        certificates{root_certificate, ca_certificate, leaf} {}

  // A complete CRL of an hour before the control time, for a week.
  static pki::CertificateList list(pki::Authority& issuer, const CrlChange& change = {}) {
    pki::CrlTemplate content;
    content.issuer = issuer.name();
    content.this_update = kControl - 1h;
    content.next_update = kControl + 24h * 7;
    content.number = 5;
    content.authority_key_identifier = pki::key_identifier(issuer.spki()).value();
    if (change) {
      change(content);
    }
    return pki::CertificateList::parse(pki::issue_crl(content, issuer.suite(), issuer.signer()).value()).value();
  }
  static pki::RevokedCertificate entry(Bytes serial, pki::CrlReason reason = pki::CrlReason::key_compromise,
                                       Instant at = kControl - 24h) {
    return {.serial_number = std::move(serial), .revoked_at = at, .reason = static_cast<std::uint8_t>(reason)};
  }
  static CrlChange revoking(const Bytes& serial, pki::CrlReason reason = pki::CrlReason::key_compromise,
                            Instant at = kControl - 24h) {
    return [=](pki::CrlTemplate& content) { content.revoked = {entry(serial, reason, at)}; };
  }

  // A response about a certificate, of an hour before the control time, for a day, by a responder with that
  // certificate.
  static pki::OcspResponse response(const pki::Certificate& about, const pki::Certificate& issuer,
                                    const pki::Certificate& responder, pki::Authority& key,
                                    const OcspChange& change = {}) {
    pki::OcspResponseTemplate content;
    content.produced_at = kControl - 1h;
    content.certificates = {responder};
    content.responses = {{.certificate_id = pki::encode_ocsp_certificate_id(about, issuer).value(),
                          .this_update = kControl - 1h,
                          .next_update = kControl + 24h}};
    if (change) {
      change(content);
    }
    return pki::OcspResponse::parse(pki::issue_ocsp_response(content, responder, key.suite(), key.signer()).value())
        .value();
  }
  // A certificate for an OCSP responder's key.
  static pki::Certificate responder_certificate(pki::Authority& issuer, const pki::Authority& responder,
                                                const pki::Change& change = {}) {
    return issuer.certify("Signer", responder.spki(), [&](pki::CertificateTemplate& content) {
      content.subject = responder.name();
      content.serial_number = {0x31};
      content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuOcspSigning}, false};
      if (change) {
        change(content);
      }
    });
  }
  // A certificate for a CRL issuer that is no CA.
  static pki::Certificate crl_issuer_certificate(pki::Authority& issuer, const pki::Authority& crl_issuer,
                                                 const pki::Change& change = {}) {
    return issuer.certify("Signer", crl_issuer.spki(), [&](pki::CertificateTemplate& content) {
      content.subject = crl_issuer.name();
      content.serial_number = {0x41};
      content.key_usage = {pki::KeyUsage::crl_sign};
      if (change) {
        change(content);
      }
    });
  }

  [[nodiscard]] pki::CertificationPath path() const { return {{root_certificate}, {ca_certificate, leaf}}; }
  [[nodiscard]] pki::RevocationSources sources() const { return {certificates, lists, responses}; }

  // Of the leaf.
  [[nodiscard]] pki::RevocationVerdict status(Instant time = kControl) const {
    const pki::RevocationSources all = sources();
    pki::RevocationProcessor processor(all);
    return processor.status_at(path(), 1, time).value();
  }
  [[nodiscard]] std::vector<pki::RevocationFact> facts() const {
    const pki::RevocationSources all = sources();
    pki::RevocationProcessor processor(all);
    return processor.facts(path(), 1).value();
  }

  pki::Authority root{"Root"};
  pki::Authority ca{"CA"};
  pki::Certificate root_certificate;
  pki::Certificate ca_certificate;
  pki::Certificate leaf;
  std::vector<pki::Certificate> certificates;
  std::vector<pki::CertificateList> lists;
  std::vector<pki::OcspResponse> responses;
};

}  // namespace rakkan::test
