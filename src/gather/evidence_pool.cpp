#include "gather/evidence_pool.hpp"

#include <algorithm>
#include <set>

#include "gather/algorithm_facts.hpp"
#include "rakkan/base/hex.hpp"

namespace rakkan::gather {
namespace {

constexpr std::size_t kMostInside = 64;  // certificates of a response, as many as pki::RevocationSources takes

template <class Map>
auto values_of(const Map& map) {
  std::vector<typename Map::mapped_type> values;
  values.reserve(map.size());
  for (const auto& [id, value] : map) {
    values.push_back(value);
  }
  return values;
}

template <class Map>
const typename Map::mapped_type* find_in(const Map& map, const Id& id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

std::string hex_of(const crypto::Digest& digest) { return to_hex(digest.view()); }

}  // namespace

bool EvidencePool::has_room() {
  full_ = full_ || certificates_.size() + lists_.size() + responses_.size() >= most_;
  return !full_;
}

void EvidencePool::note_source(const Id& id, validation::Source source) {
  const auto [place, is_new] = sources_.try_emplace(id, source);
  if (!is_new) {
    place->second = std::min(place->second, source);
  }
}

Id EvidencePool::add(const pki::Certificate& certificate) {
  Id id = id_of(certificate);
  if (!certificates_.contains(id) && has_room()) {
    certificates_.emplace(id, certificate);
  }
  return id;
}

Id EvidencePool::add(const pki::CertificateList& list, validation::Source source) {
  Id id = hex_of(list.fingerprint());
  if (lists_.contains(id) || has_room()) {
    lists_.emplace(id, list);
    note_source(id, source);
  }
  return id;
}

Id EvidencePool::add(const pki::OcspResponse& response, validation::Source source) {
  Id id = hex_of(response.fingerprint());
  if (!responses_.contains(id)) {
    if (!has_room()) {
      return id;
    }
    responses_.emplace(id, response);
    for (std::size_t i = 0; i < std::min(kMostInside, response.certificates().size()); ++i) {
      if (const auto certificate = pki::Certificate::parse(response.certificates()[i])) {
        add(*certificate);
      }
    }
  }
  note_source(id, source);
  return id;
}

std::vector<Id> EvidencePool::add(const pki::EvidenceMaterial& material, validation::Source source) {
  std::set<Id> ids;
  for (const auto& held : material.certificates()) {
    ids.insert(add(held.certificate));
  }
  for (const auto& held : material.lists()) {
    ids.insert(add(held.list, source));
  }
  for (const auto& held : material.responses()) {
    ids.insert(add(held.response, source));
  }
  return {ids.begin(), ids.end()};
}

std::vector<Id> EvidencePool::inside(const pki::OcspResponse& response) const {
  std::vector<Id> ids;
  for (std::size_t i = 0; i < std::min(kMostInside, response.certificates().size()); ++i) {
    if (Id id = id_of(response.certificates()[i]); certificates_.contains(id)) {
      ids.push_back(std::move(id));
    }
  }
  return ids;
}

const pki::Certificate* EvidencePool::find(const Id& certificate) const { return find_in(certificates_, certificate); }
const pki::CertificateList* EvidencePool::find_list(const Id& id) const { return find_in(lists_, id); }
const pki::OcspResponse* EvidencePool::find_response(const Id& id) const { return find_in(responses_, id); }
std::vector<pki::Certificate> EvidencePool::certificates() const { return values_of(certificates_); }
std::vector<pki::CertificateList> EvidencePool::lists() const { return values_of(lists_); }
std::vector<pki::OcspResponse> EvidencePool::responses() const { return values_of(responses_); }

validation::Source EvidencePool::source_of(const Id& revocation) const {
  const auto* const source = find_in(sources_, revocation);
  return source != nullptr ? *source : validation::Source::given;
}

}  // namespace rakkan::gather
