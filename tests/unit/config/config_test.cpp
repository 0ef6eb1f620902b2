#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include "config/bindings.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/config/configuration.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::config {
namespace {

using std::chrono::milliseconds;
using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;

Result<Configuration> parse_text(std::string_view toml) { return parse(toml, "/etc/rakkan/rakkan.toml"); }

TEST(Config, EmptyFileIsTheDefaults) {
  ASSERT_OK_AND_ASSIGN(const Configuration configuration, parse_text(""));
  EXPECT_EQ(print(configuration), print(Configuration{}));
  EXPECT_TRUE(configuration.service.tsa.at("internal").internal());
}

TEST(Config, DefaultsPassTheirOwnRanges) { EXPECT_THAT(parse_text(print(Configuration{})), IsOk()); }

TEST(Config, PrintedConfigurationParsesToItself) {
  ASSERT_OK_AND_ASSIGN(const Configuration configuration, parse_text(R"(
data_dir = "/srv/署名"
[hsm]
module = "/usr/lib/vendor.so"
sessions = 7
[token]
create = false
[witness]
name = "株式会社\"ラッカン\" 立会人署名"
[limits]
document = "3MiB"
[pin]
lock_time = "15m"
memory = "19MiB"
[tsu]
accepted_policies = ["1.2.3", "2.999.4"]
[tsa.seiko]
url = "https://tsa.example/"
timeout = "2500ms"
[signing]
tsa = "seiko"
)"));
  ASSERT_OK_AND_ASSIGN(const Configuration again, parse_text(print(configuration)));
  EXPECT_EQ(print(again), print(configuration));
  EXPECT_EQ(again.data_dir, "/srv/署名");
  EXPECT_EQ(again.hsm.max_sessions, 7U);
  EXPECT_FALSE(again.service.token.create);
  EXPECT_EQ(again.service.witness.name, "株式会社\"ラッカン\" 立会人署名");
  EXPECT_EQ(again.service.limits.document, 3U << 20);
  EXPECT_EQ(again.service.pin.lock_time, std::chrono::minutes(15));
  EXPECT_EQ(again.service.tsu.accepted_policies, (std::vector<std::string>{"1.2.3", "2.999.4"}));
  EXPECT_EQ(again.service.tsa.at("seiko").options.timeout, milliseconds(2'500));
  EXPECT_FALSE(again.service.tsa.at("seiko").internal());
}

TEST(Config, UnknownKeyIsNamedWithFileAndLine) {
  const auto result = parse_text("[hsm]\nsessions = 2\nsesions = 3\n");
  ASSERT_THAT(result, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_EQ(result.error().where, "/etc/rakkan/rakkan.toml:3: hsm.sesions");
}

TEST(Config, UnknownTableIsRefusedAtItsKeys) {
  const auto result = parse_text("[hms]\nsessions = 2\n");
  ASSERT_THAT(result, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_EQ(result.error().where, "/etc/rakkan/rakkan.toml:2: hms.sessions");
}

TEST(Config, EveryMistakeIsReported) {
  const auto result = parse_text("nothing = 1\n[hsm]\nsessions = \"two\"\n[pin]\nmax_failures = 0\n");
  ASSERT_THAT(result, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_EQ(result.error().causes.size(), 3U);
}

TEST(Config, ValueOutOfRangeSaysTheRange) {
  const auto result = parse_text("[pin]\nmax_failures = 101\n");
  ASSERT_THAT(result, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(result.error().detail, HasSubstr("integer, 1 to 100"));
}

TEST(Config, ValueOfAnotherTypeIsRefused) {
  for (const char* toml :
       {"[hsm]\nsessions = -1", "[hsm]\nsessions = 1.5", "[hsm]\nsessions = true", "data_dir = 5",
        "[hsm]\nbreaker_first = 100", "[token]\ncreate = \"yes\"", "[tsu]\naccepted_policies = [1]",
        "[tsu]\npolicy = \"timestamps\"", "[token]\npin_file = \"pin\"", "[hsm.module]\nx = 1",
        "[pin]\nlock_time = \"1500ms\"", "[limits]\ndocument = \"3MB\"", "[signing]\ntsa = 1979-05-27"}) {
    EXPECT_THAT(parse_text(toml), FailsWith(ErrorCode::configuration_invalid)) << toml;
  }
}

TEST(Config, SyntaxErrorHasItsLine) {
  const auto result = parse_text("[hsm]\nsessions = = 2\n");
  ASSERT_THAT(result, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_EQ(result.error().where, "/etc/rakkan/rakkan.toml:2");
}

TEST(Config, RelativePathsStartFromTheFile) {
  ASSERT_OK_AND_ASSIGN(const Configuration configuration,
                       parse_text("data_dir = \"../state\"\n[token]\npin_file = \"pins/{token}\"\n"
                                  "[tsa.x]\nca_file = \"ca.pem\"\n"));
  EXPECT_EQ(configuration.data_dir, "/etc/state");
  EXPECT_EQ(configuration.service.token.pin_file, "/etc/rakkan/pins/{token}");
  EXPECT_EQ(configuration.service.tsa.at("x").options.ca_file, "/etc/rakkan/ca.pem");
}

TEST(Config, DefaultProfileMustExist) {
  const auto result = parse_text("[signing]\ntsa = \"other\"\n");
  ASSERT_THAT(result, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(result.error().where, HasSubstr("signing.tsa"));
}

TEST(Config, ARoleHasAListOfAuthoritiesOrOne) {
  const std::string profiles = "[tsa.a]\nurl = \"http://a/\"\n[tsa.b]\nurl = \"http://b/\"\n";
  ASSERT_OK_AND_ASSIGN(const Configuration one, parse_text(profiles + "[signing]\ntsa = \"a\"\n"));
  EXPECT_EQ(one.service.tsa_lists.signature.profiles, std::vector<std::string>{"a"});
  ASSERT_OK_AND_ASSIGN(const Configuration several,
                       parse_text(profiles + "[signing]\ntsa = [\"b\", \"a\"]\n[audit]\ntsa = \"\"\n[archive]\n"
                                             "tsa = [\"a\"]\naccredited = \"required\"\n"));
  EXPECT_EQ(several.service.tsa_lists.signature.profiles, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(several.service.tsa_lists.archive.profiles, std::vector<std::string>{"a"});
  EXPECT_TRUE(several.service.tsa_lists.archive.needs_accredited());
  EXPECT_TRUE(several.service.tsa_lists.checkpoint.profiles.empty());
  ASSERT_OK_AND_ASSIGN(const Configuration again, parse_text(print_changes(several)));
  EXPECT_EQ(print(again), print(several));
  ASSERT_OK_AND_ASSIGN(const Configuration by_text, apply(several, {{"signing.tsa", "a,internal"}}, "environment"));
  EXPECT_EQ(by_text.service.tsa_lists.signature.profiles, (std::vector<std::string>{"a", "internal"}));
  for (const char* wrong :
       {"[signing]\ntsa = []\n", "[signing]\ntsa = [\"a\", \"c\"]\n", "[archive]\ntsa = \"c\"\n",
        "[audit]\ntsa = [\"c\"]\n", "[signing]\naccredited = \"yes\"\n", "[signing]\ntsa = [1]\n"}) {
    EXPECT_THAT(parse_text(profiles + wrong), FailsWith(ErrorCode::configuration_invalid)) << wrong;
  }
}

TEST(Config, KeysOfThePoolThatIsGoneSayWhatTookItsPlace) {
  const auto threads = parse_text("[pools.tsa]\nthreads = 8\n");
  ASSERT_THAT(threads, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(threads.error().detail, HasSubstr("fetch.in_flight"));
  EXPECT_EQ(threads.error().where, "/etc/rakkan/rakkan.toml:2: pools.tsa.threads");
  EXPECT_THAT(parse_text("[pools.tsa]\nqueue = 8\n").error().detail, HasSubstr("fetch.waiting"));
}

TEST(Config, AnAuthorityHasABudgetCredentialsAndAMark) {
  ASSERT_OK_AND_ASSIGN(const Configuration configuration,
                       parse_text("[tsa.x]\nurl = \"https://x/\"\naccredited = true\nbudget = 10000\n"
                                  "budget_period = \"30d\"\nbasic_file = \"tsa.password\"\ntoken_size = \"8KiB\"\n"));
  const auto& options = configuration.service.tsa.at("x").options;
  EXPECT_TRUE(options.accredited);
  EXPECT_EQ(options.budget, 10'000U);
  EXPECT_EQ(options.budget_period, std::chrono::days(30));
  EXPECT_EQ(options.credentials.basic, "/etc/rakkan/tsa.password");
  EXPECT_EQ(options.token_size, 8U * 1024);
}

TEST(Config, RevocationDataHaveAFreshnessForAllAndForOneCredential) {
  ASSERT_OK_AND_ASSIGN(const Configuration configuration, parse_text(R"(
[evidence]
folder = "evidence"
freshness = "after_signature"
grace = "2h"
max_age = "12h"
nonce_origins = ["http://ocsp.example"]
added = "1MiB"
cache.entries = 10
cache.bytes = "2MiB"
[evidence.credential.operator]
freshness = "cached"
[evidence.credential."party.2"]
grace = "1h"
[trust]
file = "trust.toml"
)"));
  const service::EvidenceOptions& evidence = configuration.service.evidence;
  EXPECT_EQ(configuration.trust.file, "/etc/rakkan/trust.toml");
  EXPECT_EQ(evidence.folder, "/etc/rakkan/evidence");
  EXPECT_EQ(evidence.nonce_origins, std::vector<std::string>{"http://ocsp.example"});
  EXPECT_EQ(evidence.added, 1U << 20);
  EXPECT_EQ(evidence.cache.entries, 10U);
  EXPECT_EQ(evidence.cache.bytes, 2U << 20);
  EXPECT_TRUE(evidence.freshness.waits());
  EXPECT_EQ(evidence.freshness.grace, std::chrono::hours(2));
  EXPECT_FALSE(evidence.freshness_of("operator").waits());
  EXPECT_EQ(evidence.freshness_of("operator").max_age, std::chrono::hours(12)) << "not set: as for all";
  EXPECT_TRUE(evidence.freshness_of("party.2").waits());
  EXPECT_EQ(evidence.freshness_of("party.2").grace, std::chrono::hours(1));
  EXPECT_EQ(evidence.freshness_of("another").grace, std::chrono::hours(2));
  for (const std::string& printed : {print(configuration), print_changes(configuration)}) {
    ASSERT_OK_AND_ASSIGN(const Configuration again, parse_text(printed));
    EXPECT_EQ(print(again), print(configuration));
  }
  ASSERT_OK_AND_ASSIGN(const Configuration later, apply(configuration, {{"evidence.max_age", "3h"}}, "command line"));
  EXPECT_EQ(later.service.evidence.freshness_of("operator").max_age, std::chrono::hours(3)) << "it still follows";
  EXPECT_EQ(later.service.evidence.freshness_of("party.2").grace, std::chrono::hours(1));
}

TEST(Config, AFreshnessIsOneOfTwoAndEndsBeforeThePendingSignature) {
  struct Case {
    const char* text;
    const char* key;
  };
  for (const Case& one :
       {Case{"[evidence]\nfreshness = \"fresh\"\n", ":2: evidence.freshness"},
        Case{"[evidence]\nfreshness = \"after_signature\"\ngrace = \"24h\"\n", ":3: evidence.grace"},
        Case{"[evidence.credential.op]\nfreshness = \"never\"\n", ":2: evidence.credential.op.freshness"},
        Case{"[evidence.credential.op]\nfreshness = \"after_signature\"\ngrace = \"2d\"\n",
             ":3: evidence.credential.op.grace"},
        Case{"[evidence.credential.Op]\ngrace = \"1h\"\n", ":2: evidence.credential.Op.grace"},
        Case{"[evidence.credential.op]\nfolder = \"x\"\n", ":2: evidence.credential.op.folder"},
        Case{"[evidence]\nmax_age = \"0s\"\n", ":2: evidence.max_age"}}) {
    const auto refused = parse_text(one.text);
    ASSERT_THAT(refused, FailsWith(ErrorCode::configuration_invalid)) << one.text;
    EXPECT_EQ(refused.error().where, std::string("/etc/rakkan/rakkan.toml") + one.key);
  }
  EXPECT_THAT(parse_text("[evidence]\ngrace = \"2d\"\n"), IsOk()) << "nobody waits";
}

TEST(Config, ACredentialsFreshnessMayComeFromTheEnvironment) {
  const char* const environment[] = {"RAKKAN_EVIDENCE_CREDENTIAL_PARTY_YAMADA_MAX_AGE=5h", nullptr};
  ASSERT_OK_AND_ASSIGN(const Configuration configuration,
                       apply(Configuration{}, environment_settings(environment), "environment"));
  EXPECT_EQ(configuration.service.evidence.freshness_of("party-yamada").max_age, std::chrono::hours(5));
}

TEST(Config, ADocumentMustBeOneThatACallerCanSend) {
  const auto above = parse_text("[limits]\ndocument = \"2GiB\"\n[http.limits]\nin_flight = \"1GiB\"\n");
  ASSERT_THAT(above, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(above.error().where, HasSubstr("limits.document"));
  EXPECT_THAT(above.error().detail, HasSubstr("http.limits.in_flight"));
  // Of 1 GiB a sixteenth is kept for small bodies; of the rest one tenant has half.
  const auto above_share = parse_text("[limits]\ndocument = \"512MiB\"\n[http.limits]\nin_flight = \"1GiB\"\n");
  ASSERT_THAT(above_share, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(above_share.error().where, HasSubstr("limits.document"));
  EXPECT_THAT(above_share.error().detail, HasSubstr("http.limits.in_flight"));
  EXPECT_THAT(above_share.error().detail, HasSubstr("http.limits.tenant_share"));
  EXPECT_THAT(parse_text("[limits]\ndocument = \"512MiB\"\n[http.limits]\ntenant_share = 100\n"), IsOk());
  EXPECT_THAT(parse_text("[http.limits]\nin_flight = \"256MiB\"\n"), FailsWith(ErrorCode::configuration_invalid));
}

TEST(Config, ProfileUrlMustBeInternalOrHttp) {
  EXPECT_THAT(parse_text("[tsa.x]\nurl = \"ftp://tsa.example/\"\n"), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(parse_text("[tsa.x]\nurl = \"http://tsa.example/\"\n"), IsOk());
}

TEST(Config, ProfileNameMustBePlain) {
  EXPECT_THAT(parse_text("[tsa.Amano]\nurl = \"internal\"\n"), FailsWith(ErrorCode::configuration_invalid));
  EXPECT_THAT(parse_text("[tsa.\"a.b\"]\nurl = \"internal\"\n"), FailsWith(ErrorCode::configuration_invalid));
}

TEST(Config, EnvironmentGoesOverTheFileAndOverridesOverBoth) {
  test::TemporaryFolder folder;
  const auto file = folder.path() / "rakkan.toml";
  std::ofstream(file) << "[hsm]\nsessions = 1\nmodule = \"m.so\"\n[limits]\ndocument = \"1MiB\"\n";
  const char* const environment[] = {"RAKKAN_HSM_SESSIONS=2",
                                     "RAKKAN_LIMITS_DOCUMENT=2MiB",
                                     "RAKKAN_CONFIG=x",
                                     "HOME=/",
                                     "RAKKAN_TSA_NTT_DATA_CONNECT_TIMEOUT=7s",
                                     "RAKKAN_TSU_ACCEPTED_POLICIES=1.2.3,1.2.4",
                                     nullptr};
  ASSERT_OK_AND_ASSIGN(
      const Configuration configuration,
      load(file, environment_settings(environment), {{"limits.document", "3000000"}, {"token.create", "false"}}));
  EXPECT_EQ(configuration.hsm.module_path, folder.path() / "m.so");
  EXPECT_EQ(configuration.hsm.max_sessions, 2U);
  EXPECT_EQ(configuration.service.limits.document, 3'000'000U);
  EXPECT_FALSE(configuration.service.token.create);
  EXPECT_EQ(configuration.service.tsa.at("ntt-data").options.connect_timeout, milliseconds(7'000));
  EXPECT_EQ(configuration.service.tsu.accepted_policies.size(), 2U);
}

TEST(Config, WrongSettingNamesItsSource) {
  const auto result = load(std::nullopt, {{"hsm.sessions", "many"}}, {});
  ASSERT_THAT(result, FailsWith(ErrorCode::configuration_invalid));
  EXPECT_EQ(result.error().where, "environment: hsm.sessions");
  EXPECT_THAT(load(std::nullopt, {}, {{"hsm.x", "1"}}), FailsWith(ErrorCode::configuration_invalid));
}

TEST(Config, MissingFileIsUnreadable) {
  EXPECT_THAT(load("/nonexistent/rakkan.toml", {}, {}), FailsWith(ErrorCode::file_unreadable));
}

TEST(Config, EachKeyKnowsWhereItWasSet) {
  test::TemporaryFolder folder;
  const auto file = folder.path() / "rakkan.toml";
  std::ofstream(file) << "[hsm]\nsessions = 1\n\nmodule = \"m.so\"\n[tsa.x]\nca_file = \"c\"\n";
  ASSERT_OK_AND_ASSIGN(const Configuration configuration,
                       load(file, {{"hsm.sessions", "2"}}, {{"token.create", "false"}}));
  const auto where = [&](const std::string& key) {
    return located(configuration, Error{ErrorCode::configuration_invalid, "", key, {}, {}}).where;
  };
  EXPECT_EQ(where("hsm.module"), file.string() + ":4: hsm.module");
  EXPECT_EQ(where("tsa.x.ca_file"), file.string() + ":6: tsa.x.ca_file");
  EXPECT_EQ(where("hsm.sessions"), "environment: hsm.sessions");
  EXPECT_EQ(where("token.create"), "command line: token.create");
  EXPECT_EQ(where("http.port"), file.string() + ": http.port") << "a default";
  EXPECT_EQ(where("/some/file"), "/some/file") << "no key";
}

TEST(Config, SeveralFindingsAreOneErrorWithCauses) {
  ASSERT_OK_AND_ASSIGN(const Configuration configuration, parse_text("[hsm]\nmodule = \"m\"\n"));
  const Error one{ErrorCode::hsm_module_unusable, "gone", "hsm.module", {}, {}};
  EXPECT_FALSE(summary(configuration, {}));
  EXPECT_EQ(summary(configuration, {one})->where, "/etc/rakkan/rakkan.toml:2: hsm.module");
  const auto both = summary(configuration, {one, one});
  ASSERT_EQ(both->causes.size(), 2U);
  EXPECT_EQ(both->causes[1].where, "/etc/rakkan/rakkan.toml:2: hsm.module");
}

TEST(Config, WhatDiffersFromTheDefaultsIsAllThatIsNeeded) {
  EXPECT_EQ(print_changes(Configuration{}), "");
  ASSERT_OK_AND_ASSIGN(const Configuration configuration,
                       parse_text("data_dir = \"/srv/x\"\nprofile = \"production\"\n[hsm]\nsessions = 7\n"
                                  "[tsa.seiko]\nurl = \"https://tsa.example/\"\n[tsa.plain]\nurl = \"internal\"\n"
                                  "[tsa.internal]\ntimeout = \"5s\"\n"));
  const std::string changes = print_changes(configuration);
  ASSERT_OK_AND_ASSIGN(const Configuration again, parse_text(changes));
  EXPECT_EQ(print(again), print(configuration));
  EXPECT_EQ(std::count(changes.begin(), changes.end(), '='), 6) << changes;
}

TEST(Config, ADotIsTheFolderOfTheFile) {
  ASSERT_OK_AND_ASSIGN(const Configuration configuration, parse_text("data_dir = \".\"\n"));
  EXPECT_EQ(configuration.data_dir, "/etc/rakkan");
}

TEST(Config, AConfigurationInADataFolderIsOfThatFolder) {
  test::TemporaryFolder folder;
  const auto file = folder.path() / "rakkan.toml";
  std::ofstream(folder.path() / "rakkan.db") << "";
  std::ofstream(file) << "\ndata_dir = \"/somewhere\"\n";
  const auto refused = load(file, {}, {});
  ASSERT_THAT(refused, FailsWith(ErrorCode::data_folder_copied));
  EXPECT_EQ(refused.error().where, file.string() + ":2: data_dir");
  EXPECT_THAT(load(file, {{"data_dir", "/elsewhere"}}, {}), IsOk()) << "somebody says so";
  std::ofstream(file) << "data_dir = \"" << folder.path().string() << "\"\n";
  EXPECT_THAT(load(file, {}, {}), IsOk());
}

TEST(Config, TheProfileIsOneOfTwo) {
  EXPECT_TRUE(parse_text("profile = \"production\"").value().in_production());
  EXPECT_FALSE(parse_text("").value().in_production());
  EXPECT_THAT(parse_text("profile = \"staging\""), FailsWith(ErrorCode::configuration_invalid));
}

TEST(Config, KeysAndTheirEnvironmentNamesAreUnique) {
  std::set<std::string> names;
  for (const auto& row : bindings()) {
    EXPECT_TRUE(names.insert(environment_name(row.key)).second) << row.key;
    EXPECT_FALSE(row.doc.empty()) << row.key;
  }
}

TEST(Config, EveryKeyReachesAMemberOfItsOwn) {
  Configuration configuration;
  std::set<const void*> places;
  for (const auto& row : bindings()) {
    const void* place =
        std::visit([&](auto reach) { return static_cast<const void*>(&reach(configuration)); }, row.member);
    EXPECT_TRUE(places.insert(place).second) << row.key;
  }
}

// To bring the page up to date: RAKKAN_UPDATE_DOCS=1 and this test.
TEST(Config, DocumentationIsUpToDate) {
  const std::filesystem::path page = std::filesystem::path(RAKKAN_DOCS) / "configuration.md";
  if (std::getenv("RAKKAN_UPDATE_DOCS") != nullptr) {
    ASSERT_THAT(write_file_atomically(page, {bytes_of(reference())}), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(const Bytes written, read_file(page, 1 << 20));
  EXPECT_TRUE(text_of(written) == reference()) << page << " is behind src/config/bindings.cpp";
}

}  // namespace
}  // namespace rakkan::config
