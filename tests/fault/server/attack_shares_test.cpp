// No caller takes more than its share of bytes, threads and queues, so one tenant's key cannot harm another tenant.
#include <fstream>

#include "attack_scene.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SharesAttack : public AttackScene {
 protected:
  [[nodiscard]] std::string key() const { return attacked_.attacker_key; }
  [[nodiscard]] std::vector<Peer> peers(std::size_t count) const {
    std::vector<Peer> all;
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(attacker_peer(i));
    }
    return all;
  }
};

// A check of the measure itself: a server that stands still most of the time is found out by every figure.
class Stopped : public Attack {
 public:
  explicit Stopped(pid_t pid) : pid_(pid) {}
  ~Stopped() override { Stopped::end(); }
  void begin() override {
    over_ = false;
    thread_ = std::thread([this] {
      while (!over_) {
        ::kill(pid_, SIGSTOP);
        let_pass(600ms * kSlowness);
        ::kill(pid_, SIGCONT);
        let_pass(50ms);
      }
    });
  }
  void end() override {
    over_ = true;
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  [[nodiscard]] std::string effect() override { return "the process was stopped"; }

 private:
  const pid_t pid_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

TEST_F(SharesAttack, ControlAServerThatStandsStillIsSeen) {
  start();
  Stopped attack(server_->pid());
  const Outcome outcome = suffer("control, the server is stopped", attack, {.memory_mb = 0.001});
  EXPECT_THAT(outcome.harm, Contains(HasSubstr("p99 of cms")));
  if (kSlowness == 1) {  // a sanitizer's own memory hides what a server at rest takes
    EXPECT_THAT(outcome.harm, Contains(HasSubstr("memory")));
  }
}

TEST_F(SharesAttack, ControlAServerThatRefusesIsSeen) {
  start({"http.key_rate.per_second=1", "http.key_rate.burst=1"});
  Flood attack(4, peers(4), [&](unsigned) { return post("/v1/cms", key(), kJson, cms_body("x")); });
  const Outcome outcome = suffer("control, the bystander is refused", attack);
  EXPECT_THAT(outcome.harm, Contains(HasSubstr("under attack: served")));
  EXPECT_THAT(outcome.attacked.not_served, Contains(::testing::Key(HasSubstr("429"))));
}

// One connection declares 1 GiB and sends 9 KiB a second, just above the slowest rate.
TEST_F(SharesAttack, ABodyThatIsDeclaredAndHardlyComes) {
  start();
  Crowd attack({.connections = 1,
                .peer = [this](std::size_t) { return attacker_peer(); },
                .first = post_head("/v1/signatures", key(), kFormType, "Content-Length: 1073741824\r\n\r\n") +
                         form_head(document_request("operator-p256", sha256_of(""), now_text())),
                .then = std::string(922, ' '),
                .bytes_each = 922,
                .come_again = true});
  const Outcome outcome = suffer("1 GiB declared, 9 KiB/s", attack, {.memory_mb = 64, .left_over_mb = 48});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.opened(), 0U);
}

// The same from many connections that each stay below every limit of one body.
TEST_F(SharesAttack, ManyBodiesThatHardlyCome) {
  start({"http.limits.in_flight=64MiB", "limits.document=16MiB"});
  Crowd attack({.connections = 100,
                .peer = [this](std::size_t number) { return attacker_peer(number % 8); },
                .first = post_head("/v1/signatures", key(), kFormType, "Content-Length: 16000000\r\n\r\n") +
                         form_head(document_request("operator-p256", sha256_of(""), now_text())) +
                         std::string(32 * 1024, ' '),
                .then = std::string(922, ' '),
                .bytes_each = 922,
                .come_again = true});
  const Outcome outcome = suffer("100 bodies of 16 MB declared, 9 KiB/s each", attack, {.memory_mb = 128});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.opened(), 0U);
}

// 6.4 MB of lines "x\n" on 100 connections, nobody reads the answers.
TEST_F(SharesAttack, BatchesOfNothingButMalformedLines) {
  std::string lines;
  for (int i = 0; i < 32 * 1024; ++i) {
    lines += "x\n";
  }
  start();
  Crowd attack({.connections = 100,
                .peer = [this](std::size_t number) { return attacker_peer(number); },
                .first = post("/v1/cms:batch", key(), kLines, lines)});
  const Outcome outcome = suffer("100 batches of lines \"x\"", attack, {.memory_mb = 200, .left_over_mb = 64});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.opened(), 0U);
}

