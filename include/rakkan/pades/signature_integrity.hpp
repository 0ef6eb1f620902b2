// SignatureIntegrity is the result of checking one PDF signature from the file alone: whether its ByteRange frames its
// own /Contents, the digest matches, and CMS and timestamps verify with the certificates that they include. Whether
// these certificates are to be trusted is a question of validation (EN 319 102-1) and not asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pades/baseline_level.hpp"
#include "rakkan/pades/hashed_document.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::pades {

enum class Check : std::uint8_t {
  passed,
  failed,
  not_done,  // the format or algorithm is not supported, or an earlier check that this one needs has failed
};

[[nodiscard]] std::string_view name(Check check) noexcept;  // "passed", "failed", "not done"

struct Checked {
  Check outcome = Check::not_done;
  std::optional<Error> why;  // the reason, unless the check passed
};

// TimestampIntegrity is the result of checking a signature-time-stamp, or the token of a document timestamp.
struct TimestampIntegrity {
  std::optional<tsp::TimestampToken> token;     // nothing: the token cannot be read
  std::optional<pki::Certificate> certificate;  // the unit's certificate, once the token's signature verifies
  Checked imprint;  // the imprint is of the signature value; for a document timestamp, of the ByteRange's spans
  Checked signature;

  [[nodiscard]] Check outcome() const noexcept;
};

struct SignatureIntegrity {
  Checked byte_range;  // ByteRange has four numbers that leave out this signature's /Contents and nothing else before
                       // its end
  Checked digest;      // the digest of the two spans is the signed one
  Checked signature;   // the signature value verifies with `certificate`

  // Facts of the CMS; nothing when it cannot be read. They are unproven claims while a check fails.
  std::optional<cms::SignedData> signed_data;
  std::optional<pki::Certificate> certificate;  // the embedded certificate that the signer identifier names
  std::vector<pki::Certificate> embedded;       // all certificates of the CMS that can be read, in its order
  bool has_signing_certificate_v2 = false;      // the signed attribute (RFC 5035) names it, too
  std::optional<crypto::DigestAlgorithm> digest_algorithm;
  const crypto::AlgorithmSuite* suite = nullptr;
  std::optional<crypto::Digest> signed_digest;    // the messageDigest, or the document timestamp's imprint
  std::optional<crypto::Digest> signature_value;  // SHA-256 of the signature value
  std::vector<TimestampIntegrity> timestamps;     // the signature-time-stamps, or the document timestamp's own token

  // The result of all checks: failed when one check failed, else not_done when one was not done.
  [[nodiscard]] Check outcome() const noexcept;
};

// Checks a signature. Never fails: an unreadable part is a check that was not done. The ByteRange's spans are hashed in
// place, unless `hashed`, made of the same bytes with what covered_bytes says, has their digest. As thread-safe as the
// document.
[[nodiscard]] SignatureIntegrity check_integrity(const pdf::Document& document, const pdf::Signature& signature,
                                                 const HashedDocument* hashed = nullptr);

// The bytes that the signatures cover, each with the algorithm of its own digest, for one reading that serves them all
// (DocumentHasher). Left out are signatures whose digest no check would compare: /ByteRange or CMS cannot be read.
[[nodiscard]] std::vector<CoveredBytes> covered_bytes(const pdf::Document& document,
                                                      const std::vector<pdf::Signature>& signatures);

[[nodiscard]] bool is_document_timestamp(const pdf::Signature& signature) noexcept;  // SubFilter ETSI.RFC3161

// The signature's id, the text under kSignatureIdKey, UTF-8; empty when there is none, or when it is longer than 256
// bytes.
[[nodiscard]] std::string signature_id(const pdf::Signature& signature);

// One past the last byte that the ByteRange covers; nothing when it does not have the usual four numbers.
[[nodiscard]] std::optional<std::uint64_t> covered_end(const pdf::Signature& signature) noexcept;

// The baseline level (EN 319 142-1 §6) of the file's structure with regard to this signature. Whether the validation
// data are complete and right is not checked. `all` are the document's signatures, document timestamps among them.
// Nothing for a document timestamp, and for a signature of another profile (SubFilter, signingCertificateV2).
[[nodiscard]] Result<std::optional<BaselineLevel>> level_of_structure(const pdf::Document& document,
                                                                      const pdf::Signature& signature,
                                                                      const SignatureIntegrity& integrity,
                                                                      const std::vector<pdf::Signature>& all);

}  // namespace rakkan::pades
