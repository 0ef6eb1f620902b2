// Which of the given certificates lead from a leaf to its root.
#include <algorithm>
#include <deque>
#include <limits>
#include <string>

#include "rakkan/pki/certificate.hpp"

namespace rakkan::pki {
namespace {

// Bounds the signatures that hostile input can make us verify.
constexpr std::size_t kMaxCandidates = 64;
constexpr std::size_t kLeaf = std::numeric_limits<std::size_t>::max();

bool is_ca(const Certificate& certificate) noexcept {
  return certificate.basic_constraints() && certificate.basic_constraints()->is_ca &&
         certificate.has_key_usage(KeyUsage::key_cert_sign);
}

// Signed by itself. A root's signature on itself proves nothing, so that one of an algorithm we do not know, SHA-1 say,
// does not make it something else.
bool is_root(const Certificate& certificate) {
  if (!certificate.is_self_issued()) {
    return false;
  }
  const auto verified = certificate.verify_signed_by(certificate);
  return verified.has_value() || verified.error().code == ErrorCode::unsupported_algorithm;
}

// Searches breadth first: every certificate is reached by its shortest way, and one that leads nowhere hides no other.
class ChainSearch {
 public:
  ChainSearch(const Certificate& leaf, std::vector<Certificate> candidates)
      : leaf_(leaf), candidates_(std::move(candidates)), reached_(candidates_.size()) {}

  Result<std::vector<Certificate>> run() {
    std::deque<std::size_t> waiting = {kLeaf};
    std::size_t last = kLeaf;
    while (!waiting.empty()) {
      last = waiting.front();
      waiting.pop_front();
      if (is_root(at(last))) {
        return way_to(last, false);
      }
      for (std::size_t issuer = 0; issuer < candidates_.size(); ++issuer) {
        if (!reached_[issuer] && issued(issuer, at(last))) {
          reached_[issuer] = Step{last};
          waiting.push_back(issuer);
        }
      }
    }
    // No root among them: the longest way, which is the last that was found.
    if (refusal_ && refused_at_ == last) {
      return fail(std::move(*refusal_));
    }
    return way_to(last, true);
  }

 private:
  struct Step {
    std::size_t from;
  };

  const Certificate& at(std::size_t index) const { return index == kLeaf ? leaf_ : candidates_.at(index); }

  bool issued(std::size_t issuer, const Certificate& certificate) {
    const Certificate& candidate = candidates_[issuer];
    if (!is_ca(candidate) || !certificate.issuer().matches(candidate.subject())) {
      return false;
    }
    auto verified = certificate.verify_signed_by(candidate);
    if (!verified) {
      refusal_ = Error{
          ErrorCode::certificate_unsuitable,
          "its signature does not verify with the given certificate of its issuer",
          certificate.subject().text(),
          {},
          {}}.because(std::move(verified).error());
      refused_at_ = &certificate == &leaf_ ? kLeaf : static_cast<std::size_t>(&certificate - candidates_.data());
    }
    return verified.has_value();
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
  std::vector<std::optional<Step>> reached_;
  std::optional<Error> refusal_;
  std::size_t refused_at_ = 0;
};

}  // namespace

Result<std::vector<Certificate>> order_chain(const Certificate& leaf, const std::vector<Certificate>& candidates) {
  // Sorted, so that the result does not depend on the order in which they were given.
  std::vector<Certificate> others;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(others),
               [&](const Certificate& each) { return each != leaf; });
  std::sort(others.begin(), others.end(), [](const Certificate& a, const Certificate& b) {
    return std::lexicographical_compare(a.der().begin(), a.der().end(), b.der().begin(), b.der().end());
  });
  others.erase(std::unique(others.begin(), others.end()), others.end());
  if (others.size() > kMaxCandidates) {
    return fail(ErrorCode::certificate_unsuitable,
                "more than " + std::to_string(kMaxCandidates) + " certificates are given for its chain");
  }
  return ChainSearch(leaf, std::move(others)).run();
}

}  // namespace rakkan::pki
