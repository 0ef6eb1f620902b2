// Reading and writing responses (RFC 3161 §2.4.2).
//
//   TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
//   PKIStatusInfo ::= SEQUENCE { status INTEGER, statusString SEQUENCE OF UTF8String OPTIONAL,
//        failInfo BIT STRING OPTIONAL }
#include <array>

#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "tsp/encodings.hpp"
#include "tsp/malformed.hpp"

namespace rakkan::tsp {
namespace {

using der::Reader;
using der::Tag;

constexpr std::uint64_t kGranted = 0;
constexpr std::uint64_t kGrantedWithMods = 1;
constexpr std::uint64_t kLastStatus = 5;

constexpr std::array kFailureInfos{
    PkiFailureInfo::bad_alg,
    PkiFailureInfo::bad_request,
    PkiFailureInfo::bad_data_format,
    PkiFailureInfo::time_not_available,
    PkiFailureInfo::unaccepted_policy,
    PkiFailureInfo::unaccepted_extension,
    PkiFailureInfo::add_info_not_available,
    PkiFailureInfo::system_failure,
};
constexpr unsigned kFailureBits = 26;  // up to systemFailure (25)

// Reads failInfo, a named bit list (X.690 §8.6, §11.2.2): the first octet counts the unused bits of the last.
Result<std::optional<PkiFailureInfo>> read_failure_info(Reader& status_info) {
  RAKKAN_TRY(const auto element, status_info.element_if(Tag::bit_string));
  if (!element) {
    return std::optional<PkiFailureInfo>{};
  }
  const ByteView content = element->content;
  if (content.empty() || content[0] > 7 || (content.size() == 1 && content[0] != 0)) {
    return status_info.malformed("failInfo is not a BIT STRING");
  }
  const ByteView octets = content.subspan(1);
  for (const PkiFailureInfo candidate : kFailureInfos) {
    const auto bit = static_cast<std::size_t>(candidate);
    if (bit / 8 < octets.size() && (octets[bit / 8] >> (7 - bit % 8) & 1U) != 0) {
      return std::optional(candidate);
    }
  }
  return std::optional<PkiFailureInfo>{};
}

Result<std::string> read_free_text(Reader& status_info) {
  RAKKAN_TRY(auto texts, status_info.enter_if(Tag::sequence));
  std::string joined;
  while (texts && !texts->at_end()) {
    RAKKAN_TRY(const ByteView text, texts->content(Tag::utf8_string));
    joined += joined.empty() ? "" : " ";
    joined += text_of(text);
  }
  return joined;
}

Result<std::variant<TimestampToken, Rejection>> read(ByteView der) {
  Reader top(der);
  RAKKAN_TRY(Reader response, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(Reader status_info, response.enter(Tag::sequence));
  Rejection rejection;
  RAKKAN_TRY(rejection.status, status_info.small_unsigned());
  if (rejection.status > kLastStatus) {
    return status_info.malformed("unknown PKIStatus");
  }
  RAKKAN_TRY(rejection.text, read_free_text(status_info));
  RAKKAN_TRY(rejection.failure_info, read_failure_info(status_info));
  RAKKAN_CHECK(status_info.end());
  RAKKAN_TRY(const auto token, response.element_if(Tag::sequence));
  RAKKAN_CHECK(response.end());

  // "When the status contains the value zero or one, a TimeStampToken MUST be present. When status contains a value
  // other than zero or one, a TimeStampToken MUST NOT be present."
  const bool granted = rejection.status == kGranted || rejection.status == kGrantedWithMods;
  if (granted != token.has_value()) {
    return response.malformed(granted ? "granted without a token" : "a token beside a rejection");
  }
  if (!granted) {
    return rejection;
  }
  RAKKAN_TRY(TimestampToken parsed, TimestampToken::parse(token->encoding));
  return parsed;
}

}  // namespace

Result<std::variant<TimestampToken, Rejection>> parse_response(ByteView encoding) {
  auto response = read_also_ber(encoding, read);
  if (!response) {
    return malformed_as(ErrorCode::malformed_timestamp_response, std::move(response).error());
  }
  return response;
}

Bytes encode_granted(ByteView token) {
  der::Writer writer(token.size() + 16);
  writer.sequence([&] {
    writer.sequence([&] { writer.small_unsigned(kGranted); });
    writer.raw(token);
  });
  return writer.take();
}

Bytes encode_rejection(const Rejection& rejection) {
  der::Writer writer(64 + rejection.text.size());
  writer.sequence([&] {
    writer.sequence([&] {
      writer.small_unsigned(rejection.status);
      if (!rejection.text.empty()) {
        writer.sequence([&] { writer.text(Tag::utf8_string, rejection.text); });
      }
      if (rejection.failure_info) {
        const auto bit = static_cast<unsigned>(*rejection.failure_info);
        writer.named_bits(std::uint32_t{1} << (kFailureBits - 1 - bit), kFailureBits);
      }
    });
  });
  return writer.take();
}

}  // namespace rakkan::tsp
