#include "rakkan/service/evidence_files.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "support/evidence_world.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::service {
namespace {

using fetch::EvidenceKind;
using test::EvidenceWorld;
using test::FailsWith;
using test::kSigned;
using ::testing::SizeIs;

TEST(EvidenceFiles, AreToldByTheirContent) {
  EvidenceWorld world;
  const pki::CertificateList list = EvidenceWorld::crl(world.root, kSigned);
  EXPECT_EQ(classify_evidence(list.der()), EvidenceKind::crl);
  EXPECT_EQ(classify_evidence(bytes_of(pki::to_pem("X509 CRL", list.der()))), EvidenceKind::crl);
  EXPECT_EQ(classify_evidence(world.ocsp(kSigned).der()), EvidenceKind::ocsp_response);
  EXPECT_EQ(classify_evidence(world.leaf.der()), EvidenceKind::certificates);
  EXPECT_EQ(classify_evidence(bytes_of(pki::to_pem("CERTIFICATE", world.leaf.der()))), EvidenceKind::certificates);
  EXPECT_THAT(classify_evidence(pki::ocsp_error_response(pki::OcspResponseStatus::try_later)),
              FailsWith(ErrorCode::ocsp_unsuccessful));
  EXPECT_THAT(classify_evidence(bytes_of("README")), FailsWith(ErrorCode::malformed_certificate));
  EXPECT_THAT(classify_evidence({}), FailsWith(ErrorCode::malformed_certificate));
}

TEST(EvidenceFiles, AFolderBecomesMaterial) {
  EvidenceWorld world;
  const test::TemporaryFolder folder;
  const auto write = [&](const std::string& name, std::string_view content) {
    std::ofstream(folder.path() / name, std::ios::binary) << content;
  };
  write("root.crl", text_of(EvidenceWorld::crl(world.root, kSigned).der()));
  write("leaf.ocsp", text_of(world.ocsp(kSigned).der()));
  write("chain.pem",
        pki::to_pem("CERTIFICATE", world.leaf.der()) + pki::to_pem("CERTIFICATE", world.ca_certificate.der()));
  write("README", "what this is");
  ASSERT_OK_AND_ASSIGN(const auto read, fetch::EvidenceFolder::read(folder.path(), classify_evidence));
  const EvidenceFiles files = read_evidence(read);
  EXPECT_THAT(files.material.lists(), SizeIs(1));
  EXPECT_THAT(files.material.responses(), SizeIs(1));
  EXPECT_THAT(files.material.certificates(), SizeIs(3)) << "the responder's among them";
  EXPECT_EQ(files.material.lists()[0].from.origin, pki::EvidenceOrigin::folder);
  ASSERT_THAT(files.skipped, SizeIs(1));
  EXPECT_EQ(files.skipped[0].name, "README");
}

}  // namespace
}  // namespace rakkan::service
