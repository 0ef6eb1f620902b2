// KillingFileSystem ends its process by SIGKILL at its N-th change of the disk or sync, before it is done or, of a
// write, in the middle: what a crash leaves at every step there is. The machine's disk otherwise. Thread-safe, as that.
//
//   KillingFileSystem files;
//   if (::fork() == 0) {
//     files.kill_at(n);
//     work(files);
//     ::_exit(0);
//   }
//   ... waitpid, and look at what is there ...
#pragma once

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "rakkan/base/file_system.hpp"

namespace rakkan::test {

class KillingFileSystem final : public FileSystem {
 public:
  enum class Moment : std::uint8_t { before, half_done };

  // Counted from now on, from 1; 0: never.
  void kill_at(std::uint64_t operation, Moment moment = Moment::before) {
    operations_ = 0;
    kill_at_ = operation;
    moment_ = moment;
  }
  [[nodiscard]] std::uint64_t operations() const noexcept { return operations_; }

  [[nodiscard]] Result<std::unique_ptr<File>> open(const std::filesystem::path& path, FileMode mode) override {
    if (mode == FileMode::create_or_modify) {
      step();
    }
    RAKKAN_TRY(std::unique_ptr<File> file, inner_.open(path, mode));
    return std::make_unique<OneFile>(*this, std::move(file));
  }
  [[nodiscard]] Result<bool> exists(const std::filesystem::path& path) override { return inner_.exists(path); }
  [[nodiscard]] Result<void> remove(const std::filesystem::path& path) override {
    step();
    return inner_.remove(path);
  }
  [[nodiscard]] Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    step();
    return inner_.rename(from, to);
  }
  [[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder) override {
    step();
    return inner_.make_folder(folder);
  }
  [[nodiscard]] Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
    return inner_.list(folder);
  }
  [[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder) override {
    step();
    return inner_.sync_folder(folder);
  }

 private:
  class OneFile final : public File {
   public:
    OneFile(KillingFileSystem& system, std::unique_ptr<File> inner) : system_(system), inner_(std::move(inner)) {}
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, ByteSpan out) override {
      return inner_->read_at(offset, out);
    }
    [[nodiscard]] Result<void> write_at(std::uint64_t offset, ByteView data) override {
      if (system_.is_last()) {
        if (system_.moment_ == Moment::half_done) {
          static_cast<void>(inner_->write_at(offset, data.first(data.size() / 2)));
        }
        die();
      }
      return inner_->write_at(offset, data);
    }
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
      system_.step();
      return inner_->truncate(size);
    }
    [[nodiscard]] Result<void> sync() override {
      system_.step();
      return inner_->sync();
    }
    [[nodiscard]] Result<std::uint64_t> size() override { return inner_->size(); }
    [[nodiscard]] Result<bool> try_lock(std::uint64_t offset, std::uint64_t length) override {
      return inner_->try_lock(offset, length);
    }

   private:
    KillingFileSystem& system_;
    std::unique_ptr<File> inner_;
  };

  static void die() {
    ::kill(::getpid(), SIGKILL);
    for (;;) {
      ::pause();
    }
  }
  [[nodiscard]] bool is_last() { return ++operations_ == kill_at_; }
  void step() {
    if (is_last()) {
      die();
    }
  }

  FileSystem& inner_ = posix_file_system();
  std::atomic<std::uint64_t> operations_ = 0;
  std::atomic<std::uint64_t> kill_at_ = 0;
  std::atomic<Moment> moment_ = Moment::before;
};

}  // namespace rakkan::test
