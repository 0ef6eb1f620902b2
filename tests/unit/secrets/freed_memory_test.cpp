// PINs, tokens and keys are overwritten before their memory is given back: a later reader of the process's memory (a
// debugger, a dump, swap space) does not find them.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "rakkan/access/api_keys.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/json/reader.hpp"
#include "support/fake_clock.hpp"
#include "support/fixed_random.hpp"
#include "support/freed_memory.hpp"
#include "support/memory_ledger.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"
#include "support/trail_recorder.hpp"

namespace rakkan {
namespace {

using test::FailsWith;
using test::FreedMemory;
using test::IsOk;

TEST(FreedMemory, IsLookedInto) {
  constexpr std::string_view kSecret = "the-secret-of-this-test";
  FreedMemory::watch(kSecret);
  {
    const std::string forgotten(kSecret);
  }
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 1U);
  {
    const SecureBytes kept(bytes_of(kSecret));
  }
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 1U);
}

TEST(FreedMemory, HoldsNoPinThatJsonBrought) {
  constexpr std::string_view kSecret = "4711-the-pin-of-yamada";
  constexpr std::string_view kText = R"({"credential":"yamada","pin":"4711-the-pin-of-yamada"})";
  constexpr std::string_view kBroken = R"({"credential":"yamada","pin":"4711-the-pin-of-yamada",})";
  constexpr std::string_view kUnknown = R"({"credential":"yamada","PIN":"4711-the-pin-of-yamada"})";
  // Larger than the room that a reader has beforehand; in a static array, so that the test itself gives no such text
  // back.
  static std::array<char, 20'000> large;
  const auto build_large = [] {
    large.fill('x');
    constexpr std::string_view kBegin = R"({"filler":")";
    constexpr std::string_view kEnd = R"(","pin":"4711-the-pin-of-yamada"})";
    std::copy(kBegin.begin(), kBegin.end(), large.begin());
    std::copy(kEnd.begin(), kEnd.end(), large.end() - kEnd.size());
  };
  build_large();
  FreedMemory::watch(kSecret);
  {
    ASSERT_OK_AND_ASSIGN(const json::Document document, json::Document::parse(kText, ErrorCode::malformed_json));
    json::Members request = document.root();
    ASSERT_OK_AND_ASSIGN(const SecureBytes pin, request.secret("pin", 64));
    EXPECT_EQ(pin.text(), kSecret);
    EXPECT_THAT(request.text("credential", 64), IsOk());
    EXPECT_THAT(request.done(), IsOk());
  }
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U);
  {
    ASSERT_OK_AND_ASSIGN(
        const json::Document document,
        json::Document::parse(std::string_view(large.data(), large.size()), ErrorCode::malformed_json));
    ASSERT_OK_AND_ASSIGN(const SecureBytes pin, document.root().secret("pin", 64));
    EXPECT_EQ(pin.text(), kSecret);
  }
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U) << "beyond the first room";
  EXPECT_THAT(json::Document::parse(kBroken, ErrorCode::malformed_json), FailsWith(ErrorCode::malformed_json));
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U) << "of a text that breaks off";
  {
    ASSERT_OK_AND_ASSIGN(const json::Document document, json::Document::parse(kUnknown, ErrorCode::malformed_json));
    EXPECT_THAT(document.root().done(), FailsWith(ErrorCode::malformed_json));
    EXPECT_THAT(document.root().secret("PIN", 4), FailsWith(ErrorCode::malformed_json));
  }
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U) << "of one that was refused";
}

TEST(FreedMemory, HoldsNoSecretThatAFileBrought) {
  constexpr std::string_view kSecret = "0815-the-pin-of-the-token";
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "pin";
  ASSERT_THAT(write_file_atomically(file, {bytes_of(kSecret), bytes_of("\r\n")}, true), IsOk());
  FreedMemory::watch(kSecret);
  {
    ASSERT_OK_AND_ASSIGN(const SecureBytes pin, read_secret_file(file));
    EXPECT_EQ(pin.text(), kSecret);
  }
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U);
  // Refused for its size: wiped as well.
  static std::array<Byte, 70'000> large;
  const ByteView secret = bytes_of(kSecret);
  std::copy(secret.begin(), secret.end(), large.begin());
  ASSERT_THAT(write_file_atomically(file, {large}, true), IsOk());
  EXPECT_THAT(read_secret_file(file), FailsWith(ErrorCode::input_too_large));
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U);
}

TEST(FreedMemory, HoldsNoApiKey) {
  // The API key that a fresh book of keys makes with FixedRandom.
  constexpr std::string_view kKey = "rkn_0102030405060708_CQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJyg";
  constexpr std::string_view kSecret = kKey.substr(21, 24);
  test::MemoryApiKeyStore store;
  test::TrailRecorder trail;
  const test::FakeClock clock{*parse_rfc3339("2026-11-24T01:02:03Z")};
  test::FixedRandom random;
  ASSERT_OK_AND_ASSIGN(const auto keys, access::ApiKeys::open(store, trail.recorder(), clock, random));
  const access::NewApiKey wanted{TenantId("acme"), "x", {access::Scope::sign}, {}, std::nullopt};
  FreedMemory::watch(kSecret);
  {
    ASSERT_OK_AND_ASSIGN(const access::CreatedApiKey made, keys->create({"local:0"}, wanted));
    ASSERT_EQ(made.text.text(), kKey);
  }
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U) << "when it is made";
  const IpAddress home = IpAddress::parse("192.0.2.7").value();
  EXPECT_THAT(keys->authenticate(kKey, home, clock.time), IsOk());
  EXPECT_THAT(keys->authenticate(kKey.substr(0, kKey.size() - 1), home, clock.time),
              FailsWith(ErrorCode::api_key_unknown));
  EXPECT_TRUE(keys->identify(kKey));
  EXPECT_EQ(FreedMemory::blocks_with_secret(), 0U) << "when it is presented";
}

}  // namespace
}  // namespace rakkan
