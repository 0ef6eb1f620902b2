// The verdicts of qpdf and pdfsig on a document signed twice, in every form.
#include <gmock/gmock.h>

#include "support/run_command.hpp"
#include "support/temporary_folder.hpp"
#include "unit/pades/signing.hpp"

namespace rakkan::pades {
namespace {

using testing::HasSubstr;
using testing::Not;

class Witness : public testing::TestWithParam<test::XrefForm> {};

TEST_P(Witness, SeesTwoSignaturesAndNothingDamaged) {
  const Bytes base = test::sample_pdf({.form = GetParam()});
  const Bytes once = test::signed_document(base, {.reason = "一"});
  const Bytes twice = test::signed_document(once);
  const test::TemporaryFolder folder;
  const std::string path = test::write_bytes(folder.path() / "twice.pdf", twice).string();

  // qpdf 12.2 lets a free entry of the table hide the one in the section's own /XRefStm, against ISO 32000-2 §7.5.8.4
  // (qpdf 11 does not): it is no witness of a document that it cannot open unsigned. tests/conformance has it judge
  // real hybrid files.
  const std::string unsigned_path = test::write_bytes(folder.path() / "base.pdf", base).string();
  if (test::run_command({"qpdf", "--check", unsigned_path}).exit_code == 0) {
    const auto qpdf = test::run_command({"qpdf", "--check", path});
    EXPECT_EQ(qpdf.exit_code, 0) << qpdf.output;
    EXPECT_THAT(qpdf.output, Not(HasSubstr("WARNING")));
  } else {
    EXPECT_EQ(GetParam(), test::XrefForm::hybrid);
  }

  const auto pdfsig = test::run_command({"pdfsig", "-nocert", path});
  EXPECT_THAT(pdfsig.output, HasSubstr("Signature Field Name: Signature1"));
  EXPECT_THAT(pdfsig.output, HasSubstr("Signature Field Name: Signature2"));
  EXPECT_THAT(pdfsig.output, HasSubstr("Total document signed")) << pdfsig.output;
}

INSTANTIATE_TEST_SUITE_P(Forms, Witness, testing::ValuesIn(test::kXrefForms));

}  // namespace
}  // namespace rakkan::pades
