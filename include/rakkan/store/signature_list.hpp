// SignatureQuery says which signatures a list has, in which order and from which position on; SignaturePage is one page
// of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rakkan/base/strong_id.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/store/row_change.hpp"

namespace rakkan::store {

// The place of one signature among those of its tenant: by time, and at one time by the outcome's index.
struct SignaturePosition {
  Instant created;
  std::uint64_t outcome = 0;
};

struct SignatureQuery {
  // Most rows that the search for one page looks at: a search for a rare signature holds up no commit, and its answer
  // may be a page with nothing on it and a position to go on from.
  static constexpr std::size_t kMostExamined = 1'000;

  TenantId tenant;
  std::optional<Instant> from = {};    // made then or later
  std::optional<Instant> before = {};  // made earlier
  CredentialId credential = {};        // empty: of any credential
  std::string facts_with = {};         // a text that their facts contain; empty: any facts
  bool oldest_first = false;
  std::optional<SignaturePosition> after = {};  // behind this one, in the order of the list
  std::size_t most = 50;                        // rows on a page
};

struct SignaturePage {
  std::vector<SignatureRow> rows;         // without their tails
  std::optional<SignaturePosition> next;  // the last row that was looked at, unless nothing is behind it
};

}  // namespace rakkan::store
