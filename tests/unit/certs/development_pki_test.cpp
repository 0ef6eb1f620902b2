// The development PKI as OpenSSL sees it (its verifier is the witness), and as our own modules do.
#include "development_pki.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "description.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/hsm/token.hpp"
#include "rakkan/pki/certificate_profile.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::certs {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;
using test::IsOk;
using testing::HasSubstr;
using testing::Not;

struct Said {
  int status;
  std::string text;
};

class DevelopmentPki : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test::TemporaryFolder>(test::memory_folder());
    crypto::SystemRandom random;
    ASSERT_THAT(build_development_pki(folder_->path(), now_ = SystemClock().now(), random), IsOk());
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static fs::path file(const std::string& name) { return folder_->path() / name; }
  static std::string text(const fs::path& path) { return std::string(text_of(read_file(path, 1 << 20).value())); }
  static pki::Certificate certificate(std::string_view name) {
    const Bytes pem = read_file(file("certificates/" + std::string(name) + ".pem"), 1 << 16).value();
    return pki::parse_certificates(pem).value().front();
  }

  static Said run(const std::string& command) {
    Said said{-1, {}};
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::array<char, 512> line{};
    while (pipe != nullptr && std::fgets(line.data(), line.size(), pipe) != nullptr) {
      said.text += line.data();
    }
    said.status = pipe != nullptr ? ::pclose(pipe) : -1;
    return said;
  }
  static Said openssl_verify(std::string_view name, const std::string& more = "") {
    return run("cat " + file("crls/root-ca.pem").string() + " " + file("crls/issuing-ca.pem").string() + " > " +
               file("all-crls.pem").string() + " && openssl verify -x509_strict -CAfile " +
               file("trust/root-ca.pem").string() + " -untrusted " + file("certificates/issuing-ca.pem").string() +
               " -CRLfile " + file("all-crls.pem").string() + " -crl_check_all " + more + " " +
               file("certificates/" + std::string(name) + ".pem").string());
  }

  static inline std::unique_ptr<test::TemporaryFolder> folder_;
  static inline Instant now_;
};

TEST_F(DevelopmentPki, OpensslAcceptsWhatIsHonestAndRefusesExpiredAndRevoked) {
  for (const Description& description : descriptions()) {
    const Said said = openssl_verify(description.name);
    switch (description.lie) {
      case Lie::none:
      case Lie::wrong_eku:       // no purpose was asked for
      case Lie::mismatched_key:  // nobody sees it without the key
        EXPECT_EQ(said.status, 0) << said.text;
        break;
      case Lie::expired:
        EXPECT_THAT(said.text, HasSubstr("certificate has expired"));
        break;
      case Lie::revoked:
        EXPECT_THAT(said.text, HasSubstr("certificate revoked"));
        break;
    }
  }
}

TEST_F(DevelopmentPki, OpensslLetsOnlyTheHonestTimestampUnitsTimestamp) {
  for (const Description& description : descriptions()) {
    const bool wanted = description.profile == Profile::timestamp && description.lie == Lie::none;
    EXPECT_EQ(openssl_verify(description.name, "-purpose timestampsign").status == 0, wanted) << description.name;
  }
}

TEST_F(DevelopmentPki, OurOwnChecksSayTheSame) {
  for (const Description& description : descriptions()) {
    const pki::Certificate parsed = certificate(description.name);
    const bool timestamps = description.profile == Profile::timestamp && description.lie == Lie::none;
    EXPECT_EQ(pki::require_profile(parsed, pki::kUnitProfile).has_value(), timestamps) << description.name;
    const bool documents = description.profile == Profile::document;
    EXPECT_EQ(pki::require_profile(parsed, pki::kPartyProfile).has_value(), documents) << description.name;
    EXPECT_EQ(pki::check_validity(parsed, now_).has_value(), description.lie != Lie::expired) << description.name;
    const std::string_view issuer =
        description.profile == Profile::root || description.profile == Profile::issuing_ca ? kRoot : kIssuingCa;
    EXPECT_THAT(parsed.verify_signed_by(certificate(issuer)), IsOk()) << description.name;
  }
}

