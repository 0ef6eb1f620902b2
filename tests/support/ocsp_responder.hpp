// A responder of a test: a key to which an authority has delegated its OCSP responses (RFC 6960 §4.2.2.2), with
// id-pkix-ocsp-nocheck; or the authority itself.
//
//   OcspResponder responder(root);
//   const pki::OcspResponse good = responder.answer(leaf, root.self_signed());
#pragma once

#include <chrono>
#include <functional>

#include "rakkan/pki/ocsp_response_builder.hpp"
#include "support/pki_authority.hpp"

namespace rakkan::test {

using OcspChange = std::function<void(pki::OcspResponseTemplate&)>;

// A response that says "good" at kNotBefore, for an hour.
inline pki::OcspResponseTemplate good_response(const pki::Certificate& certificate, const pki::Certificate& issuer) {
  pki::OcspResponseTemplate content;
  content.produced_at = pki::kNotBefore;
  content.responses = {{.certificate_id = pki::encode_ocsp_certificate_id(certificate, issuer).value(),
                        .this_update = pki::kNotBefore,
                        .next_update = pki::kNotBefore + std::chrono::hours{1}}};
  return content;
}

class OcspResponder {
 public:
  explicit OcspResponder(pki::Authority& issuer, const pki::Change& change = {})
      : key_(pki::new_key(crypto::KeyKind::ec_p256)), certificate_(certify(issuer, change)) {}

  [[nodiscard]] const pki::Certificate& certificate() const noexcept { return certificate_; }
  [[nodiscard]] ByteView spki() const noexcept { return key_.public_key().spki(); }

  [[nodiscard]] pki::OcspResponseTemplate content_for(const pki::Certificate& certificate,
                                                      const pki::Certificate& issuer) const {
    pki::OcspResponseTemplate content = good_response(certificate, issuer);
    content.certificates = {certificate_};
    return content;
  }
  [[nodiscard]] Bytes answer_der(const pki::Certificate& certificate, const pki::Certificate& issuer,
                                 const OcspChange& change = {}) {
    pki::OcspResponseTemplate content = content_for(certificate, issuer);
    if (change) {
      change(content);
    }
    return pki::issue_ocsp_response(content, certificate_, crypto::default_suite(key_.public_key().kind()), key_)
        .value();
  }
  [[nodiscard]] pki::OcspResponse answer(const pki::Certificate& certificate, const pki::Certificate& issuer,
                                         const OcspChange& change = {}) {
    return pki::OcspResponse::parse(answer_der(certificate, issuer, change)).value();
  }

 private:
  pki::Certificate certify(pki::Authority& issuer, const pki::Change& change) {
    return issuer.certify("OCSP", spki(), [&](pki::CertificateTemplate& content) {
      content.serial_number = {0x0C, 0x5F};
      content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuOcspSigning}, false};
      content.ocsp_no_check = true;
      if (change) {
        change(content);
      }
    });
  }

  crypto::SoftwareSigner key_;
  pki::Certificate certificate_;
};

inline pki::OcspResponse answer_by_issuer(pki::Authority& issuer, const pki::Certificate& certificate,
                                          const OcspChange& change = {}) {
  const pki::Certificate own = issuer.self_signed();
  pki::OcspResponseTemplate content = good_response(certificate, own);
  if (change) {
    change(content);
  }
  return pki::OcspResponse::parse(pki::issue_ocsp_response(content, own, issuer.suite(), issuer.signer()).value())
      .value();
}

}  // namespace rakkan::test
