#include "rakkan/pades/kept_revision.hpp"

#include <gmock/gmock.h>

#include "unit/pades/signing.hpp"

namespace rakkan::pades {
namespace {

using test::FailsWith;
using test::prepared;
using test::sample_pdf;

TEST(KeptRevision, GivesTheTailOfTheRevisionItWasMadeOf) {
  for (const test::XrefForm form : test::kXrefForms) {
    const Bytes base = sample_pdf({.form = form});
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}}) {
      const Bytes cms(size, Byte{0xA5});
      ASSERT_OK_AND_ASSIGN(PreparedRevision revision, prepared(base));
      const KeptRevision kept = KeptRevision::of(revision);
      EXPECT_EQ(kept.own.size(), revision.tail().size() - 2 * revision.reserve());
      EXPECT_EQ(kept.field_name, revision.field_name());
      EXPECT_EQ(kept.byte_range, revision.byte_range());
      ASSERT_OK_AND_ASSIGN(const Bytes later, embed(kept, cms));
      ASSERT_OK_AND_ASSIGN(const SignedRevision at_once, SignedRevision::embed(std::move(revision), cms));
      EXPECT_EQ(text_of(later), text_of(at_once.tail()));
    }
  }
}

TEST(KeptRevision, RefusesACmsThatIsLargerThanItsRoom) {
  ASSERT_OK_AND_ASSIGN(const PreparedRevision revision, prepared(sample_pdf()));
  EXPECT_THAT(embed(KeptRevision::of(revision), Bytes(65)), FailsWith(ErrorCode::cms_larger_than_reserved));
}

TEST(KeptRevision, RefusesAPlaceOutsideOfItsTail) {
  ASSERT_OK_AND_ASSIGN(const PreparedRevision revision, prepared(sample_pdf()));
  KeptRevision kept = KeptRevision::of(revision);
  kept.digits_at = kept.own.size() + 1;
  EXPECT_THAT(embed(kept, Bytes(1)), FailsWith(ErrorCode::invalid_argument));
}

}  // namespace
}  // namespace rakkan::pades
