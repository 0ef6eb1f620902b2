#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "credentials/generation.hpp"
#include "rakkan/credentials/credential.hpp"

namespace rakkan::credentials {

// A credential as it stands in the store; a change makes a new entry, which shares with the one before what did not
// change: open keys, and the flag that those hear of who have the credential already.
struct CredentialRegistry::Entry {
  [[nodiscard]] static Result<std::shared_ptr<Entry>> of(store::CredentialRow row,
                                                         const std::vector<pki::Certificate>& roots, Instant now,
                                                         const Entry* before) {
    auto entry = std::make_shared<Entry>();
    RAKKAN_TRY(entry->generations,
               Generations::of(row, roots, now, before == nullptr ? nullptr : &before->generations));
    if (before != nullptr) {
      entry->disabled = before->disabled;
    } else {
      entry->disabled->store(row.status == CredentialStatus::disabled);
    }
    entry->row = std::move(row);
    return entry;
  }

  [[nodiscard]] CredentialSummary summary(Instant now) const;

  store::CredentialRow row;
  Generations generations;
  std::shared_ptr<std::atomic<bool>> disabled = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace rakkan::credentials
