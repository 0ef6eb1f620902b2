// A backup on a disk that loses power, or refuses, at every operation there is: under its name stands a whole one, of
// which the trail knows, or none; and the store goes on.
#include "rakkan/service/backup.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"
#include "support/power_loss_file_system.hpp"
#include "support/trail_fixture.hpp"

namespace rakkan::service {
namespace {

namespace fs = std::filesystem;
using test::IsOk;
using test::PowerLossFileSystem;
using test::TrailFixture;

constexpr std::size_t kEntries = 260;  // more than a tile
constexpr std::uint64_t kSeeds = 4;

class Life {
 public:
  Life() : fixture_(disk) {
    fixture_.on_sqlite = true;
    const fs::path folder = fixture_.temporary.path();
    EXPECT_THAT(disk.make_folder(folder), IsOk());
    EXPECT_THAT(disk.make_folder(backups()), IsOk());
    for (auto above = folder; above != above.parent_path(); above = above.parent_path()) {
      EXPECT_THAT(disk.sync_folder(above), IsOk());
    }
    EXPECT_THAT(disk.sync_folder("/"), IsOk());
    EXPECT_THAT(fixture_.open(), IsOk());
    EXPECT_THAT(fixture_.record(kEntries), IsOk());
    EXPECT_THAT(fixture_.record(2, store::Journal::tokens), IsOk());
    EXPECT_THAT(fixture_.wait_for_checkpoint(kEntries - 1), IsOk());
    EXPECT_THAT(fixture_.wait_for_checkpoint(1, store::Journal::tokens), IsOk());
  }

  [[nodiscard]] fs::path backups() const { return fixture_.temporary.path().string() + "-backups"; }
  [[nodiscard]] fs::path target() const { return backups() / "today"; }

