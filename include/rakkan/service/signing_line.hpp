// The steps of the signing line (architecture.md), each a function from what the step before made: prepare, digest,
// attributes, sign, verify, assemble, embed. They know no store, no principal, no policy and no thread: sign_pdf.cpp
// says who calls them where.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/crypto/self_check.hpp"
#include "rakkan/crypto/signer.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pades/prepared_revision.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::service {

// A key with the certificate that belongs to it: what a credential is once it is loaded.
class SigningMaterial {
 public:
  // key_certificate_mismatch when the certificate is another key's; unsupported_algorithm when the suite is not for it.
  [[nodiscard]] static Result<SigningMaterial> create(std::shared_ptr<crypto::Signer> signer,
                                                      pki::Certificate certificate, std::vector<pki::Certificate> chain,
                                                      const crypto::AlgorithmSuite& suite);

  [[nodiscard]] crypto::Signer& signer() const noexcept { return *signer_; }
  [[nodiscard]] const pki::Certificate& certificate() const noexcept { return certificate_; }
  [[nodiscard]] const crypto::Digest& certificate_digest() const noexcept { return certificate_digest_; }  // SHA-256
  // Without the certificate itself.
  [[nodiscard]] const std::vector<pki::Certificate>& chain() const noexcept { return chain_; }
  [[nodiscard]] const crypto::AlgorithmSuite& suite() const noexcept { return *suite_; }
  // Of the certificate's key. Copies share it.
  [[nodiscard]] const std::shared_ptr<crypto::SelfCheck>& self_check() const noexcept { return self_check_; }

  // An upper bound of the detached CMS of this key with a token of at most `token_size` bytes; 0: no token.
  [[nodiscard]] std::size_t cms_size(std::size_t token_size) const;

  // The same key signing by another way (a pool's threads).
  [[nodiscard]] SigningMaterial with_signer(std::shared_ptr<crypto::Signer> signer) const;

 private:
  SigningMaterial(std::shared_ptr<crypto::Signer> signer, pki::Certificate certificate,
                  std::vector<pki::Certificate> chain, const crypto::AlgorithmSuite& suite,
                  crypto::PublicKey public_key, cms::SignedAttributes sample);

  std::shared_ptr<crypto::Signer> signer_;
  pki::Certificate certificate_;
  crypto::Digest certificate_digest_;
  std::vector<pki::Certificate> chain_;
  const crypto::AlgorithmSuite* suite_;
  std::shared_ptr<crypto::SelfCheck> self_check_;
  cms::SignedAttributes sample_;  // of some digest: all have the same size
};

class HashedDocument;

// Takes a document in pieces, as it arrives, and is done when the last one is there.
class DocumentHasher {
 public:
  explicit DocumentHasher(crypto::DigestAlgorithm byte_range_algorithm);
  void update(ByteView piece);
  // `base`: all pieces in one, which outlives the result. internal when it is not as long as they were together.
  [[nodiscard]] Result<HashedDocument> finish(ByteView base) &&;

 private:
  friend class HashedDocument;
  crypto::Hasher document_{crypto::DigestAlgorithm::sha256};
  std::optional<crypto::Hasher> byte_range_;  // nothing: of the same algorithm
  std::uint64_t size_ = 0;
};

// The bytes handed in, read once: their SHA-256 (document_digest), and the state from which the ByteRange digest goes
// on.
class HashedDocument {
 public:
  // Views `base`, which must outlive this.
  [[nodiscard]] static HashedDocument hash(ByteView base, crypto::DigestAlgorithm byte_range_algorithm);

  [[nodiscard]] ByteView base() const noexcept { return base_; }
  [[nodiscard]] const crypto::Digest& document_digest() const noexcept { return document_digest_; }
  [[nodiscard]] crypto::Digest byte_range_digest(const pades::PreparedRevision& prepared) const;

 private:
  friend class DocumentHasher;
  HashedDocument(ByteView base, crypto::Digest document_digest, crypto::Hasher state)
      : base_(base), document_digest_(document_digest), state_(std::move(state)) {}

  ByteView base_;
  crypto::Digest document_digest_;
  crypto::Hasher state_;
};

struct TokenFacts {
  Instant generation_time;
  Bytes serial_number;  // INTEGER content octets
  der::Oid policy;
};

struct SignedPdf {
  Bytes tail;  // what follows the base
  std::string field_name;
  pades::PreparedRevision::ByteRange byte_range{};
  crypto::Digest document_digest;    // SHA-256 of the bytes handed in
  crypto::Digest byte_range_digest;  // what the signature's messageDigest says
  std::size_t cms_size = 0;
  std::size_t reserve = 0;
  std::optional<TokenFacts> timestamp;  // B-T
  unsigned signatures_made = 1;         // 2: a token was larger than its reserve
};

// Steps 2 to 4: what is going to be signed, with room in /Contents for a token of `token_room` bytes (0: none).
struct PreparedPdf {
  pades::PreparedRevision revision;
  crypto::Digest byte_range_digest;
  cms::SignedAttributes attributes;
};
[[nodiscard]] Result<PreparedPdf> prepare_pdf(const HashedDocument& document, const SigningMaterial& key,
                                              const pades::SignatureFieldSpec& field, std::size_t token_room,
                                              RandomSource& random, const pdf::Limits& limits,
                                              pdf::MemoryBudget* memory = nullptr);
// A credential signs with its one suite: a digest of another algorithm is digest_algorithm_mismatch, with "digest.alg"
// in `where`.
[[nodiscard]] Result<void> check_digest_algorithm(const crypto::Digest& digest, const crypto::AlgorithmSuite& suite);
// Step 4 over a digest that somebody else made. digest_algorithm_mismatch.
[[nodiscard]] Result<cms::SignedAttributes> prepare_digest(const crypto::Digest& digest, const SigningMaterial& key);
// Step 6. Blocks on the signer.
[[nodiscard]] Result<Bytes> use_key(const SigningMaterial& key, const cms::SignedAttributes& attributes);
// Step 7: a wrong key or a fault in the HSM stops here. self_check_failed.
[[nodiscard]] Result<void> check_own_signature(const SigningMaterial& key, const cms::SignedAttributes& attributes,
                                               ByteView signature);
// Step 9's imprint: the digest of the signature value (RFC 5126 §6.1.1, EN 319 122-1 §5.3).
[[nodiscard]] crypto::Digest imprint_of(const SigningMaterial& key, ByteView signature);
// Step 8, with what step 9 brought.
[[nodiscard]] Bytes assemble(const SigningMaterial& key, const cms::SignedAttributes& attributes, ByteView signature,
                             const std::optional<tsp::TimestampToken>& token);
// Step 10. cms_larger_than_reserved.
[[nodiscard]] Result<SignedPdf> embed(PreparedPdf prepared, const HashedDocument& document, ByteView cms,
                                      const std::optional<tsp::TimestampToken>& token);
[[nodiscard]] std::optional<TokenFacts> facts_of(const std::optional<tsp::TimestampToken>& token);

}  // namespace rakkan::service
