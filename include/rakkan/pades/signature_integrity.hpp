// SignatureIntegrity is what can be said of one PDF signature from the file alone: does its ByteRange frame its own
// /Contents, does the digest match, do CMS and timestamp verify with the certificates they carry. Whether anybody
// should trust those certificates is not asked: that is validation (EN 319 102-1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/crypto/algorithm_suite.hpp"
#include "rakkan/crypto/digest.hpp"
#include "rakkan/pades/baseline_level.hpp"
#include "rakkan/pdf/acro_form.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/tsp/timestamp_token.hpp"

namespace rakkan::pades {

enum class Check : std::uint8_t {
  passed,
  failed,
  not_done,  // of a format or algorithm that is not read here, or because what it needs failed before
};

[[nodiscard]] std::string_view name(Check check) noexcept;  // "passed", "failed", "not done"

struct Checked {
  Check outcome = Check::not_done;
  std::optional<Error> why;  // unless it passed
};

// A signature-time-stamp, or the token that is a document timestamp.
struct TimestampIntegrity {
  std::optional<tsp::TimestampToken> token;     // nothing: it cannot be read
  std::optional<pki::Certificate> certificate;  // the unit's, once the signature verifies
  Checked imprint;  // is of the signature value; of a document timestamp: of the ByteRange's spans
  Checked signature;

  [[nodiscard]] Check outcome() const noexcept;
};

struct SignatureIntegrity {
  Checked byte_range;  // four numbers that leave out this signature's /Contents and nothing else before its end
  Checked digest;      // of the two spans is what the signature says
  Checked signature;   // the signature value verifies with `certificate`

  // Facts of the CMS; nothing when it cannot be read. They are unproven claims while a check fails.
  std::optional<pki::Certificate> certificate;  // the embedded one that the signer identifier names
  bool has_signing_certificate_v2 = false;      // the signed attribute (RFC 5035) names it, too
  std::optional<crypto::DigestAlgorithm> digest_algorithm;
  const crypto::AlgorithmSuite* suite = nullptr;
  std::optional<crypto::Digest> signed_digest;    // its messageDigest, or the document timestamp's imprint
  std::optional<crypto::Digest> signature_value;  // SHA-256 of the signature value
  std::vector<TimestampIntegrity> timestamps;     // signature-time-stamps; of a document timestamp the token itself

  // failed when one check failed, else not_done when one was not done.
  [[nodiscard]] Check outcome() const noexcept;
};

// Never fails: an unreadable part is a check that was not done. The ByteRange's spans are hashed in place. Thread-safe
// as the document is.
[[nodiscard]] SignatureIntegrity check_integrity(const pdf::Document& document, const pdf::Signature& signature);

[[nodiscard]] bool is_document_timestamp(const pdf::Signature& signature) noexcept;  // SubFilter ETSI.RFC3161

// The text under kSignatureIdKey, UTF-8; empty when there is none, or when it is longer than 256 bytes.
[[nodiscard]] std::string signature_id(const pdf::Signature& signature);

// One past the last byte that the ByteRange covers; nothing when it does not have the usual four numbers.
[[nodiscard]] std::optional<std::uint64_t> covered_end(const pdf::Signature& signature) noexcept;

// The baseline level (EN 319 142-1 §6) that the file's structure is of, as far as this signature goes. Whether
// validation data are those that are needed, and right, is not asked.
// `all`: the document's signatures, among them the document timestamps. Nothing for a document timestamp, and for a
// signature of another profile (SubFilter, signingCertificateV2).
[[nodiscard]] Result<std::optional<BaselineLevel>> level_of_structure(const pdf::Document& document,
                                                                      const pdf::Signature& signature,
                                                                      const SignatureIntegrity& integrity,
                                                                      const std::vector<pdf::Signature>& all);

}  // namespace rakkan::pades
