// A data folder knows which one it is: a copy, a restored backup, another machine's and a token that is gone are each
// refused as what they are by both programs, and `rakkan data adopt` is the way on.
#include <set>

#include "integration/cli/own_folder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kUsage = 3;
constexpr int kHsm = 5;

class DataFolderTest : public OwnFolder {
 protected:
  void SetUp() override { init(); }

  void copy(const std::string& to) const {
    const CommandOutcome copied = run_command({"cp", "-a", data().string(), path(to).string()});
    ASSERT_EQ(copied.exit_code, 0) << copied.output;
  }
  static std::string id_of(const Path& folder) {
    return std::string(answer(folder, {"data", "show"}).at("id").as_string());
  }
  // Changes the store as no operator can: into one that another machine, or an earlier version, would have left.
  static void change_store(const Path& folder, const std::string& sql) {
    const CommandOutcome changed = run_command({"python3", "-c",
                                                "import sqlite3, sys\n"
                                                "store = sqlite3.connect(sys.argv[1])\n"
                                                "store.executescript(sys.argv[2])\n"
                                                "store.close()\n",
                                                (folder / "rakkan.db").string(), sql});
    ASSERT_EQ(changed.exit_code, 0) << changed.output;
  }
  static void expect_both_refuse(const Path& folder, const std::string& slug, const std::string& detail) {
    for (const CommandOutcome& outcome : {rakkan(folder, {"keys", "list"}), rakkand(folder / "rakkan.toml")}) {
      expect_refused(outcome, kUsage, slug);
      EXPECT_THAT(outcome.output, HasSubstr(detail));
      EXPECT_THAT(outcome.output, HasSubstr("rakkan data adopt"));
    }
  }
  static void expect_works(const Path& folder) {
    const CommandOutcome made = rakkan(folder, {"keys", "create", "--tenant", "t", "--label", "l", "--scope", "sign"});
    EXPECT_EQ(made.exit_code, 0) << made.output;
  }
  [[nodiscard]] std::set<Path> tokens() const {
    std::set<Path> found;
    for (const auto& entry : fs::directory_iterator(data() / "tokens")) {
      found.insert(entry.path());
    }
    return found;
  }
  // Makes a credential with a token of its name; the folder in which that token is kept.
  [[nodiscard]] Path make_credential(const std::string& id) const {
    const std::set<Path> before = tokens();
    answer(data(), {"credentials", "generate", id, "--kind", "operator", "--key", "p-256"});
    for (const Path& token : tokens()) {
      if (!before.contains(token)) {
        return token;
      }
    }
    ADD_FAILURE() << "no token was made";
    return {};
  }
  [[nodiscard]] CommandOutcome request(const std::string& id) const {
    return rakkan(data(), {"credentials", "csr", id, "--subject", "CN=x", "-o", path("csr").string()});
  }
};

TEST_F(DataFolderTest, ACopyBesideTheOriginalIsRefusedUntilItIsAFolderOfItsOwn) {
  copy("copy");
  expect_both_refuse(path("copy"), "data-folder-copied", data().string() + ", which still exists");
  expect_works(data());
  expect_refused(rakkan(path("copy"), {"data", "adopt"}), kUsage, "--yes");
  expect_refused(rakkan(path("copy"), {"data", "adopt", "--yes"}), kUsage, "--beside-original");

  answer(path("copy"), {"data", "adopt", "--yes", "--beside-original", "--reason", "a rehearsal"});
  EXPECT_NE(id_of(path("copy")), id_of(data()));
  fs::remove_all(data() / "tokens");  // with the original's tokens it could not go on now
  expect_works(path("copy"));
  const auto entry = answer(path("copy"), {"audit", "show", "0"});
  EXPECT_EQ(entry.at("event").as_string(), "folder.adopted");
  EXPECT_EQ(entry.at("record").at("reason").as_string(), "a rehearsal");
  EXPECT_EQ(entry.at("record").at("from").at("path").as_string(), data().string());
  EXPECT_EQ(rakkan(path("copy"), {"audit", "verify"}).exit_code, 0);
}

TEST_F(DataFolderTest, ABackupInThePlaceOfTheOriginalIsRefusedUntilItIsAdopted) {
  const std::string id = id_of(data());
  copy("backup");
  fs::remove_all(data());
  const CommandOutcome restored = run_command({"cp", "-a", path("backup").string(), data().string()});
  ASSERT_EQ(restored.exit_code, 0) << restored.output;
  expect_both_refuse(data(), "data-folder-copied", "it is a restored backup or a copy");
  EXPECT_EQ(rakkan(data(), {"audit", "verify"}).exit_code, 0) << "the log of a copy can be looked at";

  answer(data(), {"data", "adopt", "--yes"});
  EXPECT_EQ(id_of(data()), id) << "it goes on as the folder that it was";
  expect_works(data());
}

TEST_F(DataFolderTest, AFolderOfAnotherMachineIsRefusedUntilItIsAdopted) {
  change_store(data(), R"(UPDATE fact SET value = CAST(json_set(value, '$.machine', '0123') AS BLOB)
                          WHERE name = 'folder.place')");
  // In a container without a machine id the check cannot be made.
  if (const auto here = answer(data(), {"data", "show"}).at("is").as_object(); here.at("machine").as_string().empty()) {
    expect_works(data());
    return;
  }
  expect_both_refuse(data(), "data-folder-on-another-machine",
                     "the folder was made on another machine, at " + data().string());
  answer(data(), {"data", "adopt", "--yes"});
  expect_works(data());
}

