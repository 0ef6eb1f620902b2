#include "rakkan/fetch/evidence_cache.hpp"

#include <gmock/gmock.h>

namespace rakkan::fetch {
namespace {

using namespace std::chrono_literals;

const Instant kNow(std::chrono::hours(500'000));

CachedEvidence entry(std::size_t size, std::chrono::milliseconds good_for = 1h) {
  return {std::make_shared<const Bytes>(size, Byte{7}), "x/y", {kNow, kNow + good_for}};
}

TEST(EvidenceCache, FindsWhatItKeepsUntilItsTimeIsOver) {
  MemoryEvidenceCache cache;
  cache.keep("a", entry(3), kNow);
  ASSERT_TRUE(cache.find("a", kNow + 1h - 1ms));
  EXPECT_EQ(cache.find("a", kNow)->media_type, "x/y");
  EXPECT_FALSE(cache.find("b", kNow));
  EXPECT_FALSE(cache.find("a", kNow + 1h));
  EXPECT_EQ(cache.load().entries, 0U) << "what is over stays in memory";
  EXPECT_EQ(cache.load().bytes, 0U);
}

TEST(EvidenceCache, KeepsNothingWithoutATimeToCome) {
  MemoryEvidenceCache cache;
  cache.keep("a", entry(3, 0ms), kNow);
  cache.keep("b", {std::make_shared<const Bytes>(), "", {kNow, std::nullopt}}, kNow);
  EXPECT_EQ(cache.load().entries, 0U);
}

TEST(EvidenceCache, ForgetsWhatWasNotAskedForLongest) {
  MemoryEvidenceCache cache({.entries = 2, .bytes = 1'000});
  cache.keep("a", entry(1), kNow);
  cache.keep("b", entry(1), kNow);
  EXPECT_TRUE(cache.find("a", kNow));
  cache.keep("c", entry(1), kNow);
  EXPECT_TRUE(cache.find("a", kNow));
  EXPECT_FALSE(cache.find("b", kNow));
  EXPECT_TRUE(cache.find("c", kNow));
}

TEST(EvidenceCache, BytesAreBoundedToo) {
  MemoryEvidenceCache cache({.entries = 100, .bytes = 100});
  cache.keep("a", entry(49), kNow);
  cache.keep("b", entry(49), kNow);
  EXPECT_EQ(cache.load().bytes, 100U);
  cache.keep("c", entry(10), kNow);
  EXPECT_FALSE(cache.find("a", kNow));
  EXPECT_TRUE(cache.find("b", kNow));
  EXPECT_LE(cache.load().bytes, 100U);
  cache.keep("d", entry(100), kNow);
  EXPECT_FALSE(cache.find("d", kNow)) << "larger than all of the cache";
  EXPECT_TRUE(cache.find("b", kNow)) << "an entry that is too large took the others' place";
}

TEST(EvidenceCache, ANewerEntryTakesTheOlderOnesPlace) {
  MemoryEvidenceCache cache;
  cache.keep("a", entry(3), kNow);
  cache.keep("a", entry(5), kNow);
  EXPECT_EQ(cache.load().entries, 1U);
  EXPECT_EQ(cache.load().bytes, 6U);
  EXPECT_EQ(cache.find("a", kNow)->bytes->size(), 5U);
}

struct Heard final : CacheObserver {
  void kept(const std::string& key, const CachedEvidence& evidence) override {
    words.push_back("kept " + key + " " + std::to_string(evidence.bytes->size()));
  }
  void forgotten(const std::string& key) override { words.push_back("forgotten " + key); }
  std::vector<std::string> words;
};

TEST(EvidenceCache, ItsObserverHearsOfEachChangeInOrder) {
  Heard heard;
  MemoryEvidenceCache cache({.entries = 2, .bytes = 100}, &heard);
  cache.keep("a", entry(1), kNow);
  cache.keep("a", entry(2), kNow);
  cache.keep("b", entry(3), kNow);
  cache.keep("c", entry(4), kNow);
  EXPECT_FALSE(cache.find("b", kNow + 1h));
  cache.forget("c");
  cache.forget("c");
  cache.keep("d", entry(5), kNow);
  cache.keep("d", entry(1'000), kNow);
  cache.keep("e", entry(1'000), kNow);
  cache.keep("f", entry(1, 0ms), kNow);
  EXPECT_THAT(heard.words, ::testing::ElementsAre("kept a 1", "kept a 2", "kept b 3", "forgotten a", "kept c 4",
                                                  "forgotten b", "forgotten c", "kept d 5", "forgotten d"));
}

TEST(EvidenceCache, ForgetsWhatIsOverWithoutBeingAsked) {
  Heard heard;
  MemoryEvidenceCache cache({}, &heard);
  cache.keep("a", entry(1, 1min), kNow);
  cache.keep("b", entry(1, 2min), kNow);
  cache.keep("c", entry(1, 1min), kNow);
  cache.forget_expired(kNow + 1min);
  EXPECT_EQ(cache.load().entries, 1U);
  EXPECT_TRUE(cache.find("b", kNow + 1min));
  EXPECT_THAT(heard.words, ::testing::Contains("forgotten a"));
  EXPECT_THAT(heard.words, ::testing::Contains("forgotten c"));
}

TEST(EvidenceCache, ShowsItsEntries) {
  MemoryEvidenceCache cache;
  cache.keep("a", entry(3), kNow);
  cache.keep("b", entry(4), kNow);
  ASSERT_THAT(cache.entries(), ::testing::SizeIs(2));
  EXPECT_EQ(cache.entries().front().key, "b");
  EXPECT_EQ(cache.entries().back().evidence.bytes->size(), 3U);
}

}  // namespace
}  // namespace rakkan::fetch