TEST_F(DevelopmentPki, EachTokenHoldsTheKeyOfItsCertificateButTheMismatchedOne) {
  ASSERT_OK_AND_ASSIGN(const auto module, hsm::Module::load({}));
  for (const Description& description : descriptions()) {
    const std::string name(description.name);
    ASSERT_OK_AND_ASSIGN(SecureBytes pin, read_secret_file(file("pins/" + name + ".pin")));
    ASSERT_OK_AND_ASSIGN(const auto token, hsm::Token::open(module, {name, std::nullopt}, std::move(pin)));
    ASSERT_OK_AND_ASSIGN(const auto signer, token->signer(name, {}));
    EXPECT_EQ(equal(signer->public_key().spki(), certificate(description.name).spki()),
              description.lie != Lie::mismatched_key)
        << name;
    EXPECT_EQ(signer->public_key().kind(), description.key) << name;
  }
}

TEST_F(DevelopmentPki, ATimestampUnitsKeyIsForOneYearOfALongerCertificate) {
  const pki::Certificate tsu = certificate("tsu");
  ASSERT_TRUE(tsu.private_key_usage_period().has_value());
  EXPECT_EQ(*tsu.private_key_usage_period()->not_after - tsu.validity().not_before, std::chrono::days(365));
  EXPECT_GT(tsu.validity().not_after, now_ + std::chrono::days(10 * 365));
}

TEST_F(DevelopmentPki, NamesKeepTheCharactersThatBreakCarelessPrograms) {
  EXPECT_EQ(certificate("party-takasaki").subject().common_name(), "髙﨑 美咲");
  EXPECT_EQ(certificate("party-yoshino").subject().common_name(), "𠮷野 花子");
  EXPECT_THAT(
      run("openssl x509 -noout -subject -nameopt utf8 -in " + file("certificates/party-yoshino.pem").string()).text,
      HasSubstr("𠮷野 花子"));
}

TEST_F(DevelopmentPki, TheListingNamesEveryFileAndLie) {
  const boost::json::value listing = boost::json::parse(text(file("listing.json")));
  const boost::json::array& rows = listing.at("certificates").as_array();
  ASSERT_EQ(rows.size(), descriptions().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Description& description = descriptions()[i];
    EXPECT_EQ(rows[i].at("name").as_string(), description.name);
    EXPECT_EQ(rows[i].at("lie").is_null(), description.lie == Lie::none);
    EXPECT_TRUE(fs::exists(file(std::string(rows[i].at("certificate").as_string())))) << description.name;
    EXPECT_TRUE(fs::exists(file(std::string(rows[i].at("pin").as_string())))) << description.name;
  }
}

TEST_F(DevelopmentPki, TheReadmeDescribesEveryCertificate) {
  const std::string readme = text(RAKKAN_CERTS_README);
  for (const Description& description : descriptions()) {
    const std::size_t begin = readme.find("| `" + std::string(description.name) + "` |");
    ASSERT_NE(begin, std::string::npos) << description.name;
    const std::string line = readme.substr(begin, readme.find('\n', begin) - begin);
    const std::string common_name = certificate(description.name).subject().common_name().value();
    EXPECT_THAT(line, HasSubstr(common_name));
    EXPECT_THAT(line, HasSubstr(std::string(crypto::name(description.key))));
    EXPECT_THAT(line, HasSubstr(std::string(name(description.profile))));
    EXPECT_THAT(line, HasSubstr(std::to_string(description.lifetime / std::chrono::days(365)) + " year"));
    if (description.lie != Lie::none) {
      EXPECT_THAT(line, HasSubstr(std::string(name(description.lie)) + ":"));
    }
  }
}

TEST_F(DevelopmentPki, SecretsAreTheOwnersAlone) {
  for (const auto& entry : fs::directory_iterator(file("pins"))) {
    EXPECT_EQ(entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none)
        << entry.path();
  }
  EXPECT_EQ(fs::status(file("tokens")).permissions() & fs::perms::others_all, fs::perms::none);
}

TEST_F(DevelopmentPki, IsNotBuiltOverAnother) {
  crypto::SystemRandom random;
  EXPECT_THAT(build_development_pki(folder_->path(), now_, random), FailsWith(ErrorCode::already_exists));
}

}  // namespace
}  // namespace rakkan::certs
