// EvidencePool holds every certificate, CRL and OCSP response that was found, each once, with the best of the places
// where it was found. They are named by their ids (rakkan/validation/facts.hpp).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "rakkan/pki/certificate.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/evidence_material.hpp"
#include "rakkan/pki/ocsp_response.hpp"
#include "rakkan/validation/facts.hpp"

namespace rakkan::gather {

using validation::Id;

class EvidencePool {
 public:
  explicit EvidencePool(std::size_t most) noexcept : most_(most) {}

  // The object's id; an object beyond the limit is not kept. The certificates inside of a response are added with it.
  Id add(const pki::Certificate& certificate);
  Id add(const pki::CertificateList& list, validation::Source source);
  Id add(const pki::OcspResponse& response, validation::Source source);
  // All of the material. Returns the ids, each once.
  std::vector<Id> add(const pki::EvidenceMaterial& material, validation::Source source);

  [[nodiscard]] const pki::Certificate* find(const Id& certificate) const;
  [[nodiscard]] bool is_full() const noexcept { return full_; }
  // In the order of their ids.
  [[nodiscard]] std::vector<pki::Certificate> certificates() const;
  [[nodiscard]] std::vector<pki::CertificateList> lists() const;
  [[nodiscard]] std::vector<pki::OcspResponse> responses() const;
  [[nodiscard]] validation::Source source_of(const Id& revocation) const;
  [[nodiscard]] const pki::CertificateList* find_list(const Id& id) const;
  [[nodiscard]] const pki::OcspResponse* find_response(const Id& id) const;
  // The ids of the certificates inside of a response.
  [[nodiscard]] std::vector<Id> inside(const pki::OcspResponse& response) const;

 private:
  [[nodiscard]] bool has_room();
  void note_source(const Id& id, validation::Source source);

  std::size_t most_;
  bool full_ = false;
  std::map<Id, pki::Certificate> certificates_;
  std::map<Id, pki::CertificateList> lists_;
  std::map<Id, pki::OcspResponse> responses_;
  std::map<Id, validation::Source> sources_;
};

}  // namespace rakkan::gather
