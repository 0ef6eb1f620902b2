#include "credentials/pin_code.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "rakkan/crypto/digest.hpp"

namespace rakkan::credentials {
namespace {

// Crockford leaves I, L, O and U out: the first three are read as 1, 1 and 0, the last would make words.
constexpr std::string_view kSymbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kSize = 20;  // symbols, 5 bits each
constexpr std::size_t kGroup = 4;
constexpr std::size_t kShownSize = kSize + kSize / kGroup - 1;

// An array that is overwritten when it goes.
template <std::size_t N>
struct WipedArray {
  WipedArray() = default;
  WipedArray(const WipedArray&) = delete;
  WipedArray& operator=(const WipedArray&) = delete;
  ~WipedArray() { secure_wipe(octets); }
  std::array<Byte, N> octets{};
};

std::optional<char> symbol_of(char typed) noexcept {
  const char large = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
  if (large == 'O') {
    return '0';
  }
  if (large == 'I' || large == 'L') {
    return '1';
  }
  return kSymbols.find(large) == std::string_view::npos ? std::nullopt : std::optional(large);
}

tl::unexpected<Error> no_code() {
  return fail(ErrorCode::invalid_argument, "a code has 20 letters and digits, without U, in groups of four", "code");
}

}  // namespace

Result<SecureBytes> make_pin_code(RandomSource& random) {
  WipedArray<kSize> entropy;
  RAKKAN_CHECK(random.fill(entropy.octets));
  WipedArray<kShownSize> shown;
  std::size_t at = 0;
  for (std::size_t i = 0; i < kSize; ++i) {
    if (i != 0 && i % kGroup == 0) {
      shown.octets.at(at++) = static_cast<Byte>('-');
    }
    shown.octets.at(at++) = static_cast<Byte>(kSymbols[entropy.octets.at(i) % kSymbols.size()]);
  }
  return SecureBytes(shown.octets);
}

Result<Bytes> hash_of_pin_code(const SecureBytes& typed) {
  WipedArray<kSize> code;
  std::size_t size = 0;
  for (const char c : typed.text()) {
    if (c == '-' || c == ' ') {
      continue;
    }
    const std::optional<char> symbol = symbol_of(c);
    if (!symbol || size == kSize) {
      return no_code();
    }
    code.octets.at(size++) = static_cast<Byte>(*symbol);
  }
  if (size != kSize) {
    return no_code();
  }
  return copy_of(crypto::digest(crypto::DigestAlgorithm::sha256, code.octets).view());
}

}  // namespace rakkan::credentials
