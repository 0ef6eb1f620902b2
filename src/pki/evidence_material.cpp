#include "rakkan/pki/evidence_material.hpp"

#include <algorithm>

namespace rakkan::pki {
namespace {

std::string key_of(const crypto::Digest& fingerprint) { return std::string(text_of(fingerprint.view())); }

// The better of two provenances, member by member.
void improve(Provenance& held, const Provenance& with) {
  held.origin = std::min(held.origin, with.origin);
  if (with.existed_at && (!held.existed_at || *with.existed_at < *held.existed_at)) {
    held.existed_at = with.existed_at;
  }
}

// Adds the object to `held`, or improves the one that is there; its index, and whether it is new.
template <class Held>
std::pair<std::size_t, bool> hold(std::vector<Held>& held, std::map<std::string, std::size_t, std::less<>>& index,
                                  Held object) {
  const auto [place, is_new] = index.emplace(key_of(object.fingerprint), held.size());
  if (is_new) {
    held.push_back(std::move(object));
  } else {
    improve(held[place->second].from, object.from);
  }
  return {place->second, is_new};
}

// The indices under that key, in the order of the objects' fingerprints.
template <class Held>
std::vector<std::size_t> indices(const std::multimap<std::string, std::size_t, std::less<>>& by_key,
                                 std::string_view key, const std::vector<Held>& held) {
  std::vector<std::size_t> found;
  const auto [first, last] = by_key.equal_range(key);
  for (auto each = first; each != last; ++each) {
    found.push_back(each->second);
  }
  std::sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) {
    const ByteView left = held[a].fingerprint.view();
    const ByteView right = held[b].fingerprint.view();
    return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
  });
  return found;
}

}  // namespace

std::string_view to_string(EvidenceOrigin origin) noexcept {
  switch (origin) {
    case EvidenceOrigin::document:
      return "document";
    case EvidenceOrigin::cache:
      return "cache";
    case EvidenceOrigin::folder:
      return "folder";
    case EvidenceOrigin::fetched:
      return "fetched";
  }
  return {};
}

bool EvidenceMaterial::add(const Certificate& certificate, const Provenance& from) {
  return hold(certificates_, certificate_index_, {certificate, certificate.fingerprint(), from}).second;
}

bool EvidenceMaterial::add(const CertificateList& list, const Provenance& from) {
  const auto [index, is_new] = hold(lists_, list_index_, {list, list.fingerprint(), from});
  if (is_new) {
    lists_by_issuer_.emplace(list.issuer().comparison_key(), index);
  }
  return is_new;
}

bool EvidenceMaterial::add(const OcspResponse& response, const Provenance& from) {
  const auto [index, is_new] = hold(responses_, response_index_, {response, response.fingerprint(), from});
  std::vector<ByteView> serials;
  for (const SingleResponse& single : response.responses()) {
    const ByteView serial = single.certificate_id.serial_number;
    const bool known = std::any_of(serials.begin(), serials.end(), [&](ByteView one) { return equal(one, serial); });
    if (is_new && !known) {
      serials.push_back(serial);
      responses_by_serial_.emplace(text_of(serial), index);
    }
  }
  for (const ByteView der : response.certificates()) {
    if (const auto certificate = Certificate::parse(der)) {
      add(*certificate, from);
    }
  }
  return is_new;
}

void EvidenceMaterial::add(const EvidenceMaterial& other) {
  for (const HeldCertificate& each : other.certificates_) {
    add(each.certificate, each.from);
  }
  for (const HeldList& each : other.lists_) {
    add(each.list, each.from);
  }
  for (const HeldResponse& each : other.responses_) {
    add(each.response, each.from);
  }
  for (const UnreadableEvidence& each : other.unreadable_) {
    note_unreadable(each.where, each.why);
  }
}

void EvidenceMaterial::note_unreadable(std::string where, Error why) {
  if (unreadable_.size() < kMostUnreadable) {
    unreadable_.push_back({std::move(where), std::move(why)});
  }
}

const EvidenceMaterial::HeldCertificate* EvidenceMaterial::find(const Certificate& certificate) const {
  const auto found = certificate_index_.find(key_of(certificate.fingerprint()));
  return found == certificate_index_.end() ? nullptr : &certificates_[found->second];
}

std::vector<std::size_t> EvidenceMaterial::lists_of(const Name& issuer) const {
  return indices(lists_by_issuer_, issuer.comparison_key(), lists_);
}

std::vector<std::size_t> EvidenceMaterial::responses_about(ByteView serial_number) const {
  return indices(responses_by_serial_, text_of(serial_number), responses_);
}

Result<void> EvidenceMaterial::verify_list(std::size_t index, const Certificate& issuer) const {
  const HeldList& held = lists_.at(index);
  const std::string pair = key_of(held.fingerprint) + key_of(issuer.fingerprint());
  auto known = verified_.find(pair);
  if (known == verified_.end()) {
    known = verified_.emplace(pair, held.list.verify_signed_by(issuer)).first;
  }
  return known->second;
}

}  // namespace rakkan::pki
