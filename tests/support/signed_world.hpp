// A world in which documents are signed and archived at any time, with certificates, CRLs and OCSP responses that hold:
// a root, a CA and a signer; a root of timestamps and a unit; a responder.
//
//   SignedWorld world;
//   SignedWorld::Draft draft = world.sign(pdf, kSigned, Stamped::yes);
//   world.add_evidence(draft, kSigned + kDay);
//   world.add_timestamp(draft, kSigned + kDay);
//   const Bytes b_lta = draft.bytes();
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rakkan/cms/signed_data_builder.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/pades/augmentation.hpp"
#include "rakkan/tsp/tsu.hpp"
#include "support/evidence_world.hpp"
#include "support/fixed_random.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::test {

enum class Stamped : bool { no, yes };

class SignedWorld : public EvidenceWorld {
 public:
  // A document with its updates.
  class Draft {
   public:
    explicit Draft(Bytes base)
        : base_(std::make_unique<Bytes>(std::move(base))),
          augmentation(std::make_unique<pades::Augmentation>(
              pades::HashedDocument::hash(pdf::DocumentBytes(*base_), kDigests), pades::AugmentationOptions{})) {}

    [[nodiscard]] Bytes bytes() const {
      Bytes all;
      const pdf::DocumentBytes& pieces = augmentation->document().bytes();
      pieces.for_each(0, pieces.size(), [&all](ByteView part) { append(all, part); });
      return all;
    }

   private:
    static constexpr std::array kDigests{crypto::DigestAlgorithm::sha256, crypto::DigestAlgorithm::sha384,
                                         crypto::DigestAlgorithm::sha512};
    std::unique_ptr<Bytes> base_;

   public:
    std::unique_ptr<pades::Augmentation> augmentation;
  };

  // The document, signed; a signature timestamp is of `time`.
  [[nodiscard]] Draft sign(Bytes base, Instant time, Stamped stamped) {
    Draft draft(std::move(base));
    sign_again(draft, time, stamped);
    return draft;
  }
  void sign_again(Draft& draft, Instant time, Stamped stamped) {
    pades::Augmentation& augmentation = *draft.augmentation;
    const pdf::Document document = value_or_throw(augmentation.open());
    pades::PreparedRevision prepared = value_or_throw(pades::prepare(document, {}, kReserve, random));
    const crypto::Digest digest = value_or_throw(augmentation.document().byte_range_digest(prepared, suite.digest));
    const Bytes message = cms_over(digest, time, stamped);
    pades::SignedRevision revision = value_or_throw(pades::SignedRevision::embed(std::move(prepared), message));
    expect(augmentation.add_revision(std::move(revision).take_tail()));
  }

  [[nodiscard]] Bytes cms_over(const crypto::Digest& digest, Instant time, Stamped stamped,
                               std::optional<ByteView> content = std::nullopt) {
    const auto attributes = cms::SignedAttributes::make(cms::kIdData, digest, signer, suite);
    const Bytes value = value_or_throw(signer_key.sign(suite, attributes.digest()));
    std::optional<tsp::TimestampToken> token;
    if (stamped == Stamped::yes) {
      token = token_over(crypto::digest(crypto::DigestAlgorithm::sha256, value), time);
    }
    const std::vector<pki::Certificate> chain{ca_certificate};
    return cms::assemble_signed_data(
        {.attributes = attributes,
         .signer = signer,
         .signature = value,
         .certificates = chain,
         .embed_signer = true,
         .content = content,
         .content_type = cms::kIdData,
         .signature_timestamp = token ? std::optional<ByteView>(token->der()) : std::nullopt});
  }

  [[nodiscard]] tsp::TimestampToken token_over(const crypto::Digest& imprint, Instant time) {
    clock->time = time;
    const Bytes nonce(8, 0x11);
    return value_or_throw(issue(*unit, tsp::TimestampRequest::for_digest(imprint, nonce)));
  }

  // Puts the CA's certificate, CRLs of both roots and a response about the signer, all made at `time`, into the store.
  void add_evidence(Draft& draft, Instant time) {
    const pki::CertificateList of_root = crl(root, time);
    const pki::CertificateList of_tsa = crl(tsa_root, time);
    const pki::OcspResponse of_signer = response(time);
    const std::vector<Bytes> certificates{copy_of(ca_certificate.der()), copy_of(unit_certificate.der())};
    const std::vector<Bytes> responses{of_signer.response_der()};
    const std::vector<Bytes> lists{copy_of(of_root.der()), copy_of(of_tsa.der())};
    const pades::ValidationData data{
        {certificates.begin(), certificates.end()}, {responses.begin(), responses.end()}, {lists.begin(), lists.end()}};
    expect(draft.augmentation->add_validation_data(data, random).map([](const auto&) {}));
  }
  void add_timestamp(Draft& draft, Instant time) {
    pades::PreparedTimestamp prepared = value_or_throw(draft.augmentation->prepare_timestamp(
        {.algorithm = crypto::DigestAlgorithm::sha256, .largest_token = unit->max_token_size()}, random));
    const tsp::TimestampToken token = token_over(prepared.digest, time);
    expect(draft.augmentation->add_timestamp(std::move(prepared), token));
  }

  // A response about the signer.
  [[nodiscard]] pki::OcspResponse response(Instant time, const OcspChange& more = {}) {
    return responder.answer(signer, ca_certificate, made_at(time, more));
  }
  // Fresh evidence about everything, as it would come from outside at `time`.
  [[nodiscard]] pki::EvidenceMaterial outside(Instant time) {
    pki::EvidenceMaterial given;
    constexpr pki::Provenance kOutside{pki::EvidenceOrigin::folder};
    given.add(crl(root, time), kOutside);
    given.add(crl(tsa_root, time), kOutside);
    given.add(response(time), kOutside);
    return given;
  }

  static constexpr std::size_t kReserve = 8192;

  crypto::SoftwareSigner signer_key = pki::new_key(crypto::KeyKind::ec_p256);
  const crypto::AlgorithmSuite& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
  pki::Certificate signer =
      ca.certify("Signer", signer_key.public_key().spki(), numbered({0x12}, [](pki::CertificateTemplate& content) {
                   content.key_usage = {pki::KeyUsage::digital_signature, pki::KeyUsage::content_commitment};
                 }));
  pki::Authority tsa_root{"TSA Root"};
  pki::Certificate tsa_root_certificate = tsa_root.self_signed();
  std::shared_ptr<crypto::SoftwareSigner> unit_key =
      std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
  pki::Certificate unit_certificate =
      tsa_root.certify("TSU", unit_key->public_key().spki(), numbered({0x31}, [](pki::CertificateTemplate& content) {
                         content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
                       }));
  crypto::SystemRandom serial_random;
  FixedRandom random;
  std::shared_ptr<BentClockGate> clock = std::make_shared<BentClockGate>();
  std::shared_ptr<tsp::Tsu> unit = value_or_throw(tsp::Tsu::create(
      unit_key, crypto::default_suite(crypto::KeyKind::ec_p256), unit_certificate, {tsa_root_certificate},
      TestTsu::policy(), tsp::make_epoch_serial_source(1, serial_random), clock));
  pki::TrustStore everybody = pki::TrustStore::from_certificates({root_certificate, tsa_root_certificate});

 private:
  static void expect(const Result<void>& done) {
    if (!done) {
      throw std::runtime_error(to_string(done.error()));
    }
  }
};

}  // namespace rakkan::test
