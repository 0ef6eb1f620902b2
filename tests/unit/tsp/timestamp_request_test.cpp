#include "rakkan/tsp/timestamp_request.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::tsp {
namespace {

using crypto::DigestAlgorithm;
using test::FailsWith;

// TimeStampReq of SHA-256("abc"), laid out by hand from RFC 3161 §2.4.1.
const std::string kImprint =
    "3031300d060960864801650304020105000420ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Bytes request(const std::string& fields) {
  const Bytes content = *from_hex(fields);
  Bytes whole{0x30, static_cast<Byte>(content.size())};
  append(whole, content);
  return whole;
}

void expect_malformed(const std::string& fields) {
  EXPECT_THAT(TimestampRequest::parse(request(fields)), FailsWith(ErrorCode::malformed_timestamp_request)) << fields;
}

TEST(TimestampRequest, ReadsTheSmallestRequest) {
  ASSERT_OK_AND_ASSIGN(const auto parsed, TimestampRequest::parse(request("020101" + kImprint)));
  EXPECT_EQ(parsed.version, 1U);
  EXPECT_EQ(parsed.message_imprint, MessageImprint::of(crypto::digest(DigestAlgorithm::sha256, bytes_of("abc"))));
  EXPECT_FALSE(parsed.policy.has_value());
  EXPECT_FALSE(parsed.nonce.has_value());
  EXPECT_FALSE(parsed.certificate_requested);
  EXPECT_TRUE(parsed.extensions.empty());
}

TEST(TimestampRequest, ReadsEveryField) {
  ASSERT_OK_AND_ASSIGN(const auto parsed,
                       TimestampRequest::parse(request("020101" + kImprint + "06032a0304" + "0202ff01" + "0101ff" +
                                                       "a00d300b06032a03050101ff040100")));
  EXPECT_EQ(parsed.policy, der::Oid::from_dotted("1.2.3.4"));
  EXPECT_EQ(to_hex(*parsed.nonce), "ff01");
  EXPECT_TRUE(parsed.certificate_requested);
  EXPECT_THAT(parsed.extensions, testing::ElementsAre(*der::Oid::from_dotted("1.2.3.5")));
}

TEST(TimestampRequest, WritesWhatItRead) {
  for (const std::string& fields : {"020101" + kImprint, "020101" + kImprint + "0101ff",
                                    "020101" + kImprint + "06032a0304" + "0202ff01" + "0101ff", "020105" + kImprint}) {
    ASSERT_OK_AND_ASSIGN(const auto parsed, TimestampRequest::parse(request(fields)));
    EXPECT_EQ(to_hex(parsed.encode()), to_hex(request(fields)));
  }
}

TEST(TimestampRequest, ReadsOtherVersionsSoThatTheUnitCanRefuseThem) {
  ASSERT_OK_AND_ASSIGN(const auto parsed, TimestampRequest::parse(request("020102" + kImprint)));
  EXPECT_EQ(parsed.version, 2U);
}

TEST(TimestampRequest, RefusesBytesAfterIt) {
  Bytes bytes = request("020101" + kImprint);
  bytes.push_back(0);
  EXPECT_THAT(TimestampRequest::parse(bytes), FailsWith(ErrorCode::malformed_timestamp_request));
}

TEST(TimestampRequest, RefusesEveryTruncation) {
  const Bytes whole = request("020101" + kImprint + "06032a0304" + "0202ff01" + "0101ff");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(TimestampRequest::parse(ByteView(whole).first(size)),
                FailsWith(ErrorCode::malformed_timestamp_request));
  }
}

TEST(TimestampRequest, RefusesWhatIsNotDer) {
  expect_malformed("020101" + kImprint + "010101");          // TRUE that is not FF
  expect_malformed("02020001" + kImprint);                   // padded version
  expect_malformed("020101" + kImprint + "02020001");        // padded nonce
  expect_malformed("020101" + kImprint + "0101ff02011234");  // nonce after certReq
  expect_malformed("0201ff" + kImprint);                     // negative version
  expect_malformed("020101" + kImprint + "a000");            // no extension in Extensions
  expect_malformed(kImprint);
  expect_malformed("020101");
}

