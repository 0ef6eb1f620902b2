// A key is changed under load, by the commands of an operator's and a real server: no request fails, no signature mixes
// two keys, and each signature verifies with the certificate within.
#include <stdlib.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "integration/cli/cli_fixture.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "rakkan/tsp/timestamp_token.hpp"
#include "support/eventually.hpp"
#include "support/free_port.hpp"
#include "support/result_matchers.hpp"
#include "support/server_process.hpp"
#include "support/witness_request.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kSignerExtensions = "keyUsage=critical,digitalSignature\n";
constexpr const char* kUnitExtensions = "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n";

std::string serial_of(const pki::Certificate& certificate) { return to_hex(certificate.serial_number()); }

// Callers on connections of their own who go on signing at the level B-T, and keep what they got.
class Callers {
 public:
  struct Made {
    std::string content;
    Bytes cms;
  };
  Callers(std::string url, std::string key, unsigned count) : url_(std::move(url)), key_(std::move(key)) {
    for (unsigned i = 0; i < count; ++i) {
      threads_.emplace_back([this, i] { run(i); });
    }
  }
  ~Callers() { stop(); }
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
      thread.join();
    }
    threads_.clear();
  }
  [[nodiscard]] std::size_t signed_so_far() {
    const std::scoped_lock lock(mutex_);
    return made_.size();
  }
  [[nodiscard]] std::vector<Made> made() {
    const std::scoped_lock lock(mutex_);
    return made_;
  }
  [[nodiscard]] std::vector<std::string> failed() {
    const std::scoped_lock lock(mutex_);
    return failed_;
  }

 private:
  void run(unsigned caller) {
    const fetch::HttpClient client(fetch::HttpOptions{});
    for (unsigned i = 0; !stopping_; ++i) {
      const std::string content = std::to_string(caller) + "/" + std::to_string(i);
      const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(content));
      std::string body = cms_request("turning", digest, to_rfc3339(SystemClock().now()));
      body.replace(body.find("B-B"), 3, "B-T");
      const auto answer = client.send({"POST",
                                       url_ + "/v1/cms",
                                       {{"Authorization", "Bearer " + key_}, {"Content-Type", "application/json"}},
                                       {bytes_of(body)}});
      const std::scoped_lock lock(mutex_);
      if (!answer || answer->status != 200) {
        failed_.push_back(answer ? std::string(text_of(answer->body)) : to_string(answer.error()));
        continue;
      }
      const auto cms = from_base64(json::parse(text_of(answer->body)).at("cms").as_string());
      made_.push_back({content, cms.value_or(Bytes())});
    }
  }

  std::string url_;
  std::string key_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<Made> made_;
  std::vector<std::string> failed_;
  std::vector<std::thread> threads_;
};

class RotationCommands : public CliTest {
 protected:
  static void SetUpTestSuite() {
    CliTest::SetUpTestSuite();
    if (!fs::exists(path("turning.key"))) {
      answer({"keys", "create", "--tenant", "acme", "--label", "turning", "--scope", "admin", "--scope", "sign", "-o",
              path("turning.key")});
      certify("turning", {"--kind", "operator", "--key", "p-256"}, "CN=turning,C=JP", kSignerExtensions);
      certify("turning-tsu", {"--kind", "tsu", "--key", "p-256"}, "CN=turning unit,C=JP", kUnitExtensions);
      certify("turning-acme", {"--kind", "party", "--party", "t", "--key", "p-256", "--tenant", "acme"},
              "CN=turning acme,C=JP", kSignerExtensions);
    }
  }
  ~RotationCommands() override { stop(); }

  void start() {
    const std::uint16_t port = free_port();
    ::setenv("RAKKAN_HTTP_PORT", std::to_string(port).c_str(), 1);
    ::setenv("RAKKAN_METRICS_PORT", "0", 1);
    ::setenv("RAKKAN_TSU_CREDENTIAL", "turning-tsu", 1);
    auto started =
        ServerProcess::start(RAKKAND_PROGRAM, {"--config", path("data/rakkan.toml")}, port, path("turning.log"));
    for (const char* name : {"RAKKAN_HTTP_PORT", "RAKKAN_METRICS_PORT", "RAKKAN_TSU_CREDENTIAL"}) {
      ::unsetenv(name);
    }
    ASSERT_TRUE(started.has_value()) << to_string(started.error());
    server_.emplace(std::move(*started));
    url_ = "http://127.0.0.1:" + std::to_string(port);
  }
  void stop() {
    if (server_) {
      EXPECT_EQ(server_->stop(), 0);
      server_.reset();
    }
  }
  [[nodiscard]] std::string key() const {
    std::string text;
    std::ifstream(path("turning.key")) >> text;
    return text;
  }
  [[nodiscard]] std::vector<std::string> by_server(std::vector<std::string> command) const {
    command.insert(command.end(), {"--server", url_, "--api-key-file", path("turning.key")});
    return command;
  }

