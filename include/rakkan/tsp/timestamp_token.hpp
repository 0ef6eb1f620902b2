// TimestampToken is a parsed TimeStampToken (RFC 3161 §2.4.2): a CMS SignedData over one TSTInfo. verify_signature
// checks its signature, matches compares it with a request. parse_response reads the answer of an authority: a token or
// a rejection, never both.
//
//   TimeStampToken ::= ContentInfo      -- id-signedData, whose eContent is a TSTInfo (src/tsp/tst_info.cpp)
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/tsp/timestamp_request.hpp"

namespace rakkan::tsp {

struct Accuracy {
  std::uint32_t seconds = 0;
  std::uint16_t milliseconds = 0;  // 0 to 999
  std::uint16_t microseconds = 0;  // 0 to 999

  friend bool operator==(const Accuracy&, const Accuracy&) = default;
};

struct TstInfo {
  // Parses one DER TSTInfo (version 1); an encoded FALSE is accepted. Fails with malformed_timestamp_response, also for
  // a critical extension, since none is supported.
  [[nodiscard]] static Result<TstInfo> parse(ByteView der);
  // The encoding without extensions; genTime has milliseconds and no trailing zeros.
  [[nodiscard]] Bytes encode() const;

  der::Oid policy;
  MessageImprint message_imprint;
  Bytes serial_number;  // INTEGER content octets
  Instant generation_time;
  std::optional<Accuracy> accuracy;
  bool ordering = false;
  std::optional<Bytes> nonce;        // INTEGER content octets
  Bytes tsa_name;                    // content of tsa [0]: a GeneralName; empty when absent
  std::vector<der::Oid> extensions;  // their ids; none is critical
};

class TimestampToken {
 public:
  // Parses the ContentInfo of a token with exactly one SignerInfo, in DER or, as some authorities send it, in BER
  // (der::from_ber). Fails with malformed_timestamp_response, or unsupported_algorithm for a digest that is not
  // supported. Verifies nothing.
  [[nodiscard]] static Result<TimestampToken> parse(ByteView encoding);

  // The token in DER; TSTInfo, signed attributes and certificates, which are hashed or signed, are as they came.
  [[nodiscard]] ByteView der() const noexcept { return signed_data_.der(); }
  [[nodiscard]] const TstInfo& info() const noexcept { return info_; }
  [[nodiscard]] const cms::SignedData& signed_data() const noexcept { return signed_data_; }

  // Verifies the signature and the signer's certificate (found by sid and ESSCertIDv2, in the token or else in
  // `extra`): its extended key usage is timeStamping alone and critical, and it is valid at generation_time. No path is
  // validated. Returns the TSU's certificate. Tokens from before RFC 5816 have no ESSCertIDv2: `binding` says whether
  // the sid is enough.
  [[nodiscard]] Result<pki::Certificate> verify_signature(
      const std::vector<pki::Certificate>& extra = {},
      cms::CertificateBinding binding = cms::CertificateBinding::signing_certificate_v2) const;
  // The embedded certificate that its SignerInfo names; nothing is verified with it. Fails as
  // cms::find_signer_certificate.
  [[nodiscard]] Result<pki::Certificate> unit_certificate(
      cms::CertificateBinding binding = cms::CertificateBinding::signing_certificate_v2) const {
    return cms::find_signer_certificate(signed_data_, signed_data_.signer_infos().front(), binding);
  }
  // Succeeds when the token answers this request: imprint, nonce and policy agree. tsa_response_mismatch.
  [[nodiscard]] Result<void> matches(const TimestampRequest& request) const;

 private:
  [[nodiscard]] static Result<TimestampToken> parse_der(ByteView der);
  TimestampToken(cms::SignedData signed_data, TstInfo info)
      : signed_data_(std::move(signed_data)), info_(std::move(info)) {}
  cms::SignedData signed_data_;
  TstInfo info_;
};

// Rejection is the PKIStatusInfo of a rejection (RFC 3161 §2.4.2).
struct Rejection {
  std::uint64_t status = 2;                    // 2 rejection, 3 waiting, 4 revocationWarning, 5 revocationNotification
  std::optional<PkiFailureInfo> failure_info;  // the first set bit that RFC 3161 names
  std::string text;  // PKIFreeText, its strings joined by blanks; text of a foreign authority, not to be trusted
};

// Parses a TimeStampResp, in DER or in BER: a token when granted (0 or 1), else the rejection. Fails with
// malformed_timestamp_response.
[[nodiscard]] Result<std::variant<TimestampToken, Rejection>> parse_response(ByteView encoding);
[[nodiscard]] Bytes encode_granted(ByteView token);
[[nodiscard]] Bytes encode_rejection(const Rejection& rejection);

}  // namespace rakkan::tsp
