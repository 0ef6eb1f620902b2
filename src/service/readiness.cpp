#include "rakkan/service/readiness.hpp"

#include "rakkan/async/task.hpp"

#include <algorithm>
#include <utility>

namespace rakkan::service {

async::Task<Readiness::Problems> Readiness::problems(Time now) {
  std::unique_lock lock(mutex_);
  if (asked_ && now - *asked_ < kFresh) {
    co_return last_;
  }
  if (!std::exchange(looking_, true)) {
    lock.unlock();
    co_return co_await look(now);
  }
  lock.unlock();
  auto wait = [this](Answer answer) {
    std::unique_lock guard(mutex_);
    if (looking_) {
      waiting_.push_back(std::move(answer));
      return;
    }
    Problems known = last_;  // the other caller's look ended in between
    guard.unlock();
    answer(std::move(known));
  };
  co_return co_await async::await_answer<Problems>(std::move(wait));
}

async::Task<Readiness::Problems> Readiness::look(Time now) {
  std::vector<Error> wrong;
  try {
    wrong = co_await look_();
  } catch (const std::exception& thrown) {  // callers that wait for this answer must not wait for ever
    wrong.emplace_back(ErrorCode::internal, thrown.what(), std::string(), std::nullopt, std::vector<Error>());
  }
  note_warnings();
  co_return note(now, wrong);
}

void Readiness::note_warnings() {
  std::vector<Error> warnings = warn_();
  std::vector<Error> before;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(warned_, warnings);
  }
  for (const Error& warning : warnings) {
    const bool known = std::any_of(before.begin(), before.end(), [&](const Error& other) {
      return other.code == warning.code && other.where == warning.where && other.detail == warning.detail;
    });
    if (!known) {
      const std::string detail = to_string(warning);
      log_.write(LogLevel::warning, "to be mended",
                 {{"error", row(warning.code).slug}, {"detail", std::string_view(detail)}});
    }
  }
}

Readiness::Problems Readiness::note(Time asked, const std::vector<Error>& wrong) {
  Problems problems;
  std::vector<const Error*> news;
  for (const Error& error : wrong) {
    if (std::find(problems.begin(), problems.end(), error.code) == problems.end()) {
      problems.push_back(error.code);
      news.push_back(&error);
    }
  }
  std::vector<Answer> waiting;
  Problems before;
  bool reminds = false;
  {
    const std::lock_guard lock(mutex_);
    before = std::exchange(last_, problems);
    reminds = !before.empty() && asked - told_ >= kReminder;
    told_ = before.empty() || reminds ? asked : told_;
    asked_ = asked;
    looking_ = false;
    waiting.swap(waiting_);
  }
  for (const Error* error : news) {
    if (reminds || std::find(before.begin(), before.end(), error->code) == before.end()) {
      log_.failure("not ready", *error);
    }
  }
  if (problems.empty() && !before.empty()) {
    log_.write(LogLevel::info, "ready again");
  }
  for (const Answer& answer : waiting) {
    answer(problems);
  }
  return problems;
}

Readiness::Problems Readiness::warnings() const {
  const std::lock_guard lock(mutex_);
  Problems codes;
  for (const Error& warning : warned_) {
    if (std::find(codes.begin(), codes.end(), warning.code) == codes.end()) {
      codes.push_back(warning.code);
    }
  }
  return codes;
}

bool Readiness::is_ready() const {
  const std::lock_guard lock(mutex_);
  return last_.empty();
}

}  // namespace rakkan::service
