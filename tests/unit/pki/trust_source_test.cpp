// A source of trust beside the trust file: services whose status changes over time, as a trusted list would have them.
#include "rakkan/pki/trust_source.hpp"

#include <gmock/gmock.h>

#include "rakkan/pki/path_builder.hpp"
#include "support/handmade_certificates.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace test;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::chrono::hours kDay{24};

// Services of the types "CA/QC" and "TSA/QTST" (ETSI TS 119 612 §5.5.1), each granted once and perhaps withdrawn.
class ServiceList final : public TrustSource {
 public:
  enum class Type { certificates, timestamps };
  struct Service {
    Certificate identity;
    Type type;
    Instant granted;
    std::optional<Instant> withdrawn = {};
  };
  explicit ServiceList(std::vector<Service> services) : services_(std::move(services)) {}

  [[nodiscard]] Result<TrustStore> read() const override {
    std::vector<TrustAnchor> anchors;
    for (const Service& each : services_) {
      const bool is_ca = each.type == Type::certificates;
      anchors.push_back({.certificate = each.identity,
                         .purposes = {is_ca, !is_ca, is_ca},
                         .accreditation = Accreditation{"granted", each.granted, each.withdrawn},
                         .from = each.granted,
                         .sunset = each.withdrawn});
    }
    return TrustStore::create(std::move(anchors));
  }

 private:
  std::vector<Service> services_;
};

class NoSource final : public TrustSource {
 public:
  [[nodiscard]] Result<TrustStore> read() const override {
    return fail(ErrorCode::file_unreadable, "no such list", "list.xml");
  }
};

class Certificates final : public TrustSource {
 public:
  explicit Certificates(std::vector<Certificate> all) : all_(std::move(all)) {}
  [[nodiscard]] Result<TrustStore> read() const override { return TrustStore::from_certificates(all_); }

 private:
  std::vector<Certificate> all_;
};

TEST(TrustSource, AServiceIsTrustedForItsTypeWhileItsStatusHolds) {
  const HandmadeCa ca("CA");
  const Certificate end = ca.certify_end("End");
  const ServiceList list({{ca.self_signed(), ServiceList::Type::certificates, kPathTime - kDay, kPathTime + kDay},
                          {HandmadeCa("TSA").self_signed(), ServiceList::Type::timestamps, kPathTime - kDay}});
  ASSERT_OK_AND_ASSIGN(const TrustStore store, united_trust({{list}}));
  EXPECT_THAT(store.anchors_for(TrustPurpose::signing), SizeIs(1));
  EXPECT_THAT(store.anchors_for(TrustPurpose::timestamping), SizeIs(1));
  const auto is_trusted_at = [&](Instant time) {
    const CertificationPath path{store.anchors_for(TrustPurpose::signing).front(), {end}};
    SignatureChecks checks(10);
    PathInputs inputs;
    inputs.at = always_at(time);
    return validate_path(path, inputs, checks)->is_valid();
  };
  EXPECT_TRUE(is_trusted_at(kPathTime));
  EXPECT_TRUE(is_trusted_at(kPathTime - kDay));
  EXPECT_FALSE(is_trusted_at(kPathTime - kDay - std::chrono::seconds{1}));
  EXPECT_TRUE(is_trusted_at(kPathTime + kDay));
  EXPECT_FALSE(is_trusted_at(kPathTime + kDay + std::chrono::seconds{1}));
  const CertificationPath path{store.anchors().front(), {end}};
  EXPECT_TRUE(store.accreditation_of(path, kPathTime));
  EXPECT_FALSE(store.accreditation_of(path, kPathTime + 2 * kDay));
}

TEST(TrustSource, SeveralAreOneStore) {
  const Certificate shared = HandmadeCa("Shared").self_signed();
  const Certificate own = HandmadeCa("Own").self_signed();
  const ServiceList list({{shared, ServiceList::Type::timestamps, kPathTime}});
  const Certificates named({shared, own});
  ASSERT_OK_AND_ASSIGN(const TrustStore store,
                       united_trust({{list}, {named, {.signing = true, .timestamping = false, .revocation = false}}}));
  ASSERT_THAT(store.anchors(), SizeIs(2));
  EXPECT_EQ(store.anchors()[0].purposes, (Purposes{true, true, false})) << "of both";
  EXPECT_EQ(store.anchors()[0].from, kPathTime) << "of the first";
  EXPECT_EQ(store.anchors()[1].purposes, (Purposes{true, false, false})) << "no more than its source may give";
}

TEST(TrustSource, MayGiveNoMoreThanItIsAllowed) {
  const ServiceList list({{HandmadeCa("TSA").self_signed(), ServiceList::Type::timestamps, kPathTime}});
  ASSERT_OK_AND_ASSIGN(const TrustStore none, united_trust({{list, {.timestamping = false}}}));
  EXPECT_THAT(none.anchors(), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const TrustStore nobody, united_trust({}));
  EXPECT_THAT(nobody.anchors(), IsEmpty());
}

TEST(TrustSource, OneThatCannotBeReadIsTold) {
  const NoSource missing;
  const Certificates named({HandmadeCa("Own").self_signed()});
  const auto store = united_trust({{named}, {missing}});
  ASSERT_THAT(store, FailsWith(ErrorCode::file_unreadable));
  EXPECT_EQ(store.error().where, "list.xml");
}

}  // namespace
}  // namespace rakkan::pki
