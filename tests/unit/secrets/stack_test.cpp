// A secret that was read leaves nothing on the stack of the thread that read it.
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "rakkan/base/bytes.hpp"
#include "rakkan/base/wiped_stack.hpp"
#include "rakkan/json/reader.hpp"

namespace rakkan {
namespace {

constexpr std::string_view kSecret = "yoshino-161803";
constexpr std::string_view kText = R"({"credential":"party-yoshino","level":"B-B","pin":"yoshino-161803"})";

// A thread's stack in memory of the test's own.
class OwnStack {
 public:
  // Whether the secret stands on the stack when `work` has returned. The thread itself looks, since its end clears
  // some.
  bool holds_secret_after(std::function<void()> work) {
    work_ = std::move(work);
    pthread_attr_t attributes{};
    EXPECT_EQ(::pthread_attr_init(&attributes), 0);
    EXPECT_EQ(::pthread_attr_setstack(&attributes, begin(), kSize), 0);
    pthread_t thread{};
    EXPECT_EQ(::pthread_create(&thread, &attributes, &OwnStack::main, this), 0);
    EXPECT_EQ(::pthread_join(thread, nullptr), 0);
    ::pthread_attr_destroy(&attributes);
    return holds_;
  }

 private:
  static constexpr std::size_t kSize = 1U << 20;
  static constexpr std::size_t kPage = 4096;

  static void* main(void* self) {
    auto& stack = *static_cast<OwnStack*>(self);
    deep_down(stack.work_);
    const Byte* const from = stack.begin();
    stack.holds_ = std::search(from, from + kSize, kSecret.begin(), kSecret.end()) != from + kSize;
    return nullptr;
  }
  // Deeper than what is called afterwards.
  [[gnu::noinline]] static void deep_down(const std::function<void()>& work) {
    std::array<Byte, 16 * 1024> room{};
    __asm__ __volatile__("" : : "r"(room.data()) : "memory");
    work();
    __asm__ __volatile__("" : : "r"(room.data()) : "memory");
  }
  Byte* begin() {
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.data());
    return memory_.data() + (kPage - address % kPage);
  }

  std::function<void()> work_;
  bool holds_ = false;
  std::vector<Byte> memory_ = std::vector<Byte>(kSize + kPage);
};

[[gnu::noinline]] void leave_a_copy() {
  std::array<char, kSecret.size()> copy{};
  std::copy(kSecret.begin(), kSecret.end(), copy.begin());
  __asm__ __volatile__("" : : "r"(copy.data()) : "memory");
}

TEST(Stack, IsLookedInto) { EXPECT_TRUE(OwnStack().holds_secret_after(leave_a_copy)); }

TEST(Stack, HoldsNothingBelowAFunctionThatWipesIt) {
  const auto wiped = [] {
    const WipedStack after;
    leave_a_copy();
  };
  EXPECT_FALSE(OwnStack().holds_secret_after(wiped));
}

TEST(Stack, HoldsNoPinThatJsonBrought) {
  const auto parse = [] {
    EXPECT_TRUE(json::Document::parse(kText, ErrorCode::malformed_json));
    EXPECT_FALSE(json::Document::parse(kText.substr(0, kText.size() - 1), ErrorCode::malformed_json));
  };
  EXPECT_FALSE(OwnStack().holds_secret_after(parse));
}

}  // namespace
}  // namespace rakkan
