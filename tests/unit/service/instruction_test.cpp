#include "rakkan/service/instruction.hpp"

#include <string>

#include "support/result_matchers.hpp"

namespace rakkan::service {
namespace {

using test::FailsWith;
using test::IsOk;

const std::string kDigest(64, 'a');
const std::string kGood = R"({
  "who": {"id": "u-1", "name": "山田太郎"},
  "when": "2026-11-24T10:02:03+09:00",
  "authenticated": [{"class": "mailbox", "method": "mail_link", "at": "2026-11-24T01:00:00Z"},
                    {"class": "device", "method": "totp", "at": "2026-11-24T01:02:03Z"}],
  "document_digest": {"alg": "SHA-256", "value": ")" +
                          kDigest + R"("},
  "envelope": "ENV-1"
})";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Instruction, HoldsWhatTheRecordSays) {
  ASSERT_OK_AND_ASSIGN(const Instruction instruction, Instruction::parse(kGood));
  EXPECT_EQ(instruction.who_id(), "u-1");
  EXPECT_EQ(instruction.who_name(), "山田太郎");
  EXPECT_EQ(to_rfc3339(instruction.when()), "2026-11-24T01:02:03.000Z");
  ASSERT_EQ(instruction.authenticated().size(), 2U);
  EXPECT_EQ(instruction.authenticated()[1].factor, FactorClass::device);
  EXPECT_EQ(instruction.authenticated()[1].method, "totp");
  EXPECT_EQ(instruction.document_digest().algorithm(), crypto::DigestAlgorithm::sha256);
  EXPECT_EQ(instruction.envelope(), "ENV-1");
  EXPECT_EQ(instruction.json(), R"({"who":{"id":"u-1","name":"山田太郎"},"when":"2026-11-24T10:02:03+09:00",)"
                                R"("authenticated":[{"class":"mailbox","method":"mail_link",)"
                                R"("at":"2026-11-24T01:00:00Z"},{"class":"device","method":"totp",)"
                                R"("at":"2026-11-24T01:02:03Z"}],"document_digest":{"alg":"SHA-256","value":")" +
                                    kDigest + R"("},"envelope":"ENV-1"})")
      << "as it was handed in, on one line: it becomes a part of a record";
}

TEST(Instruction, EnvelopeMayBeMissing) {
  ASSERT_OK_AND_ASSIGN(const Instruction instruction, Instruction::parse(with(",\n  \"envelope\": \"ENV-1\"", "")));
  EXPECT_EQ(instruction.envelope(), std::nullopt);
}

struct Refusal {
  const char* name;
  std::string from;
  std::string to;
  std::string where;
};

class InstructionRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(InstructionRefusal, NamesTheMember) {
  const auto result = Instruction::parse(with(GetParam().from, GetParam().to));
  ASSERT_THAT(result, FailsWith(ErrorCode::malformed_instruction));
  EXPECT_EQ(result.error().where, GetParam().where);
}

INSTANTIATE_TEST_SUITE_P(
    Instruction, InstructionRefusal,
    ::testing::Values(Refusal{"UnknownMember", "\"envelope\"", "\"enveloppe\"", "enveloppe"},
                      Refusal{"UnknownInnerMember", "\"id\": \"u-1\"", "\"id\": \"u-1\", \"mail\": \"x\"", "who.mail"},
                      Refusal{"MissingName", "\"id\": \"u-1\", \"name\": \"山田太郎\"", "\"id\": \"u-1\"", "who.name"},
                      Refusal{"EmptyName", "山田太郎", "", "who.name"},
                      Refusal{"ControlCharacterInName", "山田太郎", "山田\\n太郎", "who.name"},
                      Refusal{"LongName", "山田太郎", std::string(257, 'x'), "who.name"},
                      Refusal{"NumberAsId", "\"u-1\"", "1", "who.id"},
                      Refusal{"WhoIsText", R"({"id": "u-1", "name": "山田太郎"})", "\"u-1\"", "who"},
                      Refusal{"TimeWithoutZone", "10:02:03+09:00", "10:02:03", "when"},
                      Refusal{"ImpossibleDay", "2026-11-24T10", "2026-11-31T10", "when"},
                      Refusal{"AuthenticatedAfterInstructing", "01:02:03Z", "01:02:04Z", "authenticated[1].at"},
                      Refusal{"UnknownFactor", "\"device\"", "\"stars\"", "authenticated[1].class"},
                      Refusal{"MethodIsNoWord", "\"totp\"", "\"to tp\"", "authenticated[1].method"},
                      Refusal{"UnknownAlgorithm", "SHA-256", "SHA-1", "document_digest.alg"},
                      Refusal{"DigestOfAnotherLength", kDigest, "aa", "document_digest.value"},
                      Refusal{"DigestIsNotHex", kDigest, std::string(64, 'g'), "document_digest.value"}),
    [](const auto& chosen) { return chosen.param.name; });

TEST(Instruction, NobodyAuthenticatedIsRefused) {
  const std::size_t from = kGood.find('[');
  const std::string text = kGood.substr(0, from + 1) + kGood.substr(kGood.find(']'));
  const auto result = Instruction::parse(text);
  ASSERT_THAT(result, FailsWith(ErrorCode::malformed_instruction));
  EXPECT_EQ(result.error().where, "authenticated");
}

TEST(Instruction, RepeatedMemberIsRefused) {
  EXPECT_THAT(Instruction::parse(with("\"id\": \"u-1\"", "\"id\": \"u-2\", \"id\": \"u-1\"")),
              FailsWith(ErrorCode::malformed_instruction));
}

TEST(Instruction, AnythingButOneObjectIsRefused) {
  for (const std::string& text : {std::string(), std::string("[]"), std::string("null"), kGood + "x", kGood.substr(1),
                                  "\xEF\xBB\xBF" + kGood, with("山田", "\xC0\xAF"), std::string(100'000, '[')}) {
    EXPECT_THAT(Instruction::parse(text), FailsWith(ErrorCode::malformed_instruction)) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace rakkan::service
