#include "hsm/token_impl.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <thread>
#include <unordered_map>
#include <utility>

namespace rakkan::hsm {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Two processes that log in at the same instant can see CKR_USER_PIN_NOT_INITIALIZED or CKR_GENERAL_ERROR once.
constexpr milliseconds kStartPause{50};
// The first pause under pressure: 10 to 20 ms, then 20 to 40 ms, so that threads do not come back in step.
constexpr int kBackOffMilliseconds = 10;

constexpr unsigned kNoLimit = std::numeric_limits<unsigned>::max();

std::uint64_t next_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

void back_off(unsigned tries) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const int shortest = kBackOffMilliseconds << (tries - 1);
  std::this_thread::sleep_for(milliseconds(std::uniform_int_distribution<int>(shortest, 2 * shortest)(random)));
}

// Rule H1: one session less than the token allows, since one keeps the login alive. In CK_TOKEN_INFO 0 and ~0 mean that
// there is no limit, or that it is not known.
unsigned session_limit(unsigned configured, const CK_TOKEN_INFO& info) {
  std::uint64_t limit = configured == 0 ? kNoLimit : configured;
  for (const CK_ULONG told : {info.ulMaxSessionCount, info.ulMaxRwSessionCount}) {
    if (told != CK_EFFECTIVELY_INFINITE && told != CK_UNAVAILABLE_INFORMATION) {
      limit = std::min<std::uint64_t>(limit, told);
    }
  }
  return limit == kNoLimit ? kNoLimit : static_cast<unsigned>(std::max<std::uint64_t>(limit, 2) - 1);
}

}  // namespace

// ThreadSessions are the calling thread's sessions, one for each token; they are closed when the thread ends.
class ThreadSessions {
 public:
  struct Row {
    std::weak_ptr<Token::Impl> token;
    CK_SESSION_HANDLE handle;
    std::uint64_t generation;
    std::uint64_t library_generation;
  };

  ThreadSessions() = default;
  ThreadSessions(const ThreadSessions&) = delete;
  ThreadSessions& operator=(const ThreadSessions&) = delete;
  ~ThreadSessions() {
    for (auto& [number, session] : rows_) {
      const std::shared_ptr<Token::Impl> token = session.token.lock();
      if (token != nullptr && token->library().usable()) {
        const Library::Entry entry(token->library());
        token->close_session(session.handle, session.library_generation);
      }
    }
  }

  [[nodiscard]] Row* find(std::uint64_t token) noexcept {
    const auto found = rows_.find(token);
    return found != rows_.end() ? &found->second : nullptr;
  }
  void put(std::uint64_t token, Row row) {
    std::erase_if(rows_, [](const auto& known) { return known.second.token.expired(); });
    rows_.insert_or_assign(token, std::move(row));
  }
  void erase(std::uint64_t token) noexcept { rows_.erase(token); }

 private:
  std::unordered_map<std::uint64_t, Row> rows_;  // by Token::Impl::number_
};

namespace {
thread_local ThreadSessions thread_sessions;
}  // namespace

Token::Impl::Impl(std::shared_ptr<Module> module, TokenAddress address, SecureBytes pin)
    : module_(std::move(module)),
      library_(module_->impl()->library),
      address_(std::move(address)),
      pin_(std::move(pin)),
      number_(next_number()),
      breaker_(options().breaker_first, options().breaker_last),
      missing_keys_(options().breaker_first, options().breaker_last) {}

Token::Impl::~Impl() {
  if (!library_->usable()) {
    return;
  }
  const Library::Entry entry(*library_);
  if (sessions_library_generation_ == library_->generation()) {
    for (const CK_SESSION_HANDLE session : open_sessions_) {
      functions().C_CloseSession(session);
    }
  }
  if (login_session_ != 0 && login_session_library_generation_ == library_->generation()) {
    functions().C_CloseSession(login_session_);  // logs out when it was the process's last session on the token
  }
}

Result<void> Token::Impl::start() {
  for (bool again = true;; again = false) {
    if (!library_->usable()) {
      return fail(unusable_after_fork());
    }
    std::uint64_t library_generation = 0;
    Outcome<void> login;
    {
      const Library::Entry entry(*library_);
      library_generation = library_->generation();
      login = ensure_login();
    }
    if (login) {
      return {};
    }
    const ReturnClass return_class = login.error().return_class();
    const bool worth_another = return_class == ReturnClass::device_gone || return_class == ReturnClass::session_lost;
    if (!again || !worth_another) {
      return fail(to_error(std::move(login).error()));
    }
    std::this_thread::sleep_for(kStartPause);
    if (return_class == ReturnClass::device_gone) {
      const Outcome<void> initialised = library_->reinitialise(library_generation);
      if (!initialised) {
        return fail(to_error(initialised.error()));
      }
    }
  }
}

