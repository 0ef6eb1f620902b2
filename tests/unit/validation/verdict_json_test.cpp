#include "rakkan/validation/verdict_json.hpp"

#include <gtest/gtest.h>

#include "rakkan/json/reader.hpp"
#include "support/facts_world.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::validation {
namespace {

using test::FactsWorld;

TEST(VerdictJson, HasTheMembersOfAnAnswer) {
  const FactsWorld world;
  const std::string json = to_json(world.judge(), world.facts);
  ASSERT_OK_AND_ASSIGN(const json::Document document, json::Document::parse(json, ErrorCode::invalid_argument));
  json::Members root = document.root();
  EXPECT_EQ(root.text("indication", 64), "TOTAL-PASSED");
  EXPECT_TRUE(root.has("subIndication"));
  EXPECT_TRUE(root.has("findings"));
  ASSERT_OK_AND_ASSIGN(auto signatures, root.objects("signatures", 10));
  ASSERT_EQ(signatures.size(), 1U);
  json::Members& signature = signatures.front();
  EXPECT_EQ(signature.text("field", 64), "Signature1");
  EXPECT_EQ(signature.text("indication", 64), "TOTAL-PASSED");
  EXPECT_EQ(signature.text("level", 64), "B-LTA");
  EXPECT_EQ(signature.flag("cryptographicallyValid"), true);
  EXPECT_EQ(signature.text("coverage", 64), "ENTIRE_REVISION");
  EXPECT_EQ(signature.text("modificationLevel", 64), "LTA_UPDATES");
  EXPECT_EQ(signature.flag("docMdpOk"), true);
  EXPECT_EQ(signature.text("bestSignatureTime", 64), "2026-01-10T00:01:00.000Z");
  ASSERT_OK_AND_ASSIGN(json::Members revision, signature.object("signedRevision"));
  EXPECT_EQ(revision.integer("number", 0, 10), 1);
  ASSERT_OK_AND_ASSIGN(json::Members certificate, signature.object("signingCertificate"));
  EXPECT_EQ(certificate.text("subject", 64), "CN=signer");
  ASSERT_OK_AND_ASSIGN(auto timestamps, signature.objects("timestamps", 10));
  ASSERT_EQ(timestamps.size(), 2U);
  EXPECT_EQ(timestamps.front().text("indication", 64), "PASSED");
  EXPECT_FALSE(signature.has("steps"));
}

TEST(VerdictJson, ShowsStepsWhenAsked) {
  const FactsWorld world;
  const std::string json = to_json(world.judge(), world.facts, {true});
  EXPECT_NE(json.find(R"("clause":"EN 319 102-1 §5.2.7.4","check":"cv")"), std::string::npos);
}

TEST(VerdictJson, WithoutASignatureTheIndicationIsNull) {
  FactsWorld world;
  world.facts.signatures.clear();
  const std::string json = to_json(world.judge(), world.facts);
  EXPECT_NE(json.find(R"("indication":null)"), std::string::npos);
  EXPECT_NE(json.find(R"("code":"no-signature")"), std::string::npos);
}

TEST(VerdictJson, ADocumentsTextsHaveNoControlCharacters) {
  FactsWorld world;
  world.signature().pdf.field = "a\x1b[31m";
  world.signature().structure = {{"new", "", "b\n", {}, "c\r"}};
  const std::string json = to_json(world.judge(), world.facts, {true});
  EXPECT_EQ(json.find("\\u001b"), std::string::npos);
  EXPECT_EQ(json.find("\\n"), std::string::npos);
  EXPECT_EQ(json.find("\\r"), std::string::npos);
}

TEST(VerdictJson, SubIndicationsHaveTheStandardsSpelling) {
  EXPECT_EQ(to_string(SubIndication::format_failure), "FORMAT_FAILURE");
  EXPECT_EQ(to_string(SubIndication::signed_data_not_found), "SIGNED_DATA_NOT_FOUND");
  EXPECT_EQ(to_string(SubIndication::no_certificate_chain_found_no_poe), "NO_CERTIFICATE_CHAIN_FOUND_NO_POE");
  EXPECT_EQ(sub_indication_from("REVOCATION_OUT_OF_BOUNDS_NO_POE"), SubIndication::revocation_out_of_bounds_no_poe);
  EXPECT_EQ(sub_indication_from("SOMETHING"), std::nullopt);
}

}  // namespace
}  // namespace rakkan::validation
