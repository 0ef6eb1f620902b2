// Lies about the validation data of a document: one object taken away, one bit of one altered, a response about another
// certificate. The foreign judge refuses each by name, and so do we, with nothing but the document in hand.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "conformance/pades/archiving_service.hpp"
#include "conformance/pades/foreign_judge.hpp"
#include "support/corpora.hpp"

namespace rakkan::test {
namespace {

using pades::BaselineLevel;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Case {
  LoopbackPki::Status status{};
  BaselineLevel level{};
  std::size_t lists = 0, responses = 0;  // in the store
};

class StoreLies : public ::testing::TestWithParam<Case> {
 protected:
  StoreLies() { archive_.add_unit("Unit 1", crypto::KeyKind::ec_p256, 1, at("2032-01-01")); }

  TemporaryFolder folder_;
  ArchivingService archive_{at("2026-04-01"), GetParam().status};
  ForeignJudge judge_{folder_.path(), archive_.root_pem()};
};

TEST_P(StoreLies, AreRefusedByNameByOthersAndByUs) {
  const auto seal = archive_.enrol("seal", credentials::CredentialKind::operator_seal, crypto::KeyKind::rsa_2048);
  const auto yamada = archive_.enrol("yamada", credentials::CredentialKind::party);
  const auto once = archive_.sign(seal, sample_pdf(), BaselineLevel::b_t);
  const Bytes document =
      archive_.sign(yamada, archive_.raise(once.document, GetParam().level).value().document, GetParam().level)
          .document;
  EXPECT_THAT(ForeignJudge::refusals(judge_.judge(document, archive_.now())), IsEmpty());
  archive_.close_network();
  ASSERT_THAT(archive_.raise(document, BaselineLevel::b_lt), IsOk()) << "it needs nothing but itself";

  std::size_t in_the_document = 0;
  const auto lies = judge_.lies(document, archive_.now());
  for (const ForeignJudge::Lie& lie : lies) {
    SCOPED_TRACE(lie.verdict.text());
    EXPECT_FALSE(lie.verdict.accepted);
    EXPECT_THAT(lie.verdict.said, AnyOf(HasSubstr("unable to get certificate CRL"), HasSubstr("CRL signature failure"),
                                        HasSubstr("OCSP routines: signature failure"), HasSubstr("No Status found")));
    if (lie.file.empty()) {
      continue;
    }
    ++in_the_document;
    const auto ours = archive_.raise(file_bytes(lie.file), BaselineLevel::b_lt);
    EXPECT_THAT(ours, FailsWith(ErrorCode::evidence_incomplete));
    if (!ours) {
      EXPECT_THAT(to_string(ours.error()), AnyOf(HasSubstr("revocation-missing"), HasSubstr("revocation-not-used")));
    }
  }
  // Each object taken away and altered; with responses also one in the place of another, and each asked about another
  // certificate.
  const std::size_t objects = GetParam().lists + GetParam().responses;
  EXPECT_EQ(in_the_document, 2 * objects + (GetParam().responses > 0 ? 1 : 0));
  EXPECT_EQ(lies.size() - in_the_document, GetParam().responses);
}

}  // namespace

// Two signers and a unit below two authorities below a root.
INSTANTIATE_TEST_SUITE_P(, StoreLies,
                         ::testing::Values(Case{LoopbackPki::Status::crl, BaselineLevel::b_lt, 3, 0},
                                           Case{LoopbackPki::Status::crl, BaselineLevel::b_lta, 3, 0},
                                           Case{LoopbackPki::Status::crl_and_ocsp, BaselineLevel::b_lt, 1, 3},
                                           Case{LoopbackPki::Status::crl_and_ocsp, BaselineLevel::b_lta, 1, 3}),
                         [](const auto& of) {
                           return std::string(of.param.level == BaselineLevel::b_lt ? "BLt" : "BLta") +
                                  (of.param.status == LoopbackPki::Status::crl ? "ByCrl" : "ByOcsp");
                         });

}  // namespace rakkan::test
