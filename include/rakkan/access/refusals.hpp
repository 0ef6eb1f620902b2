// Refusals records refused requests in the trail: the caller, the act and the reason. The first of a kind is written at
// once; those that repeat it within a minute are counted, and the count is written when the minute is over. The number
// of kinds is bounded as well: an attacker that changes its address with every request fills neither memory nor log.
//
//   {"code":"pin-incorrect","action":"POST /v1/cms","peer":"192.0.2.7","key":"3f…","tenant":"acme",
//    "credential":"yamada","count":1,"first":"…","last":"…"}
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/base/error_code.hpp"
#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"

namespace rakkan::access {

// Recorder records a submission in the trail (Trail::record).
using Recorder = std::function<void(audit::Submission, audit::Trail::Done)>;
// The Recorder of a trail, which outlives it.
[[nodiscard]] inline Recorder recorder_of(audit::Trail& trail) {
  return [&trail](audit::Submission submission, audit::Trail::Done done) {
    trail.record(std::move(submission), std::move(done));
  };
}

// True for errors that deny a caller an act, in contrast to errors about the form of the request.
[[nodiscard]] bool is_refusal(ErrorCode code) noexcept;

struct Refusal {
  ErrorCode code{};
  std::string action;          // method and route: "POST /v1/cms"
  std::string peer;            // the caller's address
  ApiKeyId key;                // empty when no known key was shown
  TenantId tenant;             // the key's tenant
  CredentialId credential;     // the credential that was asked for; empty when none was
  std::string principal = {};  // id of the principal, for a refusal of a use case

  friend auto operator<=>(const Refusal&, const Refusal&) = default;
};

class Refusals {
 public:
  static constexpr std::chrono::minutes kWindow{1};
  static constexpr std::size_t kKinds = 256;  // in one window; beyond them only code and action distinguish kinds

  Refusals(Recorder record, const Clock& clock);  // the clock outlives the Refusals
  ~Refusals();                                    // writes the counts
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;

  void add(Refusal refusal);  // thread-safe, does not wait
  // Adds the refusal of a use case that `principal` asked for. A code that is no refusal (is_refusal) is not recorded.
  void add(ErrorCode code, std::string_view action, const Principal& principal, const CredentialId& credential);
  // Writes the counts of windows that are over. To be called every few seconds.
  void flush();
  // Refusals that the trail did not take (it was full, or gone).
  [[nodiscard]] std::uint64_t lost() const noexcept;

 private:
  struct Window {
    Instant first;
    Instant last;
    std::uint64_t repeats = 0;  // since the last entry for this kind
  };
  void close_windows(bool all);
  void write(const Refusal& refusal, std::uint64_t count, Instant first, Instant last);

  Recorder record_;
  const Clock* clock_;
  std::shared_ptr<std::atomic<std::uint64_t>> lost_;  // shared: the trail may answer after the Refusals has ended
  std::mutex mutex_;
  std::map<Refusal, Window> windows_;
};

}  // namespace rakkan::access
