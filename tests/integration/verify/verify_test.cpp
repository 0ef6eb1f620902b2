// `rakkan verify` and `rakkan decide` as their users see them: verdicts on our own documents at every level and at
// later dates, every kind of bad input, exit statuses, and the forms of the answer.
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>

#include "integration/verify/json_schema.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "support/pdf_builder.hpp"
#include "support/result_matchers.hpp"
#include "support/run_command.hpp"
#include "support/signed_world.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

constexpr int kPassed = 0;
constexpr int kFailed = 1;
constexpr int kIndeterminate = 2;
constexpr int kUsage = 3;

const Instant kYear2035 = *parse_rfc3339("2035-06-01T00:00:00Z");
const Instant kYear2037 = *parse_rfc3339("2037-01-01T00:00:00Z");

class Verify : public testing::Test {
 protected:
  static SignedWorld& world() {
    static SignedWorld one;
    return one;
  }
  static std::string path(const std::string& name) {
    static const TemporaryFolder folder;
    return (folder.path() / name).string();
  }
  static std::string write(const std::string& name, ByteView content) {
    EXPECT_THAT(write_file_atomically(path(name), {content}), IsOk());
    return path(name);
  }
  static std::string write(const std::string& name, std::string_view content) { return write(name, bytes_of(content)); }
  static Bytes read(const std::string& file) { return read_file(file, 1U << 24).value(); }

