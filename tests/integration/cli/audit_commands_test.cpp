// The log as an operator and an auditor use it: whole, damaged, cut off, rewritten, erased, exported, proven.
#include <algorithm>
#include <fstream>

#include "integration/cli/cli_fixture.hpp"
#include "support/pdf_builder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class AuditCommands : public CliTest {
 protected:
  static void SetUpTestSuite() {
    CliTest::SetUpTestSuite();
    answer(sign(contract(), path("audited.pdf"),
                {"--credential", "operator", "--type", "witness", "--instruction",
                 instruction_for(contract(), "audited.json"), "--level", "B-T"}));
    write("log.vkey", rakkan({"audit", "key"}).output);
  }

  struct Verdict {
    int exit_code = -1;
    boost::json::object json;
  };
  static Verdict verdict(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"audit", "verify"});
    arguments.emplace_back("--json");
    const CommandOutcome outcome = rakkan(std::move(arguments));
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse(outcome.output.substr(0, outcome.output.find('\n')), error);
    EXPECT_TRUE(!error && value.is_object()) << outcome.output;
    return {outcome.exit_code, value.is_object() ? value.get_object() : boost::json::object{}};
  }
  static std::vector<std::string> key() { return {"--key", path("log.vkey")}; }
  static std::uint64_t size_of_trail() {
    return verdict(key()).json.at("logs").at(0).at("size").to_number<std::uint64_t>();
  }
  static std::vector<std::string> with_key(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--key", path("log.vkey")});
    return arguments;
  }
  // Signs with a party's key; the answer of the command.
  static boost::json::object sign_as_party() {
    return answer(sign(contract(), path("indexed.pdf"),
                       {"--credential", "party-a", "--type", "party", "--pin-file", path("a.pin"), "--level", "B-B"}));
  }
  // The index of one of the signature's entries in the trail.
  static std::string index_of(const boost::json::object& made, const char* which) {
    return std::to_string(made.at(which).to_number<std::uint64_t>());
  }
  // A copy of the exported trail that a test may spoil.
  static std::string exported(const std::string& name) {
    answer({"audit", "export", "-o", path(name)});
    return path(name + "/trail");
  }
  static fs::path last_bundle(const fs::path& log) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(log / "tile" / "entries")) {
      if (entry.is_regular_file()) {
        files.push_back(entry.path());
      }
    }
    return *std::max_element(files.begin(), files.end());
  }
  static void flip(const fs::path& file, std::streamoff offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(offset);
    const int byte = stream.get();
    stream.seekp(offset);
    stream.put(static_cast<char>(byte ^ 1));
  }
};

TEST_F(AuditCommands, TheDataFoldersLogVerifiesAndSaysWhoseKeyItTook) {
  const Verdict own = verdict({});
  EXPECT_EQ(own.exit_code, 0);
  EXPECT_TRUE(own.json.at("verified").as_bool());
  EXPECT_EQ(own.json.at("key").as_string(), "data folder");
  const Verdict given = verdict(key());
  EXPECT_EQ(given.exit_code, 0);
  EXPECT_EQ(given.json.at("key").as_string(), "given");
  EXPECT_EQ(given.json.at("logs").as_array().size(), 2U);
  EXPECT_GT(given.json.at("logs").at(0).at("records").to_number<int>(), 1);

  const CommandOutcome text = rakkan({"audit", "verify"});
  EXPECT_TRUE(text.output.starts_with("監査ログは完全です。 / The audit log is whole")) << text.output;
  EXPECT_THAT(text.output, HasSubstr("check with the one that you keep"));
  EXPECT_THAT(text.output, HasSubstr("no checkpoint was timestamped"));
}

TEST_F(AuditCommands, AFlippedByteOfAnEntryIsNamed) {
  const std::string log = exported("flipped");
  const fs::path bundle = last_bundle(log);
  const auto middle = static_cast<std::streamoff>(fs::file_size(bundle) / 2);
  flip(bundle, middle);
  const Verdict found = verdict(with_key({"--dir", log}));
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_FALSE(found.json.at("verified").as_bool());
  const auto& error = found.json.at("logs").at(0).at("error");
  EXPECT_EQ(error.at("code").as_string(), "audit-log-corrupt");
  EXPECT_THAT(std::string(error.at("where").as_string()), HasSubstr("tile/entries/"));
  flip(bundle, middle);
  EXPECT_EQ(verdict(with_key({"--dir", log})).exit_code, 0);
}

TEST_F(AuditCommands, ALogThatWasCutOffDoesNotContinueALaterCheckpoint) {
  const std::string before = exported("cut");
  sign_as_party();
  const std::string after = exported("later");
  EXPECT_EQ(verdict(with_key({"--dir", after, "--against", before + "/checkpoint"})).exit_code, 0);
  const Verdict found = verdict(with_key({"--dir", before, "--against", after + "/checkpoint"}));
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_EQ(found.json.at("logs").at(0).at("error").at("code").as_string(), "audit-log-mismatch");
}

TEST_F(AuditCommands, AnotherLogsKeyOpensNothing) {
  std::string other = rakkan({"audit", "key"}).output;
  other[other.find('+') + 1] = other[other.find('+') + 1] == '0' ? '1' : '0';
  EXPECT_EQ(refusal({"audit", "verify", "--key", write("broken.vkey", other)}, 3), "malformed-note");
  EXPECT_EQ(refusal({"audit", "verify", "--dir", exported("keyless")}, 3), "invalid-argument");
}

