// Telling a data folder from its copies, and its tokens from others.
#include "service/folder_identity.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "support/fixed_random.hpp"
#include "support/memory_ledger.hpp"
#include "support/result_matchers.hpp"
#include "support/temporary_folder.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;
using test::FailsWith;
using test::IsOk;
using ::testing::HasSubstr;

class Identity : public ::testing::Test {
 protected:
  Identity() {
    fs::create_directory(original_);
    std::ofstream(original_ / "rakkan.db") << "a database";
    std::ofstream(machine_) << "0123456789abcdef0123456789abcdef\n";
  }
  [[nodiscard]] Result<FolderIdentity> open(const fs::path& folder) {
    return FolderIdentity::open(ledger_, random_, folder, machine_);
  }
  // Checks a folder whose ledger, which is in the database, was copied along.
  [[nodiscard]] Result<void> check(const fs::path& folder) {
    RAKKAN_TRY(const FolderIdentity identity, open(folder));
    return identity.check();
  }
  void change_place(const std::string& old, const std::string& with) {
    std::string& place = ledger_.facts.at("folder.place");
    place.replace(place.find(old), old.size(), with);
  }

  test::TemporaryFolder temporary_;
  const fs::path original_ = temporary_.path() / "original";
  const fs::path other_ = temporary_.path() / "other";
  const fs::path machine_ = temporary_.path() / "machine-id";
  test::MemoryLedger ledger_;
  test::FixedRandom random_;
};

TEST_F(Identity, IsGivenOnce) {
  ASSERT_OK_AND_ASSIGN(const FolderIdentity first, open(original_));
  ASSERT_OK_AND_ASSIGN(const FolderIdentity again, open(original_));
  EXPECT_EQ(first.id().size(), 32U);
  EXPECT_EQ(again.id(), first.id());
  EXPECT_THAT(again.check(), IsOk());
  EXPECT_FALSE(again.original_is_there());
  EXPECT_THAT(check(temporary_.path() / "other" / ".." / "original" / ""), IsOk()) << "one place by another path";
}

TEST_F(Identity, ACopyIsToldFromTheOriginal) {
  ASSERT_THAT(check(original_), IsOk());
  fs::copy(original_, other_, fs::copy_options::recursive);
  ASSERT_OK_AND_ASSIGN(const FolderIdentity copy, open(other_));
  EXPECT_TRUE(copy.original_is_there());
  const auto refused = copy.check();
  ASSERT_THAT(refused, FailsWith(ErrorCode::data_folder_copied));
  EXPECT_THAT(refused.error().detail, HasSubstr("--beside-original"));
  // A copy that is moved into the place of the original is a copy all the same.
  fs::remove_all(original_);
  fs::rename(other_, original_);
  ASSERT_OK_AND_ASSIGN(const FolderIdentity restored, open(original_));
  EXPECT_FALSE(restored.original_is_there());
  EXPECT_THAT(restored.check(), FailsWith(ErrorCode::data_folder_copied));
}

TEST_F(Identity, ARenamedFolderIsFollowed) {
  ASSERT_THAT(check(original_), IsOk());
  fs::rename(original_, other_);
  ASSERT_OK_AND_ASSIGN(const FolderIdentity renamed, open(other_));
  ASSERT_THAT(renamed.check(), IsOk());
  ASSERT_THAT(renamed.follow_rename(ledger_), IsOk());
  EXPECT_THAT(ledger_.facts.at("folder.place"), HasSubstr(other_.string()));
}

TEST_F(Identity, ALinkToTheFolderIsTheFolder) {
  ASSERT_THAT(check(original_), IsOk());
  fs::create_directory_symlink(original_, other_);
  EXPECT_THAT(check(other_), IsOk());
}

TEST_F(Identity, AnotherMachineIsNoticedWhereBothHaveAnId) {
  ASSERT_THAT(check(original_), IsOk());
  std::ofstream(machine_) << "fedcba9876543210fedcba9876543210\n";
  EXPECT_THAT(check(original_), FailsWith(ErrorCode::data_folder_on_another_machine));
  for (const char* none : {"", "uninitialized\n"}) {
    std::ofstream(machine_) << none;
    EXPECT_THAT(check(original_), IsOk()) << none;
  }
  fs::remove(machine_);
  EXPECT_THAT(check(original_), IsOk());
}

TEST_F(Identity, WhatTheStoreCannotHaveWrittenIsCorrupt) {
  ASSERT_THAT(check(original_), IsOk());
  ledger_.facts["folder.place"] = "{}";
  EXPECT_THAT(check(original_), FailsWith(ErrorCode::store_corrupt));
}

TEST(FileMark, IsComparedByWhatBothHave) {
  EXPECT_TRUE(is_same_file({5, 1}, {5, 1}));
  EXPECT_FALSE(is_same_file({5, 1}, {6, 1})) << "an inode that was used again";
  EXPECT_FALSE(is_same_file({5, 1}, {5, 2})) << "made within one tick";
  EXPECT_TRUE(is_same_file({5, 0}, {5, 2})) << "a file system that numbers anew";
  EXPECT_FALSE(is_same_file({0, 1}, {6, 2}));
  EXPECT_TRUE(is_same_file({0, 1}, {6, 1}));
  EXPECT_TRUE(is_same_file({0, 0}, {6, 2})) << "nothing to tell by";
}

TEST_F(Identity, TokensAreRememberedByTheirSerialNumber) {
  ASSERT_OK_AND_ASSIGN(auto none, FolderTokens::read(ledger_));
  FolderTokens tokens(ledger_, std::move(none));
  EXPECT_EQ(tokens.serial_of("seal").value(), "");
  ASSERT_THAT(tokens.remember("seal", "01\"2"), IsOk());
  ASSERT_THAT(tokens.remember("slot:3", "77"), IsOk());
  ASSERT_OK_AND_ASSIGN(auto read, FolderTokens::read(ledger_));
  EXPECT_EQ(read, tokens.all());
  EXPECT_EQ(FolderTokens(ledger_, std::move(read)).serial_of("seal").value(), "01\"2");
}

TEST(Tokens, AreComparedWithThoseThatAreThere) {
  const std::vector<TokenStanding> tokens = compare({{"gone", "1"}, {"seal", "2"}, {"slot:3", "3"}, {"swapped", "4"}},
                                                    {{"seal", "2", 1}, {"any", "3", 3}, {"swapped", "9", 4}});
  ASSERT_EQ(tokens.size(), 4U);
  EXPECT_EQ(tokens[0].now, "");
  EXPECT_EQ(tokens[1].now, "2");
  EXPECT_EQ(tokens[2].now, "3");
  EXPECT_EQ(tokens[3].now, "9");
}

}  // namespace
}  // namespace rakkan::service