  static Words trust() {
    static const std::string root = write("root.cer", world().root_certificate.der());
    static const std::string tsa = write("tsa.pem", pki::to_pem("CERTIFICATE", world().tsa_root_certificate.der()));
    return {"--trust", root, "--trust-tsa", tsa};
  }
  // Evidence from outside, made at `time`, as options.
  static Words evidence(const std::string& name, Instant time) {
    Words words;
    const pki::EvidenceMaterial given = world().outside(time);
    int number = 0;
    for (const auto& held : given.lists()) {
      words.insert(words.end(), {"--evidence", write(name + std::to_string(++number) + ".crl", held.list.der())});
    }
    for (const auto& held : given.responses()) {
      words.insert(words.end(), {"--evidence", write(name + std::to_string(++number) + ".ocsp", held.response.der())});
    }
    return words;
  }
  static Words plus(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static Words at(Instant time) { return {"--at", to_rfc3339(time)}; }

  static CommandOutcome rakkan(const Words& words) { return run_command(plus({RAKKAN_PROGRAM}, words)); }
  static CommandOutcome verify(const Words& words) { return rakkan(plus({"verify"}, words)); }
  // The JSON on one file, which must fit the schema.
  static json::object judged(const Words& words, int exit_code) {
    const CommandOutcome outcome = verify(plus({"--format", "json"}, words));
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.output;
    json::error_code error;
    const json::value value = json::parse(outcome.output.substr(0, outcome.output.find('\n')), error);
    EXPECT_FALSE(error) << outcome.output;
    if (error || !value.is_object()) {
      return {};
    }
    for (const std::string& fault : schema().faults(value)) {
      ADD_FAILURE() << fault << "\n" << outcome.output;
    }
    return value.get_object();
  }
  static const JsonSchema& schema() {
    static const JsonSchema one(json::parse(text_of(read(RAKKAN_SCHEMA))));
    return one;
  }
  static std::string word(const json::object& object, const char* member) {
    const json::value* const value = object.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "null";
  }
  static json::object signature(const json::object& answer) {
    const json::value* const all = answer.if_contains("signatures");
    return all != nullptr && !all->as_array().empty() ? all->as_array().at(0).as_object() : json::object{};
  }
  static void expect(const json::object& answer, const char* indication, const char* sub, const char* level) {
    EXPECT_EQ(word(answer, "indication"), indication) << json::serialize(answer);
    EXPECT_EQ(word(answer, "subIndication"), sub) << json::serialize(answer);
    EXPECT_EQ(word(signature(answer), "level"), level) << json::serialize(answer);
  }

  static std::string b_b() {
    static const std::string file = write("b-b.pdf", world().sign(sample_pdf(), kSigned, Stamped::no).bytes());
    return file;
  }
  static std::string b_t() {
    static const std::string file = write("b-t.pdf", world().sign(sample_pdf(), kSigned, Stamped::yes).bytes());
    return file;
  }
  static std::string b_lt() {
    static const std::string file = [] {
      SignedWorld::Draft draft = world().sign(sample_pdf(), kSigned, Stamped::yes);
      world().add_evidence(draft, kSigned + kDay);
      return write("b-lt.pdf", draft.bytes());
    }();
    return file;
  }
  static std::string b_lta() {
    static const std::string file = [] {
      SignedWorld::Draft draft = world().sign(sample_pdf(), kSigned, Stamped::yes);
      world().add_evidence(draft, kSigned + kDay);
      world().add_timestamp(draft, kSigned + kDay);
      return write("b-lta.pdf", draft.bytes());
    }();
    return file;
  }
  static std::string altered() {
    static const std::string file = [] {
      Bytes document = read(b_b());
      document.at(text_of(document).find("0 0 m 10 10 l S")) ^= 0x01U;
      return write("altered.pdf", document);
    }();
    return file;
  }
  static Words now() { return plus(trust(), plus(evidence("now", kSigned + kDay), at(kSigned + kDay))); }
};

TEST_F(Verify, ASignatureWithFreshEvidencePasses) {
  const json::object answer = judged(plus(now(), {b_b()}), kPassed);
  expect(answer, "TOTAL-PASSED", "null", "B-B");
  const json::object one = signature(answer);
  EXPECT_EQ(word(one, "coverage"), "ENTIRE_FILE");
  EXPECT_EQ(word(one, "modificationLevel"), "NONE");
  EXPECT_TRUE(one.at("cryptographicallyValid").as_bool());
  EXPECT_EQ(word(one.at("signingCertificate").as_object(), "subject"), "CN=Signer,C=JP");
}

TEST_F(Verify, WithoutEvidenceNothingIsProven) {
  const json::object answer = judged(plus(trust(), plus(at(kSigned + kDay), {b_b()})), kIndeterminate);
  expect(answer, "INDETERMINATE", "TRY_LATER", word(signature(answer), "level").c_str());
}

TEST_F(Verify, NobodyIsTrustedByDefault) {
  const json::object answer =
      judged(plus(evidence("now", kSigned + kDay), plus(at(kSigned + kDay), {b_b()})), kIndeterminate);
  EXPECT_EQ(word(answer, "subIndication"), "NO_CERTIFICATE_CHAIN_FOUND");
}

TEST_F(Verify, AnAlteredByteIsRefused) {
  const json::object answer = judged(plus(now(), {altered()}), kFailed);
  EXPECT_EQ(word(answer, "indication"), "TOTAL-FAILED");
  EXPECT_EQ(word(answer, "subIndication"), "HASH_FAILURE");
  EXPECT_FALSE(signature(answer).at("cryptographicallyValid").as_bool());
}

TEST_F(Verify, EveryLevelIsToldByWhatIsProven) {
  expect(judged(plus(now(), {b_t()}), kPassed), "TOTAL-PASSED", "null", "B-T");
  expect(judged(plus(trust(), plus(at(kSigned + kDay), {b_lt()})), kPassed), "TOTAL-PASSED", "null", "B-LT");
  const json::object archived = judged(plus(now(), {b_lta()}), kPassed);
  expect(archived, "TOTAL-PASSED", "null", "B-LTA");
  EXPECT_EQ(word(signature(archived), "coverage"), "ENTIRE_REVISION");
  EXPECT_EQ(word(signature(archived), "modificationLevel"), "LTA_UPDATES");
  EXPECT_EQ(word(signature(archived), "bestSignatureTime"), to_rfc3339(kSigned));
}

// The certificates end in 2036. Until then fresh evidence about the unit comes from outside.
TEST_F(Verify, AnArchivedSignaturePassesYearsLaterAndNotBeyondItsTimestamp) {
  const Words later = plus(trust(), plus(evidence("late", kYear2035 - kDay), at(kYear2035)));
  expect(judged(plus(later, {b_lta()}), kPassed), "TOTAL-PASSED", "null", "B-LTA");
  const json::object beyond =
      judged(plus(trust(), plus(evidence("late", kYear2035 - kDay), plus(at(kYear2037), {b_lta()}))), kIndeterminate);
  EXPECT_EQ(word(beyond, "indication"), "INDETERMINATE");
  const json::object bare =
      judged(plus(trust(), plus(evidence("late", kYear2035 - kDay), plus(at(kYear2037), {b_b()}))), kIndeterminate);
  EXPECT_THAT(word(bare, "subIndication"), HasSubstr("OUT_OF_BOUNDS"));
}

TEST_F(Verify, EvidenceFromLaterIsIgnoredAndListed) {
  const json::object answer = judged(
      plus(trust(), plus(evidence("future", kSigned + 10 * kDay), plus(at(kSigned + kDay), {b_b()}))), kIndeterminate);
  EXPECT_EQ(word(answer, "subIndication"), "TRY_LATER");
  EXPECT_THAT(json::serialize(answer), HasSubstr("evidence-from-later"));
}

TEST_F(Verify, TrustForTimestampsIsTheirOwn) {
  // The TSA's root alone for signatures, the signers' root alone for timestamps: nothing fits.
  const Words swapped{"--trust", path("tsa.pem"), "--trust-tsa", path("root.cer")};
  static_cast<void>(trust());
  const json::object answer =
      judged(plus(swapped, plus(evidence("now", kSigned + kDay), plus(at(kSigned + kDay), {b_t()}))), kIndeterminate);
  EXPECT_EQ(word(answer, "subIndication"), "NO_CERTIFICATE_CHAIN_FOUND");
  EXPECT_EQ(word(answer.at("timestamps").at(0).as_object(), "subIndication"), "NO_CERTIFICATE_CHAIN_FOUND");
}

TEST_F(Verify, WithoutSignaturesThereIsNoVerdict) {
  const json::object answer = judged(plus(now(), {write("unsigned.pdf", sample_pdf())}), kIndeterminate);
  EXPECT_TRUE(answer.at("indication").is_null());
  EXPECT_THAT(json::serialize(answer), HasSubstr("no-signature"));
}

TEST_F(Verify, AFileThatLostItsSignatureHalfwayHasAFinding) {
  const Bytes whole = read(b_b());
  const json::object answer =
      judged(plus(now(), {write("cut.pdf", ByteView(whole).first(whole.size() / 3))}), kIndeterminate);
  EXPECT_TRUE(answer.at("indication").is_null());
  EXPECT_THAT(json::serialize(answer), HasSubstr("unsigned-tail"));
}

TEST_F(Verify, BadInputIsToldByName) {
  const std::string pdf = b_b();
  const Bytes sample = sample_pdf();
  struct Row {
    const char* what;
    Words words;
    const char* slug;
  };
  const std::vector<Row> rows{
      {"empty", {write("empty.pdf", "")}, "not-a-pdf"},
      {"no PDF", {write("hello.pdf", "hello")}, "not-a-pdf"},
      {"truncated", {write("truncated.pdf", ByteView(sample).first(sample.size() / 2))}, "pdf-malformed"},
      {"missing", {path("missing.pdf")}, "file-unreadable"},
      {"missing trust", {"--trust", path("missing.cer"), pdf}, "file-unreadable"},
      {"trust that is none", {"--trust", write("none.cer", "hello"), pdf}, "trust-file-invalid"},
      {"broken trust file", {"--trust", write("broken.toml", "[[anchor]]\nlabel = 1\n"), pdf}, "trust-file-invalid"},
      {"missing evidence", {"--evidence", path("missing.crl"), pdf}, "file-unreadable"},
      {"evidence that is none", {"--evidence", write("none.crl", "hello"), pdf}, "malformed-certificate"},
      {"time", {"--at", "yesterday", pdf}, "invalid-argument"},
      {"policy", {"--policy", "nobody", pdf}, "invalid-argument"},
      {"policy file", {"--policy", write("policy.json", "{\"name\":1}"), pdf}, "validation-policy-invalid"},
      {"format", {"--format", "yaml", pdf}, "invalid-argument"},
      {"option", {"--trusted", pdf}, "invalid-argument"},
      {"no file", {}, "invalid-argument"},
      {"empty folder",
       {[] {
         fs::create_directories(path("nothing"));
         return path("nothing");
       }()},
       "invalid-argument"},
      {"missing password file", {"--password-file", path("missing"), pdf}, "file-unreadable"},
      {"field", {"--extract", "Nobody", path("extracted"), pdf}, "invalid-argument"},
  };
  for (const Row& row : rows) {
    const CommandOutcome outcome = verify(plus({"--format", "json"}, row.words));
    EXPECT_EQ(outcome.exit_code, kUsage) << row.what << ": " << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("\"code\":\"" + std::string(row.slug) + "\"")) << row.what;
  }
}

