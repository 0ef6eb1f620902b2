// The words of enumerations, both ways. A table is an array of words in the order of the enumerators.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/crypto/hash_algorithm.hpp"
#include "rakkan/crypto/verification_algorithm.hpp"
#include "rakkan/validation/facts.hpp"
#include "rakkan/validation/policy.hpp"
#include "rakkan/validation/verdict.hpp"

namespace rakkan::validation {

template <class E>
struct WordsOf;

template <>
struct WordsOf<Check> {
  static constexpr std::array<std::string_view, 4> kWords{"good", "bad", "unsupported", "not-checked"};
};
template <>
struct WordsOf<Match> {
  static constexpr std::array<std::string_view, 3> kWords{"match", "mismatch", "not-found"};
};
template <>
struct WordsOf<KeyType> {
  static constexpr std::array<std::string_view, 7> kWords{"RSA",     "RSASSA-PSS", "DSA",  "EC",
                                                          "Ed25519", "Ed448",      "other"};
};
template <>
struct WordsOf<RevocationKind> {
  static constexpr std::array<std::string_view, 2> kWords{"crl", "ocsp"};
};
template <>
struct WordsOf<Source> {
  static constexpr std::array<std::string_view, 6> kWords{"signed-attribute", "signature", "timestamp", "dss", "given",
                                                          "fetched"};
};
template <>
struct WordsOf<CertificateStatus> {
  static constexpr std::array<std::string_view, 3> kWords{"good", "revoked", "unknown"};
};
template <>
struct WordsOf<CertificateReference> {
  static constexpr std::array<std::string_view, 4> kWords{"match", "mismatch", "ambiguous", "absent"};
};
template <>
struct WordsOf<ReferenceVersion> {
  static constexpr std::array<std::string_view, 3> kWords{"none", "v1", "v2"};
};
template <>
struct WordsOf<Coverage> {
  static constexpr std::array<std::string_view, 5> kWords{"not-pdf", "entire-file", "entire-revision",
                                                          "contiguous-block", "unclear"};
};
template <>
struct WordsOf<ModificationLevel> {
  static constexpr std::array<std::string_view, 6> kWords{"NONE",        "LTA_UPDATES", "FORM_FILLING",
                                                          "ANNOTATIONS", "OTHER",       "NOT_ANALYSED"};
};
template <>
struct WordsOf<Permission> {
  static constexpr std::array<std::string_view, 4> kWords{"no-certification", "no-changes", "form-filling",
                                                          "annotations"};
};
template <>
struct WordsOf<TimestampKind> {
  static constexpr std::array<std::string_view, 5> kWords{"content", "signature", "archive", "document", "bare"};
};
template <>
struct WordsOf<Weight> {
  static constexpr std::array<std::string_view, 5> kWords{"fail", "indeterminate", "warn", "inform", "ignore"};
};
template <>
struct WordsOf<RevocationNeed> {
  static constexpr std::array<std::string_view, 3> kWords{"required", "if-present", "none"};
};
template <>
struct WordsOf<Role> {
  static constexpr std::array<std::string_view, 3> kWords{"signer", "timestamp", "revocation"};
};
template <>
struct WordsOf<crypto::VerificationScheme> {
  static constexpr std::array<std::string_view, 6> kWords{"RSASSA-PKCS1-v1_5", "RSASSA-PSS", "DSA", "ECDSA",
                                                          "Ed25519",           "Ed448"};
};
template <>
struct WordsOf<Indication> {
  static constexpr std::array<std::string_view, 3> kWords{"PASSED", "INDETERMINATE", "FAILED"};
};
template <>
struct WordsOf<SubIndication> {
  static constexpr std::array<std::string_view, 25> kWords{"FORMAT_FAILURE",
                                                           "HASH_FAILURE",
                                                           "SIG_CRYPTO_FAILURE",
                                                           "REVOKED",
                                                           "EXPIRED",
                                                           "NOT_YET_VALID",
                                                           "SIG_CONSTRAINTS_FAILURE",
                                                           "CHAIN_CONSTRAINTS_FAILURE",
                                                           "CERTIFICATE_CHAIN_GENERAL_FAILURE",
                                                           "CRYPTO_CONSTRAINTS_FAILURE",
                                                           "POLICY_PROCESSING_ERROR",
                                                           "SIGNATURE_POLICY_NOT_AVAILABLE",
                                                           "TIMESTAMP_ORDER_FAILURE",
                                                           "NO_SIGNING_CERTIFICATE_FOUND",
                                                           "NO_CERTIFICATE_CHAIN_FOUND",
                                                           "NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
                                                           "REVOKED_NO_POE",
                                                           "REVOKED_CA_NO_POE",
                                                           "OUT_OF_BOUNDS_NOT_REVOKED",
                                                           "OUT_OF_BOUNDS_NO_POE",
                                                           "REVOCATION_OUT_OF_BOUNDS_NO_POE",
                                                           "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
                                                           "NO_POE",
                                                           "TRY_LATER",
                                                           "SIGNED_DATA_NOT_FOUND"};
};
template <>
struct WordsOf<Severity> {
  static constexpr std::array<std::string_view, 3> kWords{"error", "warning", "information"};
};
template <>
struct WordsOf<StepResult> {
  static constexpr std::array<std::string_view, 4> kWords{"passed", "failed", "indeterminate", "noted"};
};
template <>
struct WordsOf<Level> {
  static constexpr std::array<std::string_view, 5> kWords{"none", "B-B", "B-T", "B-LT", "B-LTA"};
};

template <class E>
[[nodiscard]] constexpr std::string_view word(E value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < WordsOf<E>::kWords.size() ? WordsOf<E>::kWords[index] : std::string_view{};
}

template <class E>
[[nodiscard]] constexpr std::optional<E> from_word(std::string_view text) noexcept {
  for (std::size_t index = 0; index < WordsOf<E>::kWords.size(); ++index) {
    if (WordsOf<E>::kWords[index] == text) {
      return static_cast<E>(index);
    }
  }
  return std::nullopt;
}

template <class E>
[[nodiscard]] std::vector<std::string> all_words() {
  return {WordsOf<E>::kWords.begin(), WordsOf<E>::kWords.end()};
}

}  // namespace rakkan::validation
