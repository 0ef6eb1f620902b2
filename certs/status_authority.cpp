#include "status_authority.hpp"

#include <algorithm>
#include <utility>

#include "rakkan/der/reader.hpp"
#include "rakkan/pki/certificate_builder.hpp"
#include "rakkan/pki/ocsp_certificate_id.hpp"
#include "rakkan/pki/ocsp_request.hpp"
#include "rakkan/pki/ocsp_response_builder.hpp"

namespace rakkan::certs {
namespace {

using pki::OcspCertificateId;
using pki::OcspCertificateStatus;
using pki::OcspResponseStatus;

// Whether the CertID is of some certificate of the authority, which issued `issued`.
bool is_of(const OcspCertificateId& id, const pki::Certificate& issued, const pki::Certificate& authority) {
  if (!id.hash) {
    return false;
  }
  const auto own = pki::encode_ocsp_certificate_id(issued, authority, *id.hash);
  if (!own) {
    return false;
  }
  der::Reader reader(*own);
  const auto parsed = OcspCertificateId::parse(reader);
  return parsed && equal(parsed->issuer_name_hash, id.issuer_name_hash) &&
         equal(parsed->issuer_key_hash, id.issuer_key_hash);
}

}  // namespace

StatusAuthority::StatusAuthority(CertifiedKey authority, std::optional<CertifiedKey> responder,
                                 StatusLifetimes lifetimes)
    : authority_(std::move(authority)), responder_(std::move(responder)), lifetimes_(lifetimes) {}

void StatusAuthority::issued(pki::Certificate certificate) {
  const std::scoped_lock lock(mutex_);
  issued_.push_back(std::move(certificate));
}

void StatusAuthority::revoke(ByteView serial_number, Instant at, pki::CrlReason reason) {
  const std::scoped_lock lock(mutex_);
  revoked_.push_back({copy_of(serial_number), at, reason});
}

Result<Bytes> StatusAuthority::crl(Instant now) {
  pki::CrlTemplate content;
  content.issuer = authority_.certificate.subject();
  content.this_update = std::chrono::floor<std::chrono::seconds>(now);
  content.next_update = content.this_update + lifetimes_.crl;
  RAKKAN_TRY(content.authority_key_identifier, pki::key_identifier(authority_.certificate.spki()));
  {
    const std::scoped_lock lock(mutex_);
    content.number = ++crl_number_;
    for (const Revocation& one : revoked_) {
      if (one.at <= now) {
        content.revoked.push_back({one.serial_number, one.at, static_cast<std::uint8_t>(one.reason)});
      }
    }
  }
  return pki::issue_crl(content, crypto::default_suite(authority_.key->public_key().kind()), *authority_.key);
}

Result<Bytes> StatusAuthority::ocsp(ByteView request, Instant now) {
  const auto asked = pki::OcspRequest::parse(request);
  if (!asked || asked->certificate_ids().empty()) {
    return pki::ocsp_error_response(OcspResponseStatus::malformed_request);
  }
  const CertifiedKey& signer = responder_ ? *responder_ : authority_;
  pki::OcspResponseTemplate content;
  content.produced_at = std::chrono::floor<std::chrono::seconds>(now);
  if (responder_) {
    content.certificates = {responder_->certificate};
  }
  if (asked->nonce()) {
    content.nonce = copy_of(*asked->nonce());
  }
  for (const OcspCertificateId& id : asked->certificate_ids()) {
    // A root, which has no responder here, issued its own certificate.
    if (!is_of(id, signer.certificate, authority_.certificate)) {
      return pki::ocsp_error_response(OcspResponseStatus::unauthorized);
    }
    pki::SingleResponseTemplate one;
    one.certificate_id = copy_of(id.encoding);
    one.this_update = content.produced_at;
    one.next_update = content.produced_at + lifetimes_.ocsp;
    const std::scoped_lock lock(mutex_);
    const auto is_it = [&](const auto& known) { return equal(known, id.serial_number); };
    const auto found = std::find_if(issued_.begin(), issued_.end(),
                                    [&](const pki::Certificate& known) { return is_it(known.serial_number()); });
    const auto revoked = std::find_if(revoked_.begin(), revoked_.end(), [&](const Revocation& known) {
      return known.at <= now && is_it(ByteView(known.serial_number));
    });
    one.status = found == issued_.end() ? OcspCertificateStatus::unknown : OcspCertificateStatus::good;
    if (revoked != revoked_.end()) {
      one.status = OcspCertificateStatus::revoked;
      one.revocation_time = revoked->at;
      one.reason = revoked->reason;
    }
    content.responses.push_back(std::move(one));
  }
  return pki::issue_ocsp_response(content, signer.certificate, crypto::default_suite(signer.key->public_key().kind()),
                                  *signer.key);
}

}  // namespace rakkan::certs
