#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::tsp {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;

constexpr der::Oid kPolicy{1, 2, 3, 4};

TstInfo example() {
  TstInfo info;
  info.policy = kPolicy;
  info.message_imprint = MessageImprint::of(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("abc")));
  info.serial_number = {0x05};
  info.generation_time = *parse_rfc3339("2026-11-24T01:02:03.120Z");
  return info;
}

// The fields of example() by hand, up to genTime.
const std::string kHead =
    "02010106032a0304302f300b06096086480165030402010420"
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad020105";
std::string hex_of(std::string_view text) { return to_hex(bytes_of(text)); }
const std::string kTime = "1812" + hex_of("20261124010203.12Z");

Bytes tst_info(const std::string& fields) {
  const Bytes content = *from_hex(fields);
  Bytes whole{0x30};
  if (content.size() >= 0x80) {
    whole.push_back(0x81);
  }
  whole.push_back(static_cast<Byte>(content.size()));
  append(whole, content);
  return whole;
}

void expect_malformed(const std::string& fields) {
  EXPECT_THAT(TstInfo::parse(tst_info(fields)), FailsWith(ErrorCode::malformed_timestamp_response)) << fields;
}

TEST(TstInfo, WritesGenTimeWithoutTrailingZeros) {
  TstInfo info = example();
  EXPECT_EQ(to_hex(info.encode()), to_hex(tst_info(kHead + kTime)));
  info.generation_time = *parse_rfc3339("2026-11-24T01:02:03.000Z");
  EXPECT_EQ(to_hex(info.encode()), to_hex(tst_info(kHead + "180f" + hex_of("20261124010203Z"))));
  info.generation_time = *parse_rfc3339("2026-11-24T01:02:03.007Z");
  EXPECT_EQ(to_hex(info.encode()), to_hex(tst_info(kHead + "1813" + hex_of("20261124010203.007Z"))));
}

TEST(TstInfo, LeavesOrderingOutWhenItIsFalse) {
  TstInfo info = example();
  info.ordering = true;
  EXPECT_EQ(to_hex(info.encode()), to_hex(tst_info(kHead + kTime + "0101ff")));
}

// X.690 §11.5 forbids it, and authorities send it all the same.
TEST(TstInfo, ReadsAFalseThatIsWrittenOut) {
  ASSERT_OK_AND_ASSIGN(const TstInfo info, TstInfo::parse(tst_info(kHead + kTime + "010100")));
  EXPECT_FALSE(info.ordering);
  ASSERT_OK_AND_ASSIGN(const TstInfo extended,
                       TstInfo::parse(tst_info(kHead + kTime + "a10d300b06032a0305010100040100")));
  EXPECT_THAT(extended.extensions, testing::ElementsAre(*der::Oid::from_dotted("1.2.3.5")));
}

TEST(TstInfo, WritesAndReadsEveryField) {
  TstInfo info = example();
  info.accuracy = Accuracy{1, 500, 250};
  info.ordering = true;
  info.nonce = Bytes{0x7F, 0xFF};
  info.tsa_name = *from_hex("860161");  // GeneralName uniformResourceIdentifier "a"
  const Bytes der = info.encode();
  EXPECT_EQ(to_hex(der),
            to_hex(tst_info(kHead + kTime + "300b020101800201f4810200fa" + "0101ff" + "02027fff" + "a003860161")));
  ASSERT_OK_AND_ASSIGN(const TstInfo parsed, TstInfo::parse(der));
  EXPECT_EQ(parsed.policy, info.policy);
  EXPECT_EQ(parsed.message_imprint, info.message_imprint);
  EXPECT_EQ(parsed.serial_number, info.serial_number);
  EXPECT_EQ(parsed.generation_time, info.generation_time);
  EXPECT_EQ(parsed.accuracy, info.accuracy);
  EXPECT_EQ(parsed.ordering, info.ordering);
  EXPECT_EQ(parsed.nonce, info.nonce);
  EXPECT_EQ(parsed.tsa_name, info.tsa_name);
}

TEST(TstInfo, WritesAndReadsEveryAccuracy) {
  for (const Accuracy accuracy : {Accuracy{0, 1, 0}, Accuracy{0, 0, 999}, Accuracy{0, 127, 0}, Accuracy{0, 128, 128},
                                  Accuracy{0, 255, 256}, Accuracy{1, 0, 0}, Accuracy{4'294'967'295, 999, 999}}) {
    TstInfo info = example();
    info.accuracy = accuracy;
    ASSERT_OK_AND_ASSIGN(const TstInfo parsed, TstInfo::parse(info.encode()));
    EXPECT_EQ(parsed.accuracy, accuracy);
  }
}

TEST(TstInfo, RefusesAnotherVersion) { expect_malformed("020102" + kHead.substr(6) + kTime); }

TEST(TstInfo, RefusesAccuraciesOutOfRange) {
  for (const std::string accuracy :
       {"3003800100", "3004800203e8", "30048002007f", "3003800180", "30028000", "3003810100", "3004810203e8",
        "30050203ffffff", "30070205ffffffffff", "3003020101800101"}) {
    expect_malformed(kHead + kTime + accuracy);
  }
}

TEST(TstInfo, RefusesGenTimesThatAreNotDer) {
  for (const std::string_view time : {"20261124010203.120Z", "20261124010203.Z", "20261124010203",
                                      "20261124010203+0900", "202611240102Z", "20261324010203Z", "20261124010203.0Z"}) {
    Bytes element{0x18, static_cast<Byte>(time.size())};
    append(element, time);
    expect_malformed(kHead + to_hex(element));
  }
  expect_malformed(kHead + "170d" + hex_of("261124010203Z"));  // UTCTime
}

TEST(TstInfo, RefusesACriticalExtensionAndKeepsTheIdOfAnother) {
  expect_malformed(kHead + kTime + "a10d300b06032a03050101ff040100");
  ASSERT_OK_AND_ASSIGN(const TstInfo parsed, TstInfo::parse(tst_info(kHead + kTime + "a10a300806032a0305040100")));
  EXPECT_THAT(parsed.extensions, testing::ElementsAre(*der::Oid::from_dotted("1.2.3.5")));
}

TEST(TstInfo, RefusesIntegersThatAreTooLong) {
  TstInfo info = example();
  info.serial_number = Bytes(65, 0x11);
  EXPECT_THAT(TstInfo::parse(info.encode()), FailsWith(ErrorCode::malformed_timestamp_response));
  info = example();
  info.nonce = Bytes(65, 0x11);
  EXPECT_THAT(TstInfo::parse(info.encode()), FailsWith(ErrorCode::malformed_timestamp_response));
}

TEST(TstInfo, RefusesEveryTruncationAndWhatFollows) {
  TstInfo info = example();
  info.accuracy = Accuracy{1, 0, 0};
  info.nonce = Bytes{0x11};
  Bytes whole = info.encode();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(TstInfo::parse(ByteView(whole).first(size)), FailsWith(ErrorCode::malformed_timestamp_response));
  }
  whole.push_back(0);
  EXPECT_THAT(TstInfo::parse(whole), FailsWith(ErrorCode::malformed_timestamp_response));
  expect_malformed(kHead + kTime + "0500");
}

}  // namespace
}  // namespace rakkan::tsp
