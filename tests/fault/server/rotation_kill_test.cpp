// rakkand is killed while a credential's key is changed, again and again, at no particular moment, and callers sign
// with it. Afterwards log and store agree on each key and its certificate, every acknowledged step is there, and every
// signature that was given out is whole, by a key whose certificate is in the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "rakkan/audit/entry.hpp"
#include "rakkan/audit/verify.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/file_system.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_data.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/fetch/http_client.hpp"
#include "rakkan/store/store.hpp"
#include "support/killed_server.hpp"
#include "support/result_matchers.hpp"
#include "support/server_fixture.hpp"
#include "support/test_authority.hpp"

namespace rakkan::test {
namespace {

namespace json = boost::json;

constexpr unsigned kSigners = 2;
const std::string kPath = "/v1/credentials/turning";

// RAKKAN_KILLS: how often; the default is what every run does.
int kills() {
  const char* text = std::getenv("RAKKAN_KILLS");
  return text != nullptr ? std::atoi(text) : 12;
}

std::string sha256_of(ByteView bytes) { return to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, bytes).view()); }

// The key that a request in PEM is for.
Bytes key_of_request(std::string pem) {
  pem.erase(0, pem.find('\n'));
  pem.erase(pem.find("-----END"));
  std::erase(pem, '\n');
  const Bytes der = from_base64(pem).value();
  der::Reader outer(der);
  der::Reader whole = value_or_throw(outer.enter(der::Tag::sequence));
  der::Reader info = value_or_throw(whole.enter(der::Tag::sequence));
  value_or_throw(info.any());  // version
  value_or_throw(info.any());  // subject
  return copy_of(value_or_throw(info.any()).encoding);
}

class RotationKillTest : public ServerFixture {
 protected:
  RotationKillTest() {
    const std::string said = folder_.rakkan(
        {"keys", "create", "--tenant", "load", "--label", "admin", "--scope", "admin", "--scope", "sign"});
    const std::size_t begin = said.find("rkn_");
    admin_ = said.substr(begin, said.find_first_of(" \n\"", begin) - begin);
    ServerProcess server = folder_.start();
    const auto made = ask("POST", "/v1/credentials", R"({"id":"turning","kind":"operator","key_kind":"p-256"})");
    EXPECT_TRUE(made && made->status == 201);
    certify("");
    EXPECT_EQ(certified_.size(), 1U);
    EXPECT_EQ(server.stop(), 0);
  }

  [[nodiscard]] Result<fetch::HttpResponse> ask(const std::string& method, const std::string& path,
                                                const std::string& body = {},
                                                const std::string& type = "application/json") const {
    fetch::HttpRequest request{method, folder_.url(path), {{"Authorization", "Bearer " + admin_}}, {}};
    if (!body.empty()) {
      request.headers.push_back({"Content-Type", type});
      request.body.push_back(bytes_of(body));
    }
    return fetch::HttpClient(fetch::HttpOptions{}).send(request);
  }

  void add_key() {
    const auto answer = ask("POST", kPath + "/rotate", "{}");
    if (is(answer, 201)) {
      const auto generations = json::parse(text_of(answer->body)).at("generations").as_array();
      const std::scoped_lock lock(mutex_);
      added_.insert(generations.back().at("generation").to_number<std::uint64_t>());
    }
  }
  // A certificate for the key that asks for one.
  void certify(const std::string& query) {
    const auto request = ask("POST", kPath + "/csr", R"({"subject":"CN=turning,C=JP"})");
    if (!is(request, 200)) {
      return;
    }
    const auto csr = json::parse(text_of(request->body)).as_object();
    const Bytes spki = key_of_request(std::string(csr.at("request").as_string()));
    const auto for_key = [&](pki::CertificateTemplate& content) { content.spki = spki; };
    const Identity identity = authority_.signer(crypto::KeyKind::ec_p256, for_key);
    const std::string pem = authority_.pem() + pki::to_pem("CERTIFICATE", identity.certificate.der());
    const auto taken = ask("POST", kPath + "/certificate" + query, pem, "application/pem-certificate-chain");
    const bool late = !query.empty() && taken && taken->status == 400 &&
                      text_of(taken->body).find("the time is past") != std::string_view::npos;
    if (!late && is(taken, 200)) {  // on a busy machine the moment of the change may be over before its request
      const std::scoped_lock lock(mutex_);
      certified_.insert(sha256_of(identity.certificate.der()));
    }
  }
  // The next key, its certificate, at once or in a moment: until the server is gone.
  void administer(const std::atomic<bool>& over) {
    for (int round = 0; !over; ++round) {
      add_key();
      const Instant soon = SystemClock{}.now() + std::chrono::milliseconds(150);
      certify(round % 2 == 0 ? "" : "?at=" + to_rfc3339(soon));
    }
  }
  void sign(const std::atomic<bool>& over, unsigned signer) {
    for (int i = 0; !over; ++i) {
      const std::string content = std::to_string(signer) + "/" + std::to_string(i);
      const auto digest = crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of(content));
      const auto answer = ask("POST", "/v1/cms", cms_request("turning", digest, to_rfc3339(SystemClock{}.now())));
      if (!is(answer, 200)) {
        continue;
      }
      const auto made = json::parse(text_of(answer->body)).as_object();
      const auto cms = cms::SignedData::parse(from_base64(made.at("cms").as_string()).value());
      const auto whole = cms.and_then([&](const cms::SignedData& data) -> Result<std::string> {
        const cms::SignerInfo& info = data.signer_infos().front();
        RAKKAN_TRY(const pki::Certificate certificate, cms::find_signer_certificate(data, info));
        RAKKAN_CHECK(cms::verify_signer_info(data, info, digest, certificate));
        return sha256_of(certificate.der());
      });
      const std::scoped_lock lock(mutex_);
      if (whole && *whole == made.at("facts").at("certificate").at("value").as_string()) {
        signed_by_[*whole] += 1;
      } else {
        unexpected_.push_back(whole ? "another certificate is named" : to_string(whole.error()));
      }
    }
  }

  // An answer of that status. No answer is the kill; 409 and 422 what a step meets that was done and not answered.
  bool is(const Result<fetch::HttpResponse>& answer, long status) {
    if (answer && answer->status != status && answer->status != 409 && answer->status != 422 && answer->status != 503) {
      const std::scoped_lock lock(mutex_);
      unexpected_.push_back(std::to_string(answer->status) + " " + std::string(text_of(answer->body)));
    }
    return answer && answer->status == status;
  }

  std::size_t promises() {
    const std::scoped_lock lock(mutex_);
    return added_.size() + certified_.size();
  }

  void live_and_die(std::size_t how_many, std::chrono::microseconds more) {
    ServerProcess server = folder_.start();
    std::vector<CallerUntilKilled> callers{[this](const std::atomic<bool>& over) { administer(over); }};
    for (unsigned i = 0; i < kSigners; ++i) {
      callers.emplace_back([this, i](const std::atomic<bool>& over) { sign(over, i); });
    }
    kill_while_serving(server, callers, [this] { return promises(); }, how_many, more);
  }

  TestAuthority authority_;
  std::string admin_;
  std::mutex mutex_;
  std::set<std::uint64_t> added_;         // generations, acknowledged
  std::set<std::string> certified_;       // SHA-256 of certificates, likewise
  std::map<std::string, int> signed_by_;  // how often, by the certificate
  std::vector<std::string> unexpected_;
};

