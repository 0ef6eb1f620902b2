#include "service/evidence_answers.hpp"

#include <algorithm>

#include "rakkan/cms/certificate_bundle.hpp"
#include "rakkan/pki/revocation_status.hpp"

namespace rakkan::service {
namespace {

// Refuses data of the future, and data that were over before the time in question.
Result<void> check_times(const pki::RevocationTimes& times, const EvidenceQuestion& question) {
  const Instant newest = std::max(times.this_update, times.produced_at.value_or(times.this_update));
  if (newest > question.clock->now() + question.clock_tolerance) {
    return fail(ErrorCode::revocation_out_of_date, "it is of the future: " + to_rfc3339(newest));
  }
  if (times.currency_at(question.need.time) == pki::RevocationCurrency::out_of_date) {
    return fail(ErrorCode::revocation_out_of_date, "it was over at " + to_rfc3339(*times.next_update) +
                                                       ", and is needed for " + to_rfc3339(question.need.time));
  }
  return {};
}

bool is_fresh(const pki::RevocationTimes& times, const EvidenceQuestion& question) {
  return !question.need.newer_than || times.this_update > *question.need.newer_than;
}

bool issued(const pki::Certificate& issuer, const pki::Certificate& certificate) {
  if (!issuer.subject().matches(certificate.issuer())) {
    return false;
  }
  const auto& key = issuer.verification_key();
  return key && certificate.verify_signature_with(*key);
}

}  // namespace

Result<EvidenceAnswer> read_ocsp_answer(ByteView answer, const EvidenceQuestion& question) {
  RAKKAN_TRY(pki::OcspResponse response, pki::OcspResponse::parse(answer));
  if (question.nonce) {
    RAKKAN_CHECK(response.check_nonce(*question.nonce));
  }
  RAKKAN_TRY(const pki::RevocationStatus status,
             pki::revocation_status(response, question.need.certificate, *question.need.issuer, question.candidates));
  RAKKAN_CHECK(check_times(status.times, question));
  EvidenceAnswer read{.response = std::move(response),
                      .freshness = {status.times.this_update, status.times.next_update},
                      .is_enough = is_fresh(status.times, question)};
  if (status.state == pki::RevocationState::unknown) {
    read.freshness.next_update.reset();  // it is not kept
    read.is_enough = false;
    read.complaint = Error{ErrorCode::ocsp_unsuccessful, "the responder does not know the certificate", {}, {}, {}};
  }
  return read;
}

Result<EvidenceAnswer> read_crl_answer(ByteView answer, const EvidenceQuestion& question) {
  RAKKAN_TRY(pki::CertificateList list, pki::decode_certificate_list(copy_of(answer)));
  RAKKAN_CHECK(list.covers(question.need.certificate));
  if (auto verified = list.verify_signed_by(*question.need.issuer); !verified) {
    const bool by_another = std::any_of(question.candidates.begin(), question.candidates.end(),
                                        [&](const auto& each) { return list.verify_signed_by(each).has_value(); });
    if (!by_another) {
      return fail(std::move(verified).error());
    }
  }
  const pki::RevocationTimes times{list.this_update(), list.next_update(), std::nullopt};
  RAKKAN_CHECK(check_times(times, question));
  const fetch::Freshness freshness{times.this_update, times.next_update};
  return EvidenceAnswer{.list = std::move(list), .freshness = freshness, .is_enough = is_fresh(times, question)};
}

Result<EvidenceAnswer> read_issuer_answer(ByteView answer, const EvidenceQuestion& question) {
  RAKKAN_TRY(std::vector<pki::Certificate> given, cms::parse_certificate_bundle(answer));
  EvidenceAnswer read;
  // From the certificate upwards; one that is taken is not looked at again, so this ends.
  std::vector<pki::Certificate> below = {question.need.certificate};
  while (!below.empty() && !given.empty()) {
    const auto taken = std::stable_partition(given.begin(), given.end(), [&](const pki::Certificate& each) {
      return std::none_of(below.begin(), below.end(), [&](const auto& one) { return issued(each, one); });
    });
    below.assign(taken, given.end());
    read.certificates.insert(read.certificates.end(), below.begin(), below.end());
    given.erase(taken, given.end());
  }
  if (read.certificates.empty()) {
    return fail(ErrorCode::signature_invalid, "none of the certificates is of the issuer");
  }
  const Instant now = question.clock->now();
  Instant end = now + question.certificate_lifetime;
  for (const pki::Certificate& each : read.certificates) {
    end = std::min(end, each.validity().not_after);
  }
  read.freshness = {now, end};
  read.is_enough = true;
  return read;
}

}  // namespace rakkan::service
