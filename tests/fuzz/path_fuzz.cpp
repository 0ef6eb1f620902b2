// Certificates one after the other, of which the first is judged, the last is trusted, and all may be issuers: the
// search ends within its bounds, and its verdict does not depend on their order.
#include <algorithm>
#include <cstdlib>

#include "rakkan/der/reader.hpp"
#include "rakkan/pki/path_builder.hpp"
#include "rakkan/pki/renewal.hpp"

namespace {

using namespace rakkan;

constexpr std::size_t kMostCertificates = 64;

std::vector<pki::Certificate> certificates_in(ByteView input) {
  std::vector<pki::Certificate> found;
  der::Reader reader(input);
  while (!reader.at_end() && found.size() < kMostCertificates) {
    const auto element = reader.any();
    if (!element) {
      break;
    }
    if (auto certificate = pki::Certificate::parse(element->encoding)) {
      found.push_back(*std::move(certificate));
    }
  }
  return found;
}

// The verdict as a text: the path that was found, or that there is none, or the limit.
std::string verdict(const std::vector<pki::Certificate>& pool, const pki::Certificate& target,
                    const pki::Certificate& anchor, const pki::PathInputs& inputs) {
  const std::vector<pki::TrustAnchor> anchors = {{anchor}};
  const pki::PathLimits limits{.length = 8, .paths = 32, .signature_checks = 64, .steps = 5000};
  const auto search = pki::find_path(target, pki::CertificatePool(pool), anchors, inputs, limits);
  if (!search) {
    return std::string(row(search.error().code).slug);
  }
  if (!search->path) {
    return "none of " + std::to_string(search->refused.size());
  }
  for (const auto& use : pki::algorithms_of(search->path->path, pki::AlgorithmPolicy::ts_119_312())) {
    static_cast<void>(use.standing.acceptable_at({}));
  }
  std::string text;
  for (const pki::Certificate& each : search->path->path.certificates) {
    text.append(text_of(each.der()));
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<pki::Certificate> pool = certificates_in({data, size});
  if (pool.empty()) {
    return 0;
  }
  const pki::Certificate target = pool.front();
  const pki::Certificate anchor = pool.back();
  pki::PathInputs inputs{.at = pki::always_at(Instant{std::chrono::milliseconds{1893456000000}})};  // 2030-01-01
  inputs.policy.explicit_policy = size % 2 == 0;
  const std::string first = verdict(pool, target, anchor, inputs);
  std::reverse(pool.begin(), pool.end());
  if (verdict(pool, target, anchor, inputs) != first) {
    std::abort();
  }
  return 0;
}
