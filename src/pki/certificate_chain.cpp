// Finding, among given certificates, those that lead from a leaf to its root.
#include <algorithm>
#include <deque>
#include <limits>
#include <string>

#include "rakkan/pki/certificate_profile.hpp"

namespace rakkan::pki {
namespace {

// Bounds the number of signatures that hostile input can have verified.
constexpr std::size_t kMaxCandidates = 64;
constexpr std::size_t kLeaf = std::numeric_limits<std::size_t>::max();

bool is_ca(const Certificate& certificate) noexcept {
  return certificate.basic_constraints() && certificate.basic_constraints()->is_ca &&
         certificate.has_key_usage(KeyUsage::key_cert_sign);
}

bool contains(const std::vector<Certificate>& certificates, const Certificate& one) {
  return std::find(certificates.begin(), certificates.end(), one) != certificates.end();
}

// ChainSearch searches breadth first: every certificate is reached by its shortest way, and a certificate that leads
// nowhere hides no other.
class ChainSearch {
 public:
  ChainSearch(const Certificate& leaf, std::vector<Certificate> candidates, const std::vector<Certificate>& roots)
      : leaf_(leaf), candidates_(std::move(candidates)), roots_(roots), reached_(candidates_.size()) {}

  Result<CertificateChain> run() {
    std::deque<std::size_t> waiting = {kLeaf};
    std::size_t last = kLeaf;  // the end of the longest way so far, of equal ones the first
    while (!waiting.empty()) {
      const std::size_t subject = waiting.front();
      waiting.pop_front();
      last = depth(subject) > depth(last) ? subject : last;
      if (is_root(at(subject))) {
        return CertificateChain{way_to(subject, false), at(subject)};
      }
      for (std::size_t issuer = 0; issuer < candidates_.size(); ++issuer) {
        if (!reached_[issuer] && issued(issuer, at(subject))) {
          reached_[issuer] = Step{subject, depth(subject) + 1};
          waiting.push_back(issuer);
        }
      }
    }
    // No way leads to a root.
    if (refusal_ && refused_at_ == last) {
      return fail(std::move(*refusal_));
    }
    return CertificateChain{way_to(last, true), std::nullopt};
  }

 private:
  struct Step {
    std::size_t from;
    std::size_t depth;
  };

  [[nodiscard]] std::size_t depth(std::size_t index) const {
    return index == kLeaf ? 0 : reached_.at(index).value().depth;
  }
  [[nodiscard]] bool is_root(const Certificate& certificate) const {
    return contains(roots_, certificate) || is_self_signed(certificate);
  }
  const Certificate& at(std::size_t index) const { return index == kLeaf ? leaf_ : candidates_.at(index); }

  bool issued(std::size_t issuer, const Certificate& certificate) {
    const Certificate& candidate = candidates_[issuer];
    // A trust anchor is a name and a key (RFC 5280 §6.1.1 d): an old one of version 1 has no basicConstraints.
    if ((!is_ca(candidate) && !contains(roots_, candidate)) || !certificate.issuer().matches(candidate.subject())) {
      return false;
    }
    Result<void> verified = certificate.verify_signed_by(candidate);
    if (verified) {
      return true;
    }
    refusal_ = Error{
        ErrorCode::certificate_unsuitable,
        "its signature does not verify with the given certificate of its issuer",
        certificate.subject().text(),
        {},
        {}}.because(std::move(verified).error());
    refused_at_ = &certificate == &leaf_ ? kLeaf : static_cast<std::size_t>(&certificate - candidates_.data());
    return false;
  }

  std::vector<Certificate> way_to(std::size_t end, bool with_end) const {
    std::vector<Certificate> chain;
    for (std::size_t index = end; index != kLeaf; index = reached_[index]->from) {
      if (index != end || with_end) {
        chain.push_back(candidates_[index]);
      }
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
  }

  const Certificate& leaf_;
  std::vector<Certificate> candidates_;
  const std::vector<Certificate>& roots_;
  std::vector<std::optional<Step>> reached_;
  std::optional<Error> refusal_;
  std::size_t refused_at_ = 0;
};

}  // namespace

bool is_self_signed(const Certificate& certificate) {
  if (!certificate.is_self_issued()) {
    return false;
  }
  const auto verified = certificate.verify_signed_by(certificate);
  return verified.has_value() || verified.error().code == ErrorCode::unsupported_algorithm;
}

Result<CertificateChain> order_chain(const Certificate& leaf, const std::vector<Certificate>& candidates,
                                     const std::vector<Certificate>& roots) {
  std::vector<Certificate> others;
  for (const std::vector<Certificate>* given : {&candidates, &roots}) {
    std::copy_if(given->begin(), given->end(), std::back_inserter(others),
                 [&](const Certificate& each) { return each != leaf; });
  }
  // The candidates are sorted, so that the result does not depend on their order in the input.
  std::sort(others.begin(), others.end(), [](const Certificate& a, const Certificate& b) {
    if (a.validity().not_after != b.validity().not_after) {
      return a.validity().not_after > b.validity().not_after;
    }
    return std::lexicographical_compare(a.der().begin(), a.der().end(), b.der().begin(), b.der().end());
  });
  others.erase(std::unique(others.begin(), others.end()), others.end());
  if (others.size() > kMaxCandidates + roots.size()) {
    return fail(ErrorCode::certificate_unsuitable,
                "more than " + std::to_string(kMaxCandidates) + " certificates are given for its chain");
  }
  return ChainSearch(leaf, std::move(others), roots).run();
}

}  // namespace rakkan::pki
