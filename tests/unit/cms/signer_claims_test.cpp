#include "rakkan/cms/signer_claims.hpp"

#include <gmock/gmock.h>

#include "rakkan/base/hex.hpp"
#include "support/handmade_cms.hpp"
#include "support/result_matchers.hpp"
#include "test_signers.hpp"

namespace rakkan::cms {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct SignerClaimsTest : testing::Test {
  test::HandmadeCms cms{signer_of(crypto::KeyKind::ec_p256), suite("ecdsa-sha256"), bytes_of("x")};
  std::optional<Message> message;

  void add(const der::Oid& type, const std::vector<Bytes>& values) {
    cms.attributes.push_back(test::attribute(type, values));
    std::sort(cms.attributes.begin(), cms.attributes.end());
  }
  void add(const der::Oid& type, std::string_view value) { add(type, {*from_hex(value)}); }
  SignerClaims claims() {
    message = test::value_or_throw(Message::read(cms.encode()));
    return signer_claims(message->signers().front());
  }
};

template <class Body>
Bytes sequence(Body&& body) {
  return test::encoded([&](der::Writer& w) { w.sequence([&] { body(w); }); });
}
void utf8(der::Writer& w, std::string_view text) { w.text(der::Tag::utf8_string, text); }

constexpr der::Oid kPolicy{1, 2, 840, 113549, 1, 9, 16, 2, 15};
constexpr der::Oid kCommitment{1, 2, 840, 113549, 1, 9, 16, 2, 16};
constexpr der::Oid kLocation{1, 2, 840, 113549, 1, 9, 16, 2, 17};
constexpr der::Oid kAttributes{1, 2, 840, 113549, 1, 9, 16, 2, 18};
constexpr der::Oid kAttributesV2{0, 4, 0, 19122, 1, 1};
constexpr der::Oid kHints{1, 2, 840, 113549, 1, 9, 16, 2, 4};
constexpr der::Oid kMime{0, 4, 0, 1733, 2, 1};
constexpr der::Oid kSpUri{1, 2, 840, 113549, 1, 9, 16, 5, 1};

TEST_F(SignerClaimsTest, OfASignatureThatClaimsNothing) {
  const SignerClaims none = claims();
  EXPECT_EQ(none.signing_time, std::nullopt);
  EXPECT_EQ(none.policy, std::nullopt);
  EXPECT_THAT(none.commitment_types, IsEmpty());
  EXPECT_EQ(none.location, std::nullopt);
  EXPECT_THAT(none.malformed, IsEmpty());
}

TEST_F(SignerClaimsTest, SigningTimeInBothForms) {
  add(kIdSigningTime, "170d3236313132343031303230335a");
  EXPECT_EQ(claims().signing_time, parse_rfc3339("2026-11-24T01:02:03Z"));
  EXPECT_EQ(claims().signing_time_values, 1U);
  add(kIdSigningTime, "181132303236313132343031303230332e355a");
  EXPECT_EQ(claims().signing_time_values, 2U);
  cms.attributes.clear();
  add(kIdSigningTime, "181132303236313132343031303230332e355a");
  EXPECT_EQ(claims().signing_time, parse_rfc3339("2026-11-24T01:02:03.5Z"));
}

TEST_F(SignerClaimsTest, ASigningTimeThatIsNoneIsNamed) {
  add(kIdSigningTime, "170b323631313234303130325a");  // without seconds
  EXPECT_EQ(claims().signing_time, std::nullopt);
  EXPECT_THAT(claims().malformed, ElementsAre("signing-time"));
}

TEST_F(SignerClaimsTest, PolicyWithHashAndUri) {
  add(kPolicy, {sequence([](der::Writer& w) {
        w.oid({1, 2, 3, 4});
        w.sequence([&] {
          w.sequence([&] { w.oid(crypto::info(crypto::HashAlgorithm::sha256).oid); });
          w.octet_string(Bytes(32, 0x22));
        });
        w.sequence([&] {
          w.sequence([&] {
            w.oid(kSpUri);
            w.text(der::Tag::ia5_string, "https://example.com/policy");
          });
        });
      })});
  const auto policy = claims().policy;
  ASSERT_TRUE(policy.has_value());
  EXPECT_FALSE(policy->implied);
  EXPECT_EQ(policy->identifier, (der::Oid{1, 2, 3, 4}));
  EXPECT_EQ(policy->hash_algorithm, crypto::HashAlgorithm::sha256);
  EXPECT_EQ(copy_of(policy->hash), Bytes(32, 0x22));
  EXPECT_EQ(policy->uri, "https://example.com/policy");
}

TEST_F(SignerClaimsTest, PolicyThatIsImpliedHasNoHashOrAnUnknownOne) {
  add(kPolicy, "0500");
  EXPECT_TRUE(claims().policy->implied);
  cms.attributes.clear();
  add(kPolicy, "300406022a03");
  EXPECT_TRUE(claims().policy->hash_identifier.empty());
  cms.attributes.clear();
  add(kPolicy, "301306022a03300d300706052b240302010402aabb");
  EXPECT_EQ(claims().policy->hash_algorithm, std::nullopt);
  EXPECT_EQ(claims().policy->hash_identifier.dotted(), "1.3.36.3.2.1");
  EXPECT_EQ(to_hex(claims().policy->hash), "aabb");
  cms.attributes.clear();
  add(kPolicy, "0401aa");
  EXPECT_EQ(claims().policy, std::nullopt);
  EXPECT_THAT(claims().malformed, ElementsAre("signature-policy-identifier"));
}

TEST_F(SignerClaimsTest, CommitmentTypesOfSeveralValues) {
  add(kCommitment, {*from_hex("300406022a03"), *from_hex("300406022a04")});
  EXPECT_THAT(claims().commitment_types, ElementsAre(der::Oid{1, 2, 3}, der::Oid{1, 2, 4}));
}

TEST_F(SignerClaimsTest, LocationInJapanese) {
  add(kLocation, {sequence([](der::Writer& w) {
        w.constructed(der::context_constructed(0), [&] { w.text(der::Tag::printable_string, "JP"); });
        w.constructed(der::context_constructed(1), [&] { utf8(w, "東京"); });
        w.constructed(der::context_constructed(2), [&] {
          w.sequence([&] {
            utf8(w, "千代田区");
            utf8(w, "一丁目");
          });
        });
      })});
  const auto location = claims().location;
  ASSERT_TRUE(location.has_value());
  EXPECT_EQ(location->country, "JP");
  EXPECT_EQ(location->locality, "東京");
  EXPECT_THAT(location->postal_address, ElementsAre("千代田区", "一丁目"));
}

TEST_F(SignerClaimsTest, ClaimedRolesOfBothForms) {
  const auto claimed = [](std::string_view role) {
    return sequence([&](der::Writer& w) {
      w.constructed(der::context_constructed(0), [&] {
        w.sequence([&] {
          w.oid({2, 5, 4, 72});
          w.set([&] { utf8(w, role); });
        });
      });
    });
  };
  add(kAttributes, {claimed("代表取締役")});
  add(kAttributesV2, {claimed("director")});
  EXPECT_THAT(claims().claimed_roles, ElementsAre("代表取締役", "director"));
  EXPECT_FALSE(claims().has_certified_attributes);
  cms.attributes.clear();
  add(kAttributesV2, "3004a1020500");
  EXPECT_TRUE(claims().has_certified_attributes);
  EXPECT_THAT(claims().claimed_roles, IsEmpty());
}

TEST_F(SignerClaimsTest, TextsAreLimitedAndMustBeUtf8) {
  add(kAttributes, {sequence([](der::Writer& w) {
        w.constructed(der::context_constructed(0), [&] {
          for (int i = 0; i < 100; ++i) {
            utf8(w, "role");
          }
        });
      })});
  EXPECT_EQ(claims().claimed_roles.size(), 64U);
  cms.attributes.clear();
  add(kMime, "0c02c328");
  EXPECT_EQ(claims().mime_type, "");
  cms.attributes.clear();
  add(kMime, {test::encoded([](der::Writer& w) { utf8(w, std::string(5'000, 'a')); })});
  EXPECT_EQ(claims().mime_type, "");
}

TEST_F(SignerClaimsTest, ContentHintsAndMimeType) {
  add(kHints, {sequence([](der::Writer& w) {
        utf8(w, "契約書.pdf");
        w.oid({1, 2, 840, 113549, 1, 7, 1});
      })});
  add(kMime, {test::encoded([](der::Writer& w) { utf8(w, "application/pdf"); })});
  EXPECT_EQ(claims().content_description, "契約書.pdf");
  EXPECT_EQ(claims().content_hint_type, (der::Oid{1, 2, 840, 113549, 1, 7, 1}));
  EXPECT_EQ(claims().mime_type, "application/pdf");
}

}  // namespace
}  // namespace rakkan::cms
