#include <gmock/gmock.h>

#include <algorithm>

#include "rakkan/pki/certificate_profile.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using test::FailsWith;

// The chain for every order of the candidates, which must be one and the same; by subject.
std::vector<std::string> chain_of(const Certificate& leaf, std::vector<Certificate> candidates) {
  std::optional<std::vector<Certificate>> first;
  std::vector<std::size_t> order(candidates.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  do {
    std::vector<Certificate> permuted;
    for (const std::size_t index : order) {
      permuted.push_back(candidates[index]);
    }
    const auto chain = order_chain(leaf, permuted);
    EXPECT_TRUE(chain.has_value()) << to_string(chain.error());
    if (!chain) {
      return {"failed"};
    }
    EXPECT_TRUE(!first || *first == chain->issuers);
    first = chain->issuers;
  } while (std::next_permutation(order.begin(), order.end()));
  std::vector<std::string> names;
  for (const Certificate& certificate : *first) {
    names.push_back(certificate.subject().common_name().value());
  }
  return names;
}

class OrderChain : public testing::Test {
 protected:
  Authority root_{"Root"};
  Authority outer_{"Outer"};
  Authority inner_{"Inner"};
  Certificate leaf_ = inner_.certify("Leaf");
};

TEST_F(OrderChain, GoesFromTheIssuerUpAndLeavesTheRootOut) {
  EXPECT_THAT(chain_of(leaf_, {root_.self_signed(), root_.certify_ca(outer_), outer_.certify_ca(inner_), leaf_}),
              testing::ElementsAre("Inner", "Outer"));
}

TEST_F(OrderChain, LeavesOutWhatDoesNotBelong) {
  Authority other("Other");
  EXPECT_THAT(
      chain_of(leaf_, {root_.certify_ca(inner_), other.self_signed(), inner_.certify("Sibling"), root_.self_signed()}),
      testing::ElementsAre("Inner"));
}

TEST_F(OrderChain, EndsWhereTheNextIssuerIsNotGiven) {
  EXPECT_THAT(chain_of(leaf_, {outer_.certify_ca(inner_)}), testing::ElementsAre("Inner"));
  EXPECT_THAT(chain_of(leaf_, {}), testing::IsEmpty());
  EXPECT_THAT(chain_of(root_.self_signed(), {root_.self_signed(), outer_.self_signed()}), testing::IsEmpty());
}

// Two cross-certificates of one CA, one of which leads nowhere.
TEST_F(OrderChain, TriesTheOtherCrossCertificate) {
  Authority absent("Absent");
  EXPECT_THAT(chain_of(leaf_, {absent.certify_ca(inner_), outer_.certify_ca(inner_), root_.certify_ca(outer_),
                               root_.self_signed()}),
              testing::ElementsAre("Inner", "Outer"));
}

TEST_F(OrderChain, TakesTheShorterOfTwoWaysToARoot) {
  EXPECT_THAT(chain_of(leaf_, {root_.certify_ca(inner_), outer_.certify_ca(inner_), root_.certify_ca(outer_),
                               root_.self_signed()}),
              testing::ElementsAre("Inner"));
}

TEST_F(OrderChain, LoopsEnd) {
  EXPECT_THAT(chain_of(leaf_, {outer_.certify_ca(inner_), inner_.certify_ca(outer_)}),
              testing::ElementsAre("Inner", "Outer"));
}

// The CA renewed its key: same name, another key.
TEST_F(OrderChain, TakesTheCertificateWhoseKeySigned) {
  Authority renewed("Inner");
  EXPECT_THAT(chain_of(leaf_, {root_.certify_ca(renewed), root_.certify_ca(inner_), root_.self_signed()}),
              testing::ElementsAre("Inner"));
  const auto chain = order_chain(leaf_, {root_.certify_ca(renewed), root_.certify_ca(inner_)});
  EXPECT_TRUE(equal(chain->issuers.front().spki(), inner_.spki()));
}

TEST_F(OrderChain, RefusesAnIssuerWhoseKeyDidNotSign) {
  Authority renewed("Inner");
  EXPECT_THAT(order_chain(leaf_, {root_.certify_ca(renewed), root_.self_signed()}),
              FailsWith(ErrorCode::certificate_unsuitable));
  Authority other_root("Root");
  EXPECT_THAT(order_chain(leaf_, {root_.certify_ca(inner_), other_root.self_signed()}),
              FailsWith(ErrorCode::certificate_unsuitable));
}

TEST_F(OrderChain, AnEndEntityIssuesNothing) {
  const Certificate not_a_ca = root_.certify("Inner", inner_.spki());
  EXPECT_THAT(chain_of(leaf_, {not_a_ca}), testing::IsEmpty());
}

TEST_F(OrderChain, SaysWhichRootItReached) {
  const Certificate root = root_.self_signed();
  ASSERT_OK_AND_ASSIGN(const CertificateChain whole, order_chain(leaf_, {root, root_.certify_ca(inner_)}));
  EXPECT_EQ(whole.root, root);
  ASSERT_OK_AND_ASSIGN(const CertificateChain cut, order_chain(leaf_, {root_.certify_ca(inner_)}));
  EXPECT_EQ(cut.root, std::nullopt);
  ASSERT_OK_AND_ASSIGN(const CertificateChain alone, order_chain(root, {}));
  EXPECT_EQ(alone.root, root);
}

TEST_F(OrderChain, EndsAtAConfiguredRootThatIsNotGiven) {
  const Certificate root = root_.self_signed();
  ASSERT_OK_AND_ASSIGN(const CertificateChain chain, order_chain(leaf_, {root_.certify_ca(inner_)}, {root}));
  EXPECT_THAT(chain.issuers, testing::SizeIs(1));
  EXPECT_EQ(chain.root, root);
}

// A trust anchor need not be self-signed, nor say that it is a CA's.
TEST_F(OrderChain, EndsAtAConfiguredRootWhateverItLooksLike) {
  const Certificate anchor = outer_.certify("Inner", inner_.spki());
  ASSERT_OK_AND_ASSIGN(const CertificateChain chain, order_chain(leaf_, {}, {anchor}));
  EXPECT_THAT(chain.issuers, testing::IsEmpty());
  EXPECT_EQ(chain.root, anchor);
}

TEST_F(OrderChain, TakesTheCertificateThatLastsLongest) {
  const Certificate ended = root_.certify_ca(
      inner_, [](CertificateTemplate& content) { content.validity.not_after = kNotBefore + std::chrono::hours(1); });
  const Certificate lasting = root_.certify_ca(inner_);
  for (const auto& given : {std::vector{ended, lasting}, std::vector{lasting, ended}}) {
    ASSERT_OK_AND_ASSIGN(const CertificateChain chain, order_chain(leaf_, given));
    EXPECT_EQ(chain.issuers.front(), lasting);
  }
}

TEST_F(OrderChain, RefusesAHeapTooLarge) {
  std::vector<Certificate> heap;
  for (Byte number = 1; number <= 65; ++number) {
    heap.push_back(root_.certify_ca(inner_, [&](CertificateTemplate& content) { content.serial_number = {number}; }));
  }
  EXPECT_THAT(order_chain(leaf_, heap), FailsWith(ErrorCode::certificate_unsuitable));
}

}  // namespace
}  // namespace rakkan::pki