  // The file with the certificate that the test authority issues for a request, and its own.
  static std::string certified(const std::string& csr, const std::string& extensions) {
    static int serial = 7'000'000;
    const std::string name = csr.substr(0, csr.rfind('.'));
    const std::string options = name + ".cnf";
    std::ofstream(options) << extensions;
    const CommandOutcome issued =
        run_command({"sh", "-c",
                     "openssl x509 -req -in '" + csr + "' -CA '" + path("ca.pem") + "' -CAkey '" + path("ca.key") +
                         "' -set_serial " + std::to_string(++serial) + " -days 30 -extfile '" + options + "' -out '" +
                         name + ".pem' && cat '" + path("ca.pem") + "' >> '" + name + ".pem'"});
    EXPECT_EQ(issued.exit_code, 0) << issued.output;
    return name + ".pem";
  }
  static std::string in_seconds(int seconds) {
    return to_rfc3339(std::chrono::floor<std::chrono::seconds>(SystemClock().now()) + std::chrono::seconds(seconds));
  }
  static std::vector<std::string> statuses(const json::object& credential) {
    std::vector<std::string> all;
    for (const json::value& one : credential.at("generations").as_array()) {
      all.push_back(json::serialize(one.at("generation")) + " " + std::string(one.at("status").as_string()));
    }
    return all;
  }
  static std::string sha256_of(const json::object& credential, std::size_t generation) {
    return std::string(
        credential.at("generations").as_array().at(generation).at("certificate").at("sha256").as_string());
  }
  std::optional<ServerProcess> server_;
  std::string url_;
};

// The certificate within that verifies the signature and all that is signed with it; nothing when there is none.
std::string verified_signer(const cms::SignedData& cms, const crypto::Digest& content) {
  const cms::SignerInfo& signer = cms.signer_infos().front();
  const auto certificate = cms::find_signer_certificate(cms, signer);
  if (!certificate) {
    return to_string(certificate.error());
  }
  const auto verified = cms::verify_signer_info(cms, signer, content, *certificate);
  return verified ? serial_of(*certificate) : to_string(verified.error());
}

TEST_F(RotationCommands, UnderLoadNoRequestFailsAndEverySignatureIsOfOneKey) {
  start();
  const json::object before = answer({"credentials", "show", "turning"});
  EXPECT_THAT(statuses(before), ElementsAre("1 current"));
  Callers callers(url_, key(), 3);
  ASSERT_TRUE(eventually([&] { return callers.signed_so_far() > 10; }));

  // The unit at once, the seal at a time.
  answer({"credentials", "rotate", "turning-tsu"});
  answer({"credentials", "csr", "turning-tsu", "--subject", "CN=turning unit,C=JP", "-o", path("unit-2.csr")});
  answer({"credentials", "import", "turning-tsu", certified(path("unit-2.csr"), kUnitExtensions)});
  EXPECT_THAT(statuses(answer({"credentials", "rotate", "turning", "--key", "rsa-2048"})),
              ElementsAre("1 current", "2 uncertified"));
  const json::object request =
      answer({"credentials", "csr", "turning", "--subject", "CN=turning 2,C=JP", "-o", path("turning-2.csr")});
  EXPECT_EQ(request.at("generation").to_number<int>(), 2);
  EXPECT_EQ(refusal({"credentials", "import", "turning", chain_of("party-a")}, 3), "key-certificate-mismatch");
  const std::string chain = certified(path("turning-2.csr"), kSignerExtensions);
  EXPECT_THAT(statuses(answer({"credentials", "import", "turning", chain, "--at", in_seconds(3)})),
              ElementsAre("1 current", "2 scheduled"));
  const std::string former = sha256_of(before, 0);
  json::object after;
  EXPECT_TRUE(eventually([&] {
    after = answer({"credentials", "show", "turning"});
    return statuses(after) == std::vector<std::string>{"1 former", "2 current"};
  }));
  const std::size_t by_then = callers.signed_so_far();
  EXPECT_TRUE(eventually([&] { return callers.signed_so_far() > by_then + 10; }));
  callers.stop();
  EXPECT_THAT(callers.failed(), testing::IsEmpty());

  std::set<std::string> signers;
  std::set<std::string> units;
  for (const Callers::Made& made : callers.made()) {
    ASSERT_OK_AND_ASSIGN(const auto cms, cms::SignedData::parse(made.cms));
    signers.insert(verified_signer(cms, crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(made.content))));
    const cms::SignerInfo& info = cms.signer_infos().front();
    const auto stamp = info.unsigned_attribute(cms::kIdSignatureTimeStampToken);
    ASSERT_TRUE(stamp.has_value());
    ASSERT_OK_AND_ASSIGN(const auto token, tsp::TimestampToken::parse(*stamp));
    EXPECT_EQ(token.info().message_imprint.digest().value(),
              crypto::digest(crypto::DigestAlgorithm::sha256, info.signature));
    units.insert(verified_signer(
        token.signed_data(), crypto::digest(crypto::DigestAlgorithm::sha256, token.signed_data().content().value())));
  }
  std::set<std::string> listed;
  for (const json::value& one : after.at("generations").as_array()) {
    listed.emplace(one.at("certificate").at("serial_number").as_string());
  }
  EXPECT_EQ(signers, listed) << "both keys signed, and nothing else did";
  EXPECT_EQ(units.size(), 2U);
  EXPECT_EQ(sha256_of(after, 0), former) << "the old certificate stays findable";

  // A foreign judge of the first and the last.
  const auto all = callers.made();
  for (const std::size_t which : {std::size_t{0}, all.size() - 1}) {
    const CommandOutcome judged =
        run_command({"openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-purpose", "any", "-in",
                     write("turning.p7s", text_of(ByteView(all[which].cms))), "-content",
                     write("turning.content", all[which].content), "-CAfile", path("ca.pem"), "-out", "/dev/null"});
    EXPECT_EQ(judged.exit_code, 0) << judged.output;
  }
}

