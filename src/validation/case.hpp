// Case is one decision's input, indexed: facts by id, revocation data by certificate, algorithms with their standing.
// Evidence from after the time of judgement is left out here, and so from everything that follows.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "rakkan/base/time.hpp"
#include "rakkan/validation/facts.hpp"
#include "rakkan/validation/policy.hpp"

namespace rakkan::validation {

// The statement of one CRL or response about one certificate.
struct Evidence {
  const RevocationFacts* data = nullptr;
  const RevocationEntry* entry = nullptr;

  [[nodiscard]] bool is_revoked() const noexcept { return entry->status == CertificateStatus::revoked; }
  [[nodiscard]] bool is_hold() const noexcept { return is_revoked() && entry->reason == "certificateHold"; }
  // A revocation without a time counts from ever.
  [[nodiscard]] Instant revoked_at() const noexcept { return entry->revoked_at.value_or(Instant::min()); }
};

// Until when an algorithm counts.
struct Standing {
  bool is_listed = false;
  std::optional<Instant> from = {};   // inclusive
  std::optional<Instant> until = {};  // inclusive; nothing: no end
  std::string name = {};
  bool has_ended_by_warning = false;  // an end that only warns has passed

  [[nodiscard]] bool is_acceptable_at(Instant time) const noexcept {
    return is_listed && (!from || *from <= time) && (!until || time <= *until);
  }
  // In words, why it is not acceptable at `time`.
  [[nodiscard]] std::string words() const;
};

// The acceptance of evidence (EN 319 102-1 §5.2.5.3 and RFC 6960, RFC 5280 §6.3): the same at every time, but for two
// bounds on the time at which the evidence must have existed.
struct Acceptance {
  bool is_acceptable = false;
  std::string why = {};                           // it is not
  std::optional<Instant> exists_by = {};          // before this moment: then its signer, or a CA above it, was revoked
  std::optional<Instant> valid_until = {};        // at the latest at this moment: then its signer's chain ends
  std::vector<const Algorithm*> algorithms = {};  // of the data and of the signer's own chain
};

class Case {
 public:
  Case(const Facts& facts, const Policy& policy, Instant now);
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  [[nodiscard]] const Facts& facts() const noexcept { return facts_; }
  [[nodiscard]] const Policy& policy() const noexcept { return policy_; }
  [[nodiscard]] Instant now() const noexcept { return now_; }

  // Null for an id that names none.
  [[nodiscard]] const CertificateFacts* certificate(const Id& id) const;
  [[nodiscard]] const Anchor* anchor(const Id& id) const;
  [[nodiscard]] const TimestampFacts* timestamp(const Id& id) const;
  // The newest first; of equal age, by id.
  [[nodiscard]] std::span<const Evidence> evidence_about(const Id& certificate) const;
  // The chains of the certificate that are complete among the facts, the best first, in an order that does not depend
  // on that of the facts.
  [[nodiscard]] std::vector<const Chain*> chains_of(const CertificateFacts& certificate) const;

  [[nodiscard]] const Standing& standing_of(const Algorithm& algorithm) const;
  [[nodiscard]] const Standing& standing_of(const std::optional<crypto::HashAlgorithm>& hash) const;

  // The bookkeeping of evidence acceptance (bbb/rac.cpp): each pair is judged once; a pair that is asked for while it
  // is being judged is a loop.
  struct Judged {
    bool is_finished = false;
    Acceptance acceptance = {};
  };
  [[nodiscard]] std::map<std::pair<const RevocationEntry*, const Chain*>, Judged>& judged() const noexcept {
    return judged_;
  }
  [[nodiscard]] std::size_t& acceptances_left() const noexcept { return acceptances_left_; }

  // Ids of timestamps and revocation data that are ignored, for they are from after the time of judgement.
  [[nodiscard]] const std::vector<Id>& from_later() const noexcept { return from_later_; }

 private:
  const Facts& facts_;
  const Policy& policy_;
  Instant now_;
  std::unordered_map<std::string_view, const CertificateFacts*> certificates_;
  std::unordered_map<std::string_view, const Anchor*> anchors_;
  std::unordered_map<std::string_view, const TimestampFacts*> timestamps_;
  std::unordered_map<std::string_view, std::vector<Evidence>> evidence_;
  std::vector<Id> from_later_;
  mutable std::map<std::string, Standing> standings_;
  mutable std::map<std::pair<const RevocationEntry*, const Chain*>, Judged> judged_;
  mutable std::size_t acceptances_left_;
};

}  // namespace rakkan::validation
