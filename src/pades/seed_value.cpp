#include "pades/seed_value.hpp"

#include <algorithm>
#include <string>

#include "rakkan/pdf/text_string.hpp"

namespace rakkan::pades {
namespace {

using pdf::Kind;
using pdf::Value;

// The bits of /Ff (ISO 32000-2 table 237): a set bit makes the constraint a required one.
enum Required : std::uint64_t {
  kFilter = 1U << 0,
  kSubFilter = 1U << 1,
  kVersion = 1U << 2,
  kReasons = 1U << 3,
  kLegalAttestation = 1U << 4,
  kAddRevocationInfo = 1U << 5,
  kDigestMethod = 1U << 6,
  kLockDocument = 1U << 7,
  kAppearanceFilter = 1U << 8,
};

// The newest /V of a seed value dictionary that is supported (table 237: 3, for DigestMethod SHA-2 and LockDocument).
constexpr double kKnownVersion = 3;

tl::unexpected<Error> unmet(std::string_view what) {
  return fail(ErrorCode::pdf_seed_value_unmet, "the field requires " + std::string(what));
}

// The texts of an array of names or text strings.
Result<std::vector<std::string>> texts(const pdf::Document& document, Value array) {
  std::vector<std::string> found;
  for (const Value element : array.elements()) {
    RAKKAN_TRY(const Value text, document.resolve(element));
    if (std::optional<std::string> name = text.name()) {
      found.push_back(*std::move(name));
    } else if (const std::optional<Bytes> string = text.string()) {
      found.push_back(pdf::decode_text_string(*string));
    }
  }
  return found;
}

bool holds(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// Table 237: no /Reasons, or the single reason ".", mean that the signature shall have none.
bool reason_allowed(const std::vector<std::string>& reasons, std::string_view reason) {
  if (reasons.empty() || (reasons.size() == 1 && reasons.front() == ".")) {
    return reason.empty();
  }
  return holds(reasons, reason);
}

bool digest_allowed(const std::vector<std::string>& methods, crypto::DigestAlgorithm algorithm) {
  return std::any_of(methods.begin(), methods.end(), [algorithm](const std::string& method) {
    return crypto::digest_algorithm_from_name(method) == algorithm;
  });
}

// Checks /Cert (table 238: subject, issuer, key usage and the like), whose /Ff says which properties are required.
Result<void> check_certificate(const pdf::Document& document, Value seed_value) {
  RAKKAN_TRY(const Value certificate, document.lookup(seed_value, "Cert"));
  RAKKAN_TRY(const Value flags, document.lookup(certificate, "Ff"));
  if (flags.integer().value_or(0) != 0) {
    return unmet("properties of the certificate (/Cert), which are not judged");
  }
  return {};
}

Result<void> check_time_stamp(const pdf::Document& document, Value seed_value, bool timestamped) {
  RAKKAN_TRY(const Value time_stamp, document.lookup(seed_value, "TimeStamp"));
  RAKKAN_TRY(const Value flags, document.lookup(time_stamp, "Ff"));
  if (flags.integer().value_or(0) != 0 && !timestamped) {
    return unmet("a timestamp");
  }
  return {};
}

}  // namespace

Result<void> check_seed_value(const pdf::Document& document, Value seed_value, const SignatureTraits& traits) {
  RAKKAN_TRY(const Value flags, document.lookup(seed_value, "Ff"));
  const auto bits = static_cast<std::uint64_t>(flags.integer().value_or(0));
  const auto required = [bits](Required bit) { return (bits & bit) != 0; };
  RAKKAN_TRY(const Value filter, document.lookup(seed_value, "Filter"));
  if (required(kFilter) && !filter.is(Kind::null) && !filter.is_name(traits.filter)) {
    return unmet("another signature handler (/Filter)");
  }
  RAKKAN_TRY(const Value sub_filter, document.lookup(seed_value, "SubFilter"));
  RAKKAN_TRY(const std::vector<std::string> sub_filters, texts(document, sub_filter));
  if (required(kSubFilter) && !sub_filter.is(Kind::null) && !holds(sub_filters, traits.sub_filter)) {
    return unmet("another signature format (/SubFilter)");
  }
  RAKKAN_TRY(const Value version, document.lookup(seed_value, "V"));
  if (required(kVersion) && version.number().value_or(0) > kKnownVersion) {
    return unmet("a newer reader of seed values (/V)");
  }
  RAKKAN_TRY(const Value reason_array, document.lookup(seed_value, "Reasons"));
  RAKKAN_TRY(const std::vector<std::string> reasons, texts(document, reason_array));
  if (required(kReasons) && !reason_allowed(reasons, traits.reason)) {
    return unmet("one of its own reasons (/Reasons)");
  }
  RAKKAN_TRY(const Value digest_array, document.lookup(seed_value, "DigestMethod"));
  RAKKAN_TRY(const std::vector<std::string> digests, texts(document, digest_array));
  if (required(kDigestMethod) && !digest_array.is(Kind::null) && !digest_allowed(digests, traits.digest_algorithm)) {
    return unmet("another digest algorithm (/DigestMethod)");
  }
  RAKKAN_TRY(const Value revocation, document.lookup(seed_value, "AddRevInfo"));
  if (required(kAddRevocationInfo) && revocation.boolean().value_or(false)) {
    return unmet("revocation information in the signature (/AddRevInfo)");
  }
  RAKKAN_TRY(const Value lock_document, document.lookup(seed_value, "LockDocument"));
  if (required(kLockDocument) && lock_document.is_name("true")) {
    return unmet("a signature that locks the document (/LockDocument)");
  }
  if (required(kLegalAttestation)) {
    return unmet("a legal attestation (/LegalAttestation)");
  }
  if (required(kAppearanceFilter)) {
    return unmet("a named appearance (/AppearanceFilter)");
  }
  // /MDP has no bit in /Ff: 0 demands an approval signature, 1 to 3 a certification.
  RAKKAN_TRY(const Value mdp, document.lookup(seed_value, "MDP"));
  RAKKAN_TRY(const Value permissions, document.lookup(mdp, "P"));
  if (permissions.integer().value_or(0) != 0) {
    return unmet("a certification signature (/MDP)");
  }
  RAKKAN_CHECK(check_time_stamp(document, seed_value, traits.timestamped));
  return check_certificate(document, seed_value);
}

}  // namespace rakkan::pades