// Lines that are right and never end: what a batch may take of the pools beside single requests.
TEST_F(SharesAttack, BatchesThatNeverEnd) {
  start();
  std::string lines;
  for (int i = 0; i < 64; ++i) {
    lines += cms_body("line " + std::to_string(i)) + "\n";
  }
  const std::string chunked = chunk(lines);
  Swarm attack(32, [&](unsigned number) -> std::string {
    std::optional<Wire> wire = Wire::open(attacker_peer(number), Wire::in(1'000));
    if (!wire || !wire->send(post_head("/v1/cms:batch", key(), kLines, "Transfer-Encoding: chunked\r\n\r\n") + chunked +
                             "0\r\n\r\n")) {
      return "no connection";
    }
    const RawAnswer head = wire->head(Wire::in(3'000));
    int signatures = 0;
    while (head.status == 200 && wire->line(Wire::in(1'000))) {
      ++signatures;
    }
    return std::to_string(head.status) + (signatures > 0 ? " with lines" : "");
  });
  const Outcome outcome = suffer("32 batches of 64 signatures, again and again", attack, {.memory_mb = 128});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.rounds(), 0);
}

// One object stream with everything in it, the catalog too, so that it is inflated whole. An octet in `scarce` is not a
// blank: the more there are, the less it shrinks.
Bytes document_that_inflates(std::size_t megabytes, std::size_t scarce) {
  std::string filling(megabytes << 20U, ' ');
  std::uint32_t random = 1;
  for (std::size_t i = 0; scarce > 0 && i < filling.size(); i += scarce) {
    random = random * 1'664'525 + 1'013'904'223;
    filling[i] = static_cast<char>('a' + (random >> 24U) % 26);
  }
  return PdfBuilder()
      .stream(3, "", "0 0 m 10 10 l S")
      .object_stream(4, {{1, "<</Type/Catalog/Pages 2 0 R>>"},
                         {2, "<</Type/Pages/Kids[10 0 R]/Count 1>>"},
                         {10, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Contents 3 0 R>>"},
                         {11, "(" + filling + ")"}})
      .xref_stream(5, "/Root 1 0 R")
      .bytes();
}

// A sanitizer makes every document dearer: fewer of them are as strong an attack.
TEST_F(SharesAttack, DocumentsThatInflate) {
  start();
  const unsigned count = 64 / kSlowness;
  const Bytes document = document_that_inflates(180, 750);
  const std::string request = post("/v1/signatures", key(), kFormType, witness_form(text_of(document)));
  Flood attack(count, peers(count), [&](unsigned) { return request; });
  const Outcome outcome = suffer(std::to_string(count) + " connections with a PDF of " +
                                     std::to_string(document.size() / 1'024) + " KB that inflates to 180 MB",
                                 attack, {.memory_mb = 700, .left_over_mb = 160, .worked_off_ms = 30'000});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.rounds(), 0);
}

// The same within the limit of inflation: these documents are signed.
TEST_F(SharesAttack, DocumentsThatInflateAsFarAsTheyMay) {
  start();
  const unsigned count = 16 / kSlowness;
  const Bytes document = document_that_inflates(100, 100);
  const std::string request = post("/v1/signatures", key(), kFormType, witness_form(text_of(document)));
  Flood attack(count, peers(count), [&](unsigned) { return request; });
  const Outcome outcome = suffer(std::to_string(count) + " connections with a PDF of " +
                                     std::to_string(document.size() / 1'024) + " KB that inflates to 100 MB",
                                 attack, {.memory_mb = 700, .left_over_mb = 160, .worked_off_ms = 30'000});
  EXPECT_THAT(outcome.harm, IsEmpty());
  if (kSlowness < 8) {  // ThreadSanitizer's server ends none of them within its deadline
    EXPECT_GT(attack.answers()["200"], 0);
  }
}

TEST_F(SharesAttack, RightPins) {
  start();
  Flood attack(32, peers(32), [&](unsigned) {
    return post("/v1/cms", key(), kJson,
                party_body(AttackedFolder::kAttackersParty, AttackedFolder::kAttackersPin, "the attacker's"));
  });
  const Outcome outcome = suffer("32 connections with right PINs", attack, {.memory_mb = 128});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.answers()["200"], 0);
}

TEST_F(SharesAttack, SignaturesTimestampsAndReadsWithoutPause) {
  start();
  const RawAnswer made = ask(post("/v1/cms", key(), kJson, cms_body("one to read")));
  ASSERT_EQ(made.status, 200U) << made.body;
  const std::string evidence = "/v1/signatures/" + member(made.body, "signature_id") + "/evidence";
  Flood attack(96, peers(96), [&](unsigned number) {
    switch (number % 3) {
      case 0:
        return post("/v1/cms", key(), kJson, cms_body("the attacker's"));
      case 1:
        return post("/tsa", key(), kTimestampQuery, timestamp_body("the attacker's"));
      default:
        return get(evidence, key());
    }
  });
  const Outcome outcome =
      suffer("96 connections that sign, timestamp and read without pause", attack, {.memory_mb = 128});
  EXPECT_THAT(outcome.harm, IsEmpty());
  EXPECT_GT(attack.answers()["200"], 0);
  EXPECT_EQ(attack.answers().count("500"), 0U);
}

// A key with a rate does not pass it by putting its requests into one.
TEST_F(SharesAttack, BatchLinesCountForTheKeysRate) {
  start_alone({"http.key_rate.per_second=1", "http.key_rate.burst=5"});
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    lines += cms_body("line " + std::to_string(i)) + "\n";
  }
  const auto begun = Wire::Clock::now();
  const RawAnswer answer = ask(post("/v1/cms:batch", key(), kLines, lines));
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(Wire::Clock::now() - begun).count();
  int signatures = 0;
  for (std::size_t at = 0; (at = answer.body.find("\"signature_id\"", at)) != std::string::npos; ++at) {
    ++signatures;
  }
  EXPECT_GT(signatures, 0) << answer.head << answer.body.substr(0, 500);
  EXPECT_LE(signatures, 5 + 1 + seconds);
}

}  // namespace
}  // namespace rakkan::test
