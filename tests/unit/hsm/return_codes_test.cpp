#include "rakkan/hsm/return_codes.hpp"

#include <gtest/gtest.h>

#include "rakkan/base/error_table.hpp"
#include "rakkan/base/file.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::hsm {
namespace {

using testing::HasSubstr;

TEST(ReturnCodes, ClassesAreAsTheIssueDemands) {
  for (const std::uint64_t code : {0x100U, 0x191U}) {
    EXPECT_EQ(classify(code), ReturnClass::success_like) << std::hex << code;
  }
  for (const std::uint64_t code : {0xB3U, 0xB0U, 0x101U}) {
    EXPECT_EQ(classify(code), ReturnClass::session_lost) << std::hex << code;
  }
  for (const std::uint64_t code : {0x82U, 0x60U}) {
    EXPECT_EQ(classify(code), ReturnClass::stale_handle) << std::hex << code;
  }
  for (const std::uint64_t code : {0x90U, 0x91U}) {
    EXPECT_EQ(classify(code), ReturnClass::poisoned) << std::hex << code;
  }
  for (const std::uint64_t code : {0x32U, 0x30U, 0xE0U, 0x05U, 0x190U}) {
    EXPECT_EQ(classify(code), ReturnClass::device_gone) << std::hex << code;
  }
  for (const std::uint64_t code : {0x31U, 0xB1U, 0x200U}) {
    EXPECT_EQ(classify(code), ReturnClass::pressure) << std::hex << code;
  }
  for (const std::uint64_t code : {0xA0U, 0xA4U, 0xA3U}) {
    EXPECT_EQ(classify(code), ReturnClass::pin) << std::hex << code;
    EXPECT_EQ(row(classify(code)).tries, 1U);
  }
  for (const std::uint64_t code : {0x70U, 0x68U, 0x6AU, 0x21U, 0x150U}) {
    EXPECT_EQ(classify(code), ReturnClass::caller_fault) << std::hex << code;
    EXPECT_EQ(row(classify(code)).tries, 1U);
  }
  EXPECT_EQ(classify(0x102), ReturnClass::starting);
  EXPECT_EQ(classify(0x80000001), ReturnClass::unknown) << "a vendor's own";
}

TEST(ReturnCodes, AreDescribedByNameAndNumber) {
  EXPECT_EQ(describe_return_code(0x30), "CKR_DEVICE_ERROR (0x30)");
  EXPECT_EQ(describe_return_code(0x80000017), "0x80000017");
}

TEST(ReturnCodes, TheOperatorsTableIsThisOne) {
  const Bytes file = read_file(RAKKAN_OPERATIONS, 1 << 20).value();
  const std::string document(text_of(file));
  for (const ReturnClassRow& known : return_classes()) {
    if (known.return_class == ReturnClass::ok) {
      continue;
    }
    const std::size_t begin = document.find("\n| " + std::string(known.name) + " | ");
    ASSERT_NE(begin, std::string::npos) << known.name;
    const std::string line = document.substr(begin + 1, document.find('\n', begin + 1) - begin);
    EXPECT_THAT(line, HasSubstr("| " + std::string(known.action) + " | " + std::to_string(known.tries) + " | `" +
                                std::string(::rakkan::row(known.error).slug) + "` |"));
    for (const ReturnCodeRow& code : return_codes()) {
      if (code.return_class == known.return_class) {
        const std::string described = describe_return_code(code.code);  // CKR_NAME (0xNN)
        const std::size_t bracket = described.find('(');
        const std::string number = described.substr(bracket + 1, described.size() - bracket - 2);
        EXPECT_THAT(line, HasSubstr(number + " " + std::string(code.name)));
      }
    }
  }
}

}  // namespace
}  // namespace rakkan::hsm
