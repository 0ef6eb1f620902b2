#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "support/ber.hpp"
#include "support/result_matchers.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::tsp {
namespace {

using test::FailsWith;

Result<Rejection> rejection_of(ByteView der) {
  RAKKAN_TRY(auto parsed, parse_response(der));
  return std::get<Rejection>(parsed);
}

Result<Rejection> rejection_from_hex(std::string_view hex) { return rejection_of(*from_hex(hex)); }

TEST(TimestampResponse, ARejectionHasStatus2OneFailInfoBitAndText) {
  // SEQUENCE { SEQUENCE { 2, SEQUENCE { UTF8String "no" }, BIT STRING with bit 0 } }
  EXPECT_EQ(to_hex(encode_rejection({2, PkiFailureInfo::bad_alg, "no"})), "300f300d02010230040c026e6f03020780");
  // bit 25: 00 00 00 40, six unused bits
  EXPECT_EQ(to_hex(encode_rejection({2, PkiFailureInfo::system_failure, ""})),
            "300c300a020102030506"
            "00000040");
}

TEST(TimestampResponse, ReadsBackEveryFailInfo) {
  for (const PkiFailureInfo info :
       {PkiFailureInfo::bad_alg, PkiFailureInfo::bad_request, PkiFailureInfo::bad_data_format,
        PkiFailureInfo::time_not_available, PkiFailureInfo::unaccepted_policy, PkiFailureInfo::unaccepted_extension,
        PkiFailureInfo::add_info_not_available, PkiFailureInfo::system_failure}) {
    ASSERT_OK_AND_ASSIGN(const Rejection read, rejection_of(encode_rejection({2, info, "時刻"})));
    EXPECT_EQ(read.failure_info, info);
    EXPECT_EQ(read.text, "時刻");
    EXPECT_EQ(read.status, 2U);
  }
}

TEST(TimestampResponse, ReadsRejectionsWithoutTextOrFailInfo) {
  ASSERT_OK_AND_ASSIGN(const Rejection read, rejection_from_hex("30053003020103"));
  EXPECT_EQ(read.status, 3U);
  EXPECT_EQ(read.text, "");
  EXPECT_FALSE(read.failure_info.has_value());
}

TEST(TimestampResponse, JoinsSeveralTexts) {
  ASSERT_OK_AND_ASSIGN(const Rejection read, rejection_from_hex("300d300b02010230060c01610c0162"));
  EXPECT_EQ(read.text, "a b");
}

TEST(TimestampResponse, RefusesMalformedAnswers) {
  for (const std::string_view hex : {
           "", "3000", "30023000",
           "30053003020106",    // no such status
           "3006300302010300",  // bytes within
           "3005300302010300",  // bytes after
           "3005300302010"
           "0",                       // odd: not hexadecimal, read as nothing below
           "30093007020102030208ff",  // BIT STRING with 8 unused bits
           "30073005020102"
           "0300",  // BIT STRING without its first octet
           "300730050201023000"
           "00",                    // bytes after an empty PKIFreeText
           "30083006020102040100",  // something else in place of the text
       }) {
    const auto bytes = from_hex(hex);
    EXPECT_THAT(parse_response(bytes.value_or(Bytes{})), FailsWith(ErrorCode::malformed_timestamp_response)) << hex;
  }
}

struct GrantedResponse : testing::Test {
  test::TestAuthority authority;
  test::TestTsu unit{authority};
  TimestampToken token = test::value_or_throw(test::issue(
      *unit.tsu,
      TimestampRequest::for_digest(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("x")), Bytes(8, 0x11))));

  // The token in an answer of that status, with or without it.
  static Bytes response(std::uint64_t status, ByteView token_der) {
    der::Writer writer;
    writer.sequence([&] {
      writer.sequence([&] { writer.small_unsigned(status); });
      writer.raw(token_der);
    });
    return writer.take();
  }
};

TEST_F(GrantedResponse, IsReadBackAsTheToken) {
  ASSERT_OK_AND_ASSIGN(const auto parsed, parse_response(encode_granted(token.der())));
  EXPECT_EQ(to_hex(std::get<TimestampToken>(parsed).der()), to_hex(token.der()));
}