Token::Status Token::Impl::status() const noexcept {
  const std::lock_guard lock(sessions_mutex_);
  return {stopped_.load(std::memory_order_relaxed), breaker_.is_open(), static_cast<unsigned>(open_sessions_.size()),
          session_limit_, generation_.load(std::memory_order_relaxed)};
}

std::string Token::Impl::serial() const {
  const std::lock_guard lock(login_mutex_);
  return serial_;
}

Result<Breaker::Pass> Token::Impl::admit() {
  if (!library_->usable()) {
    return fail(unusable_after_fork());
  }
  if (stopped_.load(std::memory_order_relaxed)) {
    return fail(ErrorCode::hsm_pin_rejected, "the token is stopped since its PIN was rejected",
                "token " + address_.label);
  }
  if (!breaker_.is_open()) {
    return Breaker::Pass{};
  }
  const tl::expected<Breaker::Pass, Breaker::Wait> admitted = breaker_.admit(steady_clock::now());
  if (!admitted) {
    return fail(Error{ErrorCode::hsm_device_gone,
                      "the HSM was gone a moment ago; the next try waits",
                      "token " + address_.label,
                      admitted.error(),
                      {}});
  }
  if (admitted->probe) {
    Outcome<void> initialised = library_->reinitialise(admitted->failed_generation);
    if (!initialised) {
      Error error = to_error(std::move(initialised).error());
      error.code = ErrorCode::hsm_device_gone;
      error.retry_after = breaker_.failed(*admitted, steady_clock::now(), library_->generation());
      return fail(std::move(error));
    }
  }
  return *admitted;
}

Result<void> Token::Impl::recover(Failure failure, const Breaker::Pass& pass, std::uint64_t login,
                                  std::uint64_t library_generation, Tries& tries) {
  const ReturnClass return_class = failure.return_class();
  const bool no_session = failure.code == CKR_SESSION_COUNT && failure.call == "C_OpenSession";
  const bool token_gone = failure.error && (failure.error->code == ErrorCode::hsm_token_not_found ||
                                            failure.error->code == ErrorCode::hsm_token_lost);
  const unsigned tried = ++tries.of_class[static_cast<std::size_t>(return_class)];
  Error error = to_error(std::move(failure));
  if (error.where.empty()) {
    error.where = "token " + address_.label;
  }
  if (return_class == ReturnClass::device_gone || token_gone) {
    error.retry_after = breaker_.failed(pass, steady_clock::now(), library_generation);
    return fail(std::move(error));
  }
  breaker_.answered(pass);
  if (return_class == ReturnClass::pin) {
    stop();
  }
  if (return_class == ReturnClass::session_lost) {
    forget_login(login);
  }
  if (tried >= row(return_class).tries) {
    if (no_session) {
      const std::lock_guard lock(sessions_mutex_);
      shrunk_limit_ = std::max(1U, static_cast<unsigned>(open_sessions_.size()));
      shrunk_until_ = steady_clock::now() + options().breaker_last;
    }
    if (::rakkan::row(error.code).retryable) {
      error.retry_after = options().breaker_first;
    }
    return fail(std::move(error));
  }
  if (return_class == ReturnClass::pressure) {
    back_off(tried);
  }
  return {};
}

Outcome<void> Token::Impl::ensure_login() {
  if (logged_in_for_.load(std::memory_order_acquire) == library_->generation()) {
    return {};
  }
  const std::lock_guard lock(login_mutex_);
  if (logged_in_for_.load(std::memory_order_relaxed) == library_->generation()) {
    return {};
  }
  return log_in();
}

