#include "rakkan/pki/revocation_status.hpp"

#include "pki/crl_status.hpp"

namespace rakkan::pki {
namespace {

Result<void> check_extensions(const OcspResponse& response, const SingleResponse& single) {
  const auto& of_response = response.unknown_critical_extension();
  const auto& unknown = of_response ? of_response : single.unknown_critical_extension;
  if (unknown) {
    return fail(ErrorCode::revocation_unsupported,
                "the OCSP response has the unknown critical extension " + unknown->dotted());
  }
  return {};
}

RevocationState state_of(OcspCertificateStatus status) noexcept {
  switch (status) {
    case OcspCertificateStatus::good:
      return RevocationState::good;
    case OcspCertificateStatus::revoked:
      return RevocationState::revoked;
    case OcspCertificateStatus::unknown:
      return RevocationState::unknown;
  }
  return RevocationState::unknown;
}

}  // namespace

std::string_view name(RevocationState state) noexcept {
  switch (state) {
    case RevocationState::good:
      return "good";
    case RevocationState::revoked:
      return "revoked";
    case RevocationState::unknown:
      return "unknown";
  }
  return {};
}

RevocationCurrency RevocationTimes::currency_at(Instant time) const noexcept {
  if (this_update > time) {
    return RevocationCurrency::not_yet;
  }
  if (!next_update) {
    return RevocationCurrency::no_next_update;
  }
  return *next_update < time ? RevocationCurrency::out_of_date : RevocationCurrency::current;
}

bool RevocationTimes::is_fresh_at(Instant time, std::chrono::milliseconds max_age) const noexcept {
  return this_update > time - max_age;
}

std::optional<std::chrono::milliseconds> RevocationTimes::interval() const noexcept {
  return next_update ? std::optional(*next_update - this_update) : std::nullopt;
}

bool RevocationStatus::is_good_at(Instant time) const noexcept {
  switch (state) {
    case RevocationState::good:
      return true;
    case RevocationState::revoked:
      return revocation && time < revocation->time;
    case RevocationState::unknown:
      return false;
  }
  return false;
}

void apply_entry(RevocationStatus& status, const std::optional<CrlEntry>& entry) {
  // RFC 5280 §6.3.3: an entry removeFromCRL takes a revocation back; a complete CRL has none.
  if (entry && entry->reason != CrlReason::remove_from_crl) {
    status.state = RevocationState::revoked;
    status.revocation = Revocation{entry->revocation_date, entry->reason, entry->invalidity_date};
  }
}

Result<RevocationStatus> revocation_status(const CertificateList& list, const Certificate& certificate,
                                           const Certificate& signer) {
  RAKKAN_CHECK(list.covers(certificate));
  RAKKAN_CHECK(list.verify_signed_by(signer));
  RevocationStatus status{.times = {list.this_update(), list.next_update(), std::nullopt},
                          .source = RevocationSource::crl,
                          .object = list.fingerprint(),
                          .signer = signer};
  apply_entry(status, list.find(certificate.issuer(), certificate.serial_number()));
  return status;
}

Result<RevocationStatus> revocation_status(const OcspResponse& response, const Certificate& certificate,
                                           const Certificate& issuer, std::span<const Certificate> others) {
  const SingleResponse* single = response.find(certificate, issuer);
  if (single == nullptr) {
    return fail(ErrorCode::revocation_mismatch, "the OCSP response is not about the certificate",
                certificate.subject().text());
  }
  RAKKAN_CHECK(check_extensions(response, *single));
  const OcspCertHashMatch cert_hash = single->match_cert_hash(certificate);
  if (cert_hash == OcspCertHashMatch::mismatch) {
    return fail(ErrorCode::revocation_mismatch, "certHash of the OCSP response is of another certificate",
                certificate.subject().text());
  }
  RAKKAN_TRY(OcspResponder responder, find_responder(response, issuer, others));
  RevocationStatus status{.state = state_of(single->status),
                          .times = {single->this_update, single->next_update, response.produced_at()},
                          .source = RevocationSource::ocsp,
                          .object = response.fingerprint(),
                          .signer = std::move(responder.certificate),
                          .authorization = responder.authorization,
                          .no_check = responder.no_check,
                          .archive_cutoff = single->archive_cutoff,
                          .cert_hash_matches = cert_hash == OcspCertHashMatch::match};
  if (status.state == RevocationState::revoked) {
    status.revocation = Revocation{single->revocation_time.value_or(Instant()), single->reason, std::nullopt};
  }
  return status;
}

}  // namespace rakkan::pki
