#include "rakkan/config/trust_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "rakkan/base/file.hpp"
#include "support/handmade_certificates.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::config {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

constexpr auto kInvalid = ErrorCode::trust_file_invalid;

const HandmadeCa& root() {
  static const HandmadeCa ca("Root");
  return ca;
}
const HandmadeCa& other() {
  static const HandmadeCa ca("Other");
  return ca;
}
std::string pem(const HandmadeCa& ca) {
  static const std::string of_root = pki::to_pem("CERTIFICATE", root().self_signed().der());
  static const std::string of_other = pki::to_pem("CERTIFICATE", other().self_signed().der());
  return "certificate = '''\n" + (&ca == &root() ? of_root : of_other) + "'''\n";
}
std::string anchor(const std::string& members, const HandmadeCa& ca = root()) {
  return "[[anchor]]\n" + members + "\n" + pem(ca);
}
const std::string kSigning = R"(purposes = ["signing"])";

std::string where(const std::string& text, ErrorCode code = kInvalid) {
  const auto store = parse_trust_file(text, "trust.toml");
  EXPECT_THAT(store, FailsWith(code)) << text;
  return store ? std::string() : store.error().where;
}

TEST(TrustFile, GivesAnchorsWithAllThatIsSaidAboutThem) {
  ASSERT_OK_AND_ASSIGN(const pki::TrustStore store, parse_trust_file(anchor(R"(
label = "認定タイムスタンプ局"
purposes = ["timestamping", "revocation"]
accreditation = { number = "TSA-2024-01", from = 2024-04-01, to = 2029-03-31 }
from = 2024-04-01
sunset = 2034-01-01T09:00:00+09:00
operator = true)") + "[[certificate]]\noperator = true\n" + pem(other()),
                                                                     "trust.toml"));
  ASSERT_THAT(store.anchors(), SizeIs(1));
  const pki::TrustAnchor& found = store.anchors().front();
  EXPECT_EQ(found.certificate.subject(), root().name());
  EXPECT_EQ(found.label, "認定タイムスタンプ局");
  EXPECT_EQ(found.purposes, (pki::Purposes{false, true, true}));
  ASSERT_TRUE(found.accreditation);
  EXPECT_EQ(found.accreditation->number, "TSA-2024-01");
  EXPECT_EQ(to_rfc3339(*found.accreditation->from), "2024-04-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(*found.accreditation->to), "2029-03-31T23:59:59.999Z") << "a last day counts whole";
  EXPECT_EQ(to_rfc3339(*found.from), "2024-04-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(*found.sunset), "2034-01-01T00:00:00.000Z");
  EXPECT_TRUE(found.is_operator);
  ASSERT_THAT(store.marks(), SizeIs(1));
  EXPECT_TRUE(store.marks().front().is_operator);
}

TEST(TrustFile, ReadsCertificatesFromFilesAsTheCallerDoes) {
  const std::string text = "[[anchor]]\npurposes = [\"signing\"]\ncertificate_file = \"root.cer\"\n";
  EXPECT_THAT(where(text), StartsWith("trust.toml:3: anchor[1].certificate_file"));
  const pki::Certificate certificate = root().self_signed();
  std::string asked;
  const auto store = parse_trust_file(text, "trust.toml", [&](std::string_view path) -> Result<Bytes> {
    asked = path;
    return copy_of(certificate.der());
  });
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ(asked, "root.cer");
  EXPECT_EQ(store->anchors().front().certificate, certificate);
  const auto unread = parse_trust_file(text, "trust.toml", [](std::string_view) -> Result<Bytes> {
    return fail(ErrorCode::file_unreadable, "no such file");
  });
  EXPECT_THAT(unread, FailsWith(ErrorCode::file_unreadable));
  EXPECT_THAT(unread.error().where, StartsWith("trust.toml:3: anchor[1].certificate_file"));
}

TEST(TrustFile, IsReadWithItsCertificatesFromItsFolder) {
  const test::TemporaryFolder folder;
  const auto write = [&](const char* name, const std::string& text) {
    ASSERT_THAT(write_file_atomically(folder.path() / name, {bytes_of(text)}, true), IsOk());
  };
  const std::filesystem::path file = folder.path() / "trust.toml";
  EXPECT_THAT(read_trust_file(file), FailsWith(ErrorCode::file_unreadable));
  write("trust.toml", "[[anchor]]\nlabel = \"a\"\ncertificate_file = \"root.pem\"\npurposes = [\"signing\"]\n");
  EXPECT_THAT(read_trust_file(file), FailsWith(ErrorCode::file_unreadable)) << "its certificate";
  write("root.pem", pki::to_pem("CERTIFICATE", root().self_signed().der()));
  ASSERT_OK_AND_ASSIGN(const pki::TrustStore trust, read_trust_file(file));
  EXPECT_EQ(trust.anchors().size(), 1U);
  ASSERT_OK_AND_ASSIGN(const pki::TrustStore as_source, TrustFile(file).read());
  EXPECT_EQ(as_source.anchors().front(), trust.anchors().front());
  for (const char* name : {"trust.toml", "root.pem"}) {
    const auto others = std::filesystem::perms::others_write;
    std::filesystem::permissions(folder.path() / name, others, std::filesystem::perm_options::add);
    EXPECT_THAT(read_trust_file(file), FailsWith(ErrorCode::permissions_unsafe)) << name;
    std::filesystem::permissions(folder.path() / name, others, std::filesystem::perm_options::remove);
  }
  EXPECT_THAT(read_trust_file(file), IsOk());
}

TEST(TrustFile, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(where("colour = 1\n" + anchor(kSigning)), "trust.toml:1: colour");
  EXPECT_EQ(where(anchor("colour = 1\n" + kSigning)), "trust.toml:2: anchor[1].colour");
  EXPECT_EQ(where(anchor(kSigning + "\naccreditation = { number = \"1\", colour = 2 }")),
            "trust.toml:3: anchor[1].accreditation.colour");
}

TEST(TrustFile, RefusesWhatOccursTwice) {
  EXPECT_EQ(where(anchor(kSigning + "\n" + kSigning)), "trust.toml:3") << "a member";
  const std::string twice = anchor(kSigning, other()) + anchor(kSigning) + anchor(kSigning);
  EXPECT_THAT(where(twice), HasSubstr(": anchor[3]"));
  EXPECT_THAT(where(anchor(R"(purposes = ["signing", "signing"])")), HasSubstr("anchor[1].purposes"));
}

TEST(TrustFile, RefusesValuesOfAnotherType) {
  EXPECT_THAT(where(anchor("purposes = \"signing\"")), HasSubstr("purposes"));
  EXPECT_THAT(where(anchor("purposes = []")), HasSubstr("purposes"));
  EXPECT_THAT(where(anchor("purposes = [\"encryption\"]")), HasSubstr("purposes"));
  EXPECT_THAT(where(anchor("label = \"a\"")), StartsWith("trust.toml:1: anchor[1]")) << "purposes are missing";
  EXPECT_THAT(where(anchor(kSigning + "\nsunset = 2034-01-01T09:00:00")), HasSubstr("sunset")) << "of no time zone";
  EXPECT_THAT(where(anchor(kSigning + "\nsunset = 2034")), HasSubstr("sunset"));
  EXPECT_THAT(where(anchor(kSigning + "\nfrom = 2034-01-02\nsunset = 2034-01-01")), HasSubstr("sunset"));
  EXPECT_THAT(where(anchor(kSigning + "\noperator = 1")), HasSubstr("operator"));
  EXPECT_THAT(where(anchor(kSigning + "\naccreditation = { from = 2024-01-01 }")), HasSubstr("accreditation"));
  EXPECT_THAT(where(anchor(kSigning + "\naccreditation = { number = \"1\", from = 2024-01-02, to = 2024-01-01 }")),
              HasSubstr("accreditation.to"));
  EXPECT_THAT(where("[[anchor]]\n" + kSigning), HasSubstr("anchor[1]")) << "no certificate";
  EXPECT_THAT(where("[[anchor]]\n" + kSigning + "\ncertificate = \"MIIB\"", ErrorCode::malformed_certificate),
              StartsWith("trust.toml:3: anchor[1].certificate"));
  EXPECT_THAT(where("anchor = 1"), HasSubstr("anchor"));
  EXPECT_THAT(where("anchor = [1]"), HasSubstr("anchor"));
  EXPECT_THAT(where(anchor(kSigning) + "[[certificate]]\n" + pem(other())), HasSubstr("certificate[1]"))
      << "a mark that says nothing";
}

TEST(TrustFile, RefusesAFileThatTrustsNobodyOrIsNone) {
  EXPECT_EQ(where(""), "trust.toml");
  EXPECT_EQ(where("[[anchor]\n"), "trust.toml:1");
  EXPECT_EQ(where(std::string((4 << 20) + 1, '#')), "trust.toml");
}

// The example of docs/trust-file.md, with a certificate in the place of its file.
TEST(TrustFile, TheExampleInItsDocumentIsOne) {
  std::ifstream in(RAKKAN_DOCS "/trust-file.md");
  const std::string page{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::size_t begin = page.find("```toml\n");
  ASSERT_NE(begin, std::string::npos);
  const std::string example = page.substr(begin + 8, page.find("```", begin + 8) - begin - 8);
  unsigned files = 0;
  const auto store = parse_trust_file(example, "trust.toml", [&](std::string_view) -> Result<Bytes> {
    return copy_of(HandmadeCa("Example " + std::to_string(++files)).self_signed().der());
  });
  ASSERT_THAT(store, IsOk());
  EXPECT_THAT(store->anchors(), SizeIs(2));
  EXPECT_THAT(store->marks(), SizeIs(1));
}

}  // namespace
}  // namespace rakkan::config