TEST_F(Verify, ManyFilesAreAnArrayInTheirOrderAndTheWorstDecides) {
  const auto all = [](const Words& files, int exit_code) {
    const CommandOutcome outcome = verify(plus(now(), plus({"--format", "json", "--jobs", "3"}, files)));
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.output;
    return json::parse(outcome.output).as_array();
  };
  const json::array rows = all({b_b(), altered(), path("missing.pdf"), b_lta()}, kFailed);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(word(rows.at(0).as_object(), "file"), b_b());
  EXPECT_EQ(word(rows.at(0).as_object(), "indication"), "TOTAL-PASSED");
  EXPECT_EQ(word(rows.at(1).as_object(), "indication"), "TOTAL-FAILED");
  EXPECT_TRUE(rows.at(2).as_object().at("indication").is_null());
  EXPECT_EQ(word(rows.at(2).at("error").as_object(), "code"), "file-unreadable");
  EXPECT_EQ(word(rows.at(3).as_object(), "indication"), "TOTAL-PASSED");
  for (const json::value& row : rows) {
    EXPECT_THAT(schema().faults(row), testing::IsEmpty());
  }
  const std::string bare = write("bare.pdf", sample_pdf());
  all({b_b(), path("missing.pdf"), bare}, kUsage);
  all({b_b(), bare}, kIndeterminate);
  all({b_b(), b_lta()}, kPassed);
}

