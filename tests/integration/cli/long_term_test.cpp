// B-LT and B-LTA with the programs themselves: a server with the development PKI's keys, its authority beside it, and
// foreign tools as judges.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>

#include "rakkan/base/hex.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/crypto/digest.hpp"
#include "support/free_port.hpp"
#include "support/pdf_builder.hpp"
#include "support/run_command.hpp"
#include "support/server_folder.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kBroken = 1;
constexpr int kRefused = 4;

// One server, one authority, and a contract that a party has signed at B-B.
class LongTermPrograms : public ::testing::Test {
 protected:
  struct World {
    TemporaryFolder temporary;
    ServerFolder folder{fs::path(RAKKAN_PROGRAM).parent_path(), temporary.path() / "data"};
    std::optional<ServerProcess> authority;
    std::optional<ServerProcess> server;
  };
  static void SetUpTestSuite() {
    world_ = std::make_unique<World>();
    write("contract.pdf", text_of(sample_pdf()));
    write("pin", ServerFolder::party_pin());
    fs::permissions(path("pin"), fs::perms::owner_read | fs::perms::owner_write);
    world_->authority.emplace(world_->folder.start_authority());
    world_->server.emplace(world_->folder.start());
  }
  static void TearDownTestSuite() { world_.reset(); }

  static std::string path(const std::string& name) { return (world_->temporary.path() / name).string(); }
  static void write(const std::string& name, std::string_view text) { std::ofstream(path(name)) << text; }

  static CommandOutcome rakkan(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {RAKKAN_PROGRAM, "--config", (world_->folder.path() / "rakkan.toml").string()});
    return run_command(std::move(arguments));
  }
  static json::object answer(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const CommandOutcome outcome = rakkan(std::move(arguments));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    return outcome.exit_code == 0 ? json::parse(outcome.output).as_object() : json::object{};
  }
  static std::vector<std::string> sign(const std::string& from, const std::string& to, const std::string& level,
                                       const std::string& credential = "party-takasaki") {
    return {"sign",   path(from), "-o",         path(to),    "--credential", credential,
            "--type", "party",    "--pin-file", path("pin"), "--level",      level};
  }
  // The level that each credential reaches, by its id.
  static std::map<std::string, std::string> reached_in(const json::object& check) {
    std::map<std::string, std::string> reached;
    for (const json::value& credential : check.at("credentials").as_array()) {
      const json::value& level = credential.at("reaches");
      reached[std::string(credential.at("id").as_string())] = level.is_string() ? level.as_string().c_str() : "nothing";
    }
    return reached;
  }
  static std::string shown_by(const std::string& tool, const std::string& name) {
    return run_command({tool, path(name)}).output;
  }

  static std::unique_ptr<World> world_;
};
std::unique_ptr<LongTermPrograms::World> LongTermPrograms::world_;

TEST_F(LongTermPrograms, ASignatureIsMadeAtBLtaInOneRequest) {
  const json::object made = answer(sign("contract.pdf", "archived.pdf", "B-LTA"));
  ASSERT_TRUE(made.contains("evidence")) << json::serialize(made);
  EXPECT_TRUE(made.at("evidence").at("complete").as_bool());
  EXPECT_EQ(made.at("timestamps").as_array().size(), 1U);
  EXPECT_THAT(shown_by("pdfsig", "archived.pdf"), AllOf(HasSubstr("Signature is Valid"), HasSubstr("Timestamp1")));
  EXPECT_EQ(run_command({"qpdf", "--check", path("archived.pdf")}).exit_code, 0);
  const json::object inspected = answer({"inspect", path("archived.pdf")});
  EXPECT_EQ(inspected.at("signatures").at(0).at("level").as_string(), "B-LTA");
}

TEST_F(LongTermPrograms, ADocumentIsRaisedStepByStep) {
  answer(sign("contract.pdf", "b-b.pdf", "B-B"));
  std::string before = "b-b.pdf";
  for (const std::string level : {"B-T", "B-LT", "B-LTA", "B-LTA"}) {
    const std::string after = "raised.pdf";
    const json::object made = answer({"augment", path(before), "-o", path(after), "--level", level});
    ASSERT_TRUE(made.contains("level")) << level;
    EXPECT_EQ(made.at("level").as_string(), level);
    EXPECT_EQ(made.contains("evidence"), level != "B-T");
    fs::rename(path(after), path("now.pdf"));
    before = "now.pdf";
    EXPECT_THAT(shown_by("pdfsig", before), AllOf(HasSubstr("Signature is Valid"), Not(HasSubstr("Invalid"))));
    EXPECT_EQ(run_command({"qpdf", "--check", path(before)}).exit_code, 0) << level;
  }
}

