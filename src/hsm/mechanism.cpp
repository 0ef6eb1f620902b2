#include "hsm/mechanism.hpp"

#include <algorithm>

#include "rakkan/der/writer.hpp"

namespace rakkan::hsm {
namespace {

using crypto::DigestAlgorithm;
using crypto::KeyKind;
using crypto::SignatureScheme;

CK_RSA_PKCS_PSS_PARAMS pss_parameters(DigestAlgorithm algorithm) noexcept {
  // RFC 4055 §3.1 as the suites have it: MGF1 with the same hash, and a salt as long as the hash.
  switch (algorithm) {
    case DigestAlgorithm::sha256:
      return {CKM_SHA256, CKG_MGF1_SHA256, 32};
    case DigestAlgorithm::sha384:
      return {CKM_SHA384, CKG_MGF1_SHA384, 48};
    case DigestAlgorithm::sha512:
      return {CKM_SHA512, CKG_MGF1_SHA512, 64};
  }
  return {};
}

// DigestInfo ::= SEQUENCE { digestAlgorithm AlgorithmIdentifier, digest OCTET STRING } (RFC 8017 §9.2), with NULL
// parameters as appendix B.1 demands.
Bytes digest_info(const crypto::Digest& digest) {
  der::Writer writer(96);
  writer.sequence([&] {
    writer.sequence([&] {
      writer.oid(crypto::info(digest.algorithm()).oid);
      writer.null();
    });
    writer.octet_string(digest.view());
  });
  return writer.take();
}

std::size_t coordinate_size(KeyKind kind) noexcept { return kind == KeyKind::ec_p256 ? 32 : 48; }

}  // namespace

SignatureInput::SignatureInput(const crypto::AlgorithmSuite& suite, KeyKind kind, const crypto::Digest& digest)
    : type_(CKM_RSA_PKCS) {
  switch (suite.scheme) {
    case SignatureScheme::rsa_pkcs1:
      data_ = digest_info(digest);
      break;
    case SignatureScheme::rsa_pss:
      type_ = CKM_RSA_PKCS_PSS;
      pss_ = pss_parameters(digest.algorithm());
      data_ = copy_of(digest.view());
      break;
    case SignatureScheme::ecdsa:
      // FIPS 186-5 §6.4.1: the leftmost bits of a longer digest. Not every module cuts it itself.
      type_ = CKM_ECDSA;
      data_ = copy_of(digest.view().first(std::min(digest.view().size(), coordinate_size(kind))));
      break;
    case SignatureScheme::eddsa:
      type_ = CKM_EDDSA;
      break;
  }
}

SignatureInput::SignatureInput(ByteView message) : type_(CKM_EDDSA), data_(copy_of(message)) {}

CK_MECHANISM SignatureInput::mechanism() const noexcept {
  if (!pss_) {
    return {type_, nullptr, 0};
  }
  return {type_, const_cast<CK_RSA_PKCS_PSS_PARAMS*>(&*pss_), sizeof(CK_RSA_PKCS_PSS_PARAMS)};
}

std::size_t raw_signature_size(KeyKind kind) noexcept {
  switch (kind) {
    case KeyKind::rsa_2048:
      return 256;
    case KeyKind::rsa_3072:
      return 384;
    case KeyKind::rsa_4096:
      return 512;
    case KeyKind::ec_p256:
    case KeyKind::ec_p384:
      return 2 * coordinate_size(kind);
    case KeyKind::ed25519:
      return 64;
  }
  return 0;
}

Bytes encode_signature(KeyKind kind, Bytes raw) {
  if (kind != KeyKind::ec_p256 && kind != KeyKind::ec_p384) {
    return raw;
  }
  const ByteView both = raw;
  der::Writer writer(raw.size() + 16);
  writer.sequence([&] {
    writer.unsigned_integer(both.first(raw.size() / 2));
    writer.unsigned_integer(both.subspan(raw.size() / 2));
  });
  return writer.take();
}

}  // namespace rakkan::hsm
