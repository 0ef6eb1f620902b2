// Signs and archives documents with software keys: everything that pades::Augmentation needs from outside. Certificates
// are real; OCSP responses and CRLs are bytes that no validator sees.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "rakkan/cms/signed_data_builder.hpp"
#include "rakkan/pades/augmentation.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "support/fixed_random.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::test {

inline constexpr std::array kAllDigests{crypto::DigestAlgorithm::sha256, crypto::DigestAlgorithm::sha384,
                                        crypto::DigestAlgorithm::sha512};

// A SEQUENCE of `size` bytes that differs with `seed`, as little compressible as signatures are.
inline Bytes der_like(std::uint32_t seed, std::size_t size) {
  Bytes bytes(size);
  std::uint32_t value = seed;
  for (Byte& byte : bytes) {
    value = value * 1'664'525 + 1'013'904'223;
    byte = static_cast<Byte>(value >> 24);
  }
  bytes.at(0) = 0x30;
  return bytes;
}

// Evidence owns validation data.
struct Evidence {
  std::vector<Bytes> certificates, ocsp_responses, crls;
  std::vector<pades::VriEntry> vri = {};

  [[nodiscard]] pades::ValidationData data() const {
    return {{certificates.begin(), certificates.end()},
            {ocsp_responses.begin(), ocsp_responses.end()},
            {crls.begin(), crls.end()},
            vri};
  }
};

class Archivist {
 public:
  static constexpr std::size_t kSignatureReserve = 4096;

  // Signs a revision that was prepared on top of the document: its CMS.
  Bytes cms_over(const crypto::Digest& digest) {
    const auto attributes = cms::SignedAttributes::make(cms::kIdData, digest, signer.certificate, suite);
    const Bytes value = value_or_throw(signer.key->sign(suite, attributes.digest()));
    const std::vector<pki::Certificate> chain{authority.certificate()};
    return cms::assemble_signed_data({.attributes = attributes,
                                      .signer = signer.certificate,
                                      .signature = value,
                                      .certificates = chain,
                                      .embed_signer = true,
                                      .content = std::nullopt,
                                      .content_type = cms::kIdData,
                                      .signature_timestamp = std::nullopt});
  }

  Result<void> sign(pades::Augmentation& augmentation, const pades::SignatureFieldSpec& field = {}) {
    RAKKAN_TRY(const pdf::Document document, augmentation.open());
    RAKKAN_TRY(pades::PreparedRevision prepared, pades::prepare(document, field, kSignatureReserve, random));
    RAKKAN_TRY(const crypto::Digest digest, augmentation.document().byte_range_digest(prepared, suite.digest));
    RAKKAN_TRY(pades::SignedRevision revision, pades::SignedRevision::embed(std::move(prepared), cms_over(digest)));
    return augmentation.add_revision(std::move(revision).take_tail());
  }

  Result<tsp::TimestampToken> token_over(const crypto::Digest& imprint) {
    const Bytes nonce(8, 0x11);
    return issue(*tsu.tsu, tsp::TimestampRequest::for_digest(imprint, nonce));
  }

  Result<void> timestamp(pades::Augmentation& augmentation,
                         crypto::DigestAlgorithm algorithm = crypto::DigestAlgorithm::sha256) {
    RAKKAN_TRY(
        pades::PreparedTimestamp prepared,
        augmentation.prepare_timestamp({.algorithm = algorithm, .largest_token = tsu.tsu->max_token_size()}, random));
    RAKKAN_TRY(const tsp::TimestampToken token, token_over(prepared.digest));
    return augmentation.add_timestamp(std::move(prepared), token);
  }

  // Certificates of this world with that round's revocation data.
  [[nodiscard]] Evidence evidence(std::uint32_t round) const {
    return {{copy_of(signer.certificate.der()), copy_of(authority.certificate().der()),
             copy_of(tsu.identity.certificate.der())},
            {der_like(100 + round, 1200), der_like(200 + round, 1800)},
            {der_like(300 + round, 700)}};
  }

  // The document as it is before anything is appended.
  [[nodiscard]] static pades::Augmentation start(ByteView base, pades::AugmentationOptions options = {}) {
    return {pades::HashedDocument::hash(pdf::DocumentBytes(base), kAllDigests), options};
  }
  // Base and updates as one.
  [[nodiscard]] static Bytes joined(const pades::Augmentation& augmentation) {
    Bytes all;
    const pdf::DocumentBytes& bytes = augmentation.document().bytes();
    bytes.for_each(0, bytes.size(), [&all](ByteView part) { append(all, part); });
    return all;
  }

  TestAuthority authority{};
  Identity signer = authority.signer(crypto::KeyKind::ec_p256);
  const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
  TestTsu tsu{authority};
  FixedRandom random;
};

inline std::vector<pdf::Signature> signatures_of(const pdf::Document& document) {
  const auto form = value_or_throw(pdf::AcroForm::read(document));
  return form ? value_or_throw(pdf::signatures(document, *form)) : std::vector<pdf::Signature>{};
}

}  // namespace rakkan::test
