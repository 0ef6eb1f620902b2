// A certificate of version 1 (X.509 of 1988: no extensions), as `openssl x509 -req` made them for years: it allows no
// use explicitly.
#pragma once

#include "rakkan/base/result.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/der/writer.hpp"
#include "rakkan/pki/certificate.hpp"

namespace rakkan::test {

[[nodiscard]] inline Result<pki::Certificate> version_1_certificate(const pki::Name& subject, ByteView spki,
                                                                    const pki::Name& issuer,
                                                                    const pki::Validity& validity,
                                                                    crypto::Signer& issuer_key) {
  const crypto::AlgorithmSuite& suite = crypto::default_suite(issuer_key.public_key().kind());
  der::Writer tbs;
  tbs.sequence([&] {
    tbs.small_unsigned(7);
    tbs.raw(suite.x509_signature_algorithm);
    tbs.raw(issuer.der());
    tbs.sequence([&] {
      tbs.time(validity.not_before);
      tbs.time(validity.not_after);
    });
    tbs.raw(subject.der());
    tbs.raw(spki);
  });
  const Bytes to_be_signed = tbs.take();
  RAKKAN_TRY(const Bytes signature, issuer_key.sign(suite, crypto::digest(suite.digest, to_be_signed)));
  der::Writer certificate;
  certificate.sequence([&] {
    certificate.raw(to_be_signed);
    certificate.raw(suite.x509_signature_algorithm);
    certificate.bit_string(signature);
  });
  return pki::Certificate::parse(certificate.take());
}

}  // namespace rakkan::test
