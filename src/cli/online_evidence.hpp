// OnlineEvidence asks the servers that certificates name for the evidence that a verification lacks (`rakkan verify
// --online`): issuers' certificates, OCSP responses, CRLs. The rules for addresses, sizes and times are those of
// `fetch`: public addresses alone, also after a redirect, unless the configuration allows an origin.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "rakkan/base/result.hpp"
#include "rakkan/fetch/options.hpp"
#include "rakkan/gather/gather.hpp"
#include "rakkan/pki/evidence_material.hpp"

namespace rakkan::cli {

class OnlineEvidence {
 public:
  // Fails as fetch::ExchangeLoop::create.
  [[nodiscard]] static Result<std::unique_ptr<OnlineEvidence>> open(const fetch::Options& options);
  ~OnlineEvidence();
  OnlineEvidence(const OnlineEvidence&) = delete;
  OnlineEvidence& operator=(const OnlineEvidence&) = delete;

  // Asks for what the facts lack at `time`, each server once in the life of this object, and adds what can be read to
  // the material. True when something was added: then it is worth gathering again. An answer that a
  // server does not give is missing, and no failure.
  [[nodiscard]] bool complete(const gather::Gathered& gathered, Instant time, pki::EvidenceMaterial& material);

 private:
  struct Network;
  explicit OnlineEvidence(std::unique_ptr<Network> network);
  std::unique_ptr<Network> network_;
};

}  // namespace rakkan::cli
