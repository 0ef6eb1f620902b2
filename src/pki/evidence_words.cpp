// The words of the evidence table's enumerations.
#include "rakkan/pki/evidence_table.hpp"

namespace rakkan::pki {

std::string_view to_string(EvidenceRole role) noexcept {
  switch (role) {
    case EvidenceRole::signer:
      return "signer";
    case EvidenceRole::signature_timestamp_unit:
      return "signature-timestamp-unit";
    case EvidenceRole::document_timestamp_unit:
      return "document-timestamp-unit";
  }
  return {};
}

std::string_view words_of(EvidenceRole role) noexcept {
  switch (role) {
    case EvidenceRole::signer:
      return "signer";
    case EvidenceRole::signature_timestamp_unit:
      return "TSU of a signature timestamp";
    case EvidenceRole::document_timestamp_unit:
      return "TSU of a document timestamp";
  }
  return {};
}

TrustPurpose purpose_of(EvidenceRole role) noexcept {
  return role == EvidenceRole::signer ? TrustPurpose::signing : TrustPurpose::timestamping;
}

std::string_view to_string(FreshnessDemand::Kind kind) noexcept {
  switch (kind) {
    case FreshnessDemand::Kind::cached:
      return "cached";
    case FreshnessDemand::Kind::after_signature:
      return "after-signature";
  }
  return {};
}

std::string_view to_string(EvidencePlace place) noexcept {
  switch (place) {
    case EvidencePlace::subject:
      return "subject";
    case EvidencePlace::authority:
      return "authority";
    case EvidencePlace::responder:
      return "responder";
    case EvidencePlace::crl_issuer:
      return "crl-issuer";
  }
  return {};
}

std::string_view to_string(EvidenceVerdict verdict) noexcept {
  switch (verdict) {
    case EvidenceVerdict::proven:
      return "proven";
    case EvidenceVerdict::exempt:
      return "exempt";
    case EvidenceVerdict::revoked:
      return "revoked";
    case EvidenceVerdict::not_proven:
      return "not-proven";
  }
  return {};
}

std::string_view to_string(EvidenceExemption exemption) noexcept {
  switch (exemption) {
    case EvidenceExemption::anchor:
      return "anchor";
    case EvidenceExemption::ocsp_no_check:
      return "ocsp-nocheck";
    case EvidenceExemption::no_rev_avail:
      return "no-rev-avail";
    case EvidenceExemption::short_term_assured:
      return "short-term-assured";
  }
  return {};
}

std::string_view to_string(EvidenceGap gap) noexcept {
  switch (gap) {
    case EvidenceGap::issuer_missing:
      return "issuer-missing";
    case EvidenceGap::no_anchor:
      return "no-anchor";
    case EvidenceGap::anchor_purpose:
      return "anchor-purpose";
    case EvidenceGap::path_refused:
      return "path-refused";
    case EvidenceGap::path_limit:
      return "path-limit";
    case EvidenceGap::algorithm:
      return "algorithm";
    case EvidenceGap::revocation_missing:
      return "revocation-missing";
    case EvidenceGap::revocation_unknown:
      return "revocation-unknown";
    case EvidenceGap::revocation_not_used:
      return "revocation-not-used";
    case EvidenceGap::revocation_stale:
      return "revocation-stale";
    case EvidenceGap::not_fresh:
      return "not-fresh";
    case EvidenceGap::signer_not_proven:
      return "signer-not-proven";
    case EvidenceGap::responder_cycle:
      return "responder-cycle";
  }
  return {};
}

std::string_view to_string(EvidenceRight right) noexcept {
  switch (right) {
    case EvidenceRight::issuer:
      return "issuer";
    case EvidenceRight::delegated:
      return "delegated";
    case EvidenceRight::crl_issuer:
      return "crl-issuer";
  }
  return {};
}

}  // namespace rakkan::pki
