// The steps of the signing line (architecture.md), each a function from what the step before made: prepare, digest,
// attributes, sign, verify, assemble, embed. They know no store, no principal, no policy and no thread: sign_pdf.cpp
// decides on which thread each is called.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/random.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/credentials/signing_material.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/der/oid.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pades/prepared_revision.hpp"
#include "rakkan/pdf/document.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::service {

using pades::DocumentHasher;
using pades::HashedDocument;

struct TokenFacts {
  Instant generation_time;
  Bytes serial_number;  // INTEGER content octets
  der::Oid policy;
};

struct SignedPdf {
  Bytes tail;  // the bytes that follow the base
  std::string field_name;
  pades::PreparedRevision::ByteRange byte_range{};
  crypto::Digest document_digest;    // SHA-256 of the bytes handed in
  crypto::Digest byte_range_digest;  // the value of the signature's messageDigest attribute
  std::size_t cms_size = 0;
  std::size_t reserve = 0;
  std::optional<TokenFacts> timestamp;  // at level B-T
  unsigned signatures_made = 1;         // more than 1: a token was larger than its reserve
};

// The result of steps 2 to 4: the revision that is going to be signed, with room in /Contents for a token of
// `token_room` bytes (0: none).
struct PreparedPdf {
  pades::PreparedRevision revision;
  crypto::Digest byte_range_digest;
  cms::SignedAttributes attributes;
};
[[nodiscard]] Result<PreparedPdf> prepare_pdf(const HashedDocument& document, const credentials::SigningMaterial& key,
                                              const pades::SignatureFieldSpec& field, std::size_t token_room,
                                              RandomSource& random, const pdf::Limits& limits,
                                              pdf::MemoryBudget* memory = nullptr);
// A credential signs with its one suite: a digest of another algorithm is digest_algorithm_mismatch, with "digest.alg"
// in `where`.
[[nodiscard]] Result<void> check_digest_algorithm(const crypto::Digest& digest, const crypto::AlgorithmSuite& suite);
// Step 4 over a digest that the caller computed. digest_algorithm_mismatch.
[[nodiscard]] Result<cms::SignedAttributes> prepare_digest(const crypto::Digest& digest,
                                                           const credentials::SigningMaterial& key);
// Step 6. Blocks on the signer.
[[nodiscard]] Result<Bytes> use_key(const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes);
// Step 7: a wrong key or a fault in the HSM stops here. self_check_failed.
[[nodiscard]] Result<void> check_own_signature(const credentials::SigningMaterial& key,
                                               const cms::SignedAttributes& attributes, ByteView signature);
// Step 9's imprint: the digest of the signature value (RFC 5126 §6.1.1, EN 319 122-1 §5.3).
[[nodiscard]] crypto::Digest imprint_of(const credentials::SigningMaterial& key, ByteView signature);
// Step 8, with the token of step 9 where there is one.
[[nodiscard]] Bytes assemble(const credentials::SigningMaterial& key, const cms::SignedAttributes& attributes,
                             ByteView signature, const std::optional<tsp::TimestampToken>& token);
// Step 10. cms_larger_than_reserved.
[[nodiscard]] Result<SignedPdf> embed(PreparedPdf prepared, const HashedDocument& document, ByteView cms,
                                      const std::optional<tsp::TimestampToken>& token);
[[nodiscard]] std::optional<TokenFacts> facts_of(const std::optional<tsp::TimestampToken>& token);

}  // namespace rakkan::service