Outcome<void> Token::Impl::log_in() {
  RAKKAN_HSM_TRY(const FoundToken token, find_token(functions(), address_));
  slot_ = token.slot;
  serial_ = token.description.serial;
  if (stopped_.load() || library_->is_stopped(serial_)) {
    stopped_ = true;
    return failed(Error{ErrorCode::hsm_pin_rejected,
                        "the token is stopped since its PIN was rejected",
                        "token " + address_.label,
                        std::nullopt,
                        {}});
  }
  RAKKAN_HSM_TRY(const CK_SESSION_HANDLE session, open_session());
  const auto login = [&] { return functions().C_Login(session, CKU_USER, pin_pointer(pin_), pin_length(pin_)); };
  CK_RV code = login();
  if (classify(code) == ReturnClass::starting) {
    std::this_thread::sleep_for(kStartPause);
    code = login();
  }
  if (classify(code) == ReturnClass::pin) {
    stopped_ = true;
    library_->stop(serial_);
  }
  if (code != CKR_OK && classify(code) != ReturnClass::success_like) {
    functions().C_CloseSession(session);
    return check(code, "C_Login");
  }
  // The old session is closed only when the new one is open: closing the last session logs out.
  if (login_session_ != 0 && login_session_library_generation_ == library_->generation()) {
    functions().C_CloseSession(login_session_);
  }
  login_session_ = session;
  login_session_library_generation_ = library_->generation();
  {
    const std::lock_guard lock(sessions_mutex_);
    session_limit_ = session_limit(options().max_sessions, token.info);
    if (sessions_library_generation_ != library_->generation()) {
      open_sessions_.clear();
      sessions_library_generation_ = library_->generation();
    }
  }
  generation_.fetch_add(1, std::memory_order_release);
  logged_in_for_.store(library_->generation(), std::memory_order_release);
  return {};
}

Outcome<Token::Impl::Session> Token::Impl::thread_session() {
  const std::uint64_t generation = generation_.load(std::memory_order_acquire);
  if (const ThreadSessions::Row* known = thread_sessions.find(number_)) {
    if (known->generation == generation) {
      return Session{known->handle, generation};
    }
    drop_thread_session();
  }
  const std::lock_guard lock(sessions_mutex_);
  if (open_sessions_.size() >= current_session_limit()) {
    return tl::unexpected<Failure>(Failure{CKR_SESSION_COUNT, "the session limit", std::nullopt});
  }
  RAKKAN_HSM_TRY(const CK_SESSION_HANDLE handle, open_session());
  open_sessions_.push_back(handle);
  thread_sessions.put(number_, {weak_from_this(), handle, generation, library_->generation()});
  return Session{handle, generation};
}

unsigned Token::Impl::current_session_limit() noexcept {
  if (shrunk_limit_ != 0 && steady_clock::now() >= shrunk_until_) {
    shrunk_limit_ = 0;
  }
  return shrunk_limit_ != 0 ? std::min(shrunk_limit_, session_limit_) : session_limit_;
}

void Token::Impl::drop_thread_session() noexcept {
  if (const ThreadSessions::Row* known = thread_sessions.find(number_)) {
    close_session(known->handle, known->library_generation);
    thread_sessions.erase(number_);
  }
}

Outcome<CK_SESSION_HANDLE> Token::Impl::open_session(CK_FLAGS more) {
  CK_SESSION_HANDLE handle = 0;
  RAKKAN_HSM_CALL(functions(), C_OpenSession, slot_, CKF_SERIAL_SESSION | more, nullptr, nullptr, &handle);
  return handle;
}

void Token::Impl::close_session(CK_SESSION_HANDLE handle, std::uint64_t library_generation) noexcept {
  // After C_Finalize the number may name a session of another caller.
  if (library_generation != library_->generation()) {
    return;
  }
  functions().C_CloseSession(handle);
  const std::lock_guard lock(sessions_mutex_);
  std::erase(open_sessions_, handle);
}

void Token::Impl::forget_login(std::uint64_t login) noexcept {
  const std::lock_guard lock(login_mutex_);
  // Of the threads that lost their sessions together, only the first one makes the others log in again.
  if (generation_.load(std::memory_order_relaxed) == login) {
    logged_in_for_.store(0, std::memory_order_release);
  }
}

void Token::Impl::miss(const void* signer, const KeyAddress& address) {
  const std::lock_guard lock(missed_mutex_);
  missed_.try_emplace(signer, address);
}

void Token::Impl::miss_no_more(const void* signer) noexcept {
  const std::lock_guard lock(missed_mutex_);
  missed_.erase(signer);
}

std::map<const void*, KeyAddress> Token::Impl::missed() const {
  const std::lock_guard lock(missed_mutex_);
  return missed_;
}

void Token::Impl::stop() noexcept {
  const std::lock_guard lock(login_mutex_);
  stopped_ = true;
  library_->stop(serial_);
}

}  // namespace rakkan::hsm
