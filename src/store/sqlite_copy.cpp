// SqliteStore::copy_to: a copy of the store while it is used.
#include <chrono>
#include <thread>

#include "store/sqlite_store.hpp"

namespace rakkan::store {
namespace {

constexpr int kPagesAtOnce = 64;  // of 4 KiB: a commit waits for so many at most
// So long the copy leaves lock and disk to others after each step.
constexpr std::chrono::milliseconds kPause{1};
// After so many steps the copy is synced. A single sync at the end would write everything at once, and the commits' own
// syncs would wait behind it.
constexpr unsigned kStepsToASync = 32;

// Pauses is the work between two steps, when the store is free.
class Pauses {
 public:
  Pauses(const Copying& copying, File& file) : copying_(copying), file_(file) {}

  [[nodiscard]] Result<void> pause() {
    if (copying_.goes_on) {
      RAKKAN_CHECK(copying_.goes_on());
    }
    if (++steps_ % kStepsToASync == 0) {
      RAKKAN_CHECK(file_.sync());
    }
    std::this_thread::sleep_for(kPause);
    return {};
  }

 private:
  const Copying& copying_;
  File& file_;
  unsigned steps_ = 0;
};

// The lock is held when it is called and when it returns.
Result<void> copy_pages(Database& from, FileSystem& files, const std::filesystem::path& to, const Copying& copying,
                        Pauses& pauses, std::unique_lock<std::mutex>& lock) {
  RAKKAN_TRY(DatabaseCopy copy, DatabaseCopy::begin(from, files, to));
  for (;;) {
    RAKKAN_TRY(const bool complete, copy.step(kPagesAtOnce));
    if (complete) {
      break;
    }
    lock.unlock();
    const Result<void> paused = pauses.pause();
    lock.lock();
    RAKKAN_CHECK(paused);
  }
  if (copying.settled) {
    RAKKAN_CHECK(copying.settled());
  }
  return copy.finish();
}

}  // namespace

Result<void> SqliteStore::copy_to(const std::filesystem::path& file, const Copying& copying) {
  RAKKAN_TRY(const bool there, files_->exists(file));
  if (there) {
    return fail(ErrorCode::already_exists, "the file is there already", file.string());
  }
  RAKKAN_TRY(const std::unique_ptr<File> made, files_->open(file, FileMode::create_or_modify));
  Pauses pauses(copying, *made);
  {
    std::unique_lock lock(mutex_);
    RAKKAN_CHECK(copy_pages(database_, *files_, file, copying, pauses, lock));
  }
  RAKKAN_CHECK(made->sync());
  return files_->sync_folder(file.parent_path());
}

}  // namespace rakkan::store
