// Readiness is what /readyz says: asked of the service again when the last word is older than kFresh, by one caller at
// a time; a caller that comes meanwhile waits for the same word. However many ask, tokens are touched at most twice a
// second. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "rakkan/async/task_fwd.hpp"
#include "rakkan/base/error.hpp"
#include "rakkan/telemetry/log.hpp"

namespace rakkan::service {

class Readiness {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Problems = std::vector<ErrorCode>;  // each once; none: ready
  // What is wrong now; takes up to seconds when a token does not answer.
  using Look = std::function<async::Task<std::vector<Error>>()>;
  // Flaws that should not stay although everything works; from memory.
  using Warn = std::function<std::vector<Error>()>;

  static constexpr std::chrono::milliseconds kFresh{500};
  static constexpr std::chrono::seconds kReminder{60};

  // The log hears of every change, and every kReminder of a trouble that stays, with what the codes alone do not say;
  // of a warning once, and again when it changes. It outlives this.
  Readiness(Look look, Warn warn, telemetry::Log& log) : look_(std::move(look)), warn_(std::move(warn)), log_(log) {}

  [[nodiscard]] async::Task<Problems> problems(Time now);
  // As of the last word: each code once. No warning makes it unready.
  [[nodiscard]] Problems warnings() const;
  // By the last word, which is asked for nobody; true before the first.
  [[nodiscard]] bool is_ready() const;

 private:
  using Answer = std::function<void(Problems)>;
  [[nodiscard]] async::Task<Problems> look(Time now);
  [[nodiscard]] Problems note(Time asked, const std::vector<Error>& wrong);
  void note_warnings();

  const Look look_;
  const Warn warn_;
  telemetry::Log& log_;
  mutable std::mutex mutex_;
  std::optional<Time> asked_;  // when `last_` was asked for
  Problems last_;
  std::vector<Error> warned_;
  Time told_{};  // when the log last heard of all that is wrong
  bool looking_ = false;
  std::vector<Answer> waiting_;
};

}  // namespace rakkan::service
