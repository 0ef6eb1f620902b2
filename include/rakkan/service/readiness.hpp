// Readiness is the answer that /readyz gives. The service is asked again when its last answer is older than kFresh, by
// one caller at a time; a caller that comes meanwhile waits for the same answer. However many ask, tokens are touched
// at most twice a second. Thread-safe.
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
  // Finds everything that is wrong now; takes up to seconds when a token does not answer.
  using Look = std::function<async::Task<std::vector<Error>>()>;
  // Returns flaws that should not stay although everything works; from memory.
  using Warn = std::function<std::vector<Error>()>;

  static constexpr std::chrono::milliseconds kFresh{500};
  static constexpr std::chrono::seconds kReminder{60};

  // Every change is logged, a trouble that stays is logged again after each kReminder, both with their details; a
  // warning is logged once, and again when it changes. The log outlives the Readiness.
  Readiness(Look look, Warn warn, telemetry::Log& log) : look_(std::move(look)), warn_(std::move(warn)), log_(log) {}

  [[nodiscard]] async::Task<Problems> problems(Time now);
  // The warnings of the last answer, each code once. No warning makes the service unready.
  [[nodiscard]] Problems warnings() const;
  // True when the last answer had no problems, and before the first; does not ask the service.
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
  Time told_{};  // when everything that is wrong was last logged
  bool looking_ = false;
  std::vector<Answer> waiting_;
};

}  // namespace rakkan::service
