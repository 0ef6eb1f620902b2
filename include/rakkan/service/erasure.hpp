// Erasing a person's records (個人情報保護法, the Act on the Protection of Personal Information): the entries stay and
// the log still verifies, but nobody can tell any more what they said. The erasure is an entry of its own, which does
// not say whom it was about.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "rakkan/access/principal.hpp"
#include "rakkan/audit/trail.hpp"
#include "rakkan/base/bytes.hpp"
#include "rakkan/base/result.hpp"
#include "rakkan/store/ledger.hpp"

namespace rakkan::service {

// Forgets what is known about these certificates (DER) beside the records, overwriting the rows of the store.
using ForgetEvidence = std::function<Result<void>(std::vector<Bytes> certificates)>;

// Erases the records about `subject` (empty: nobody) and those at `indexes`; returns the indexes of the records that
// existed. The erasure is one transaction with its entry; when the function returns, the files of the store have
// nothing of these records any more. Before that, `forget_evidence` is called with the certificates of their
// signatures, for which nobody could ask afterwards: a crash in between costs evidence that has to be fetched again.
// audit_unavailable, store_unavailable, and the errors of `forget_evidence`: erase again, or restart.
[[nodiscard]] Result<std::vector<std::uint64_t>> erase_records(audit::Trail& trail, store::Ledger& ledger,
                                                               const access::Principal& by, std::string_view subject,
                                                               const std::vector<std::uint64_t>& indexes,
                                                               const ForgetEvidence& forget_evidence = {});

}  // namespace rakkan::service
