// TrustStore is what the user trusts: anchors with the purposes that they serve, and marks on certificates below them.
// Immutable; may be shared between threads. config::parse_trust_file reads one from a file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rakkan/base/result.hpp"
#include "rakkan/pki/path_validator.hpp"
#include "rakkan/pki/trust_anchor.hpp"

namespace rakkan::pki {

// CertificateMark says something about a certificate, and makes it no anchor: an accredited time-stamping unit below a
// root of many services, or the operator's own certificate below a public CA.
struct CertificateMark {
  Certificate certificate;
  std::string label = {};
  std::optional<Accreditation> accreditation = {};
  bool is_operator = false;

  friend bool operator==(const CertificateMark&, const CertificateMark&) = default;
};

class TrustStore {
 public:
  TrustStore() = default;  // nothing is trusted
  // Fails with trust_file_invalid when a certificate occurs twice among the anchors or among the marks; `where` names
  // the later one ("anchor[3]", counted from 1).
  [[nodiscard]] static Result<TrustStore> create(std::vector<TrustAnchor> anchors,
                                                 std::vector<CertificateMark> marks = {});
  // Each of the certificates as an anchor for the purposes; doubles are dropped.
  [[nodiscard]] static TrustStore from_certificates(const std::vector<Certificate>& certificates,
                                                    const Purposes& purposes = {});

  [[nodiscard]] std::span<const TrustAnchor> anchors() const noexcept { return anchors_; }
  [[nodiscard]] std::span<const CertificateMark> marks() const noexcept { return marks_; }
  [[nodiscard]] std::vector<TrustAnchor> anchors_for(TrustPurpose purpose) const;

  // The accreditation that holds at `time` for a path: of the certificate nearest to the target that has one then, else
  // of the anchor. Nothing when there is none.
  [[nodiscard]] std::optional<Accreditation> accreditation_of(const CertificationPath& path, Instant time) const;
  // True when the anchor or a certificate of the path bears the operator's mark.
  [[nodiscard]] bool is_operator(const CertificationPath& path) const;

 private:
  [[nodiscard]] const CertificateMark* mark_of(const Certificate& certificate) const;

  std::vector<TrustAnchor> anchors_;
  std::vector<CertificateMark> marks_;
};

}  // namespace rakkan::pki
