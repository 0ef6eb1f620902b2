// Library is one PKCS#11 shared object, loaded and initialised: C_Initialize and C_Finalize happen here and nowhere
// else.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "hsm/cryptoki.hpp"
#include "hsm/drain_gate.hpp"
#include "rakkan/base/result.hpp"

namespace rakkan::hsm {

class Library {
 public:
  // The library at that path, shared by all its holders. Fails with hsm_module_unusable.
  [[nodiscard]] static Result<std::shared_ptr<Library>> load(const std::filesystem::path& path);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // Every call of a PKCS#11 function has to be inside an Entry, which holds off C_Finalize. Entries must not be nested.
  class Entry {
   public:
    explicit Entry(Library& library) noexcept : library_(library) { library_.gate_.enter(); }
    ~Entry() { library_.gate_.leave(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    Library& library_;
  };

  [[nodiscard]] const CK_FUNCTION_LIST& functions() const noexcept { return *functions_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  // A number that grows when the library was initialised again: session and object handles of another generation are
  // dead. It is stable in an Entry.
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(std::memory_order_acquire); }
  // Calls C_Finalize and C_Initialize with all callers drained, unless that was done since `failed_generation`. To be
  // called outside of any Entry.
  [[nodiscard]] Outcome<void> reinitialise(std::uint64_t failed_generation);

  // False in a child process of fork(): SoftHSM would go on with the parent's state there (C_SignInit returns CKR_OK).
  [[nodiscard]] bool usable() const noexcept;

  // The mutex that is held while tokens are initialised and keys made: a free slot or name must still be free when it
  // is taken.
  [[nodiscard]] std::mutex& administration() noexcept { return administration_; }

  // Tokens (by serial number) whose PIN was rejected in this process; they outlive the library.
  [[nodiscard]] bool is_stopped(const std::string& serial) const;
  void stop(const std::string& serial) noexcept;

 private:
  struct Private {};

 public:
  Library(Private, std::filesystem::path path, CK_FUNCTION_LIST_PTR functions) noexcept;

 private:
  [[nodiscard]] Outcome<void> initialise();

  const std::filesystem::path path_;
  const CK_FUNCTION_LIST_PTR functions_;
  DrainGate gate_;
  std::atomic<std::uint64_t> generation_{1};
  std::mutex administration_;
  std::mutex owner_mutex_;          // the single owner of C_Finalize and C_Initialize
  bool initialised_by_us_ = false;  // false: the embedding program initialised it, so it is not finalised here
};

}  // namespace rakkan::hsm
