#include "rakkan/pki/trust_store.hpp"

#include <gmock/gmock.h>

#include "support/handmade_certificates.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace test;
using testing::IsEmpty;
using testing::SizeIs;

TEST(TrustStore, AnchorsServeTheirPurposes) {
  const HandmadeCa signing("Signing");
  const HandmadeCa time("Time");
  ASSERT_OK_AND_ASSIGN(const TrustStore store,
                       TrustStore::create({{.certificate = signing.self_signed(), .purposes = {true, false, true}},
                                           {.certificate = time.self_signed(), .purposes = {false, true, false}}}));
  const auto anchors = store.anchors_for(TrustPurpose::timestamping);
  ASSERT_THAT(anchors, SizeIs(1));
  EXPECT_EQ(anchors.front().certificate.subject(), time.name());
  EXPECT_THAT(store.anchors_for(TrustPurpose::signing), SizeIs(1));
  EXPECT_THAT(store.anchors_for(TrustPurpose::revocation), SizeIs(1));
  EXPECT_THAT(TrustStore().anchors_for(TrustPurpose::signing), IsEmpty());
}

TEST(TrustStore, RefusesACertificateTwice) {
  const Certificate root = HandmadeCa("Root").self_signed();
  const auto twice = TrustStore::create({{root}, {root}});
  EXPECT_THAT(twice, FailsWith(ErrorCode::trust_file_invalid));
  EXPECT_EQ(twice.error().where, "anchor[2]");
  EXPECT_THAT(TrustStore::create({{root}}, {{.certificate = root, .is_operator = true}}), IsOk())
      << "an anchor may have a mark beside it";
  EXPECT_THAT(TrustStore::from_certificates({root, root}).anchors(), SizeIs(1));
}

TEST(TrustStore, TheNearestAccreditationThatHoldsCounts) {
  const HandmadeCa root("Root");
  const HandmadeCa ca("CA");
  const Certificate of_ca = root.certify(ca);
  const Certificate unit = ca.certify_end("Unit");
  const Instant later = kPathTime + std::chrono::hours{24};
  ASSERT_OK_AND_ASSIGN(
      const TrustStore store,
      TrustStore::create({{.certificate = root.self_signed()}},
                         {{.certificate = unit, .accreditation = Accreditation{"TSA-1", {}, kPathTime}},
                          {.certificate = of_ca, .accreditation = Accreditation{"CA-1", kPathTime, {}}}}));
  CertificationPath path{{.certificate = root.self_signed(), .accreditation = Accreditation{"ROOT-1", {}, {}}},
                         {of_ca, unit}};
  EXPECT_EQ(store.accreditation_of(path, kPathTime)->number, "TSA-1") << "both ends are inclusive";
  EXPECT_EQ(store.accreditation_of(path, later)->number, "CA-1");
  EXPECT_EQ(store.accreditation_of(path, kPathTime - std::chrono::hours{1})->number, "TSA-1");
  path.certificates = {ca.certify_end("Another")};
  EXPECT_EQ(store.accreditation_of(path, later)->number, "ROOT-1");
  path.anchor.accreditation.reset();
  EXPECT_FALSE(store.accreditation_of(path, later));
}

TEST(TrustStore, TheOperatorsMarkIsTheAnchorsOrACertificates) {
  const HandmadeCa root("Root");
  const Certificate own = root.certify_end("Own");
  ASSERT_OK_AND_ASSIGN(const TrustStore store, TrustStore::create({{.certificate = root.self_signed()}},
                                                                  {{.certificate = own, .is_operator = true}}));
  EXPECT_TRUE(store.is_operator({{root.self_signed()}, {own}}));
  EXPECT_FALSE(store.is_operator({{root.self_signed()}, {root.certify_end("Other")}}));
  EXPECT_TRUE(store.is_operator({{.certificate = root.self_signed(), .is_operator = true}, {}}));
}

}  // namespace
}  // namespace rakkan::pki
