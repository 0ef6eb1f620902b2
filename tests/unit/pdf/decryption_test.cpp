#include "pdf/decryption.hpp"

#include <gmock/gmock.h>

#include "pdf/rc4.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pdf/history.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pdf {
namespace {

using test::FailsWith;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// source: RFC 6229 §2, keys of 40 and 128 bits, offset 0
TEST(Rc4, GivesTheKeyStreamOfRfc6229) {
  EXPECT_EQ(to_hex(rc4(hex("0102030405"), Bytes(16))), "b2396305f03dc027ccc3524a0a1118a8");
  EXPECT_EQ(to_hex(rc4(hex("0102030405060708090a0b0c0d0e0f10"), Bytes(16))), "9ac7cc9a609d1ef7b2932899cde41b97");
}

Result<History> open(const std::string& encrypt, bool direct = false) {
  static std::vector<Bytes> kept;  // a History views its file
  test::SamplePdf sample;
  sample.trailer += "/Encrypt " + (direct ? encrypt : std::string("20 0 R"));
  sample.objects = {{20, encrypt}};
  kept.push_back(test::sample_pdf(sample));
  return History::open(kept.back());
}

TEST(Decryption, RefusesWhatItDoesNotRead) {
  const std::string sizes = "/O(" + std::string(32, 'o') + ")/U(" + std::string(32, 'u') + ")/P -1";
  for (const std::string_view other :
       {"/Filter/Adobe.PubSec/V 4", "/Filter/Standard/V 3/R 3", "/Filter/Standard/V 4/R 3", "/Filter/Standard",
        "/Filter/Standard/V 6/R 7", "/V 2/R 3"}) {
    EXPECT_THAT(open("<<" + std::string(other) + sizes + ">>"), FailsWith(ErrorCode::pdf_encrypted)) << other;
  }
  EXPECT_THAT(open("<</Filter/Standard/V 5/R 6/CF<</A<</CFM/AESV4>>>>/StmF/A" + sizes + ">>"),
              FailsWith(ErrorCode::pdf_malformed));
  const std::string long_sizes = "/O(" + std::string(48, 'o') + ")/U(" + std::string(48, 'u') + ")/OE(" +
                                 std::string(32, 'o') + ")/UE(" + std::string(32, 'u') + ")/P -1";
  EXPECT_THAT(open("<</Filter/Standard/V 5/R 6/CF<</A<</CFM/AESV4>>>>/StmF/A" + long_sizes + ">>"),
              FailsWith(ErrorCode::pdf_encrypted));
  EXPECT_THAT(open("<</Filter/Standard/V 5/R 6/CF<</A<</CFM/V2>>>>/StmF/A" + long_sizes + ">>"),
              FailsWith(ErrorCode::pdf_encrypted));
}

TEST(Decryption, RefusesADamagedDictionary) {
  const std::string sizes = "/O(" + std::string(32, 'o') + ")/U(" + std::string(32, 'u') + ")/P -1";
  for (const std::string& damaged :
       {std::string("(no dictionary)"), std::string("<</Filter/Standard/V 2/R 3/O(short)/U(short)>>"),
        "<</Filter/Standard/V 2/R 3/Length 41" + sizes + ">>", "<</Filter/Standard/V 2/R 3/Length 4096" + sizes + ">>",
        "<</Filter/Standard/V 4/R 4/StmF/Missing" + sizes + ">>", "<</Filter/Standard/V 5/R 6" + sizes + ">>"}) {
    EXPECT_THAT(open(damaged), FailsWith(ErrorCode::pdf_malformed)) << damaged;
  }
}

TEST(Decryption, TellsAMissingPasswordFromAWrongOne) {
  const std::string encrypt =
      "<</Filter/Standard/V 2/R 3/Length 128/O(" + std::string(32, 'o') + ")/U(" + std::string(32, 'u') + ")/P -1>>";
  EXPECT_THAT(open(encrypt), FailsWith(ErrorCode::pdf_password_needed));
  EXPECT_THAT(open(encrypt, true), FailsWith(ErrorCode::pdf_password_needed));
  test::SamplePdf sample;
  sample.trailer += "/Encrypt " + encrypt;
  const Bytes pdf = test::sample_pdf(sample);
  HistoryOptions options;
  options.password = "a password";
  EXPECT_THAT(History::open(pdf, options), FailsWith(ErrorCode::pdf_password_wrong));
  EXPECT_THAT(Document::open(pdf), FailsWith(ErrorCode::pdf_encrypted));
}

}  // namespace
}  // namespace rakkan::pdf
