#include "rakkan/pki/ocsp_response.hpp"

#include <algorithm>
#include <array>

#include "pki/crl_entries.hpp"
#include "pki/extensions.hpp"
#include "pki/object_identifiers.hpp"
#include "pki/ocsp_extensions.hpp"
#include "pki/ocsp_names.hpp"
#include "pki/signed_object.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::pki {
namespace {

using der::Reader;
using der::Tag;

struct StatusName {
  OcspResponseStatus status;
  std::string_view name;
};
constexpr std::array kStatuses = {
    StatusName{OcspResponseStatus::successful, "successful"},
    StatusName{OcspResponseStatus::malformed_request, "malformedRequest"},
    StatusName{OcspResponseStatus::internal_error, "internalError"},
    StatusName{OcspResponseStatus::try_later, "tryLater"},
    StatusName{OcspResponseStatus::sig_required, "sigRequired"},
    StatusName{OcspResponseStatus::unauthorized, "unauthorized"},
};

// The content of an IMPLICIT NULL: nothing.
Result<void> check_null(const Reader& at, const der::Element& element) {
  if (!element.content.empty()) {
    return at.malformed("NULL has content");
  }
  return {};
}

// CertStatus (ocsp_response.hpp).
Result<void> parse_status(Reader& fields, SingleResponse& single) {
  const Reader at = fields;
  RAKKAN_TRY(auto revoked, fields.enter_if(der::context_constructed(1)));
  if (revoked) {
    single.status = OcspCertificateStatus::revoked;
    RAKKAN_TRY(single.revocation_time, revoked->generalized_time(false));
    RAKKAN_TRY(auto reason, revoked->enter_if(der::context_constructed(0)));
    if (reason) {
      RAKKAN_TRY(single.reason, parse_crl_reason(*reason));
      RAKKAN_CHECK(reason->end());
    }
    return revoked->end();
  }
  RAKKAN_TRY(const der::Element element, fields.any());
  if (element.tag == der::context(0)) {
    single.status = OcspCertificateStatus::good;
  } else if (element.tag == der::context(2)) {
    single.status = OcspCertificateStatus::unknown;
  } else {
    return at.malformed("certStatus is neither good, revoked nor unknown");
  }
  return check_null(at, element);
}

// Extensions that a SingleResponse may have beside those read here: the CRL in which the certificate was found, and CRL
// entry extensions, which repeat what the status says (§4.4.2, §4.4.5).
bool is_known_single_extension(const der::Oid& id) noexcept {
  return id == kOcspCrlReference || id == kReasonCode || id == kInvalidityDate;
}

Result<void> parse_single_extension(const Extension& extension, SingleResponse& single) {
  if (extension.id == kOcspArchiveCutoff) {
    RAKKAN_TRY(single.archive_cutoff, parse_archive_cutoff(extension.value));
  } else if (extension.id == kCertHash) {
    RAKKAN_TRY(single.cert_hash, parse_cert_hash(extension.value));
  } else if (extension.critical && !is_known_single_extension(extension.id) && !single.unknown_critical_extension) {
    single.unknown_critical_extension = extension.id;
  }
  return {};
}

// Extensions tagged [1] EXPLICIT; none when they are absent. Also an empty SEQUENCE, which responders in use send
// against SIZE (1..MAX).
Result<std::vector<Extension>> parse_tagged_extensions(Reader& fields) {
  RAKKAN_TRY(auto tagged, fields.enter_if(der::context_constructed(1)));
  if (!tagged) {
    return std::vector<Extension>();
  }
  Reader ahead = *tagged;
  RAKKAN_TRY(const Reader sequence, ahead.enter(Tag::sequence));
  if (sequence.at_end()) {
    RAKKAN_CHECK(ahead.end());
    return std::vector<Extension>();
  }
  RAKKAN_TRY(auto extensions, parse_extensions(*tagged));
  RAKKAN_CHECK(tagged->end());
  return extensions;
}

// SingleResponse (ocsp_response.hpp).
Result<SingleResponse> parse_single_response(Reader& responses) {
  RAKKAN_TRY(Reader fields, responses.enter(Tag::sequence));
  SingleResponse single;
  RAKKAN_TRY(single.certificate_id, OcspCertificateId::parse(fields));
  RAKKAN_CHECK(parse_status(fields, single));
  RAKKAN_TRY(single.this_update, fields.generalized_time(false));
  RAKKAN_TRY(auto next_update, fields.enter_if(der::context_constructed(0)));
  if (next_update) {
    RAKKAN_TRY(single.next_update, next_update->generalized_time(false));
    RAKKAN_CHECK(next_update->end());
  }
  RAKKAN_TRY(single.extensions, parse_tagged_extensions(fields));
  RAKKAN_CHECK(fields.end());
  for (const Extension& extension : single.extensions) {
    RAKKAN_CHECK(parse_single_extension(extension, single));
  }
  return single;
}

// ResponderID (ocsp_response.hpp).
Result<OcspResponderId> parse_responder_id(Reader& fields) {
  OcspResponderId id;
  RAKKAN_TRY(const auto by_name, fields.enter_if(der::context_constructed(1)));
  if (by_name) {
    RAKKAN_TRY(id.name, Name::parse(by_name->rest()));
    return id;
  }
  RAKKAN_TRY(Reader by_key, fields.enter(der::context_constructed(2)));
  RAKKAN_TRY(id.key_hash, by_key.octet_string());
  RAKKAN_CHECK(by_key.end());
  constexpr std::size_t kSha1Octets = 20;
  if (id.key_hash.size() != kSha1Octets) {
    return by_key.malformed("the responder's key hash has not 20 octets");
  }
  return id;
}

tl::unexpected<Error> unsuccessful(std::uint64_t value) {
  const auto* known = std::find_if(kStatuses.begin(), kStatuses.end(), [&](const StatusName& row) {
    return static_cast<std::uint64_t>(row.status) == value;
  });
  return fail(ErrorCode::ocsp_unsuccessful,
              "the responder says " +
                  (known == kStatuses.end() ? "status " + std::to_string(value) : std::string(known->name)));
}

// Takes the BasicOCSPResponse out of an OCSPResponse; a bare one comes back whole.
Result<ByteView> basic_response_in(ByteView der) {
  Reader top(der);
  RAKKAN_TRY(Reader response, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  if (response.peek() != Tag::enumerated) {
    return der;
  }
  RAKKAN_TRY(const std::uint64_t status, response.small_unsigned(Tag::enumerated));
  RAKKAN_TRY(auto tagged, response.enter_if(der::context_constructed(0)));
  RAKKAN_CHECK(response.end());
  if (status != static_cast<std::uint64_t>(OcspResponseStatus::successful)) {
    return unsuccessful(status);
  }
  if (!tagged) {
    return response.malformed("a successful response without responseBytes");
  }
  RAKKAN_TRY(Reader bytes, tagged->enter(Tag::sequence));
  RAKKAN_CHECK(tagged->end());
  RAKKAN_TRY(const der::Oid type, bytes.oid());
  RAKKAN_TRY(const ByteView basic, bytes.octet_string());
  RAKKAN_CHECK(bytes.end());
  if (type != kOcspBasic) {
    return fail(ErrorCode::revocation_unsupported, "an OCSP response of type " + type.dotted());
  }
  return basic;
}

}  // namespace

std::string_view name(OcspResponseStatus status) noexcept {
  const auto* found =
      std::find_if(kStatuses.begin(), kStatuses.end(), [&](const StatusName& row) { return row.status == status; });
  return found == kStatuses.end() ? std::string_view() : found->name;
}

OcspCertHashMatch SingleResponse::match_cert_hash(const Certificate& certificate) const {
  if (!cert_hash) {
    return OcspCertHashMatch::absent;
  }
  const auto algorithm = crypto::digest_algorithm_from_oid(cert_hash->algorithm);
  if (!algorithm) {
    return OcspCertHashMatch::not_comparable;
  }
  const crypto::Digest digest = crypto::digest(*algorithm, certificate.der());
  return equal(digest.view(), cert_hash->value) ? OcspCertHashMatch::match : OcspCertHashMatch::mismatch;
}

struct OcspResponse::Parsed {
  Bytes der;
  ByteView basic;
  ByteView tbs;
  ByteView signature_algorithm;
  ByteView signature;
  std::vector<ByteView> certificates;
  OcspResponderId responder_id;
  Instant produced_at;
  std::vector<SingleResponse> responses;
  std::vector<Extension> extensions;
  std::optional<der::Oid> unknown_critical;

