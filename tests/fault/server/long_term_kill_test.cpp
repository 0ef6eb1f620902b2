// rakkand is killed under load while it makes signatures of B-LTA: the authority that issued all certificates, with its
// responder and its CRLs, and the outside timestamp authority hang, break off or answer, as chance has it, from one
// moment to the next. A pending signature is finished with its document, under the same Idempotency-Key or by its id.
#include <condition_variable>
#include <filesystem>
#include <thread>

#include "fault/server/pending_kills.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/pades/existing_signatures.hpp"
#include "support/loopback_authority.hpp"
#include "support/pdf_builder.hpp"
#include "support/test_tsu.hpp"

namespace rakkan::test {
namespace {

constexpr int kKills = 24;

class LongTermKillTest : public PendingKills {
 protected:
  LongTermKillTest() {
    for (const char* const name : {"operator-p256", "party-takasaki", "tsu"}) {
      certify(name);
    }
    std::ofstream(folder_.path() / "trust" / "trust.toml", std::ios::app)
        << "[[anchor]]\nlabel = \"loopback\"\npurposes = [\"signing\", \"timestamping\", \"revocation\"]\n"
           "certificate = \"\"\"\n"
        << pki::to_pem("CERTIFICATE", authority_.certificate().der()) << "\"\"\"\n";
  }

  [[nodiscard]] std::vector<std::string> settings() const override {
    return {"tsa.outside.url=" + tsa_.url(),
            "tsa.outside.timeout=200ms",
            "archive.tsa=outside",
            "fetch.allowed_origins=" + authority_.origin(),
            "fetch.timeout=500ms",
            "fetch.attempts=1",
            "evidence.cache.entries=" + std::string(cached_ ? "100" : "0")};
  }
  std::optional<Wanted> next_of_witness(unsigned number) override {
    const Bytes document = document_of(number);
    const char* const tsa = number % 3 == 0 ? "internal" : "outside";
    return wanted("witness " + std::to_string(number), document,
                  document_request("operator-p256", digest_of(document), to_rfc3339(SystemClock{}.now())), tsa);
  }
  std::optional<Wanted> next_of_party(unsigned number) override {
    const Bytes document = document_of(number);
    const auto granted = caller_.activate(std::string(text_of(document)));
    if (!granted || granted->status != 201) {
      return std::nullopt;
    }
    const std::string activation = member(*granted, "activation");
    Wanted made =
        wanted("party " + std::to_string(number), document,
               R"({"credential":"party-takasaki","type":"party","level":"B-B","activation":")" + activation + "\"}",
               "outside");
    made.activation = activation;
    return made;
  }
  void check_answer(const Wanted& wanted, const fetch::HttpResponse& answer) override {
    ASSERT_TRUE(text_of(answer.body).starts_with(text_of(wanted.document)));
    expect_archived(answer.body);
  }
  // Every second one by its id; the request that follows brings the same signature.
  void finish(const Wanted& wanted) override {
    if (wanted.pending.back() % 2 == 0) {
      return;
    }
    const auto answer = post("/v1/signatures/" + wanted.pending + ":finish", kFormType,
                             bytes_of(part("document", "application/pdf", wanted.document) + kFormEnd));
    if (answer && answer->status == 200) {
      Bytes whole = wanted.document;
      const auto json = boost::json::parse(text_of(answer->body));
      append(whole, from_base64(std::string(json.at("tail").as_string())).value());
      expect_archived(whole);
      ++finished_by_id_;
    }
  }
  void repair() override {
    authority_.behave(fetch::ExchangeKind::ocsp, AuthorityBehaviour::good);
    authority_.behave(fetch::ExchangeKind::crl, AuthorityBehaviour::good);
    tsa_.behave(TsaBehaviour::good);
  }

  // Changes what the authorities do, ever again, while it lives.
  class Weather {
   public:
    Weather(LongTermKillTest& test, unsigned seed)
        : thread_([&test, seed](const std::stop_token& stop) {
            std::mt19937 random(seed);
            std::mutex mutex;
            std::condition_variable_any changes;
            std::unique_lock lock(mutex);
            while (!stop.stop_requested()) {
              test.change(random);
              const std::chrono::milliseconds calm(std::uniform_int_distribution<int>(10, 200)(random));
              changes.wait_for(lock, stop, calm, [] { return false; });
            }
          }) {}

   private:
    std::jthread thread_;
  };

