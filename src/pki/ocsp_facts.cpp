#include "pki/ocsp_facts.hpp"

#include <algorithm>

#include "pki/object_identifiers.hpp"
#include "pki/responder_search.hpp"
#include "pki/signer_search.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::pki {
namespace {

// A CRL entry's invalidityDate as a SingleResponse may repeat it (RFC 6960 §4.4.5).
std::optional<Instant> invalidity_date_of(const SingleResponse& single) {
  const auto found = std::find_if(single.extensions.begin(), single.extensions.end(),
                                  [](const Extension& each) { return each.id == kInvalidityDate; });
  if (found == single.extensions.end()) {
    return std::nullopt;
  }
  der::Reader reader(found->value);
  const auto time = reader.generalized_time(false);
  return time && reader.end() ? std::optional(*time) : std::nullopt;
}

void take_status(RevocationFact& fact, const SingleResponse& single) {
  switch (single.status) {
    case OcspCertificateStatus::good:
      fact.state = RevocationState::good;
      break;
    case OcspCertificateStatus::revoked:
      fact.state = RevocationState::revoked;
      fact.revocation =
          Revocation{single.revocation_time.value_or(Instant()), single.reason, invalidity_date_of(single)};
      break;
    case OcspCertificateStatus::unknown:
      fact.state = RevocationState::unknown;
      break;
  }
}

void check_coverage(RevocationFact& fact, const RevocationQuestion& about, const OcspResponse& response,
                    const SingleResponse& single) {
  const auto& of_response = response.unknown_critical_extension();
  const auto& unknown = of_response ? of_response : single.unknown_critical_extension;
  if (!single.certificate_id.names(about.certificate, about.issuer)) {
    refuse_coverage(fact, RevocationFlaw::certificate_id, "it is about a certificate of another issuer");
  } else if (unknown) {
    refuse_coverage(fact, RevocationFlaw::critical_extension,
                    "the response has the unknown critical extension " + unknown->dotted());
  } else if (fact.cert_hash == OcspCertHashMatch::mismatch) {
    refuse_coverage(fact, RevocationFlaw::cert_hash, "its certHash is of another certificate");
  }
}

// The signer of one response is that of all its single responses.
void take_signer(RevocationFact& fact, const RevocationFact& from) {
  fact.signature = from.signature;
  fact.signer = from.signer;
  fact.right = from.right;
  fact.authority_flaw = from.authority_flaw;
  fact.no_check = from.no_check;
  fact.signer_paths = from.signer_paths;
  fact.detail = from.detail;
}

Result<void> add_response(std::vector<RevocationFact>& to, const RevocationMeans& means,
                          const RevocationQuestion& about, std::size_t index) {
  const RevocationSources::HeldResponse& held = means.sources.responses()[index];
  const OcspResponse& response = held.response;
  std::optional<RevocationFact> signer;
  for (std::size_t i = 0; i < response.responses().size(); ++i) {
    const SingleResponse& single = response.responses()[i];
    if (!equal(single.certificate_id.serial_number, about.certificate.serial_number())) {
      continue;
    }
    RAKKAN_CHECK(means.steps.take());
    RevocationFact fact{.source = RevocationSource::ocsp,
                        .index = index,
                        .single = i,
                        .object = held.fingerprint,
                        .times = {single.this_update, single.next_update, response.produced_at()},
                        .knows_ended_since = single.archive_cutoff,
                        .cert_hash = single.match_cert_hash(about.certificate)};
    check_coverage(fact, about, response, single);
    if (!fact.coverage_flaw) {
      if (!signer) {
        signer = fact;
        RAKKAN_CHECK(search_responder(means, about, held, *signer));
      }
      take_signer(fact, *signer);
      take_status(fact, single);
    }
    to.push_back(std::move(fact));
  }
  return {};
}

}  // namespace

Result<std::vector<RevocationFact>> ocsp_facts(const RevocationMeans& means, const RevocationQuestion& about) {
  const std::vector<std::size_t> indices = means.sources.responses_about(about.certificate.serial_number());
  if (indices.size() > means.limits.objects) {
    return fail(ErrorCode::certificate_path_limit,
                "more than " + std::to_string(means.limits.objects) + " OCSP responses may be about one certificate",
                about.certificate.subject().text());
  }
  std::vector<RevocationFact> facts;
  for (const std::size_t each : indices) {
    RAKKAN_CHECK(add_response(facts, means, about, each));
  }
  return facts;
}

}  // namespace rakkan::pki