TEST_F(Verify, AFolderIsAllItsSignedFilesAndAnUnreadableOneIsARow) {
  fs::create_directories(path("folder/below"));
  fs::copy_file(b_b(), path("folder/b.pdf"), fs::copy_options::overwrite_existing);
  fs::copy_file(b_b(), path("folder/below/a.PDF"), fs::copy_options::overwrite_existing);
  write("folder/notes.txt", "no document");
  fs::remove(path("folder/gone.pdf"));
  fs::create_symlink(path("nowhere"), path("folder/gone.pdf"));
  const CommandOutcome outcome = verify(plus(now(), {"--format", "ndjson", path("folder")}));
  EXPECT_EQ(outcome.exit_code, kUsage) << outcome.output;
  std::vector<std::string> files;
  std::istringstream lines(outcome.output);
  for (std::string line; std::getline(lines, line);) {
    files.push_back(word(json::parse(line).as_object(), "file"));
  }
  EXPECT_THAT(files, testing::ElementsAre(path("folder/b.pdf"), path("folder/below/a.PDF"), path("folder/gone.pdf")));
}

TEST_F(Verify, TheSameInputGivesTheSameBytesInAnyOrder) {
  const Words given = evidence("order", kSigned + kDay);
  Words reversed;
  for (std::size_t i = given.size(); i >= 2; i -= 2) {
    reversed.insert(reversed.end(), {given[i - 2], given[i - 1]});
  }
  const Words rest = plus(trust(), plus(at(kSigned + kDay), {"--format", "json", b_lta(), b_b()}));
  const std::string once = verify(plus(given, rest)).output;
  EXPECT_EQ(verify(plus(given, rest)).output, once);
  EXPECT_EQ(verify(plus(reversed, rest)).output, once);
  EXPECT_EQ(verify(plus({"--jobs", "4"}, plus(given, rest))).output, once);
}

