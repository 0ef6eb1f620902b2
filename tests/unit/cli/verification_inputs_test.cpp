// Whom the options --trust and --trust-tsa trust for what, evidence told by content, and the files of folders.
#include "cli/verification_inputs.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "rakkan/base/file.hpp"
#include "support/evidence_world.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::cli {
namespace {

namespace fs = std::filesystem;
using pki::Purposes;
using test::FailsWith;
using test::IsOk;
using testing::ElementsAre;

class VerificationInputs : public testing::Test {
 protected:
  fs::path write(const std::string& name, ByteView content) {
    EXPECT_THAT(write_file_atomically(folder_.path() / name, {content}), IsOk());
    return folder_.path() / name;
  }
  fs::path write(const std::string& name, std::string_view content) { return write(name, bytes_of(content)); }
  static Purposes purposes_of(const Result<pki::TrustStore>& store) {
    EXPECT_THAT(store, IsOk());
    EXPECT_EQ(store->anchors().size(), 1U);
    return store->anchors().front().purposes;
  }

  test::TemporaryFolder folder_;
  test::EvidenceWorld world_;
};

TEST_F(VerificationInputs, TrustServesTimestampsUnlessTheseHaveTheirOwn) {
  const std::vector<fs::path> root{write("root.cer", world_.root_certificate.der())};
  const std::vector<fs::path> other{write("ca.pem", pki::to_pem("CERTIFICATE", world_.ca_certificate.der()))};
  EXPECT_EQ(purposes_of(read_trust(root, {})), (Purposes{true, true, true}));
  EXPECT_EQ(purposes_of(read_trust({}, root)), (Purposes{false, true, true}));
  const auto both = read_trust(root, other);
  ASSERT_THAT(both, IsOk());
  ASSERT_EQ(both->anchors().size(), 2U);
  EXPECT_EQ(both->anchors()[0].purposes, (Purposes{true, false, true}));
  EXPECT_EQ(both->anchors()[1].purposes, (Purposes{false, true, true}));
  EXPECT_EQ(purposes_of(read_trust(root, root)), (Purposes{true, true, true})) << "the same in both";
}

TEST_F(VerificationInputs, ATrustFileKeepsItsOwnPurposesAndMarks) {
  write("root.cer", world_.root_certificate.der());
  const std::vector<fs::path> file{write("trust.toml",
                                         "[[anchor]]\nlabel = \"root\"\ncertificate_file = \"root.cer\"\n"
                                         "purposes = [\"timestamping\"]\n")};
  EXPECT_EQ(purposes_of(read_trust(file, {})), (Purposes{false, true, false}));
  EXPECT_EQ(purposes_of(read_trust({}, file)), (Purposes{false, true, false}));
  const std::vector<fs::path> other{write("other.cer", world_.ca_certificate.der())};
  const auto narrowed = read_trust(file, other);
  ASSERT_THAT(narrowed, IsOk());
  EXPECT_EQ(narrowed->anchors().size(), 1U) << "nothing is left of a purpose that the option does not give";
}

TEST_F(VerificationInputs, TrustThatIsNoneNamesItsOption) {
  const std::vector<fs::path> none{write("none", "hello")};
  const auto failed = read_trust({}, none);
  ASSERT_THAT(failed, FailsWith(ErrorCode::trust_file_invalid));
  EXPECT_THAT(failed.error().where, testing::HasSubstr("--trust-tsa"));
}

TEST_F(VerificationInputs, EvidenceIsToldByContentAndOfAFolderAllIsTaken) {
  const pki::CertificateList list = test::EvidenceWorld::crl(world_.root, test::kSigned);
  const pki::OcspResponse response = world_.ocsp(test::kSigned);
  fs::create_directories(folder_.path() / "evidence");
  write("evidence/a", list.der());
  write("evidence/b", pki::to_pem("X509 CRL", list.der()));
  write("evidence/c", response.der());
  write("evidence/d", response.basic_response());
  write("evidence/e", world_.ca_certificate.der());
  write("evidence/.hidden", "hello");
  const std::vector<fs::path> folder{folder_.path() / "evidence"};
  const auto material = read_outside_evidence(folder);
  ASSERT_THAT(material, IsOk());
  EXPECT_EQ(material->lists().size(), 1U);
  EXPECT_EQ(material->responses().size(), 2U) << "with its wrapping and without";
  EXPECT_EQ(material->certificates().size(), 2U) << "the CA's and the responder's";
  write("evidence/f", "hello");
  EXPECT_THAT(read_outside_evidence(folder), FailsWith(ErrorCode::malformed_certificate));
}

TEST_F(VerificationInputs, AFolderStandsForItsSignedFilesInOrder) {
  fs::create_directories(folder_.path() / "in/below");
  write("in/b.pdf", "x");
  write("in/a.P7M", "x");
  write("in/note.txt", "x");
  write("in/below/c.tst", "x");
  const std::vector<fs::path> given{folder_.path() / "in", "missing.pdf"};
  const auto targets = targets_of(given);
  ASSERT_THAT(targets, IsOk());
  std::vector<std::string> names;
  for (const Target& each : *targets) {
    names.push_back(each.path.filename().string());
  }
  EXPECT_THAT(names, ElementsAre("a.P7M", "b.pdf", "c.tst", "missing.pdf"));
  fs::create_directories(folder_.path() / "empty");
  const std::vector<fs::path> empty{folder_.path() / "empty"};
  EXPECT_THAT(targets_of(empty), FailsWith(ErrorCode::invalid_argument));
}

TEST_F(VerificationInputs, APasswordIsTheFirstLine) {
  const auto password = read_password(write("password", "secret ひみつ\r\nsecond line\n"));
  ASSERT_THAT(password, IsOk());
  EXPECT_EQ(text_of(password->view()), "secret ひみつ");
}

}  // namespace
}  // namespace rakkan::cli