  Result<BackupReport> make(const std::function<Result<void>()>& goes_on) {
    Backup backup({*fixture_.store, *fixture_.trail, fixture_.clock, fixture_.temporary.path(), "test",
                   [] { return std::string("# none\n"); }, disk});
    return backup.make({target(), false, "local:0"}, goes_on);
  }
  void close() { fixture_.close(); }
  Result<void> reopen() { return fixture_.open(); }
  Result<void> work() { return fixture_.record(1); }
  // Entries of a page each: the store is longer than one step of its copy.
  Result<void> grow(std::size_t pages) {
    for (std::size_t i = 0; i < pages; ++i) {
      RAKKAN_CHECK(fixture_.trail->record_and_wait(test::submission("{\"n\":\"" + std::string(4'000, 'x') + "\"}")));
    }
    return {};
  }
  // Some entries that are in the log's files, and no longer in the ledger, when it returns.
  Result<void> move_on() {
    RAKKAN_CHECK(fixture_.record(3));
    const std::uint64_t size = fixture_.trail->size(store::Journal::trail);
    RAKKAN_CHECK(fixture_.wait_for_checkpoint(size - 1));
    RAKKAN_CHECK(fixture_.record(1));
    return fixture_.wait_for_checkpoint(size);
  }

  [[nodiscard]] std::string text(const fs::path& file) const { return std::string(text_of(disk.content(file))); }
  [[nodiscard]] bool is_there(const fs::path& below) const {
    const std::string beginning = below.string() + "/";
    const auto files = disk.files();
    return std::any_of(files.begin(), files.end(),
                       [&](const fs::path& file) { return file.string().starts_with(beginning); });
  }
  // SHA256SUMS has the right sum of every file, and a sum of no other; the log and the store belong together.
  void expect_whole(const std::string& when) {
    std::map<std::string, std::string> sums;
    std::istringstream lines(text(target() / "SHA256SUMS"));
    for (std::string line; std::getline(lines, line);) {
      sums[line.substr(66)] = line.substr(0, 64);
    }
    std::size_t files = 0;
    for (const fs::path& file : disk.files()) {
      const std::string name = file.lexically_relative(target()).string();
      if (name.starts_with("..") || name == "SHA256SUMS") {
        continue;
      }
      ++files;
      const Bytes content = disk.content(file);
      EXPECT_EQ(sums[name], to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, content).view())) << name << when;
    }
    EXPECT_EQ(files, sums.size()) << when;
    EXPECT_GE(files, 8U) << when;
    TrailFixture copy(disk);
    copy.key = fixture_.key;
    ASSERT_OK_AND_ASSIGN(copy.store, store::open_sqlite(target(), {}, disk));
    audit::Environment environment = copy.environment();
    environment.folder = target() / "audit";
    ASSERT_OK_AND_ASSIGN(copy.trail, audit::Trail::open(copy.options, std::move(environment)));
    EXPECT_GE(copy.trail->size(store::Journal::trail), kEntries) << when;
  }
  [[nodiscard]] bool knows_of_it() {
    for (std::uint64_t index = kEntries; index < fixture_.trail->size(store::Journal::trail); ++index) {
      const auto record = fixture_.store->record(index);
      if (record && record->body.find(target().string()) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  PowerLossFileSystem disk;

 private:
  TrailFixture fixture_;
};

Result<void> goes_on() { return {}; }

TEST(BackupOnABadDisk, IsWholeOrNotThereWhenThePowerGoes) {
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;
  {
    Life life;
    begun = life.disk.operations();
    ASSERT_THAT(life.make(goes_on), IsOk());
    ended = life.disk.operations();
    life.expect_whole(" undisturbed");
    EXPECT_TRUE(life.knows_of_it());
  }
  ASSERT_GT(ended, begun + 40);
  std::size_t whole = 0;
  const auto lose_power_at = [&](std::uint64_t operation, std::uint64_t seed) {
    const std::string when = ", power lost at operation " + std::to_string(operation);
    Life life;
    life.disk.cut_power_at(operation);
    const auto made = life.make(goes_on);
    life.close();
    life.disk.lose_power(seed);
    ASSERT_THAT(life.reopen(), IsOk()) << when << "\n" << life.disk.history();
    if (made || life.is_there(life.target())) {
      ++whole;
      life.expect_whole(when);
      EXPECT_TRUE(life.knows_of_it()) << when;
    }
    if (testing::Test::HasFailure()) {
      FAIL() << life.disk.history(30);
    }
  };
  // Around the entry of the trail and the rename, with everything that may survive.
  constexpr std::uint64_t kLast = 24;
  for (std::uint64_t operation = begun + 1; operation <= ended + 1; ++operation) {
    const bool last = operation + kLast > ended;
    for (std::uint64_t seed = last ? 0 : operation % kSeeds; seed < (last ? kSeeds : operation % kSeeds + 1); ++seed) {
      lose_power_at(operation, seed);
      ASSERT_FALSE(testing::Test::HasFailure());
    }
  }
  EXPECT_GE(whole, 1U);
}

TEST(BackupOnABadDisk, LeavesNothingBehindWhenTheDiskRefuses) {
  Life first;
  const std::uint64_t begun = first.disk.operations();
  ASSERT_THAT(first.make(goes_on), IsOk());
  const std::uint64_t ended = first.disk.operations();
  for (std::uint64_t operation = begun + 1; operation < ended; operation += 3) {
    Life life;
    life.disk.fail_at(operation);
    const auto made = life.make(goes_on);
    if (!made) {
      EXPECT_FALSE(life.is_there(life.target())) << operation;
      EXPECT_FALSE(life.is_there(life.target().string() + ".unfinished")) << operation << "\n" << life.disk.history();
    }
  }
}

// A copy of the store that is older or newer than that of the log would be refused when it is opened.
TEST(Backup, HoldsStoreAndLogOfOneMomentWhileBothGoOn) {
  Life life;
  ASSERT_THAT(life.grow(400), IsOk());
  unsigned times = 0;
  const auto made = life.make([&] { return ++times <= 20 ? life.move_on() : Result<void>(); });
  ASSERT_THAT(made, IsOk());
  EXPECT_GT(times, 10U);
  life.expect_whole("");
}

// As often as it asks.
TEST(BackupOnABadDisk, EndsWhenItIsToldToAndLeavesNothingBehind) {
  for (unsigned asked = 1;; asked += 2) {
    Life life;
    unsigned times = 0;
    const auto made = life.make([&]() -> Result<void> {
      return ++times < asked ? Result<void>() : fail(ErrorCode::shutting_down, "the server ends");
    });
    if (made) {
      EXPECT_GT(asked, 10U);
      return;
    }
    EXPECT_EQ(made.error().code, ErrorCode::shutting_down);
    EXPECT_FALSE(life.is_there(life.target())) << asked;
    EXPECT_FALSE(life.is_there(life.target().string() + ".unfinished")) << asked;
    EXPECT_THAT(life.work(), IsOk()) << "the store goes on";
  }
}

}  // namespace
}  // namespace rakkan::service
