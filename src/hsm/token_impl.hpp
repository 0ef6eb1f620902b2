// The state of a Token: its login, its sessions, its breaker, and perform(), through which every working call goes.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "hsm/breaker.hpp"
#include "hsm/key_objects.hpp"
#include "hsm/module_impl.hpp"
#include "rakkan/hsm/token.hpp"

namespace rakkan::hsm {

struct Token::Impl : std::enable_shared_from_this<Token::Impl> {
  Impl(std::shared_ptr<Module> module, TokenAddress address, SecureBytes pin);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Session is a session in use: it is valid in the Entry in which it was lent.
  struct Session {
    CK_SESSION_HANDLE handle;
    std::uint64_t generation;  // generation of the login: key handles that were found under another one are stale
  };

  // Logs in for the first time, with the retries that starting needs.
  [[nodiscard]] Result<void> start();

  // Runs work(Session) -> Outcome<T> on the calling thread's session, with the recovery and the tries of the
  // return-code table. Work must be safe to repeat.
  template <class Work>
  [[nodiscard]] auto perform(const Work& work)
      -> Result<typename std::invoke_result_t<Work, const Session&>::value_type> {
    Tries tries;
    for (;;) {
      RAKKAN_TRY(const Breaker::Pass pass, admit());
      std::uint64_t login = 0;
      std::uint64_t library_generation = 0;
      auto outcome = attempt(work, login, library_generation);
      if (outcome) {
        breaker_.answered(pass);
        if constexpr (std::is_void_v<typename std::invoke_result_t<Work, const Session&>::value_type>) {
          return {};
        } else {
          return *std::move(outcome);
        }
      }
      RAKKAN_CHECK(recover(std::move(outcome).error(), pass, login, library_generation, tries));
    }
  }

  // perform() for work that finds a key. A device that was away for a moment can come back as a token that shows none
  // of its keys until the module is initialised again (SoftHSM does when its files were away), so a key that is not
  // found has that tried: not at once, but by the first caller after a wait that doubles. Meanwhile each call looks
  // once, and the token's other keys go on. key_not_found has a retry_after then.
  template <class Work>
  [[nodiscard]] auto perform_with_key(const Work& work) {
    const std::uint64_t before = library_->generation();
    auto outcome = perform(work);
    if (outcome || outcome.error().code != ErrorCode::key_not_found) {
      return outcome;
    }
    const tl::expected<Breaker::Pass, Breaker::Wait> pass = missing_keys_.admit(std::chrono::steady_clock::now());
    if (!pass) {
      outcome.error().retry_after = pass.error();
      return outcome;
    }
    std::uint64_t looked_in = before;
    if (pass->probe) {
      // A failure is ignored: the work itself meets it, and it is the work's error then.
      static_cast<void>(library_->reinitialise(pass->failed_generation));
      looked_in = library_->generation();
      outcome = perform(work);
    }
    if (!outcome && outcome.error().code == ErrorCode::key_not_found) {
      outcome.error().retry_after = missing_keys_.failed(*pass, std::chrono::steady_clock::now(), looked_in);
    } else {
      missing_keys_.answered(*pass);  // the key was found, or the token has another trouble, with a breaker of its own
    }
    return outcome;
  }

  // Remembers a loaded key that is not found now, for the signer that misses it.
  void miss(const void* signer, const KeyAddress& address);
  void miss_no_more(const void* signer) noexcept;
  [[nodiscard]] std::map<const void*, KeyAddress> missed() const;

  // Runs work(CK_SESSION_HANDLE) -> Outcome<T>, which makes objects, inside perform(), in a read-write session of its
  // own.
  template <class Work>
  [[nodiscard]] std::invoke_result_t<Work, CK_SESSION_HANDLE> in_read_write_session(const Work& work) {
    RAKKAN_HSM_TRY(const CK_SESSION_HANDLE session, open_session(CKF_RW_SESSION));
    auto outcome = work(session);
    functions().C_CloseSession(session);
    return outcome;
  }

