// Certificates, CRLs and OCSP responses one after the other: the first certificate is the target, the second its
// issuer, the last one the anchor. The search for revocation ends within its bounds, its verdict does not depend on the
// order of what it is given, and a proof is a usable fact.
#include <algorithm>
#include <cstdlib>

#include "rakkan/der/reader.hpp"
#include "rakkan/pki/revocation_processing.hpp"

namespace {

using namespace rakkan;

constexpr std::size_t kMostObjects = 64;
constexpr Instant kTime{std::chrono::milliseconds{1769817600000}};  // 2026-01-31

struct Given {
  std::vector<pki::Certificate> certificates;
  std::vector<pki::CertificateList> lists;
  std::vector<pki::OcspResponse> responses;
};

Given objects_in(ByteView input) {
  Given given;
  der::Reader reader(input);
  for (std::size_t i = 0; i < kMostObjects && !reader.at_end(); ++i) {
    const auto element = reader.any();
    if (!element) {
      break;
    }
    if (auto certificate = pki::Certificate::parse(element->encoding)) {
      given.certificates.push_back(*std::move(certificate));
    } else if (auto list = pki::CertificateList::parse(copy_of(element->encoding))) {
      given.lists.push_back(*std::move(list));
    } else if (auto response = pki::OcspResponse::parse(element->encoding)) {
      given.responses.push_back(*std::move(response));
    }
  }
  return given;
}

std::string words_of(const Result<pki::RevocationVerdict>& verdict) {
  if (!verdict) {
    return std::string(row(verdict.error().code).slug);
  }
  std::string words = std::string(name(verdict->state)) + " " + verdict->detail;
  for (const pki::RevocationObjection& each : verdict->objections) {
    words += "\n" + std::string(to_string(each.flaw)) + " " + std::to_string(each.index) + " " + each.detail;
  }
  for (const pki::RevocationFact& each : verdict->proofs) {
    if (!each.is_usable() || !each.signer || each.signer_paths.empty()) {
      std::abort();
    }
  }
  return words;
}

std::string judged(const Given& given, const pki::CertificationPath& path) {
  const pki::RevocationSources sources(given.certificates, given.lists, given.responses);
  const pki::RevocationLimits limits{.signature_checks = 64,
                                     .steps = 2000,
                                     .objects = 32,
                                     .depth = 4,
                                     .signer_paths = {.length = 8, .paths = 4, .signature_checks = 16, .steps = 1000}};
  pki::RevocationProcessor processor(sources, limits);
  std::string words;
  for (std::size_t i = 0; i < path.certificates.size(); ++i) {
    words += words_of(processor.status_at(path, i, kTime)) + "\n\n";
    if (const auto facts = processor.facts(path, i)) {
      for (const pki::RevocationFact& each : *facts) {
        words += std::to_string(each.index) + (each.is_conclusive() ? " tells\n" : " does not tell\n");
        if (each.is_conclusive() && each.flaw()) {
          std::abort();
        }
      }
    }
  }
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Given given = objects_in({data, size});
  if (given.certificates.size() < 2) {
    return 0;
  }
  pki::CertificationPath path{{given.certificates.back()}, {given.certificates[0]}};
  if (given.certificates.size() > 2) {
    path.certificates.insert(path.certificates.begin(), given.certificates[1]);
  }
  const std::string first = judged(given, path);
  std::reverse(given.certificates.begin(), given.certificates.end());
  std::reverse(given.lists.begin(), given.lists.end());
  std::reverse(given.responses.begin(), given.responses.end());
  if (judged(given, path) != first) {
    std::abort();
  }
  return 0;
}
