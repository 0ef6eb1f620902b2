#include "cli/signing_request.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace rakkan::cli {
namespace {

using testing::HasSubstr;

std::string joined(const std::vector<ByteView>& pieces) {
  std::string text;
  for (const ByteView piece : pieces) {
    text += text_of(piece);
  }
  return text;
}

SigningOptions options() {
  SigningOptions options;
  options.credential = "party-a";
  options.type = "party";
  options.level = "B-B";
  return options;
}

TEST(SigningRequest, APinWithAnyCharacterArrivesAsItIs) {
  const std::string pin = "12\"3\\4\t\x01５";
  SigningInputs inputs;
  inputs.consent.pin = SecureBytes(bytes_of(pin));
  const SigningRequest request(options(), inputs, {{"field", {{"name", "甲"}}}});
  const boost::json::value document = boost::json::parse(joined(request.pieces()));
  EXPECT_EQ(document.at("pin").as_string(), pin);
  EXPECT_EQ(document.at("credential").as_string(), "party-a");
  EXPECT_EQ(document.at("type").as_string(), "party");
  EXPECT_EQ(document.at("level").as_string(), "B-B");
  EXPECT_EQ(document.at("field").at("name").as_string(), "甲");
  EXPECT_FALSE(document.as_object().contains("tsa"));
  EXPECT_FALSE(document.as_object().contains("instruction"));
}

TEST(SigningRequest, TheInstructionGoesAsItWasWritten) {
  constexpr std::string_view kRecord =
      R"({"who": {"id": "u", "name": "山田"}, "when": "2026-11-24T01:02:03Z", "authenticated": [{"class": "mailbox", "method": "mail_link", "at": "2026-11-24T01:00:00Z"}], "document_digest": {"alg": "SHA-256", "value": "0000000000000000000000000000000000000000000000000000000000000000"}})";
  SigningInputs inputs;
  ASSERT_OK_AND_ASSIGN(inputs.consent.instruction, service::Instruction::parse(kRecord));
  const SigningRequest request(options(), inputs, {});
  const std::string text = joined(request.pieces());
  EXPECT_THAT(text, HasSubstr(R"(,"instruction":{"who":{"id":"u","name":"山田"},"when":)")) << "without white space";
  EXPECT_EQ(boost::json::parse(text).at("instruction"), boost::json::parse(kRecord));
}

}  // namespace
}  // namespace rakkan::cli