TEST_F(AuditCommands, AProofConvincesWithoutTheLogAndAChangedRecordDoesNot) {
  answer(
      {"audit", "prove", index_of(sign_as_party(), "outcome"), "-o", path("p.tlog-proof"), "--record", path("p.json")});
  std::ifstream in(path("p.json"));
  const std::string record{std::istreambuf_iterator<char>(in), {}};
  const std::vector<std::string> check{"audit", "verify",         "--proof", path("p.tlog-proof"),
                                       "--key", path("log.vkey"), "--json",  "--record"};
  EXPECT_TRUE(boost::json::parse(record).at("body").is_object()) << record;
  // Runs without the data folder's configuration, which is not needed.
  const auto run = [&](const std::string& file) {
    std::vector<std::string> words{RAKKAN_PROGRAM};
    words.insert(words.end(), check.begin(), check.end());
    words.push_back(file);
    return run_command(words);
  };
  const CommandOutcome good = run(path("p.json"));
  EXPECT_EQ(good.exit_code, 0) << good.output;
  const auto proven = boost::json::parse(good.output);
  EXPECT_EQ(proven.at("event").as_string(), "signature.made");
  EXPECT_TRUE(proven.at("record").at("intent").is_number()) << "JSON, not a text with JSON in it";

  const std::size_t digit = record.find("sig_", record.find("\"body\":{")) + 4;
  std::string changed = record;
  changed.at(digit) = changed.at(digit) == '1' ? '2' : '1';
  const CommandOutcome bad = run(write("changed.json", changed));
  EXPECT_EQ(bad.exit_code, 1) << bad.output;
}

TEST_F(AuditCommands, AnErasedPersonIsGoneAndTheLogStillVerifies) {
  const std::string document = write("erase-me.pdf", text_of(sample_pdf()));
  answer(sign(document, path("erased.pdf"),
              {"--credential", "operator", "--type", "witness", "--instruction",
               instruction_for(document, "erase.json", "u-erase"), "--level", "B-B"}));
  EXPECT_EQ(refusal({"audit", "erase", "--subject", "u-erase"}, 3), "invalid-argument") << "--yes is missing";
  const auto erased = answer({"audit", "erase", "--subject", "u-erase", "--yes"});
  ASSERT_FALSE(erased.at("erased").as_array().empty());
  const auto index = erased.at("erased").at(0).to_number<std::uint64_t>();
  EXPECT_TRUE(answer({"audit", "show", std::to_string(index)}).at("erased").as_bool());

  const Verdict after = verdict(key());
  EXPECT_EQ(after.exit_code, 0);
  EXPECT_THAT(boost::json::serialize(after.json.at("logs").at(0).at("erased")), HasSubstr(std::to_string(index)));
  EXPECT_TRUE(answer({"audit", "erase", "--subject", "u-erase", "--yes"}).at("erased").as_array().empty());
  // The log says that records were erased; it does not name the person.
  const auto last = answer({"audit", "show", std::to_string(size_of_trail() - 1)});
  EXPECT_EQ(last.at("event").as_string(), "record.erased");
  EXPECT_THAT(boost::json::serialize(last), Not(HasSubstr("u-erase")));
}

TEST_F(AuditCommands, TheIntentSaysWhoWhatAndWithWhichKeyAndTheOutcomeThatItWasMade) {
  const auto made = sign_as_party();
  const auto intent = answer({"audit", "show", index_of(made, "intent")});
  EXPECT_EQ(std::string(intent.at("event").as_string()), "signature.intent");
  const std::string record = boost::json::serialize(intent.at("record"));
  EXPECT_THAT(record, HasSubstr("party-a"));
  EXPECT_THAT(record, HasSubstr(std::string(made.at("document_digest").at("value").as_string())));
  const auto outcome = answer({"audit", "show", index_of(made, "outcome")});
  EXPECT_EQ(std::string(outcome.at("event").as_string()), "signature.made");
  EXPECT_EQ(outcome.at("record").at("intent").to_number<std::uint64_t>(), made.at("intent").to_number<std::uint64_t>());
}

TEST_F(AuditCommands, ALogThatHasNotBegunIsToldApartFromOneThatIsWhole) {
  ASSERT_EQ(run_command({RAKKAN_PROGRAM, "init", path("young")}).exit_code, 0);
  const CommandOutcome young = run_command({RAKKAN_PROGRAM, "--config", path("young/rakkan.toml"), "audit", "verify"});
  EXPECT_EQ(young.exit_code, 0) << young.output;
  EXPECT_THAT(young.output, HasSubstr("no checkpoint: nothing was recorded yet, or the log was removed"));
  // A verifier who kept a checkpoint is not told that a removed log is a young one.
  const std::string kept = exported("kept") + "/checkpoint";
  const CommandOutcome removed =
      run_command({RAKKAN_PROGRAM, "--config", path("young/rakkan.toml"), "audit", "verify", "--against", kept});
  EXPECT_EQ(removed.exit_code, 1) << removed.output;
}

TEST_F(AuditCommands, AnEntryThatIsNotThereIsUnknown) {
  EXPECT_EQ(refusal({"audit", "show", "999999999"}, 3), "audit-index-unknown");
  EXPECT_EQ(refusal({"audit", "prove", "999999999", "-o", path("none.proof")}, 3), "audit-index-unknown");
  EXPECT_FALSE(fs::exists(path("none.proof")));
}

}  // namespace
}  // namespace rakkan::test