  void life(unsigned round, std::mt19937& random) {
    cached_ = round % 2 == 1;
    const Weather weather(*this, round);
    const std::size_t answers = std::uniform_int_distribution<std::size_t>(0, 40)(random);
    live_and_die(answers, std::chrono::microseconds(std::uniform_int_distribution<int>(0, 120'000)(random)));
  }

  std::atomic<unsigned> finished_by_id_ = 0;

 private:
  static constexpr const char* kFormType = "multipart/form-data; boundary=----rakkan";
  static constexpr const char* kFormEnd = "------rakkan--\r\n";

  static std::string part(const std::string& name, const std::string& type, ByteView content) {
    return "------rakkan\r\nContent-Disposition: form-data; name=\"" + name +
           (name == "document" ? "\"; filename=\"a.pdf\"" : "\"") + "\r\nContent-Type: " + type + "\r\n\r\n" +
           std::string(text_of(content)) + "\r\n";
  }
  static crypto::Digest digest_of(ByteView document) {
    return crypto::digest(crypto::DigestAlgorithm::sha256, document);
  }
  // A document like no other: the number is in the comment behind the header.
  static Bytes document_of(unsigned number) {
    Bytes document = sample_pdf();
    const std::string_view text = text_of(document);
    for (std::size_t at = text.find("\n%") + 2; text[at] != '\n'; ++at, number >>= 6U) {
      document[at] = static_cast<Byte>(0x80U | (number & 0x3FU));
    }
    return document;
  }
  static Wanted wanted(const std::string& key, const Bytes& document, std::string json, const std::string& tsa) {
    const std::string level = R"("level":"B-B")";
    json.replace(json.find(level), level.size(), R"("level":"B-LTA","tsa":")" + tsa + "\"");
    const std::string body =
        part("request", "application/json", bytes_of(json)) + part("document", "application/pdf", document) + kFormEnd;
    return {key, "/v1/signatures", kFormType, copy_of(bytes_of(body)), document};
  }
  static void expect_archived(ByteView whole) {
    ASSERT_OK_AND_ASSIGN(const auto document, pdf::Document::open(whole));
    ASSERT_OK_AND_ASSIGN(const auto all, pades::existing_signatures(document));
    ASSERT_EQ(all.size(), 2U) << "signature and document timestamp";
    EXPECT_EQ(all[0].level, pades::BaselineLevel::b_lta);
    for (const pades::ExistingSignature& one : all) {
      EXPECT_EQ(one.integrity.outcome(), pades::Check::passed) << one.signature.field_name;
    }
  }

  // Another certificate for the credential's key, by the authority of this test.
  void certify(const std::string& credential) {
    std::ifstream file(folder_.path() / "certificates" / (credential + ".chain.pem"));
    const std::string chain((std::istreambuf_iterator<char>(file)), {});
    const auto present = value_or_throw(pki::parse_certificates(bytes_of(chain)));
    const pki::Certificate made =
        authority_.certify(credential, present.front().spki(), [&](pki::CertificateTemplate& content) {
          if (credential == "tsu") {
            for_unit(content);
          }
        });
    const std::filesystem::path pem = temporary_.path() / (credential + ".pem");
    std::ofstream(pem) << pki::to_pem("CERTIFICATE", made.der())
                       << pki::to_pem("CERTIFICATE", authority_.certificate().der());
    folder_.rakkan({"credentials", "import", credential, pem.string()});
  }
  static void for_unit(pki::CertificateTemplate& content) {
    content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
  }
  std::shared_ptr<tsp::Tsu> make_unit() {
    const auto& suite = crypto::default_suite(crypto::KeyKind::ec_p256);
    const auto key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
    const auto certificate = authority_.certify("Outside unit", key->public_key().spki(), for_unit);
    return value_or_throw(tsp::Tsu::create(key, suite, certificate, {authority_.certificate()}, TestTsu::policy(),
                                           tsp::make_epoch_serial_source(1, random_),
                                           std::make_shared<BentClockGate>()));
  }

  // Two times of three an authority answers well.
  void change(std::mt19937& random) {
    const auto one_of = [&](const auto& moods) {
      return moods.at(std::uniform_int_distribution<std::size_t>(0, moods.size() - 1)(random));
    };
    using enum AuthorityBehaviour;
    constexpr std::array kOcsp{good, good, good, good, good, good, hang, breaks_off, try_later};
    constexpr std::array kCrl{good, good, hang, breaks_off, garbage};
    constexpr std::array kTsa{TsaBehaviour::good, TsaBehaviour::good,      TsaBehaviour::good,
                              TsaBehaviour::hang, TsaBehaviour::rejection, TsaBehaviour::closes_early};
    authority_.behave(fetch::ExchangeKind::ocsp, one_of(kOcsp));
    authority_.behave(fetch::ExchangeKind::crl, one_of(kCrl));
    tsa_.behave(one_of(kTsa));
  }

  SystemClock clock_;
  crypto::SystemRandom random_;
  LoopbackAuthority authority_{clock_};
  std::shared_ptr<tsp::Tsu> unit_ = make_unit();
  LoopbackTsa tsa_{unit_};
  bool cached_ = false;  // whether the next life has a cache of evidence
};

TEST_F(LongTermKillTest, NoValueIsSignedTwiceAndNoneIsLostWheneverItIsKilled) {
  std::mt19937 random(20'261'130);
  for (int round = 0; round < kills(kKills); ++round) {
    life(static_cast<unsigned>(round), random);
  }
  finish_all();
  expect_log_agrees();
  std::cout << finished_by_id_ << " finished by their id\n";
}

}  // namespace
}  // namespace rakkan::test
