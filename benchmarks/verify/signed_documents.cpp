#include "signed_documents.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "must.hpp"
#include "rakkan/pades/augmentation.hpp"
#include "rakkan/tsp/serial_source.hpp"
#include "support/bare_signing_line.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::bench {
namespace {

using credentials::SigningMaterial;
using std::chrono::minutes;

constexpr Instant kSigned = pki::kNotBefore + std::chrono::hours{24 * 30};
constexpr Instant kCollected = kSigned + minutes{1};  // the evidence
constexpr Instant kArchived = kSigned + minutes{2};   // the document timestamp
constexpr Instant kJudged = kSigned + minutes{3};     // while the evidence is fresh

std::shared_ptr<crypto::SoftwareSigner> software_key(crypto::KeyKind kind) {
  return std::make_shared<crypto::SoftwareSigner>(must(crypto::SoftwareSigner::generate(kind)));
}

pades::SignatureFieldSpec field() {
  pades::SignatureFieldSpec spec;
  spec.signing_time = kSigned;
  return spec;
}

Bytes joined(ByteView base, ByteView tail) {
  Bytes whole;
  whole.reserve(base.size() + tail.size());
  append(whole, base);
  append(whole, tail);
  return whole;
}

}  // namespace

SignedDocuments::SignedDocuments(crypto::KeyKind kind)
    : authority_(kind), clock_(std::make_shared<test::BentClockGate>()), unit_(make_unit(kind)) {
  for (std::size_t number = 1; number <= kSigners; ++number) {
    signers_.push_back(signer(kind, number));
  }
}

SigningMaterial SignedDocuments::signer(crypto::KeyKind kind, std::size_t number) {
  const auto key = software_key(kind);
  pki::Certificate certificate =
      authority_.certify("Signer " + std::to_string(number), key->public_key().spki(), false);
  return must(SigningMaterial::create(key, std::move(certificate), {authority_.ca()}, crypto::default_suite(kind)));
}

std::shared_ptr<tsp::Tsu> SignedDocuments::make_unit(crypto::KeyKind kind) {
  const auto key = software_key(kind);
  pki::Certificate certificate = authority_.certify("Unit", key->public_key().spki(), true);
  return must(tsp::Tsu::create(key, crypto::default_suite(kind), std::move(certificate), {authority_.ca()},
                               test::TestTsu::policy(), tsp::make_epoch_serial_source(1, random_), clock_));
}

Instant SignedDocuments::judged_at() noexcept { return kJudged; }

std::vector<Bytes> SignedDocuments::given() {
  return {authority_.ocsp(signers_.front().certificate(), kCollected), authority_.crl_of_root(kCollected)};
}

Bytes SignedDocuments::b_b(ByteView base) {
  return joined(base, must(test::sign_pdf_line(base, signers_.front(), field(), random_)).tail);
}

tsp::TimestampToken SignedDocuments::token_over(const crypto::Digest& imprint, Instant time) {
  clock_->time = time;
  Bytes nonce(8);
  must(random_.fill(nonce));
  return must(test::issue(*unit_, tsp::TimestampRequest::for_digest(imprint, nonce)));
}

Bytes SignedDocuments::stamped_tail(const pades::HashedDocument& document, const SigningMaterial& signer) {
  service::PreparedPdf prepared =
      must(service::prepare_pdf(document, signer, field(), unit_->max_token_size(), random_, {}));
  const Bytes signature = must(service::use_key(signer, prepared.attributes));
  const tsp::TimestampToken token = token_over(service::imprint_of(signer, signature), kSigned);
  const Bytes cms = service::assemble(signer, prepared.attributes, signature, token);
  return must(service::embed(std::move(prepared), document, cms, token)).tail;
}

Bytes SignedDocuments::b_lta(ByteView base) {
  const std::array digests{signers_.front().suite().digest, crypto::DigestAlgorithm::sha256};
  pades::Augmentation document(pades::HashedDocument::hash(pdf::DocumentBytes(base), digests), {});
  std::vector<Bytes> responses{authority_.ocsp(unit_->certificate(), kCollected)};
  for (const SigningMaterial& signer : signers_) {
    must(document.add_revision(stamped_tail(document.document(), signer)));
    responses.push_back(authority_.ocsp(signer.certificate(), kCollected));
  }
  const Bytes list = authority_.crl_of_root(kCollected);
  pades::ValidationData data;
  data.certificates = {authority_.ca().der(), unit_->certificate().der()};
  data.ocsp_responses = {responses.begin(), responses.end()};
  data.crls = {list};
  static_cast<void>(must(document.add_validation_data(data, random_)));
  pades::PreparedTimestamp prepared = must(document.prepare_timestamp(
      {.algorithm = crypto::DigestAlgorithm::sha256, .largest_token = unit_->max_token_size()}, random_));
  const tsp::TimestampToken token = token_over(prepared.digest, kArchived);
  must(document.add_timestamp(std::move(prepared), token));
  return joined(base, std::move(document).take_tail());
}

}  // namespace rakkan::bench