  [[nodiscard]] const CK_FUNCTION_LIST& functions() const noexcept { return library_->functions(); }
  [[nodiscard]] Library& library() const noexcept { return *library_; }
  [[nodiscard]] const Options& options() const noexcept { return module_->impl()->options; }
  [[nodiscard]] const SecureBytes& pin() const noexcept { return pin_; }
  [[nodiscard]] Status status() const noexcept;
  [[nodiscard]] std::string serial() const;

 private:
  friend class ThreadSessions;
  struct Tries {
    unsigned of_class[static_cast<std::size_t>(ReturnClass::unknown) + 1] = {};
  };

  template <class Work>
  [[nodiscard]] std::invoke_result_t<Work, const Session&> attempt(const Work& work, std::uint64_t& login,
                                                                   std::uint64_t& library_generation) {
    const Library::Entry entry(*library_);
    library_generation = library_->generation();
    RAKKAN_HSM_CHECK(ensure_login());
    login = generation_.load(std::memory_order_acquire);
    RAKKAN_HSM_TRY(const Session session, thread_session());
    auto outcome = work(session);
    if (!outcome) {
      // After any failure an operation may be left open in the session (PKCS#11 §11.11: a failed C_Sign can leave one
      // active).
      drop_thread_session();
    }
    return outcome;
  }

  // Refuses, before any call, when the token is stopped, its breaker open, or the process a forked child. When this
  // returns for a probe, the library has been initialised again.
  [[nodiscard]] Result<Breaker::Pass> admit();
  // Recovers for another try, or returns the error when the table allows none.
  [[nodiscard]] Result<void> recover(Failure failure, const Breaker::Pass& pass, std::uint64_t login,
                                     std::uint64_t library_generation, Tries& tries);

  // To be called in an Entry:
  [[nodiscard]] Outcome<void> ensure_login();
  [[nodiscard]] Outcome<void> log_in();  // with login_mutex_ held
  [[nodiscard]] Outcome<Session> thread_session();
  void drop_thread_session() noexcept;
  [[nodiscard]] Outcome<CK_SESSION_HANDLE> open_session(CK_FLAGS more = 0);
  [[nodiscard]] unsigned current_session_limit() noexcept;  // with sessions_mutex_ held
  void close_session(CK_SESSION_HANDLE handle, std::uint64_t library_generation) noexcept;

  void forget_login(std::uint64_t login) noexcept;
  void stop() noexcept;

  const std::shared_ptr<Module> module_;
  const std::shared_ptr<Library> library_;
  const TokenAddress address_;
  const SecureBytes pin_;
  const std::uint64_t number_;  // of this object in the process, never reused

  std::atomic<bool> stopped_{false};
  Breaker breaker_;
  Breaker missing_keys_;  // of the re-initialisations for keys that are not found; refuses nobody's work

  mutable std::mutex missed_mutex_;
  std::map<const void*, KeyAddress> missed_;

  mutable std::mutex login_mutex_;
  std::string serial_;
  std::atomic<CK_SLOT_ID> slot_{0};
  CK_SESSION_HANDLE login_session_ = 0;  // H1: never signs, keeps the login alive
  std::uint64_t login_session_library_generation_ = 0;
  std::atomic<std::uint64_t> logged_in_for_{0};  // the generation of the library that the login belongs to; 0: no login
  std::atomic<std::uint64_t> generation_{0};

  mutable std::mutex sessions_mutex_;
  std::vector<CK_SESSION_HANDLE> open_sessions_;  // the sessions of all threads
  std::uint64_t sessions_library_generation_ = 0;
  unsigned session_limit_ = 0;    // rule H1
  unsigned shrunk_limit_ = 0;     // the sessions that the device gave under pressure; they are the limit …
  Breaker::Time shrunk_until_{};  // … until this time
};

}  // namespace rakkan::hsm
