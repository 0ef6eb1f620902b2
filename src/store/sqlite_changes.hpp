// The changes of a commit, each applied within the running transaction. Each kind of change has one function, in the
// file that also reads the rows of that kind.
#pragma once

#include "rakkan/store/row_change.hpp"
#include "store/sqlite.hpp"
#include "store/sqlite_certificates.hpp"
#include "store/sqlite_kept.hpp"

namespace rakkan::store {

// `certificates` learns which certificates the change adds, refers to, or lets go of, `kept` which signatures are kept
// and released.
[[nodiscard]] Result<void> apply(Database& database, CertificateChange& certificates, KeptChange& kept,
                                 const RowChange& change);

// sqlite_changes.cpp
[[nodiscard]] Result<void> apply_one(Database& database, CertificateChange& certificates, const SignatureRow& row);
[[nodiscard]] Result<void> apply_one(Database& database, const IdempotencyRow& row);
[[nodiscard]] Result<void> apply_one(Database& database, const ActivationRow& row);
[[nodiscard]] Result<void> apply_one(Database& database, const ActivationUse& use);
[[nodiscard]] Result<void> apply_one(Database& database, const ActivationWithdrawal& withdrawal);
// sqlite_api_keys.cpp
[[nodiscard]] Result<void> apply_one(Database& database, const ApiKeyRow& row);
[[nodiscard]] Result<void> apply_one(Database& database, const ApiKeyRevocation& revocation);
// sqlite_credentials.cpp
[[nodiscard]] Result<void> apply_one(Database& database, const CredentialRow& row);
[[nodiscard]] Result<void> apply_one(Database& database, const CredentialActivation& activation);
[[nodiscard]] Result<void> apply_one(Database& database, const GenerationAddition& addition);
[[nodiscard]] Result<void> apply_one(Database& database, const CredentialDisabling& disabling);
// sqlite_pins.cpp
[[nodiscard]] Result<void> apply_one(Database& database, const PinAddition& addition);
[[nodiscard]] Result<void> apply_one(Database& database, const PinReplacement& replacement);
[[nodiscard]] Result<void> apply_one(Database& database, const PinReset& reset);
[[nodiscard]] Result<void> apply_one(Database& database, const PinStanding& standing);
// sqlite_pin_codes.cpp
[[nodiscard]] Result<void> apply_one(Database& database, const PinCodeIssue& issue);
[[nodiscard]] Result<void> apply_one(Database& database, const PinCodeWithdrawal& withdrawal);
[[nodiscard]] Result<void> apply_one(Database& database, const PinEnrolment& enrolment);
// sqlite_erasure.cpp
[[nodiscard]] Result<void> apply_one(Database& database, CertificateChange& certificates, KeptChange& kept,
                                     const RecordErasure& erasure);

[[nodiscard]] Result<void> apply_one(Database& database, const FactChange& change);

}  // namespace rakkan::store
