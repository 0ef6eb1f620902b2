#include "rakkan/pki/trust_store.hpp"

#include <algorithm>

namespace rakkan::pki {
namespace {

template <class Entry>
Result<void> refuse_doubles(const std::vector<Entry>& entries, std::string_view table) {
  for (std::size_t later = 1; later < entries.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (entries[earlier].certificate == entries[later].certificate) {
        return fail(ErrorCode::trust_file_invalid,
                    "the certificate of " + entries[later].certificate.subject().text() + " stands in " +
                        std::string(table) + "[" + std::to_string(earlier + 1) + "] already",
                    std::string(table) + "[" + std::to_string(later + 1) + "]");
      }
    }
  }
  return {};
}

}  // namespace

std::string_view to_string(TrustPurpose purpose) noexcept {
  switch (purpose) {
    case TrustPurpose::signing:
      return "signing";
    case TrustPurpose::timestamping:
      return "timestamping";
    case TrustPurpose::revocation:
      return "revocation";
  }
  return {};
}

Result<TrustStore> TrustStore::create(std::vector<TrustAnchor> anchors, std::vector<CertificateMark> marks) {
  RAKKAN_CHECK(refuse_doubles(anchors, "anchor"));
  RAKKAN_CHECK(refuse_doubles(marks, "certificate"));
  TrustStore store;
  store.anchors_ = std::move(anchors);
  store.marks_ = std::move(marks);
  return store;
}

TrustStore TrustStore::from_certificates(const std::vector<Certificate>& certificates, const Purposes& purposes) {
  TrustStore store;
  for (const Certificate& each : certificates) {
    const bool known = std::any_of(store.anchors_.begin(), store.anchors_.end(),
                                   [&](const TrustAnchor& anchor) { return anchor.certificate == each; });
    if (!known) {
      store.anchors_.push_back({.certificate = each, .purposes = purposes});
    }
  }
  return store;
}

std::vector<TrustAnchor> TrustStore::anchors_for(TrustPurpose purpose) const {
  std::vector<TrustAnchor> found;
  std::copy_if(anchors_.begin(), anchors_.end(), std::back_inserter(found),
               [&](const TrustAnchor& each) { return each.purposes.contains(purpose); });
  return found;
}

const CertificateMark* TrustStore::mark_of(const Certificate& certificate) const {
  const auto found = std::find_if(marks_.begin(), marks_.end(),
                                  [&](const CertificateMark& each) { return each.certificate == certificate; });
  return found == marks_.end() ? nullptr : &*found;
}

std::optional<Accreditation> TrustStore::accreditation_of(const CertificationPath& path, Instant time) const {
  const auto holds = [&](const std::optional<Accreditation>& each) { return each && each->holds_at(time); };
  for (auto each = path.certificates.rbegin(); each != path.certificates.rend(); ++each) {
    const CertificateMark* mark = mark_of(*each);
    if (mark != nullptr && holds(mark->accreditation)) {
      return mark->accreditation;
    }
  }
  return holds(path.anchor.accreditation) ? path.anchor.accreditation : std::nullopt;
}

bool TrustStore::is_operator(const CertificationPath& path) const {
  return path.anchor.is_operator ||
         std::any_of(path.certificates.begin(), path.certificates.end(), [&](const Certificate& each) {
           const CertificateMark* mark = mark_of(each);
           return mark != nullptr && mark->is_operator;
         });
}

}  // namespace rakkan::pki
