#include "api/signing_request.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::api {
namespace {

using test::FailsWith;
using test::IsOk;

const std::string kDigest = R"({"alg":"SHA-256","value":")" + std::string(64, 'a') + R"("})";
const std::string kInstruction =
    R"({"who":{"id":"u-1","name":"山田太郎"},"when":"2026-11-24T01:02:03Z","authenticated":[{"class":"mailbox",)"
    R"("method":"mail_link","at":"2026-11-24T01:00:00Z"}],"document_digest":)" +
    kDigest + "}";

WipedBytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

// A request with further members.
std::string request(const std::string& more, const std::string& level = "B-T") {
  return R"({"credential":"operator","type":"witness","level":")" + level + "\"" + more + "}";
}

TEST(SigningRequest, ReadsADocumentsRequestWhole) {
  ASSERT_OK_AND_ASSIGN(
      const SigningParameters parameters,
      read_document_request(bytes(request(
          R"(,"tsa":"outside","instruction":)" + kInstruction +
          R"(,"field":{"name":"署名1","signer_name":"A","reason":"契約","location":"東京","contact_info":"x"})"))));
  EXPECT_EQ(parameters.credential, CredentialId("operator"));
  EXPECT_EQ(parameters.type, service::SignatureType::witness);
  EXPECT_EQ(parameters.level, pades::BaselineLevel::b_t);
  EXPECT_EQ(parameters.tsa, "outside");
  EXPECT_EQ(parameters.consent.instruction->who_name(), "山田太郎");
  EXPECT_EQ(parameters.field.field_name, "署名1");
  EXPECT_EQ(parameters.field.name, "A");
  EXPECT_EQ(parameters.field.reason, "契約");
  EXPECT_EQ(parameters.field.location, "東京");
  EXPECT_EQ(parameters.field.contact_info, "x");
}

TEST(SigningRequest, ReadsADigestsRequestWithAPin) {
  ASSERT_OK_AND_ASSIGN(const SigningParameters parameters,
                       read_digest_request(bytes(request(R"(,"pin":"1234","digest":)" + kDigest, "B-B"))));
  EXPECT_EQ(parameters.level, pades::BaselineLevel::b_b);
  EXPECT_EQ(parameters.consent.pin->text(), "1234");
  EXPECT_EQ(parameters.digest->view()[0], 0xAA);
}

TEST(SigningRequest, OtherLevelsAreRefusedClearly) {
  for (const char* level : {"B-LT", "B-LTA", "b-b", "BT"}) {
    const auto result = read_document_request(bytes(request("", level)));
    ASSERT_THAT(result, FailsWith(ErrorCode::malformed_json)) << level;
    EXPECT_EQ(result.error().where, "level");
    EXPECT_EQ(result.error().detail, "must be B-B or B-T; other levels are not made");
  }
}

TEST(SigningRequest, NamesTheMemberThatIsWrong) {
  const auto where = [](const std::string& text) {
    const auto result = read_digest_request(bytes(text));
    return result ? std::string("(accepted)") : result.error().where;
  };
  EXPECT_EQ(where(request("")), "digest");
  EXPECT_EQ(where(request(R"(,"digest":{"alg":"SHA-1","value":"aa"})")), "digest.alg");
  EXPECT_EQ(where(request(R"(,"digest":{"alg":"sha256","value":"aa"})")), "digest.alg") << "one spelling";
  EXPECT_EQ(where(request(R"(,"digest":{"alg":"SHA-256","value":"aa"})")), "digest.value");
  EXPECT_EQ(where(request(R"(,"digest":{"alg":"SHA-256"})")), "digest.value");
  EXPECT_EQ(where(request(",\"digest\":" + kDigest + R"(,"colour":"red")")), "colour");
  EXPECT_EQ(where(request(",\"digest\":" + kDigest + R"(,"field":{})")), "field") << "that is for documents";
  EXPECT_EQ(where(request(",\"digest\":" + kDigest + R"(,"pin":"1","activation":"2")")), "activation");
  EXPECT_EQ(where(request(",\"digest\":" + kDigest + R"(,"pin":4711)")), "pin");
  EXPECT_EQ(where(request(",\"digest\":" + kDigest + R"(,"instruction":{"who":{}})")), "instruction.document_digest");
  EXPECT_EQ(where(R"({"credential":"operator","type":"notary","level":"B-B"})"), "type");
}

TEST(SigningRequest, ErrorsTellNoSecret) {
  for (const std::string& text :
       {request(R"(,"pin":"geheim-4711","activation":"geheim-4711")"), request(R"(,"pin":"geheim-4711","geheim":1)"),
        request(R"(,"pin":"geheim-4711)"), request(R"(,"pin":"geheim-4711","pin":"geheim-4711")")}) {
    const auto result = read_digest_request(bytes(text));
    ASSERT_FALSE(result.has_value());
    EXPECT_THAT(to_string(result.error()), testing::Not(testing::HasSubstr("geheim-4711")));
  }
}

TEST(SigningRequest, CanonicalIsAllButPinAndActivation) {
  const auto canonical = [](const std::string& more, const std::string& level = "B-T") {
    return read_document_request(bytes(request(more, level))).value().canonical();
  };
  EXPECT_EQ(canonical(R"(,"pin":"1")"), canonical(R"(,"activation":"2")"));
  EXPECT_EQ(canonical(R"(,"field":{"name":"a"})"), canonical(R"(,   "field" : { "name":"a" })"));
  EXPECT_EQ(canonical(""), canonical(R"(,"field":{})"));
  EXPECT_NE(canonical(""), canonical("", "B-B"));
  EXPECT_NE(canonical(""), canonical(R"(,"tsa":"outside")"));
  EXPECT_NE(canonical(""), canonical(",\"instruction\":" + kInstruction));
  EXPECT_NE(canonical(R"(,"field":{"name":"ab"})"), canonical(R"(,"field":{"name":"a","signer_name":"b"})"));
}

TEST(BatchLine, HasAReferenceAndAKeyOfItsOwn) {
  ASSERT_OK_AND_ASSIGN(
      const BatchLine line,
      read_batch_line(bytes(request(R"(,"reference":"契約-1","idempotency_key":"k","digest":)" + kDigest))));
  EXPECT_EQ(line.reference, "契約-1");
  EXPECT_EQ(line.idempotency_key, "k");
  EXPECT_THAT(read_digest_request(bytes(request(R"(,"reference":"r","digest":)" + kDigest))),
              FailsWith(ErrorCode::malformed_json));
}

}  // namespace
}  // namespace rakkan::api
