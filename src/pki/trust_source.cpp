#include "rakkan/pki/trust_source.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace rakkan::pki {
namespace {

class Union {
 public:
  void add(const TrustStore& store, const Purposes& allowed) {
    for (TrustAnchor anchor : store.anchors()) {
      Purposes& has = anchor.purposes;
      has = {has.signing && allowed.signing, has.timestamping && allowed.timestamping,
             has.revocation && allowed.revocation};
      if (has == Purposes{false, false, false}) {
        continue;
      }
      const auto [place, is_new] = by_certificate_.try_emplace(key_of(anchor.certificate), anchors_.size());
      if (is_new) {
        anchors_.push_back(std::move(anchor));
        continue;
      }
      Purposes& before = anchors_[place->second].purposes;
      before = {before.signing || has.signing, before.timestamping || has.timestamping,
                before.revocation || has.revocation};
    }
    for (const CertificateMark& mark : store.marks()) {
      if (std::none_of(marks_.begin(), marks_.end(),
                       [&](const auto& other) { return other.certificate == mark.certificate; })) {
        marks_.push_back(mark);
      }
    }
  }

  [[nodiscard]] Result<TrustStore> store() && { return TrustStore::create(std::move(anchors_), std::move(marks_)); }

 private:
  static std::string key_of(const Certificate& certificate) {
    return std::string(text_of(certificate.fingerprint().view()));
  }

  std::vector<TrustAnchor> anchors_;
  std::vector<CertificateMark> marks_;
  std::map<std::string, std::size_t> by_certificate_;
};

}  // namespace

Result<TrustStore> united_trust(const std::vector<AllowedSource>& sources) {
  Union all;
  for (const AllowedSource& each : sources) {
    RAKKAN_TRY(const TrustStore store, each.source.read());
    all.add(store, each.allowed);
  }
  return std::move(all).store();
}

}  // namespace rakkan::pki
