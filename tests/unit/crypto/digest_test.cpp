#include "rakkan/crypto/digest.hpp"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "rakkan/base/hex.hpp"

namespace rakkan::crypto {
namespace {

// FIPS 180-4 example messages (NIST "Secure Hash Standard" examples: SHA256.pdf, SHA384.pdf, SHA512.pdf), message
// "abc".
constexpr std::string_view kAbcSha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kAbcSha384 =
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7";
constexpr std::string_view kAbcSha512 =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e"
    "2a9ac94fa54ca49f";

TEST(Digest, GivesTheExamplesOfFips180) {
  EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha256, bytes_of("abc")).view()), kAbcSha256);
  EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha384, bytes_of("abc")).view()), kAbcSha384);
  EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha512, bytes_of("abc")).view()), kAbcSha512);
}

TEST(Digest, OfPartsIsThatOfTheirConcatenation) {
  EXPECT_EQ(to_hex(digest(DigestAlgorithm::sha256, {bytes_of("a"), ByteView{}, bytes_of("bc")}).view()), kAbcSha256);
}

TEST(Digest, ThreadsDoNotDisturbEachOther) {
  std::vector<std::thread> threads;
  std::vector<std::string> results(4);
  for (std::string& result : results) {
    threads.emplace_back([&result] {
      for (int i = 0; i < 1000; ++i) {
        result = to_hex(digest(DigestAlgorithm::sha384, bytes_of("abc")).view());
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(results, testing::Each(kAbcSha384));
}

TEST(Digest, FromBytesRefusesAnotherSize) {
  EXPECT_EQ(Digest::from_bytes(DigestAlgorithm::sha256, Bytes(31)), std::nullopt);
  EXPECT_EQ(Digest::from_bytes(DigestAlgorithm::sha384, Bytes(32)), std::nullopt);
  const Digest abc = digest(DigestAlgorithm::sha512, bytes_of("abc"));
  EXPECT_EQ(Digest::from_bytes(DigestAlgorithm::sha512, abc.view()), abc);
}

TEST(Hasher, CloneKeepsTheStateAndFinishStartsAfresh) {
  Hasher hasher(DigestAlgorithm::sha256);
  hasher.update(bytes_of("ab"));
  Hasher clone = hasher.clone();
  hasher.update(bytes_of("x"));
  clone.update(bytes_of("c"));
  EXPECT_EQ(to_hex(clone.finish().view()), kAbcSha256);
  EXPECT_EQ(hasher.finish(), digest(DigestAlgorithm::sha256, bytes_of("abx")));
  clone.update(bytes_of("abc"));
  EXPECT_EQ(to_hex(clone.finish().view()), kAbcSha256);
}

TEST(DigestAlgorithm, IsFoundByItsNamesAndIdentifier) {
  EXPECT_EQ(digest_algorithm_from_name("SHA-384"), DigestAlgorithm::sha384);
  EXPECT_EQ(digest_algorithm_from_name("sha384"), DigestAlgorithm::sha384);
  EXPECT_EQ(digest_algorithm_from_name("sha-512"), DigestAlgorithm::sha512);
  EXPECT_EQ(digest_algorithm_from_name("sha1"), std::nullopt);
  EXPECT_EQ(digest_algorithm_from_name("sha2567"), std::nullopt);
  EXPECT_EQ(digest_algorithm_from_name(""), std::nullopt);
  EXPECT_EQ(digest_algorithm_from_oid({2, 16, 840, 1, 101, 3, 4, 2, 3}), DigestAlgorithm::sha512);
  EXPECT_EQ(digest_algorithm_from_oid({1, 3, 14, 3, 2, 26}), std::nullopt);
}

}  // namespace
}  // namespace rakkan::crypto
