#include "rakkan/pki/evidence_material.hpp"

#include <algorithm>

namespace rakkan::pki {

struct EvidenceMaterial::Held {
  std::vector<HeldCertificate> certificates;
  std::vector<HeldList> lists;
  std::vector<HeldResponse> responses;
  std::vector<UnreadableEvidence> unreadable;
  std::map<std::string, std::size_t, std::less<>> certificate_index;  // by fingerprint
  std::map<std::string, std::size_t, std::less<>> list_index;
  std::map<std::string, std::size_t, std::less<>> response_index;
  std::multimap<std::string, std::size_t, std::less<>> lists_by_issuer;  // Name::comparison_key
  std::multimap<std::string, std::size_t, std::less<>> responses_by_serial;
};

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

EvidenceMaterial::EvidenceMaterial() = default;
EvidenceMaterial::EvidenceMaterial(EvidenceMaterial&& other) noexcept = default;
EvidenceMaterial& EvidenceMaterial::operator=(EvidenceMaterial&& other) noexcept = default;
EvidenceMaterial::~EvidenceMaterial() = default;

EvidenceMaterial::EvidenceMaterial(const EvidenceMaterial& other)
    : own_(other.own_ ? std::make_unique<Held>(*other.own_) : nullptr),
      frozen_(other.frozen_),
      verified_(other.verified_) {}

EvidenceMaterial& EvidenceMaterial::operator=(const EvidenceMaterial& other) {
  EvidenceMaterial copy(other);
  return *this = std::move(copy);
}

void EvidenceMaterial::freeze() {
  if (own_) {
    frozen_ = std::move(own_);
  }
}

const EvidenceMaterial::Held& EvidenceMaterial::held() const noexcept {
  static const Held nothing;
  return own_ ? *own_ : frozen_ ? *frozen_ : nothing;
}

EvidenceMaterial::Held& EvidenceMaterial::own() {
  if (!own_) {
    own_ = std::make_unique<Held>(held());
    frozen_.reset();
  }
  return *own_;
}

auto EvidenceMaterial::certificates() const noexcept -> std::span<const HeldCertificate> { return held().certificates; }
auto EvidenceMaterial::lists() const noexcept -> std::span<const HeldList> { return held().lists; }
auto EvidenceMaterial::responses() const noexcept -> std::span<const HeldResponse> { return held().responses; }
std::span<const UnreadableEvidence> EvidenceMaterial::unreadable() const noexcept { return held().unreadable; }

bool EvidenceMaterial::add(const Certificate& certificate, const Provenance& from) {
  Held& held = own();
  return hold(held.certificates, held.certificate_index, {certificate, certificate.fingerprint(), from}).second;
}

bool EvidenceMaterial::add(const CertificateList& list, const Provenance& from) {
  Held& held = own();
  const auto [index, is_new] = hold(held.lists, held.list_index, {list, list.fingerprint(), from});
  if (is_new) {
    held.lists_by_issuer.emplace(list.issuer().comparison_key(), index);
  }
  return is_new;
}

bool EvidenceMaterial::add(const OcspResponse& response, const Provenance& from) {
  Held& held = own();
  const auto [index, is_new] = hold(held.responses, held.response_index, {response, response.fingerprint(), from});
  std::vector<ByteView> serials;
  for (const SingleResponse& single : response.responses()) {
    const ByteView serial = single.certificate_id.serial_number;
    const bool known = std::any_of(serials.begin(), serials.end(), [&](ByteView one) { return equal(one, serial); });
    if (is_new && !known) {
      serials.push_back(serial);
      held.responses_by_serial.emplace(text_of(serial), index);
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
  for (const HeldCertificate& each : other.certificates()) {
    add(each.certificate, each.from);
  }
  for (const HeldList& each : other.lists()) {
    add(each.list, each.from);
  }
  for (const HeldResponse& each : other.responses()) {
    add(each.response, each.from);
  }
  for (const UnreadableEvidence& each : other.unreadable()) {
    note_unreadable(each.where, each.why);
  }
}

void EvidenceMaterial::note_unreadable(std::string where, Error why) {
  if (unreadable().size() < kMostUnreadable) {
    own().unreadable.push_back({std::move(where), std::move(why)});
  }
}

const EvidenceMaterial::HeldCertificate* EvidenceMaterial::find(const Certificate& certificate) const {
  const auto found = held().certificate_index.find(key_of(certificate.fingerprint()));
  return found == held().certificate_index.end() ? nullptr : &certificates()[found->second];
}

std::vector<std::size_t> EvidenceMaterial::lists_of(const Name& issuer) const {
  return indices(held().lists_by_issuer, issuer.comparison_key(), held().lists);
}

std::vector<std::size_t> EvidenceMaterial::responses_about(ByteView serial_number) const {
  return indices(held().responses_by_serial, text_of(serial_number), held().responses);
}

Result<void> EvidenceMaterial::verify_list(std::size_t index, const Certificate& issuer) const {
  const HeldList& one = held().lists.at(index);
  const std::string pair = key_of(one.fingerprint) + key_of(issuer.fingerprint());
  auto known = verified_.find(pair);
  if (known == verified_.end()) {
    known = verified_.emplace(pair, one.list.verify_signed_by(issuer)).first;
  }
  return known->second;
}

}  // namespace rakkan::pki
