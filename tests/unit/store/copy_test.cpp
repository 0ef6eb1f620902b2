// A copy of the store while it is used: one state of it, with every commit that came before its end, and between two of
// its steps the store is free.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "rakkan/store/store.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::store {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;
using test::IsOk;

constexpr std::size_t kPage = 4'096;
constexpr std::size_t kPagesAtOnce = 64;
constexpr std::string_view kName = "Yamada Taro of Shibuya";

std::string content_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

class StoreCopy : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(store_, open_sqlite(folder_.path() / "data"));
    fs::create_directory(copy());
  }
  [[nodiscard]] fs::path copy() const { return folder_.path() / "copy"; }
  Result<void> add(std::uint64_t index, std::string body = "{}") {
    return store_->commit({.records = {RecordRow{index, Bytes(16, Byte{7}), std::move(body), "u-1"}}});
  }
  // So many hundred records of 4 KiB.
  void fill(std::size_t hundreds) {
    for (std::size_t i = 0; i < hundreds; ++i) {
      Additions additions;
      for (int one = 0; one < 100; ++one) {
        additions.records.push_back({next_++, Bytes(16, Byte{7}), std::string(kPage, 'x'), "u-1"});
      }
      ASSERT_THAT(store_->commit(additions), IsOk());
    }
  }
  Result<void> copy_it(const Copying& copying = {}) { return store_->copy_to(copy() / "rakkan.db", copying); }
  std::unique_ptr<Store> open_copy() {
    auto opened = open_sqlite(copy());
    EXPECT_THAT(opened, IsOk());
    return opened ? *std::move(opened) : nullptr;
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
  std::uint64_t next_ = 0;
};

TEST_F(StoreCopy, HoldsWhatTheStoreHolds) {
  ASSERT_THAT(add(0, "first"), IsOk());
  ASSERT_THAT(store_->set_fact("a", "b"), IsOk());
  ASSERT_THAT(copy_it(), IsOk());
  ASSERT_THAT(add(1, "later"), IsOk());
  const auto copied = open_copy();
  EXPECT_EQ(copied->record(0).value().body, "first");
  EXPECT_EQ(copied->fact("a").value(), "b");
  EXPECT_THAT(copied->record(1), FailsWith(ErrorCode::audit_index_unknown));
  EXPECT_THAT(copied->commit({.records = {RecordRow{1, Bytes(16, Byte{1}), "its own", ""}}}), IsOk());
  EXPECT_EQ(store_->record(1).value().body, "later");
}

TEST_F(StoreCopy, IsItsOwnersAloneAndMadeNewOnly) {
  ASSERT_THAT(copy_it(), IsOk());
  EXPECT_EQ(fs::status(copy() / "rakkan.db").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(fs::exists(copy() / "rakkan.db-wal"));
  EXPECT_FALSE(fs::exists(copy() / "rakkan.db-journal"));
  EXPECT_THAT(copy_it(), FailsWith(ErrorCode::already_exists));
}

// The store's lock is free whenever the copy pauses, and it pauses after some hundred KiB: so no commit waits for more.
TEST_F(StoreCopy, LetsACommitGoBetweenAnyTwoStepsAndHoldsItToo) {
  fill(10);
  std::size_t pauses = 0;
  const std::uint64_t first = next_;
  const auto goes_on = [&]() -> Result<void> {
    ++pauses;
    return pauses <= 20 ? add(next_++, "while it is copied") : Result<void>();
  };
  ASSERT_THAT(copy_it({goes_on, {}}), IsOk());
  EXPECT_GE(pauses, 1'000 / kPagesAtOnce);
  EXPECT_GE(pauses, fs::file_size(copy() / "rakkan.db") / kPage / kPagesAtOnce - 1);
  const auto copied = open_copy();
  for (std::uint64_t index = 0; index < next_; ++index) {
    ASSERT_OK_AND_ASSIGN(const RecordRow row, copied->record(index));
    EXPECT_EQ(row.body.size(), index < first ? kPage : std::string_view("while it is copied").size());
  }
}

TEST_F(StoreCopy, SettlesOnceBehindAllOfItsPauses) {
  fill(3);
  std::size_t pauses = 0;
  std::vector<std::size_t> settled;
  const auto goes_on = [&]() -> Result<void> {
    ++pauses;
    return {};
  };
  const auto look = [&]() -> Result<void> {
    settled.push_back(pauses);
    return {};
  };
  ASSERT_THAT(copy_it({goes_on, look}), IsOk());
  EXPECT_GT(pauses, 0U);
  EXPECT_THAT(settled, ::testing::ElementsAre(pauses));
}

TEST_F(StoreCopy, EndsWithWhatItsCallerFailsWithAndTheStoreGoesOn) {
  fill(3);
  const auto no = []() -> Result<void> { return fail(ErrorCode::shutting_down, "no more"); };
  EXPECT_THAT(copy_it({no, {}}), FailsWith(ErrorCode::shutting_down));
  fs::remove(copy() / "rakkan.db");
  EXPECT_THAT(copy_it({{}, no}), FailsWith(ErrorCode::shutting_down));
  fs::remove(copy() / "rakkan.db");
  fill(1);
  ASSERT_THAT(copy_it(), IsOk());
  EXPECT_THAT(open_copy()->record(399), IsOk());
}

TEST_F(StoreCopy, SpeaksOfTheFileThatCannotBeWritten) {
  fs::remove_all(copy());
  EXPECT_THAT(copy_it(), FailsWith(ErrorCode::file_unwritable));
  EXPECT_THAT(add(0), IsOk());
}

// Erased before, and erased while it is copied, after its page has been copied already.
TEST_F(StoreCopy, HoldsNothingThatWasErased) {
  ASSERT_THAT(add(next_++, std::string(kName) + " before"), IsOk());
  ASSERT_THAT(add(next_++, std::string(kName) + " meanwhile"), IsOk());
  fill(20);
  const auto erase = [&](std::uint64_t index) -> Result<void> {
    RAKKAN_CHECK(store_->commit({.changes = {RecordErasure{{index}}}}));
    return store_->purge();
  };
  ASSERT_THAT(erase(0), IsOk());
  constexpr std::size_t kLate = 25;
  std::size_t pauses = 0;
  std::string early;
  const auto goes_on = [&]() -> Result<void> {
    if (++pauses != kLate) {
      return {};
    }
    early = content_of(copy() / "rakkan.db");
    return erase(1);
  };
  ASSERT_THAT(copy_it({goes_on, {}}), IsOk());
  ASSERT_GE(pauses, kLate);
  EXPECT_NE(early.find(kName), std::string::npos) << "the page was not in the copy yet: nothing is shown";
  EXPECT_EQ(content_of(copy() / "rakkan.db").find(kName), std::string::npos);
  EXPECT_EQ(content_of(folder_.path() / "data" / "rakkan.db").find(kName), std::string::npos);
}

}  // namespace
}  // namespace rakkan::store