// RFC 3161 wants DER, and an authority that writes its CMS as a stream sends BER.
TEST_F(GrantedResponse, InBerIsReadAsTheSameTokenInDer) {
  for (const std::size_t piece : {1U, 32U, 1'000U}) {
    test::BerWriter how{piece};
    const Bytes ber = test::in_ber(encode_granted(token.der()), how);
    ASSERT_OK_AND_ASSIGN(const auto parsed, parse_response(ber));
    const auto& read = std::get<TimestampToken>(parsed);
    EXPECT_EQ(to_hex(read.der()), to_hex(token.der()));
    EXPECT_EQ(to_hex(*read.signed_data().content()), to_hex(*token.signed_data().content()));
    EXPECT_THAT(read.verify_signature(), test::IsOk());
    ASSERT_OK_AND_ASSIGN(const TimestampToken alone, TimestampToken::parse(test::in_ber(token.der(), how)));
    EXPECT_EQ(to_hex(alone.der()), to_hex(token.der()));
  }
}

TEST_F(GrantedResponse, WithAStreamedTokenIsReadAsTheSameTokenInDer) {
  const Bytes streamed = test::with_streamed_token(encode_granted(token.der()));
  EXPECT_FALSE(cms::SignedData::parse(test::as_streamed(token.der())).has_value()) << "cms reads DER alone";
  ASSERT_OK_AND_ASSIGN(const auto parsed, parse_response(streamed));
  EXPECT_EQ(to_hex(std::get<TimestampToken>(parsed).der()), to_hex(token.der()));
  EXPECT_THAT(std::get<TimestampToken>(parsed).verify_signature(), test::IsOk());
}

TEST_F(GrantedResponse, InBerIsRefusedWhereverItIsCutOrChanged) {
  const Bytes ber = test::in_ber(encode_granted(token.der()));
  for (std::size_t size = 0; size < ber.size(); ++size) {
    EXPECT_THAT(parse_response(ByteView(ber).first(size)), FailsWith(ErrorCode::malformed_timestamp_response)) << size;
  }
  const std::string said = to_hex(token.info().encode());
  for (std::size_t at = 0; at < ber.size(); ++at) {
    Bytes changed = ber;
    changed[at] ^= 0x01U;
    const auto parsed = parse_response(changed);
    const auto* other = parsed ? std::get_if<TimestampToken>(&*parsed) : nullptr;
    if (other != nullptr && other->verify_signature()) {
      EXPECT_EQ(to_hex(other->info().encode()), said) << "offset " << at;
    }
  }
}

TEST_F(GrantedResponse, ARejectionInBerIsRead) {
  ASSERT_OK_AND_ASSIGN(const Rejection read,
                       rejection_of(test::in_ber(encode_rejection({2, PkiFailureInfo::bad_alg, "no"}))));
  EXPECT_EQ(read.failure_info, PkiFailureInfo::bad_alg);
  EXPECT_EQ(read.text, "no");
}

// Of what BER allows only indefinite lengths and pieces are read.
TEST_F(GrantedResponse, InBerItIsNoLessStrict) {
  EXPECT_THAT(rejection_from_hex("308030030201020000"), test::IsOk());
  EXPECT_THAT(rejection_from_hex("30803004028101020000"), FailsWith(ErrorCode::malformed_timestamp_response))
      << "a length that is not minimal";
  EXPECT_THAT(rejection_from_hex("30803004020200020000"), FailsWith(ErrorCode::malformed_timestamp_response))
      << "an INTEGER that is not minimal";
}

TEST_F(GrantedResponse, IsATokenWithModificationsToo) {
  ASSERT_OK_AND_ASSIGN(const auto parsed, parse_response(response(1, token.der())));
  EXPECT_TRUE(std::holds_alternative<TimestampToken>(parsed));
}

TEST_F(GrantedResponse, IsNeverATokenBesideARejectionNorGrantedWithoutOne) {
  for (const std::uint64_t status : {2U, 3U, 4U, 5U}) {
    EXPECT_THAT(parse_response(response(status, token.der())), FailsWith(ErrorCode::malformed_timestamp_response));
  }
  for (const std::uint64_t status : {0U, 1U}) {
    EXPECT_THAT(parse_response(response(status, {})), FailsWith(ErrorCode::malformed_timestamp_response));
  }
}

TEST_F(GrantedResponse, RefusesEveryTruncation) {
  const Bytes whole = encode_granted(token.der());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(parse_response(ByteView(whole).first(size)), FailsWith(ErrorCode::malformed_timestamp_response));
  }
}

}  // namespace
}  // namespace rakkan::tsp