TEST_F(Verify, SavedEvidenceGivesTheSameAnswerAgain) {
  const Words rest = plus(trust(), plus(at(kSigned + kDay), {"--format", "json", b_b()}));
  const std::string folder = path("saved");
  const CommandOutcome first = verify(plus({"--save-evidence", folder}, plus(evidence("save", kSigned + kDay), rest)));
  EXPECT_EQ(first.exit_code, kPassed) << first.output;
  EXPECT_FALSE(fs::is_empty(folder));
  EXPECT_EQ(verify(plus({"--evidence", folder}, rest)).output, first.output);
}

TEST_F(Verify, TheFactsAloneGiveTheSameDecisionStepByStep) {
  const std::string facts = path("facts.json");
  const CommandOutcome first = verify(plus(now(), {"--facts-out", facts, "--format", "json", b_lta()}));
  ASSERT_EQ(first.exit_code, kPassed) << first.output;
  const CommandOutcome again = rakkan(plus({"decide", facts, "--json"}, at(kSigned + kDay)));
  EXPECT_EQ(again.exit_code, kPassed) << again.output;
  const json::object decided = json::parse(again.output).as_object();
  EXPECT_EQ(word(decided, "indication"), "TOTAL-PASSED");
  EXPECT_FALSE(decided.at("signatures").at(0).at("steps").as_array().empty());
  const CommandOutcome text = rakkan(plus({"decide", facts, "--lang", "en"}, at(kSigned + kDay)));
  EXPECT_THAT(text.output, HasSubstr("EN 319 102-1 §5."));
  const CommandOutcome none = rakkan({"decide", write("no-facts.json", "{}"), "--json"});
  EXPECT_EQ(none.exit_code, kUsage) << none.output;
}

TEST_F(Verify, ASignatureIsTakenOutExactly) {
  const std::string folder = path("taken-out");
  const std::string field = word(signature(judged(plus(now(), {b_lta()}), kPassed)), "field");
  const CommandOutcome outcome = verify(plus(now(), {"--extract", field, folder, b_lta()}));
  ASSERT_EQ(outcome.exit_code, kPassed) << outcome.output;
  const Bytes whole = read(b_lta());
  const Bytes revision = read(folder + "/revision.pdf");
  ASSERT_LT(revision.size(), whole.size());
  EXPECT_TRUE(equal(revision, ByteView(whole).first(revision.size())));
  EXPECT_EQ(text_of(read(folder + "/revision.pdf.sha256")),
            to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, revision).view()) + "  revision.pdf\n");
  EXPECT_EQ(read(folder + "/signed-bytes.bin").size(), revision.size() - 2 * SignedWorld::kReserve - 2);
  EXPECT_FALSE(read(folder + "/timestamp-1.tst").empty());
  // The revision alone is a document with that signature.
  EXPECT_EQ(word(judged(plus(now(), {folder + "/revision.pdf"}), kPassed), "indication"), "TOTAL-PASSED");
  // The CMS alone, with the signed bytes as its content.
  const json::object alone =
      judged(plus(now(), {"--content", folder + "/signed-bytes.bin", folder + "/signature.p7s"}), kPassed);
  EXPECT_EQ(word(alone, "indication"), "TOTAL-PASSED");
}