TEST_F(RotationCommands, ASignatureLeadsToItsKeyBeforeAndAfter) {
  certify("leading", {"--kind", "operator", "--key", "p-256"}, "CN=leading,C=JP", kSignerExtensions);
  const auto sign_with = [&](const std::string& name) {
    answer(sign(contract(), path(name),
                {"--credential", "leading", "--type", "witness", "--instruction",
                 instruction_for(contract(), name + ".json"), "--level", "B-B"}));
    return path(name);
  };
  const auto recorded = [&](const std::string& file) {
    const auto signature = answer({"audit", "find", file}).at("signatures").at(0);
    return signature.at("intent").at("record").as_object();
  };
  const std::string first = sign_with("leading-1.pdf");
  // On a folder that no server has.
  answer({"credentials", "rotate", "leading"});
  answer({"credentials", "csr", "leading", "--subject", "CN=leading,C=JP", "-o", path("leading-2.csr")});
  answer({"credentials", "import", "leading", certified(path("leading-2.csr"), kSignerExtensions)});
  const std::string second = sign_with("leading-2.pdf");
  const json::object shown = answer({"credentials", "show", "leading"});
  for (const std::size_t generation : {std::size_t{0}, std::size_t{1}}) {
    const json::object record = recorded(generation == 0 ? first : second);
    EXPECT_EQ(record.at("generation").to_number<std::size_t>(), generation + 1);
    EXPECT_EQ(record.at("certificate").at("value").as_string(), sha256_of(shown, generation));
  }
  EXPECT_THAT(rakkan({"audit", "find", first}).output, HasSubstr("leading, key 1, certificate SHA-256 "));
  const std::string people = rakkan({"credentials", "show", "leading"}).output;
  EXPECT_THAT(people, testing::AllOf(HasSubstr("key 1  former"), HasSubstr("key 2  current"),
                                     HasSubstr(sha256_of(shown, 0)), HasSubstr("until ")));
  for (const std::string& file : {first, second}) {
    EXPECT_THAT(run_command({"pdfsig", "-nocert", file}).output, HasSubstr("Signature is Valid"));
  }
}

TEST_F(RotationCommands, ByServerAKeyChangesTheKeysOfItsTenant) {
  start();
  const std::string id = "turning-acme";
  EXPECT_EQ(refusal(by_server({"credentials", "rotate", "turning"}), 4), "operator-only");
  EXPECT_EQ(refusal(by_server({"credentials", "rotate", id, "--token", "operator"}), 4), "operator-only");
  EXPECT_EQ(refusal(by_server({"credentials", "rotate", id, "--suite", "ecdsa-sha384"}), 3),
            "digest-algorithm-mismatch");
  answer(by_server({"credentials", "rotate", id}));
  EXPECT_EQ(refusal(by_server({"credentials", "rotate", id}), 3), "already-exists");
  EXPECT_THAT(statuses(answer(by_server({"credentials", "rotate", id, "--replace"}))),
              ElementsAre("1 current", "3 uncertified"));
  answer(by_server({"credentials", "csr", id, "--subject", "CN=acme,C=JP", "-o", path("acme-2.csr")}));
  const std::string chain = certified(path("acme-2.csr"), kSignerExtensions);
  EXPECT_EQ(refusal(by_server({"credentials", "import", id, chain, "--at", "soon"}), 3), "invalid-argument");
  EXPECT_EQ(refusal(by_server({"credentials", "import", id, chain, "--at", in_seconds(-60)}), 3), "invalid-argument");
  answer(by_server({"credentials", "import", id, chain, "--at", in_seconds(3'600)}));
  EXPECT_THAT(rakkan(by_server({"credentials", "list"})).output, HasSubstr("key 3  scheduled"));
  stop();
  start();  // the times are in the store
  EXPECT_THAT(statuses(answer(by_server({"credentials", "show", id}))), ElementsAre("1 current", "3 scheduled"));
  answer(by_server({"credentials", "import", id, chain}));
  EXPECT_THAT(statuses(answer(by_server({"credentials", "show", id}))), ElementsAre("1 former", "3 current"));
}

}  // namespace
}  // namespace rakkan::test
