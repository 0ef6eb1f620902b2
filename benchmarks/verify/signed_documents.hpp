// Signed documents in which every key is of one kind, with what a verification of them needs beside the document.
#pragma once

#include <memory>
#include <vector>

#include "evidence_authority.hpp"
#include "rakkan/credentials/signing_material.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pki/trust_store.hpp"
#include "rakkan/tsp/tsu.hpp"

namespace rakkan::test {
struct BentClockGate;
}

namespace rakkan::bench {

// Signers and a timestamp unit below one CA below a root. A delegated responder answers for signers and unit, a CRL of
// the root for the CA. All that is signed is of one moment, so that the same verdict holds whenever the program runs.
class SignedDocuments {
 public:
  static constexpr std::size_t kSigners = 4;
  explicit SignedDocuments(crypto::KeyKind kind);

  // Signed once, without a timestamp, and without evidence: that is given().
  [[nodiscard]] Bytes b_b(ByteView base);
  // Signed by each of the signers, with a signature timestamp each; behind the signatures the evidence about all of
  // them, and one document timestamp.
  [[nodiscard]] Bytes b_lta(ByteView base);

  [[nodiscard]] EvidenceAuthority& authority() noexcept { return authority_; }
  [[nodiscard]] crypto::Signer& key() noexcept { return signers_.front().signer(); }
  [[nodiscard]] pki::TrustStore trust() const { return pki::TrustStore::from_certificates({authority_.root()}); }
  // The evidence about the signer of b_b: an OCSP response and a CRL.
  [[nodiscard]] std::vector<Bytes> given();
  // The time of the judgement: shortly after all that is signed.
  [[nodiscard]] static Instant judged_at() noexcept;

 private:
  [[nodiscard]] credentials::SigningMaterial signer(crypto::KeyKind kind, std::size_t number);
  [[nodiscard]] std::shared_ptr<tsp::Tsu> make_unit(crypto::KeyKind kind);
  [[nodiscard]] tsp::TimestampToken token_over(const crypto::Digest& imprint, Instant time);
  [[nodiscard]] Bytes stamped_tail(const pades::HashedDocument& document, const credentials::SigningMaterial& signer);

  EvidenceAuthority authority_;
  crypto::SystemRandom random_;
  std::vector<credentials::SigningMaterial> signers_;
  std::shared_ptr<test::BentClockGate> clock_;
  std::shared_ptr<tsp::Tsu> unit_;
};

}  // namespace rakkan::bench