TEST_F(Verify, TheTextIsInTheLanguageThatIsAskedFor) {
  const CommandOutcome ja = verify(plus(now(), {"--lang", "ja", b_lta()}));
  EXPECT_EQ(ja.exit_code, kPassed);
  EXPECT_THAT(ja.output, HasSubstr("有効 (TOTAL-PASSED)"));
  EXPECT_THAT(ja.output, HasSubstr("署名者"));
  const CommandOutcome en = verify(plus(now(), {"--lang", "en", altered()}));
  EXPECT_EQ(en.exit_code, kFailed);
  EXPECT_THAT(en.output, HasSubstr("not valid (TOTAL-FAILED / HASH_FAILURE)"));
  EXPECT_THAT(en.output, HasSubstr("the document is not what was signed"));
}

TEST_F(Verify, ADetachedCmsNeedsItsContentAndATokenItsData) {
  const Bytes content = copy_of(bytes_of("content"));
  const std::string file = write("content.bin", content);
  const std::string message =
      write("detached.p7s", world().cms_over(crypto::digest(world().suite.digest, content), kSigned, Stamped::yes));
  EXPECT_EQ(word(judged(plus(now(), {"--content", file, message}), kPassed), "indication"), "TOTAL-PASSED");
  EXPECT_EQ(word(judged(plus(now(), {message}), kIndeterminate), "subIndication"), "SIGNED_DATA_NOT_FOUND");
  const std::string other = write("other.bin", "another content");
  EXPECT_EQ(word(judged(plus(now(), {"--content", other, message}), kFailed), "subIndication"), "HASH_FAILURE");
  const std::string token =
      write("token.tst", world().token_over(crypto::digest(crypto::DigestAlgorithm::sha256, content), kSigned).der());
  EXPECT_EQ(word(judged(plus(now(), {"--content", file, token}), kPassed), "indication"), "PASSED");
  // Of a token alone its own verdict decides.
  EXPECT_EQ(word(judged(plus(now(), {"--content", other, token}), kFailed), "indication"), "FAILED");
  EXPECT_EQ(word(judged(plus(at(kSigned + kDay), {"--content", file, token}), kIndeterminate), "indication"),
            "INDETERMINATE");
}

TEST_F(Verify, ADecisionFromFactsEndsWithTheSameStatus) {
  struct Row {
    Words words;
    int exit_code;
  };
  const std::vector<Row> rows{{plus(now(), {b_b()}), kPassed},
                              {plus(now(), {altered()}), kFailed},
                              {plus(at(kSigned + kDay), {b_b()}), kIndeterminate},
                              {plus(now(), {write("plain.pdf", sample_pdf())}), kIndeterminate}};
  for (const Row& row : rows) {
    const std::string facts = path("status-facts.json");
    EXPECT_EQ(verify(plus({"--facts-out", facts}, row.words)).exit_code, row.exit_code);
    EXPECT_EQ(rakkan(plus({"decide", facts}, at(kSigned + kDay))).exit_code, row.exit_code);
    fs::remove(facts);
  }
}

TEST_F(Verify, AFileThatCannotBeJudgedDecidesAloneAndIsBeatenByAFailure) {
  const auto status = [](const Words& files) { return verify(plus(now(), files)).exit_code; };
  EXPECT_EQ(status({path("missing.pdf")}), kUsage);
  EXPECT_EQ(status({path("missing.pdf"), path("missing-too.pdf")}), kUsage);
  EXPECT_EQ(status({b_b(), path("missing.pdf")}), kUsage);
  EXPECT_EQ(status({path("missing.pdf"), altered()}), kFailed);
  EXPECT_EQ(status({write("plain.pdf", sample_pdf()), altered()}), kFailed);
}

}  // namespace
}  // namespace rakkan::test
