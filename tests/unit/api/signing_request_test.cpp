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
  for (const char* level : {"B-X", "b-b", "BT"}) {
    const auto result = read_document_request(bytes(request("", level)));
    ASSERT_THAT(result, FailsWith(ErrorCode::invalid_request)) << level;
    EXPECT_EQ(result.error().where, "level");
    EXPECT_EQ(result.error().allowed, (std::vector<std::string>{"B-B", "B-T", "B-LT", "B-LTA"}));
  }
  for (const char* level : {"B-LT", "B-LTA"}) {
    EXPECT_THAT(read_document_request(bytes(request("", level))), IsOk()) << level;
    const auto result = read_digest_request(bytes(request(R"(,"digest":)" + kDigest, level)));
    ASSERT_THAT(result, FailsWith(ErrorCode::invalid_request)) << level;
    EXPECT_EQ(result.error().detail, "must be B-B or B-T");
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

// A wrong value of a member with few values is refused at its place, and the right values are named.
TEST(SigningRequest, NamesTheValuesThatWouldDo) {
  const auto refused = [](std::string text, const std::string& right, const std::string& wrong) {
    text.replace(text.find(right), right.size(), wrong);
    const auto result = read_digest_request(bytes(text));
    return result ? Error{ErrorCode::internal, "(accepted)", {}, {}, {}} : result.error();
  };
  const std::string good = request(",\"digest\":" + kDigest + ",\"instruction\":" + kInstruction);
  ASSERT_THAT(read_digest_request(bytes(good)), IsOk());
  struct Case {
    std::string right, where;
    std::vector<std::string> allowed;
  };
  for (const auto& [right, where, allowed] :
       {Case{"witness", "type", {"witness", "party"}}, Case{"B-T", "level", {"B-B", "B-T"}},
        Case{"SHA-256", "digest.alg", {"SHA-256", "SHA-384", "SHA-512"}},
        Case{"mailbox",
             "instruction.authenticated[0].class",
             {"mailbox", "knowledge", "phone", "device", "identity_provider", "in_person"}}}) {
    const Error error = refused(good, right, "other");
    EXPECT_EQ(error.code, ErrorCode::invalid_request) << right;
    EXPECT_EQ(error.where, where);
    EXPECT_EQ(error.allowed, allowed);
  }
  const Error in_instruction =
      refused(good, R"("document_digest":{"alg":"SHA-256")", R"("document_digest":{"alg":"MD5")");
  EXPECT_EQ(in_instruction.code, ErrorCode::invalid_request);
  EXPECT_EQ(in_instruction.where, "instruction.document_digest.alg");
  EXPECT_EQ(in_instruction.allowed, (std::vector<std::string>{"SHA-256", "SHA-384", "SHA-512"}));
  EXPECT_EQ(refused(good, std::string(64, 'a'), "abc").detail,
            "must be 64 hexadecimal digits, a digest of that algorithm");
  const Error syntax = refused(good, "}", "");
  EXPECT_EQ(syntax.code, ErrorCode::malformed_json);
  EXPECT_TRUE(syntax.offset.has_value());
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
              FailsWith(ErrorCode::invalid_request));
}

}  // namespace
}  // namespace rakkan::api
