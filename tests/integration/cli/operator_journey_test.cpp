// An operator's way in: from an empty folder to certified keys.
#include "integration/cli/cli_fixture.hpp"
#include "rakkan/base/file.hpp"
#include "support/result_matchers.hpp"
#include "support/test_authority.hpp"
#include "support/version_1_certificate.hpp"

namespace rakkan::test {
namespace {

using ::testing::HasSubstr;

class OperatorJourney : public CliTest {};

TEST_F(OperatorJourney, ListShowsEveryCredentialWithItsCertificate) {
  const auto listed = answer({"credentials", "list"});
  std::vector<std::string> active;
  for (const auto& row : listed.at("credentials").as_array()) {
    if (row.at("status").as_string() == "active") {
      active.emplace_back(row.at("id").as_string());
      EXPECT_THAT(std::string(row.at("certificate").at("issuer").as_string()), HasSubstr("Test CA"));
    }
  }
  EXPECT_THAT(active, ::testing::IsSupersetOf({"operator", "party-a", "party-b", "tsu"}));
}

TEST_F(OperatorJourney, InitRefusesAFolderThatIsOneAlready) {
  EXPECT_EQ(refusal({"init", path("data")}, 3), "already-exists");
}

TEST_F(OperatorJourney, PinsAndStoreAreTheOwnersAlone) {
  for (const char* name : {"data/pins", "data/tokens", "data/rakkan.db"}) {
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(std::filesystem::status(path(name)).permissions() & others, std::filesystem::perms::none) << name;
  }
}

TEST_F(OperatorJourney, RequestIsWellSignedForOpenssl) {
  const CommandOutcome outcome =
      run_command({"openssl", "req", "-in", path("operator.csr"), "-noout", "-verify", "-subject", "-nameopt", "utf8"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("verify OK"));
  EXPECT_THAT(outcome.output, HasSubstr("株式会社ラッカン 立会人"));
}

TEST_F(OperatorJourney, AnothersCertificateIsNotTaken) {
  EXPECT_EQ(refusal({"credentials", "import", "party-a", path("party-b.pem")}, 3), "key-certificate-mismatch");
}

TEST_F(OperatorJourney, ATimestampUnitsCertificateIsNotTakenForDocuments) {
  issue("mixed", {"--kind", "operator", "--key", "p-256"}, "CN=mixed",
        "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n", 0);
  EXPECT_EQ(refusal({"credentials", "import", "mixed", path("mixed.pem")}, 4), "certificate-unsuitable");
}

TEST_F(OperatorJourney, AnExpiredCertificateIsNotTaken) {
  issue("old", {"--kind", "operator", "--key", "p-256"}, "CN=old", "keyUsage=critical,digitalSignature\n", 60);
  EXPECT_EQ(refusal({"credentials", "import", "old", path("old.pem")}, 4), "certificate-expired");
}

// A certificate as `openssl x509 -req` makes it without a file of extensions.
TEST_F(OperatorJourney, ACertificateOfVersion1IsNotTaken) {
  answer({"credentials", "generate", "bare", "--kind", "operator", "--key", "p-256"});
  answer({"credentials", "csr", "bare", "--subject", "CN=bare", "-o", path("bare.csr")});
  ASSERT_EQ(
      run_command({"openssl", "req", "-in", path("bare.csr"), "-noout", "-pubkey", "-out", path("bare.pub")}).exit_code,
      0);
  ASSERT_EQ(
      run_command({"openssl", "pkey", "-pubin", "-in", path("bare.pub"), "-outform", "DER", "-out", path("bare.spki")})
          .exit_code,
      0);
  TestAuthority authority;
  ASSERT_OK_AND_ASSIGN(const Bytes spki, read_file(path("bare.spki"), 4096));
  ASSERT_OK_AND_ASSIGN(const pki::Name subject, pki::Name::from_text("CN=bare"));
  ASSERT_OK_AND_ASSIGN(const pki::Certificate old,
                       version_1_certificate(subject, spki, authority.certificate().subject(),
                                             TestAuthority::validity(), authority.key()));
  const std::string file = write("bare.pem", pki::to_pem("CERTIFICATE", old.der()) + authority.pem());
  const CommandOutcome shown = run_command({"openssl", "x509", "-in", file, "-noout", "-text"});
  EXPECT_THAT(shown.output, HasSubstr("Version: 1"));
  EXPECT_EQ(refusal({"credentials", "import", "bare", file}, 4), "certificate-unsuitable");
  EXPECT_EQ(refusal({"credentials", "import", "bare", file, "--allow-incomplete-chain"}, 4), "certificate-unsuitable");
}

TEST_F(OperatorJourney, AChainWithoutItsRootIsTakenOnlyKnowingly) {
  issue("rootless", {"--kind", "operator", "--key", "p-256"}, "CN=rootless", "keyUsage=critical,digitalSignature\n", 0);
  EXPECT_EQ(refusal({"credentials", "import", "rootless", path("rootless.pem")}, 4), "certificate-chain-incomplete");
  const auto by_roots = answer(
      {"credentials", "import", "rootless", path("rootless.pem"), "--set", "credentials.roots=" + path("ca.pem")});
  EXPECT_TRUE(by_roots.at("warnings").as_array().empty());
  const auto allowed = answer({"credentials", "import", "rootless", path("rootless.pem"), "--allow-incomplete-chain"});
  EXPECT_EQ(allowed.at("warnings").at(0).at("code").as_string(), "certificate-chain-incomplete");
  EXPECT_THAT(rakkan({"credentials", "list"}).output, HasSubstr("[certificate-chain-incomplete]"));
  answer({"credentials", "import", "rootless", chain_of("rootless")});
  EXPECT_THAT(rakkan({"credentials", "list"}).output, ::testing::Not(HasSubstr("[certificate-chain-incomplete]")));
}

TEST_F(OperatorJourney, AnAdoptedKeyBearsTheLabelAndTheIdThatWereSaid) {
  const std::vector<std::string> kind{"--kind", "operator", "--key", "p-256", "--token", "operator"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), kind.begin(), kind.end());
    return words;
  };
  const auto extra = answer(with({"credentials", "generate", "extra"}));
  const std::string id(extra.at("key_id").as_string());
  EXPECT_EQ(refusal(with({"credentials", "adopt", "twin", "--key-label", "operator", "--key-id", id}), 5),
            "key-not-found");
  EXPECT_EQ(refusal(with({"credentials", "adopt", "twin", "--key-label", "nobody", "--key-id", id}), 5),
            "key-not-found");
  const auto twin = answer(with({"credentials", "adopt", "twin", "--key-label", "extra", "--key-id", id}));
  EXPECT_EQ(twin.at("key").as_string(), "extra");
  const auto named = answer(with({"credentials", "adopt", "named", "--key-id", id}));
  EXPECT_EQ(named.at("key").as_string(), "extra");
  for (const char* made : {"extra", "twin", "named"}) {
    answer({"credentials", "disable", made});
  }
}

TEST_F(OperatorJourney, Ed25519IsRefusedWithItsOwnError) {
  EXPECT_EQ(refusal({"credentials", "generate", "ed", "--kind", "operator", "--key", "ed25519"}, 3),
            "ed25519-document-key");
}

TEST_F(OperatorJourney, ADisabledCredentialSignsNothing) {
  certify("leaver", {"--kind", "operator", "--key", "p-256"}, "CN=leaver", "keyUsage=critical,digitalSignature\n");
  answer({"credentials", "disable", "leaver"});
  EXPECT_EQ(refusal(sign(contract(), path("no.pdf"),
                         {"--credential", "leaver", "--type", "witness", "--instruction", instruction_for(contract())}),
                    4),
            "credential-disabled");
}

TEST_F(OperatorJourney, PrintedConfigurationIsAccepted) {
  const CommandOutcome printed = rakkan({"config", "print"});
  ASSERT_EQ(printed.exit_code, 0) << printed.output;
  const std::string file = write("printed.toml", printed.output);
  EXPECT_EQ(run_command({RAKKAN_PROGRAM, "config", "check", "--config", file}).exit_code, 0);
}

TEST_F(OperatorJourney, AnUnknownConfigurationKeyIsNamedWithItsLine) {
  const std::string file = write("bad.toml", "data_dir = \"x\"\n[hsm]\nsesions = 3\n");
  const CommandOutcome outcome = run_command({RAKKAN_PROGRAM, "config", "check", "--config", file});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.output, HasSubstr("bad.toml:3"));
  EXPECT_THAT(outcome.output, HasSubstr("hsm.sesions"));
}

TEST_F(OperatorJourney, HelpNamesEveryCommandAndExitsWithSuccess) {
  const CommandOutcome outcome = run_command({RAKKAN_PROGRAM, "--help"});
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* command : {"init", "credentials", "sign", "cms", "timestamp", "inspect", "config"}) {
    EXPECT_THAT(outcome.output, HasSubstr(command));
  }
}

}  // namespace
}  // namespace rakkan::test