TEST_F(DataFolderTest, ARenamedFolderIsTheSame) {
  fs::rename(data(), path("renamed"));
  expect_works(path("renamed"));
  const auto shown = answer(path("renamed"), {"data", "show"});
  EXPECT_EQ(shown.at("belongs").at("path").as_string(), path("renamed").string());
  EXPECT_TRUE(shown.at("findings").as_array().empty());
  // The place from which it was moved is free for another folder.
  init();
  expect_works(data());
  expect_works(path("renamed"));
}

TEST_F(DataFolderTest, ATokenThatIsLostIsToldAndNotMadeAnew) {
  fs::remove_all(make_credential("seal"));
  expect_refused(request("seal"), kHsm, "hsm-token-lost");
  EXPECT_THAT(request("seal").output, HasSubstr("rakkan data adopt"));
  expect_refused(rakkan(data(), {"credentials", "generate", "other", "--kind", "operator", "--token", "seal"}), kHsm,
                 "hsm-token-lost");
  const auto shown = answer(data(), {"data", "show"});
  EXPECT_EQ(shown.at("findings").at(0).at("code").as_string(), "hsm-token-lost");

  const auto adopted = answer(data(), {"data", "adopt", "--yes"});
  EXPECT_TRUE(adopted.at("findings").as_array().empty());
  expect_refused(request("seal"), kHsm, "hsm-token-not-found");
  EXPECT_EQ(rakkan(data(), {"credentials", "generate", "other", "--kind", "operator", "--token", "seal"}).exit_code, 0);
}

TEST_F(DataFolderTest, ATokenOfTheSameLabelIsNotTakenForTheLostOne) {
  fs::remove_all(make_credential("seal"));
  const CommandOutcome made = shell(
      "cd \"$0\" && SOFTHSM2_CONF=softhsm2.conf softhsm2-util --init-token --free --label seal --so-pin 87654321 --pin "
      "\"$(cat pins/seal.pin)\"",
      {data().string()});
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const CommandOutcome refused = request("seal");
  expect_refused(refused, kHsm, "hsm-token-lost");
  EXPECT_THAT(refused.output, HasSubstr("another token is there, with the serial number"));
  const auto adopted = answer(data(), {"data", "adopt", "--yes"});
  expect_refused(request("seal"), kHsm, "key-not-found");
  EXPECT_EQ(adopted.at("adopted").at(0).at("code").as_string(), "hsm-token-lost");
}

TEST_F(DataFolderTest, WithoutTheTokenOfTheLogNothingGoesOn) {
  for (const Path& token : tokens()) {
    fs::remove_all(token);
  }
  expect_refused(rakkan(data(), {"keys", "list"}), kHsm, "hsm-token-lost");
  const CommandOutcome refused = rakkan(data(), {"data", "adopt", "--yes"});
  expect_refused(refused, kHsm, "hsm-token-lost");
  EXPECT_THAT(refused.output, HasSubstr("the key of the log is in this token"));
}

// A folder as an earlier version made it: absolute paths, and a store that knows nothing of its folder.
class OldDataFolderTest : public DataFolderTest {
 protected:
  void SetUp() override {
    DataFolderTest::SetUp();
    change_store(data(), "DELETE FROM fact WHERE name LIKE 'folder.%'");
    write_text(data() / "rakkan.toml", "data_dir = \"" + data().string() + "\"\n");
    write_text(data() / "softhsm2.conf",
               "# mine\ndirectories.tokendir = " + (data() / "tokens").string() + "\nobjectstore.backend = file\n");
  }
};

TEST_F(OldDataFolderTest, WorksInItsPlace) {
  expect_works(data());
  expect_works(data());
}

TEST_F(OldDataFolderTest, ItsCopyDoesNotWorkOnTheOriginal) {
  copy("copy");
  for (const CommandOutcome& outcome :
       {rakkan(path("copy"), {"keys", "list"}), rakkand(path("copy") / "rakkan.toml")}) {
    expect_refused(outcome, kUsage, "data-folder-copied");
    EXPECT_THAT(outcome.output, HasSubstr("rakkan.toml:1: data_dir"));
  }
  write_text(path("copy") / "rakkan.toml", "data_dir = \".\"\n");
  expect_both_refuse(path("copy"), "data-folder-copied", "names the tokens of another folder");

  answer(path("copy"), {"data", "adopt", "--yes"});
  EXPECT_THAT(text_in(path("copy") / "softhsm2.conf"), HasSubstr("# mine\ndirectories.tokendir = tokens\nobject"));
  fs::remove_all(data());
  expect_works(path("copy"));
}

TEST_F(DataFolderTest, ItsTokensAreItsOwnWhateverTheEnvironmentNames) {
  copy("copy");
  answer(path("copy"), {"data", "adopt", "--yes", "--beside-original"});
  fs::remove_all(path("copy") / "tokens");
  const CommandOutcome refused = shell("cd \"$1\" && SOFTHSM2_CONF=softhsm2.conf exec \"$0\" --config \"$2\" keys list",
                                       {RAKKAN_PROGRAM, data().string(), (path("copy") / "rakkan.toml").string()});
  EXPECT_EQ(refused.exit_code, kHsm) << "it worked with the original's tokens: " << refused.output;
}

TEST_F(DataFolderTest, AFolderThatIsNoneIsNotMade) {
  write_text(path("rakkan.toml"), "data_dir = \"mistyped\"\n");
  for (const CommandOutcome& outcome :
       {run_command({RAKKAN_PROGRAM, "--config", path("rakkan.toml").string(), "keys", "list"}),
        run_command({RAKKAN_PROGRAM, "--config", path("rakkan.toml").string(), "audit", "key"}),
        rakkand(path("rakkan.toml"))}) {
    expect_refused(outcome, kUsage, "data-folder-missing");
  }
  EXPECT_FALSE(fs::exists(path("mistyped")));
}

}  // namespace
}  // namespace rakkan::test
