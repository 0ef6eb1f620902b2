// Foreign tools accept the documents that the program signs.
#include "integration/cli/cli_fixture.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;

class SignCommand : public CliTest {};

// Both types on one document, as a contract is signed.
TEST_F(SignCommand, WitnessThenPartyOnOneDocumentAreTwoSignaturesForPdfsig) {
  const auto first = answer(sign(contract(), path("first.pdf"),
                                 {"--credential", "operator", "--type", "witness", "--instruction",
                                  instruction_for(contract()), "--level", "B-T"}));
  const auto second =
      answer(sign(path("first.pdf"), path("second.pdf"),
                  {"--credential", "party-a", "--type", "party", "--pin-file", path("a.pin"), "--level", "B-T"}));
  EXPECT_NE(first.at("signature"), second.at("signature"));
  EXPECT_NE(first.at("timestamp").at("serial_number"), second.at("timestamp").at("serial_number"));

  const CommandOutcome seen = run_command({"pdfsig", "-nocert", path("second.pdf")});
  EXPECT_THAT(seen.output, HasSubstr("Signature #2"));
  EXPECT_THAT(seen.output, ::testing::Not(HasSubstr("Signature #3")));
  std::size_t valid = 0;
  for (std::size_t at = 0;
       (at = seen.output.find("Signature Validation: Signature is Valid.", at)) != std::string::npos; ++at) {
    ++valid;
  }
  EXPECT_EQ(valid, 2U) << seen.output;
  EXPECT_EQ(run_command({"qpdf", "--check", path("second.pdf")}).exit_code, 0);

  const auto facts = answer({"inspect", path("second.pdf")});
  EXPECT_EQ(facts.at("signatures").as_array().size(), 2U);
  EXPECT_EQ(facts.at("revisions").as_array().size(), 3U);
  EXPECT_TRUE(facts.at("signatures").at(1).at("covers_file").as_bool());
  EXPECT_FALSE(facts.at("signatures").at(0).at("covers_file").as_bool());
  EXPECT_EQ(facts.at("signatures").at(0).at("covers_revision").as_int64(), 2);
  EXPECT_EQ(facts.at("signatures").at(1).at("covers_revision").as_int64(), 3);
}

// The id stands in the signature dictionary, where qpdf finds it and neither pdfsig nor pdftotext shows it.
TEST_F(SignCommand, SignatureIdIsInTheDictionaryAndNotOnThePage) {
  const auto made =
      answer(sign(contract(), path("id.pdf"),
                  {"--credential", "party-a", "--type", "party", "--pin-file", path("a.pin"), "--level", "B-B"}));
  const std::string id(made.at("signature").as_string());
  const CommandOutcome json = run_command({"qpdf", "--json=2", "--json-key=qpdf", path("id.pdf")});
  EXPECT_THAT(json.output, HasSubstr("\"/RKKN_SignatureID\": \"u:" + id + "\""));
  const CommandOutcome seen = run_command({"pdfsig", "-nocert", path("id.pdf")});
  EXPECT_THAT(seen.output, HasSubstr("Signature Validation: Signature is Valid."));
  EXPECT_THAT(seen.output, ::testing::Not(HasSubstr(id)));
  EXPECT_THAT(run_command({"pdftotext", path("id.pdf"), "-"}).output, ::testing::Not(HasSubstr(id)));
}

TEST_F(SignCommand, ReasonNamesThePersonOnWhoseInstructionAWitnessSigns) {
  answer(sign(contract(), path("reason.pdf"),
              {"--credential", "operator", "--type", "witness", "--instruction", instruction_for(contract()), "--level",
               "B-B"}));
  const CommandOutcome seen = run_command({"pdfsig", "-nocert", path("reason.pdf")});
  EXPECT_THAT(seen.output, HasSubstr("ETSI.CAdES.detached"));
  const CommandOutcome json = run_command({"qpdf", "--json=2", "--json-key=qpdf", path("reason.pdf")});
  EXPECT_THAT(json.output, HasSubstr("山田太郎 の指示に基づき署名"));
}

TEST_F(SignCommand, DetachedCmsOfADigestVerifiesForOpenssl) {
  const std::string content = write("content.bin", "what is signed\n");
  const CommandOutcome digest = run_command({"openssl", "dgst", "-sha256", "-r", content});
  const std::string hex = digest.output.substr(0, 64);
  answer({"cms", hex, "-o", path("content.p7s"), "--credential", "party-b", "--type", "party", "--pin-file",
          path("b.pin"), "--level", "B-T"});
  const std::vector<std::string> verify{
      "openssl", "cms", "-verify",           "-cades",  "-binary",      "-purpose", "any",       "-inform",
      "DER",     "-in", path("content.p7s"), "-CAfile", path("ca.pem"), "-out",     "/dev/null", "-content"};
  std::vector<std::string> good = verify;
  good.push_back(content);
  const CommandOutcome accepted = run_command(good);
  EXPECT_EQ(accepted.exit_code, 0) << accepted.output;
  std::vector<std::string> bad = verify;
  bad.push_back(write("other.bin", "what is not signed\n"));
  EXPECT_NE(run_command(bad).exit_code, 0);
}

TEST_F(SignCommand, TimestampOfAFileVerifiesForOpenssl) {
  const std::string file = write("stamped.bin", "stamped\n");
  answer({"timestamp", file, "-o", path("stamped.tsr")});
  const CommandOutcome accepted =
      run_command({"openssl", "ts", "-verify", "-in", path("stamped.tsr"), "-data", file, "-CAfile", path("ca.pem")});
  EXPECT_THAT(accepted.output, HasSubstr("Verification: OK"));
  const CommandOutcome refused = run_command({"openssl", "ts", "-verify", "-in", path("stamped.tsr"), "-data",
                                              write("unstamped.bin", "x"), "-CAfile", path("ca.pem")});
  EXPECT_THAT(refused.output, HasSubstr("Verification: FAILED"));
}

TEST_F(SignCommand, AnswersARequestThatOpensslMade) {
  const std::string file = write("asked.bin", "asked\n");
  ASSERT_EQ(
      run_command({"openssl", "ts", "-query", "-data", file, "-sha512", "-cert", "-out", path("asked.tsq")}).exit_code,
      0);
  answer({"timestamp", "--query", path("asked.tsq"), "-o", path("asked.tsr")});
  const CommandOutcome accepted = run_command({"openssl", "ts", "-verify", "-in", path("asked.tsr"), "-queryfile",
                                               path("asked.tsq"), "-CAfile", path("ca.pem")});
  EXPECT_THAT(accepted.output, HasSubstr("Verification: OK"));
}

}  // namespace
}  // namespace rakkan::test