// A certificate of a generation, as a record or the store has it.
struct Certified {
  std::string sha256;
  std::string begins;
  friend bool operator==(const Certified&, const Certified&) = default;
};

TEST_F(RotationKillTest, LogAndStoreAgreeAndEverySignatureIsWhole) {
  std::mt19937 random(20'261'129);
  std::uniform_int_distribution<std::size_t> how_many(0, 12);
  std::uniform_int_distribution<int> more(0, 30'000);
  for (int round = 0; round < kills(); ++round) {
    const std::size_t first = how_many(random);
    live_and_die(first, std::chrono::microseconds(more(random)));
  }
  EXPECT_EQ(folder_.start().stop(), 0);  // the last checkpoint covers everything
  EXPECT_THAT(unexpected_, ::testing::IsEmpty());
  ASSERT_GT(added_.size(), 5U) << "the load was none";
  ASSERT_GT(signed_by_.size(), 3U) << "the keys did not change under it";

  ASSERT_OK_AND_ASSIGN(const auto store, store::open_sqlite(folder_.path()));
  const audit::LogFolder log{posix_file_system(), folder_.path() / "audit" / "trail"};
  std::set<std::uint64_t> added_in_log{1};
  std::map<std::uint64_t, Certified> certified_in_log;
  std::set<std::string> certificates;
  for (std::uint64_t index = 0;; ++index) {
    const auto line = audit::read_entry(log, index);
    if (!line) {
      ASSERT_THAT(line, FailsWith(ErrorCode::audit_index_unknown));
      break;
    }
    ASSERT_OK_AND_ASSIGN(const audit::Entry entry, audit::Entry::parse(bytes_of(*line)));
    if (entry.event != "credential.key_added" && entry.event != "credential.certified") {
      continue;
    }
    ASSERT_OK_AND_ASSIGN(const store::RecordRow record, store->record(index));
    const auto body = json::parse(record.body).as_object();
    if (body.at("credential").as_string() != "turning") {
      continue;
    }
    const auto number = body.at("generation").to_number<std::uint64_t>();
    if (entry.event == "credential.key_added") {
      added_in_log.insert(number);
      continue;
    }
    const std::string sha256(body.at("certificate").at("value").as_string());
    certified_in_log[number] = {sha256, std::string(body.at("begins").as_string())};
    certificates.insert(sha256);
  }

  std::set<std::uint64_t> added;
  std::map<std::uint64_t, Certified> certified;
  ASSERT_OK_AND_ASSIGN(const store::CredentialRow row, store->credential(CredentialId("turning")));
  for (const store::GenerationRow& generation : row.generations) {
    added.insert(generation.number);
    EXPECT_EQ(generation.begins.has_value(), !generation.certificates.empty()) << generation.number;
    if (generation.begins) {
      certified[generation.number] = {sha256_of(generation.certificates.front()), to_rfc3339(*generation.begins)};
    }
  }
  EXPECT_EQ(added, added_in_log);
  EXPECT_TRUE(certified == certified_in_log);
  EXPECT_TRUE(std::includes(added.begin(), added.end(), added_.begin(), added_.end())) << "an acknowledged key is gone";
  EXPECT_TRUE(std::includes(certificates.begin(), certificates.end(), certified_.begin(), certified_.end()))
      << "an acknowledged certificate is gone";
  for (const auto& [sha256, count] : signed_by_) {
    EXPECT_TRUE(certificates.contains(sha256)) << count << " signatures by an unknown certificate";
  }
}

}  // namespace
}  // namespace rakkan::test