  explicit Parsed(ByteView encoding) : der(copy_of(encoding)) {}

  Result<void> parse() {
    RAKKAN_TRY(basic, basic_response_in(der));
    auto parsed = parse_basic();
    if (!parsed && basic.size() != der.size()) {  // offsets count from the beginning of the whole
      const auto start = basic.data() - der.data();
      parsed.error().where = "response at offset " + std::to_string(start) + ", " + parsed.error().where;
    }
    return parsed;
  }

 private:
  // BasicOCSPResponse (ocsp_response.hpp).
  Result<void> parse_basic() {
    Reader top(basic);
    RAKKAN_TRY(Reader response, top.enter(Tag::sequence));
    RAKKAN_CHECK(top.end());
    Reader at_tbs = response;
    RAKKAN_TRY(const der::Element signed_part, response.element(Tag::sequence));
    RAKKAN_TRY(Reader fields, at_tbs.enter(Tag::sequence));
    RAKKAN_TRY(const der::Element algorithm, response.element(Tag::sequence));
    RAKKAN_TRY(signature, response.bit_string());
    RAKKAN_TRY(auto tagged, response.enter_if(der::context_constructed(0)));
    RAKKAN_CHECK(response.end());
    tbs = signed_part.encoding;
    signature_algorithm = algorithm.encoding;
    if (tagged) {
      RAKKAN_TRY(Reader list, tagged->enter(Tag::sequence));
      RAKKAN_CHECK(tagged->end());
      while (!list.at_end()) {
        RAKKAN_TRY(const der::Element certificate, list.element(Tag::sequence));
        certificates.push_back(certificate.encoding);
      }
    }
    return parse_response_data(fields);
  }

