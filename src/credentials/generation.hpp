// A Generation is a key of a credential with the certificate that was issued for it. The clock decides at each look
// which generation of a credential is the current one: no timer switches them, and a clock that was wrong for a while
// leaves nothing behind.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/base/time.hpp"
#include "rakkan/credentials/credential.hpp"
#include "rakkan/credentials/key_source.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_profile.hpp"
#include "rakkan/store/credential_row.hpp"

namespace rakkan::credentials {

[[nodiscard]] inline KeyAddress address_of(const store::GenerationRow& row) {
  return {row.token_label, row.key_label, row.key_id};
}

// Generation is a row as it stands in the store; a change makes a new Generation. Thread-safe.
class Generation {
 public:
  // malformed_certificate.
  [[nodiscard]] static Result<std::shared_ptr<Generation>> of(CredentialKind kind, store::GenerationRow row,
                                                              const std::vector<pki::Certificate>& roots, Instant now);

  [[nodiscard]] const store::GenerationRow& row() const noexcept { return row_; }
  [[nodiscard]] const std::optional<pki::Certificate>& certificate() const noexcept { return certificate_; }
  // Flaws of the certificate and its chain at the time of `of`, or when the generation begins where that is later.
  [[nodiscard]] const pki::CertificateFindings& findings() const noexcept { return findings_; }

  // The credential with this key; null while it is not open.
  [[nodiscard]] std::shared_ptr<const Credential> opened() const;
  // The credential with this key, which is opened now when it is not open: only on a thread that may use tokens.
  // key_certificate_mismatch, hsm_ codes.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> open(const store::CredentialRow& of, KeySource& keys,
                                                               std::shared_ptr<const std::atomic<bool>> disabled);
  void keep(std::shared_ptr<const Credential> opened);
  // The last attempt to open it failed.
  [[nodiscard]] bool is_in_trouble() const;

 private:
  Generation() = default;

  store::GenerationRow row_;
  std::optional<pki::Certificate> certificate_;
  pki::CertificateFindings findings_;

  mutable std::mutex mutex_;  // over the members that follow
  std::shared_ptr<const Credential> opened_;
  bool did_not_open_ = false;
};

// Generations are those of one credential, one at least.
class Generations {
 public:
  // The generations of a row. A generation that `before` (may be null) has with the same content is taken from there,
  // with its open key.
  // store_corrupt, malformed_certificate.
  [[nodiscard]] static Result<Generations> of(const store::CredentialRow& row,
                                              const std::vector<pki::Certificate>& roots, Instant now,
                                              const Generations* before);

  [[nodiscard]] const std::vector<std::shared_ptr<Generation>>& all() const noexcept { return all_; }
  // The newest generation that has begun; the first one while none has.
  [[nodiscard]] const std::shared_ptr<Generation>& current(Instant now) const noexcept;
  // The generation that is to come, without a certificate or before its time; null when there is none.
  [[nodiscard]] std::shared_ptr<Generation> next(Instant now) const noexcept;
  [[nodiscard]] GenerationStatus status_of(const Generation& one, Instant now) const noexcept;
  [[nodiscard]] std::vector<GenerationSummary> summaries(Instant now) const;

 private:
  std::vector<std::shared_ptr<Generation>> all_;  // by number
};

// Makes a credential of the key with the certificate and chain of the row. key_certificate_mismatch,
// unsupported_algorithm, credential_not_ready (no certificate).
[[nodiscard]] Result<std::shared_ptr<const Credential>> make_credential(
    const store::CredentialRow& of, const store::GenerationRow& row, std::shared_ptr<crypto::Signer> signer,
    std::shared_ptr<const std::atomic<bool>> disabled);

}  // namespace rakkan::credentials