TEST_F(LongTermPrograms, OneByteIsNoticed) {
  answer(sign("contract.pdf", "whole.pdf", "B-T"));
  std::string text;
  {
    std::ifstream file(path("whole.pdf"));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  text[10] ^= 0x01;  // in the comment behind the header
  write("spoiled.pdf", text);
  const CommandOutcome refused = rakkan({"augment", path("spoiled.pdf"), "-o", path("never.pdf"), "--level", "B-LTA"});
  EXPECT_EQ(refused.exit_code, kBroken) << refused.output;
  EXPECT_THAT(refused.output, AllOf(HasSubstr("signature-invalid"), HasSubstr("Signature1")));
  EXPECT_FALSE(fs::exists(path("never.pdf")));
}

TEST_F(LongTermPrograms, ConfigCheckSaysWhatReachesBLta) {
  const json::object complete = answer({"config", "check", "--evidence"}).at("evidence").as_object();
  EXPECT_TRUE(complete.at("complete").as_bool()) << json::serialize(complete);
  EXPECT_THAT(reached_in(complete), testing::Contains(testing::Pair("party-takasaki", "B-LTA")));
  const CommandOutcome shown = rakkan({"config", "check", "--evidence"});
  EXPECT_THAT(shown.output, AllOf(HasSubstr("unit of internal (archive timestamps): proven"),
                                  HasSubstr("credential operator: reaches B-LTA")));
}

// The tokens come from this very server, by an address at which it can be made unreachable.
TEST_F(LongTermPrograms, APendingSignatureIsFinishedWithItsDocument) {
  const auto with_outside = [](std::uint16_t port) {
    world_->server.reset();
    world_->server.emplace(world_->folder.start(
        {"http.tsa_open=true", "tsa.outside.url=http://127.0.0.1:" + std::to_string(port) + "/tsa"}));
  };
  with_outside(free_port());
  std::vector<std::string> command = sign("contract.pdf", "never.pdf", "B-LTA");
  command.insert(command.end(), {"--tsa", "outside"});
  const CommandOutcome pending = rakkan(command);
  EXPECT_EQ(pending.exit_code, kRefused) << pending.output;
  EXPECT_THAT(pending.output, HasSubstr("signature-pending"));
  const json::array waiting = answer({"signatures", "list"}).at("signatures").as_array();
  ASSERT_EQ(waiting.size(), 1U);
  const std::string id(waiting[0].at("signature_id").as_string());
  const auto finish_with = [&](const std::string& document, const std::string& output) {
    return std::vector<std::string>{"signatures", "finish", id, "--document", path(document), "-o", path(output)};
  };

  with_outside(world_->folder.port());
  EXPECT_THAT(rakkan({"signatures", "finish", id}).output, HasSubstr("signature-pending")) << "without its document";
  write("another.pdf", std::string(text_of(sample_pdf())) + "\n");
  EXPECT_THAT(rakkan(finish_with("another.pdf", "never.pdf")).output, HasSubstr("digest-mismatch"));
  EXPECT_FALSE(fs::exists(path("never.pdf")));
  answer(finish_with("contract.pdf", "finished.pdf"));
  const json::object inspected = answer({"inspect", path("finished.pdf")});
  EXPECT_EQ(inspected.at("signatures").at(0).at("level").as_string(), "B-LTA");
  EXPECT_THAT(shown_by("pdfsig", "finished.pdf"), HasSubstr("Signature is Valid"));

  // The folder itself, while no server has it.
  world_->server.reset();
  answer(finish_with("contract.pdf", "again.pdf"));
  EXPECT_EQ(run_command({"cmp", path("finished.pdf"), path("again.pdf")}).exit_code, 0);
  world_->server.emplace(world_->folder.start());
}

// Without the authority nothing is signed at B-LT, and B-T goes on: asked for B-LT, the answer is never less.
TEST_F(LongTermPrograms, WithoutTheAuthorityThereIsNoBLt) {
  world_->server.reset();
  world_->authority.reset();
  const std::string no_cache = "evidence.cache.entries=0";
  world_->server.emplace(world_->folder.start({no_cache}));
  const CommandOutcome refused = rakkan(sign("contract.pdf", "never.pdf", "B-LT"));
  EXPECT_EQ(refused.exit_code, kRefused) << refused.output;
  EXPECT_THAT(refused.output, HasSubstr("evidence-incomplete"));
  EXPECT_FALSE(fs::exists(path("never.pdf")));
  answer(sign("contract.pdf", "b-t.pdf", "B-T"));
  const CommandOutcome check = rakkan({"config", "check", "--evidence", "--json"});
  EXPECT_EQ(check.exit_code, kBroken) << check.output;
  const json::object found = json::parse(check.output).at("evidence").as_object();
  EXPECT_THAT(reached_in(found), testing::Contains(testing::Pair("party-takasaki", "B-T")));
  EXPECT_THAT(check.output, AllOf(HasSubstr("evidence-incomplete"), HasSubstr(world_->folder.authority())));
  world_->server.reset();
  world_->authority.emplace(world_->folder.start_authority());
  world_->server.emplace(world_->folder.start());
}

}  // namespace
}  // namespace rakkan::test
