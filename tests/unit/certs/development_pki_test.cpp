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

#include "authority_server.hpp"
#include "description.hpp"
#include "development_authority.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/config/configuration.hpp"
#include "rakkan/config/trust_file.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "rakkan/hsm/token.hpp"
#include "rakkan/pki/certificate_profile.hpp"
#include "rakkan/pki/ocsp_request.hpp"
#include "rakkan/pki/ocsp_response.hpp"
#include "support/free_port.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::certs {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;
using test::IsOk;
using testing::AllOf;
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
    ASSERT_THAT(build_development_pki(folder_->path(), now_ = SystemClock().now(), random, origin_), IsOk());
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
  static inline const std::string origin_ = "http://127.0.0.1:" + std::to_string(test::free_port());
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

TEST_F(DevelopmentPki, CertificatesNameTheAuthority) {
  const auto shown = [](const std::string& name) {
    return run("openssl x509 -noout -text -in " + file("certificates/" + name + ".pem").string()).text;
  };
  EXPECT_THAT(shown("operator"),
              AllOf(HasSubstr("URI:" + origin_ + "/crls/issuing-ca.crl"), HasSubstr("OCSP - URI:" + origin_ + "/ocsp"),
                    HasSubstr("CA Issuers - URI:" + origin_ + "/certificates/issuing-ca.cer")));
  EXPECT_THAT(shown("issuing-ca"), AllOf(HasSubstr("URI:" + origin_ + "/crls/root-ca.crl"), Not(HasSubstr("OCSP - "))));
  EXPECT_THAT(shown("ocsp"), AllOf(HasSubstr("OCSP No Check"), Not(HasSubstr("OCSP - "))));
  EXPECT_THAT(shown("root-ca"), Not(HasSubstr("URI:")));
}

TEST_F(DevelopmentPki, OpensslIsAnsweredByTheAuthority) {
  ASSERT_OK_AND_ASSIGN(const auto authority, DevelopmentAuthority::open(folder_->path()));
  const SystemClock clock;
  crypto::SystemRandom random;
  ASSERT_OK_AND_ASSIGN(const auto server, AuthorityServer::start(*authority, clock, random));
  ASSERT_EQ(run("cat " + file("certificates/issuing-ca.pem").string() + " " + file("trust/root-ca.pem").string() +
                " > " + file("chain.pem").string())
                .status,
            0);
  const auto ocsp = [](const std::string& name, const std::string& issuer = "issuing-ca") {
    return run("openssl ocsp -issuer " + file("certificates/" + issuer + ".pem").string() + " -cert " +
               file("certificates/" + name + ".pem").string() + " -url " + origin_ + "/ocsp -CAfile " +
               file("chain.pem").string())
        .text;
  };
  EXPECT_THAT(ocsp("operator"), AllOf(HasSubstr("Response verify OK"), HasSubstr("operator.pem: good")));
  EXPECT_THAT(ocsp("tsu"), HasSubstr("tsu.pem: good"));
  EXPECT_THAT(ocsp("lie-revoked"), AllOf(HasSubstr("Response verify OK"), HasSubstr("lie-revoked.pem: revoked"),
                                         HasSubstr("keyCompromise")));
  EXPECT_THAT(ocsp("issuing-ca", "root-ca"), HasSubstr("unauthorized")) << "the responder is not the root's";
  for (const std::string& name : {std::string(kRoot), std::string(kIssuingCa)}) {
    const std::string crl = file(name + ".fetched.crl").string();
    ASSERT_EQ(run("curl -sf -o " + crl + " " + origin_ + "/crls/" + name + ".crl").status, 0);
    EXPECT_THAT(run("openssl crl -inform DER -noout -in " + crl + " -CAfile " + file("chain.pem").string()).text,
                HasSubstr("verify OK"));
    const std::string certificate = file(name + ".fetched.cer").string();
    ASSERT_EQ(run("curl -sf -o " + certificate + " " + origin_ + "/certificates/" + name + ".cer").status, 0);
    EXPECT_EQ(text(certificate), text_of(DevelopmentPki::certificate(name).der()));
  }
  const pki::Certificate asked = certificate("operator");
  ASSERT_OK_AND_ASSIGN(const auto request, pki::OcspRequest::create(asked, certificate(kIssuingCa)));
  const std::string get = to_base64(request.der());
  const std::string response = file("get.ocsp").string();
  ASSERT_EQ(run("curl -sf -o " + response + " -G '" + origin_ + "/ocsp/'$(printf %s '" + get +
                "' | sed 's|+|%2B|g; s|/|%2F|g; s|=|%3D|g')")
                .status,
            0);
  ASSERT_OK_AND_ASSIGN(const auto parsed, pki::OcspResponse::parse(bytes_of(text(response))));
  EXPECT_NE(parsed.find(asked, certificate(kIssuingCa)), nullptr);
  for (const char* const path :
       {"/crls/other.crl", "/certificates/operator.cer", "/listing.json", "/pins/root-ca.pin"}) {
    EXPECT_NE(run("curl -sf " + origin_ + path).status, 0) << path;
  }
}

TEST_F(DevelopmentPki, TheAuthorityIsForThisMachineAlone) {
  for (const char* url : {"http://10.0.0.1:8889", "http://0.0.0.0:8889", "http://localhost:8889", "http://[::]:8889",
                          "https://127.0.0.1:8889", "http://127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1:8889/x",
                          "http://127.0.0.1.example:8889", "http://a@127.0.0.1:8889", "127.0.0.1:8889", ""}) {
    EXPECT_THAT(LoopbackOrigin::parse(url), FailsWith(ErrorCode::configuration_invalid)) << url;
    const test::TemporaryFolder empty;
    crypto::SystemRandom random;
    EXPECT_THAT(build_development_pki(empty.path(), now_, random, url), FailsWith(ErrorCode::configuration_invalid));
    EXPECT_TRUE(fs::is_empty(empty.path())) << url;
  }
  ASSERT_OK_AND_ASSIGN(const LoopbackOrigin origin, LoopbackOrigin::parse("http://[::1]:8889"));
  EXPECT_EQ(origin.address, "::1");
  EXPECT_EQ(origin.port, 8889);
  // A listing that somebody changed by hand.
  const test::TemporaryFolder elsewhere;
  std::string listing = text(file("listing.json"));
  listing.replace(listing.find("127.0.0.1"), std::string_view("127.0.0.1").size(), "0.0.0.0");
  ASSERT_THAT(write_file_atomically(elsewhere.path() / "listing.json", {bytes_of(listing)}), IsOk());
  EXPECT_THAT(DevelopmentAuthority::open(elsewhere.path()), FailsWith(ErrorCode::configuration_invalid));
}

TEST_F(DevelopmentPki, ItsSettingsAllowTheAuthorityAloneAndTrustTheRoot) {
  ASSERT_OK_AND_ASSIGN(const config::Configuration configuration,
                       config::parse(text(file("authority.toml")), file("rakkan.toml").string()));
  EXPECT_EQ(configuration.service.fetch.allowed_origins, std::vector<std::string>{origin_});
  ASSERT_OK_AND_ASSIGN(const pki::TrustStore trust, config::read_trust_file(configuration.trust.file));
  ASSERT_EQ(trust.anchors().size(), 1U);
  EXPECT_EQ(trust.anchors().front().certificate, certificate(kRoot));
  EXPECT_EQ(trust.anchors().front().purposes, (pki::Purposes{true, true, true}));
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
