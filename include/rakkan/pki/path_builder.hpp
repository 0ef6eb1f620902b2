// PathBuilder finds the certification paths from a certificate to trust anchors among given certificates, which nobody
// has to have sorted or to vouch for: it goes back and tries the next way when one leads nowhere or is refused.
//
//   const CertificatePool pool(certificates);
//   RAKKAN_TRY(const PathSearch search, find_path(signer, pool, anchors, inputs));
//   if (search.path) { … }
//
// Shorter paths come first; what is found does not depend on the order of certificates or anchors. The work is bounded:
// loops are no paths (a path has no name with the same key twice), ways that cannot reach an anchor by their names are
// never entered, and signatures, paths and steps have budgets.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/path_validator.hpp"
#include "rakkan/pki/signature_checks.hpp"
#include "rakkan/pki/trust_anchor.hpp"

namespace rakkan::pki {

struct PathLimits {
  std::size_t length = 16;              // certificates of a path, the target's among them, the anchor's not
  std::size_t paths = 128;              // that are judged
  std::size_t signature_checks = 1024;  // verifications that no cache answers, in units of VerificationKey::cost
  std::size_t steps = 100'000;          // candidates that are looked at
};

// CertificatePool holds certificates that may be issuers, each once, with an index by their names. Immutable; may be
// shared between threads.
class CertificatePool {
 public:
  explicit CertificatePool(std::vector<Certificate> certificates);

  [[nodiscard]] std::span<const Certificate> certificates() const noexcept { return certificates_; }

 private:
  friend class PathBuilder;
  std::vector<Certificate> certificates_;  // the one that is valid longest first
  std::vector<std::string> subject_keys_;  // Name::comparison_key of each
  std::vector<std::string> issuer_keys_;
  std::multimap<std::string, std::size_t> by_subject_;
};

struct JudgedPath {
  CertificationPath path;
  PathVerdict verdict;
};

// A certificate whose signature the key of a certificate with its issuer's name does not verify.
struct BrokenLink {
  Certificate certificate;
  Certificate issuer;
  Error reason;  // signature_invalid, unsupported_algorithm, or malformed_certificate for a key that is none
};

// A certificate above the target, by the names, at which the way up ends without an anchor.
struct DeadEnd {
  Certificate certificate;
  bool is_root;  // it is self-issued and no anchor; else the certificate of its issuer is missing
};

class PathBuilder {
 public:
  // `pool`, `anchors` and `known` outlive the builder; `known` may be null.
  PathBuilder(Certificate target, const CertificatePool& pool, std::span<const TrustAnchor> anchors, PathInputs inputs,
              const PathLimits& limits = {}, VerifiedSignatures* known = nullptr);
  ~PathBuilder();
  PathBuilder(const PathBuilder&) = delete;
  PathBuilder& operator=(const PathBuilder&) = delete;

  // The next path with its verdict, good or not; nothing when there is none left. Fails with certificate_path_limit
  // when a budget is used up, then and ever after, and with the errors of the inputs' revocation check.
  [[nodiscard]] Result<std::optional<JudgedPath>> next();

  // The links that broke on the way so far, up to 16.
  [[nodiscard]] const std::vector<BrokenLink>& broken_links() const noexcept;
  // The ends of ways up that reach no anchor; up to 16.
  [[nodiscard]] std::vector<DeadEnd> dead_ends() const;
  [[nodiscard]] std::size_t signature_checks() const noexcept;  // verifications made so far

 private:
  class Search;
  std::unique_ptr<Search> search_;
};

// PathSearch is the outcome of a whole search.
struct PathSearch {
  std::optional<JudgedPath> path;   // the first one that is valid
  std::vector<JudgedPath> refused;  // without one: the refused paths, those with the fewest findings first; up to 8
  std::vector<BrokenLink> broken;   // without one
  std::vector<DeadEnd> dead_ends;   // without one
};

// Searches for a valid path. Fails with certificate_path_limit.
[[nodiscard]] Result<PathSearch> find_path(const Certificate& target, const CertificatePool& pool,
                                           std::span<const TrustAnchor> anchors, const PathInputs& inputs,
                                           const PathLimits& limits = {}, VerifiedSignatures* known = nullptr);

}  // namespace rakkan::pki
