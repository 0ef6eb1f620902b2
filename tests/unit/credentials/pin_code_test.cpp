#include "credentials/pin_code.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "rakkan/crypto/digest.hpp"
#include "rakkan/crypto/system_random.hpp"
#include "support/fixed_random.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::credentials {
namespace {

using test::FailsWith;
using ::testing::MatchesRegex;

Result<Bytes> hash_of(std::string_view typed) { return hash_of_pin_code(SecureBytes(bytes_of(typed))); }

class NoRandomness final : public RandomSource {
 public:
  [[nodiscard]] Result<void> fill(ByteSpan /*out*/) override { return fail(ErrorCode::internal, "no randomness"); }
};

TEST(PinCode, HasTwentySymbolsOfThirtyTwoInGroupsOfFour) {
  test::FixedRandom random;  // octets 1, 2, 3 …
  ASSERT_OK_AND_ASSIGN(const SecureBytes code, make_pin_code(random));
  EXPECT_EQ(code.text(), "1234-5678-9ABC-DEFG-HJKM");
  NoRandomness none;
  EXPECT_THAT(make_pin_code(none), FailsWith(ErrorCode::internal));
}

// 100 random bits: every symbol at every place, and no code twice.
TEST(PinCode, UsesEverySymbolAtEveryPlace) {
  crypto::SystemRandom random;
  std::set<std::string> codes;
  std::set<std::pair<std::size_t, char>> seen;
  for (int i = 0; i < 2'000; ++i) {
    ASSERT_OK_AND_ASSIGN(const SecureBytes code, make_pin_code(random));
    const std::string text(code.text());
    ASSERT_THAT(text, MatchesRegex("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}"));
    codes.insert(text);
    for (std::size_t at = 0; at < text.size(); ++at) {
      seen.emplace(at, text[at]);
    }
  }
  EXPECT_EQ(codes.size(), 2'000U);
  EXPECT_EQ(seen.size(), 20U * 32U + 4U) << "20 symbols and 4 hyphens";
}

TEST(PinCode, IsReadHoweverAPersonTypesIt) {
  const Bytes wanted =
      copy_of(crypto::digest(crypto::DigestAlgorithm::sha256, bytes_of("0123456789ABCDEFGHJ1")).view());
  for (const char* typed : {"0123-4567-89AB-CDEF-GHJ1", "0123456789ABCDEFGHJ1", "0123 4567 89ab cdef ghj1",
                            "o123-4567-89ab-cdef-ghjl", "OI23-4567-89AB-CDEF-GHJL", " 0i234567-89ABCDEFGH-J1 "}) {
    ASSERT_OK_AND_ASSIGN(const Bytes hash, hash_of(typed));
    EXPECT_EQ(hash, wanted) << typed;
  }
}

TEST(PinCode, ATextThatIsNoCodeIsNobodysGuess) {
  for (const char* typed : {"", "-", "0123-4567-89AB-CDEF-GHJ", "0123-4567-89AB-CDEF-GHJ12", "0123-4567-89AB-CDEF-GHJU",
                            "0123_4567_89AB_CDEF_GHJ1", "0123-4567-89AB-CDEF-GHJ\xC3\xA9"}) {
    EXPECT_THAT(hash_of(typed), FailsWith(ErrorCode::invalid_argument)) << typed;
  }
}

}  // namespace
}  // namespace rakkan::credentials