  // ResponseData (ocsp_response.hpp).
  Result<void> parse_response_data(Reader& fields) {
    RAKKAN_CHECK(parse_version(fields));
    RAKKAN_TRY(responder_id, parse_responder_id(fields));
    RAKKAN_TRY(produced_at, fields.generalized_time(false));
    RAKKAN_TRY(Reader list, fields.enter(Tag::sequence));
    do {
      RAKKAN_TRY(SingleResponse single, parse_single_response(list));
      responses.push_back(std::move(single));
    } while (!list.at_end());
    RAKKAN_TRY(extensions, parse_tagged_extensions(fields));
    RAKKAN_CHECK(fields.end());
    const auto unknown = std::find_if(extensions.begin(), extensions.end(), [](const Extension& extension) {
      return extension.critical && extension.id != kOcspNonce && extension.id != kOcspExtendedRevoke;
    });
    if (unknown != extensions.end()) {
      unknown_critical = unknown->id;
    }
    return {};
  }

  // version [0] EXPLICIT Version DEFAULT v1(0). DER leaves v1 out; responders in use write it.
  static Result<void> parse_version(Reader& fields) {
    RAKKAN_TRY(auto version, fields.enter_if(der::context_constructed(0)));
    if (!version) {
      return {};
    }
    RAKKAN_TRY(const std::uint64_t value, version->small_unsigned());
    RAKKAN_CHECK(version->end());
    if (value != 0) {
      return version->malformed("version is not v1");
    }
    return {};
  }
};

Result<OcspResponse> OcspResponse::parse(ByteView der) {
  auto parsed = std::make_shared<Parsed>(der);
  auto result = parsed->parse();
  if (!result) {
    if (result.error().code == ErrorCode::malformed_der) {
      result.error().code = ErrorCode::malformed_ocsp_response;
    }
    return fail(std::move(result).error());
  }
  return OcspResponse(std::move(parsed));
}

ByteView OcspResponse::der() const noexcept { return parsed_->der; }
ByteView OcspResponse::basic_response() const noexcept { return parsed_->basic; }
bool OcspResponse::is_bare() const noexcept { return parsed_->basic.size() == parsed_->der.size(); }
const OcspResponderId& OcspResponse::responder_id() const noexcept { return parsed_->responder_id; }
Instant OcspResponse::produced_at() const noexcept { return parsed_->produced_at; }
const std::vector<SingleResponse>& OcspResponse::responses() const noexcept { return parsed_->responses; }
const std::vector<Extension>& OcspResponse::extensions() const noexcept { return parsed_->extensions; }
std::optional<ByteView> OcspResponse::nonce() const noexcept { return find_ocsp_nonce(parsed_->extensions); }
const std::optional<der::Oid>& OcspResponse::unknown_critical_extension() const noexcept {
  return parsed_->unknown_critical;
}
ByteView OcspResponse::tbs() const noexcept { return parsed_->tbs; }
ByteView OcspResponse::signature_algorithm() const noexcept { return parsed_->signature_algorithm; }
ByteView OcspResponse::signature() const noexcept { return parsed_->signature; }
const std::vector<ByteView>& OcspResponse::certificates() const noexcept { return parsed_->certificates; }
crypto::Digest OcspResponse::fingerprint() const { return crypto::digest(crypto::DigestAlgorithm::sha256, der()); }

Bytes OcspResponse::response_der() const { return is_bare() ? wrap_basic_response(der()) : copy_of(der()); }

const SingleResponse* OcspResponse::find(const Certificate& certificate, const Certificate& issuer) const {
  const SingleResponse* best = nullptr;
  const auto rank = [](const SingleResponse& single) {
    return std::pair(single.this_update, single.status == OcspCertificateStatus::revoked);
  };
  for (const SingleResponse& single : responses()) {
    if (single.certificate_id.names(certificate, issuer) && (best == nullptr || rank(*best) < rank(single))) {
      best = &single;
    }
  }
  return best;
}

bool OcspResponse::names_responder(const Certificate& certificate) const {
  const OcspResponderId& id = responder_id();
  if (id.name) {
    return id.name->matches(certificate.subject());
  }
  const auto key_hash = responder_key_hash(certificate.spki());
  return key_hash && equal(*key_hash, id.key_hash);
}

Result<void> OcspResponse::verify_signature(const Certificate& responder) const {
  return verify_object(tbs(), signature_algorithm(), signature(), responder);
}

Result<void> OcspResponse::check_nonce(ByteView sent) const {
  const auto received = nonce();
  if (received && !equal(*received, sent)) {
    return fail(ErrorCode::ocsp_nonce_mismatch, "the response has another nonce than the request");
  }
  return {};
}

}  // namespace rakkan::pki