// X.690 §11.5 forbids it, and requesters send it all the same.
TEST(TimestampRequest, ReadsAFalseThatIsWrittenOut) {
  ASSERT_OK_AND_ASSIGN(const auto parsed, TimestampRequest::parse(request("020101" + kImprint + "010100")));
  EXPECT_FALSE(parsed.certificate_requested);
  EXPECT_EQ(to_hex(parsed.encode()), to_hex(request("020101" + kImprint)));
  ASSERT_OK_AND_ASSIGN(
      const auto with_nonce,
      TimestampRequest::parse(request("020101" + kImprint + "020111" + "010100" + "a00d300b06032a0305010100040100")));
  EXPECT_EQ(with_nonce.nonce, Bytes{0x11});
  EXPECT_FALSE(with_nonce.certificate_requested);
  EXPECT_THAT(with_nonce.extensions, testing::ElementsAre(*der::Oid::from_dotted("1.2.3.5")));
}

TEST(TimestampRequest, RefusesParametersOfAHash) {
  expect_malformed("0201013032300e0609608648016503040201040100" + kImprint.substr(34));
}

TEST(TimestampRequest, ANonceHasAtMost64Octets) {
  TimestampRequest made = TimestampRequest::for_digest(crypto::digest(DigestAlgorithm::sha256, {}), Bytes(64, 0x11));
  EXPECT_THAT(TimestampRequest::parse(made.encode()), test::IsOk());
  made.nonce = Bytes(65, 0x11);
  EXPECT_THAT(TimestampRequest::parse(made.encode()), FailsWith(ErrorCode::malformed_timestamp_request));
}

TEST(TimestampRequest, ARequestHasAtMost4KiB) {
  TimestampRequest made = TimestampRequest::for_digest(crypto::digest(DigestAlgorithm::sha256, {}), Bytes(8, 0x11));
  made.message_imprint.hashed_message.assign(4096, 0);
  EXPECT_THAT(TimestampRequest::parse(made.encode()), FailsWith(ErrorCode::malformed_timestamp_request));
}

TEST(TimestampRequest, APolicyOfVeryManyArcsIsRefused) {
  der::Writer writer;
  writer.sequence([&] {
    writer.small_unsigned(1);
    MessageImprint::of(crypto::digest(DigestAlgorithm::sha256, {})).write(writer);
    writer.primitive(der::Tag::oid, Bytes(1000, 0x01));
  });
  EXPECT_THAT(TimestampRequest::parse(writer.view()), FailsWith(ErrorCode::malformed_timestamp_request));
}

TEST(TimestampRequest, ForADigestAsksForTheCertificateWithAPositiveMinimalNonce) {
  const crypto::Digest digest = crypto::digest(DigestAlgorithm::sha384, bytes_of("x"));
  for (const Byte octet : {Byte{0x00}, Byte{0x7F}, Byte{0x80}, Byte{0xFF}}) {
    const auto made = TimestampRequest::for_digest(digest, Bytes(8, octet));
    ASSERT_OK_AND_ASSIGN(const auto parsed, TimestampRequest::parse(made.encode()));
    EXPECT_EQ(parsed.nonce, made.nonce);
    EXPECT_EQ(parsed.nonce->size(), 8U);
    EXPECT_LT(parsed.nonce->front(), 0x80);
    EXPECT_TRUE(parsed.certificate_requested);
    EXPECT_EQ(parsed.message_imprint, MessageImprint::of(digest));
  }
}

TEST(MessageImprint, IsADigestOnlyWhenItsLengthIsTheAlgorithms) {
  MessageImprint imprint = MessageImprint::of(crypto::digest(DigestAlgorithm::sha256, {}));
  EXPECT_THAT(imprint.digest(), test::IsOk());
  imprint.hashed_message.pop_back();
  EXPECT_THAT(imprint.digest(), FailsWith(ErrorCode::malformed_timestamp_request));
}

TEST(MessageImprint, IsNoDigestOfAnUnknownAlgorithm) {
  const MessageImprint sha1{*der::Oid::from_dotted("1.3.14.3.2.26"), Bytes(20, 1), false};
  EXPECT_THAT(sha1.digest(), FailsWith(ErrorCode::bad_imprint_algorithm));
}

TEST(MessageImprint, IsTheSameWithAbsentAndNullParameters) {
  MessageImprint a = MessageImprint::of(crypto::digest(DigestAlgorithm::sha256, {}));
  MessageImprint b = a;
  b.null_parameters = !a.null_parameters;
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace rakkan::tsp
