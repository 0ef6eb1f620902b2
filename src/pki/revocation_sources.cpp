#include "rakkan/pki/revocation_sources.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "pki/key_purpose.hpp"

namespace rakkan::pki {
namespace {

constexpr std::size_t kMostOfResponse = 64;  // certificates in one response

using Index = std::multimap<std::string, std::size_t>;

bool is_less(const crypto::Digest& a, const crypto::Digest& b) {
  const ByteView left = a.view();
  const ByteView right = b.view();
  return std::lexicographical_compare(left.begin(), left.end(), right.begin(), right.end());
}

// Orders by fingerprint and drops doubles.
template <class Held>
void arrange(std::vector<Held>& objects) {
  std::sort(objects.begin(), objects.end(),
            [](const Held& a, const Held& b) { return is_less(a.fingerprint, b.fingerprint); });
  objects.erase(std::unique(objects.begin(), objects.end(),
                            [](const Held& a, const Held& b) { return a.fingerprint == b.fingerprint; }),
                objects.end());
}

std::vector<std::size_t> found_in(const Index& index, const std::string& key) {
  std::vector<std::size_t> found;
  const auto [first, last] = index.equal_range(key);
  std::transform(first, last, std::back_inserter(found), [](const auto& each) { return each.second; });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace

struct RevocationSources::Held {
  CertificatePool pool;
  std::vector<HeldList> lists;
  std::vector<HeldResponse> responses;
  Index lists_by_issuer;
  Index responses_by_serial;
  Index certificates_by_subject;
  Index responders_by_issuer;

  Held(std::vector<Certificate> certificates, const std::vector<CertificateList>& of_lists,
       const std::vector<OcspResponse>& of_responses)
      : pool(with_those_inside(std::move(certificates), of_responses)) {
    for (const CertificateList& each : of_lists) {
      lists.push_back({each, each.fingerprint()});
    }
    for (const OcspResponse& each : of_responses) {
      responses.push_back({each, each.fingerprint()});
    }
    arrange(lists);
    arrange(responses);
    for (std::size_t i = 0; i < lists.size(); ++i) {
      lists_by_issuer.emplace(lists[i].list.issuer().comparison_key(), i);
    }
    for (std::size_t i = 0; i < responses.size(); ++i) {
      for (const SingleResponse& single : responses[i].response.responses()) {
        responses_by_serial.emplace(text_of(single.certificate_id.serial_number), i);
      }
    }
    const auto& all = pool.certificates();
    for (std::size_t i = 0; i < all.size(); ++i) {
      certificates_by_subject.emplace(all[i].subject().comparison_key(), i);
      if (names_purpose(all[i], kEkuOcspSigning)) {
        responders_by_issuer.emplace(all[i].issuer().comparison_key(), i);
      }
    }
  }

  [[nodiscard]] std::vector<Certificate> certificates_at(const std::vector<std::size_t>& indices) const {
    std::vector<Certificate> found;
    std::transform(indices.begin(), indices.end(), std::back_inserter(found),
                   [&](std::size_t each) { return pool.certificates()[each]; });
    return found;
  }

  static std::vector<Certificate> with_those_inside(std::vector<Certificate> certificates,
                                                    const std::vector<OcspResponse>& responses) {
    for (const OcspResponse& each : responses) {
      const auto& inside = each.certificates();
      for (std::size_t i = 0; i < inside.size() && i < kMostOfResponse; ++i) {
        if (auto certificate = Certificate::parse(inside[i])) {
          certificates.push_back(*std::move(certificate));
        }
      }
    }
    return certificates;
  }
};

RevocationSources::RevocationSources(std::vector<Certificate> certificates, const std::vector<CertificateList>& lists,
                                     const std::vector<OcspResponse>& responses)
    : held_(std::make_shared<const Held>(std::move(certificates), lists, responses)) {}

const CertificatePool& RevocationSources::certificates() const noexcept { return held_->pool; }
std::span<const RevocationSources::HeldList> RevocationSources::lists() const noexcept { return held_->lists; }
std::span<const RevocationSources::HeldResponse> RevocationSources::responses() const noexcept {
  return held_->responses;
}

std::vector<std::size_t> RevocationSources::lists_of(const Name& issuer) const {
  return found_in(held_->lists_by_issuer, issuer.comparison_key());
}
std::vector<std::size_t> RevocationSources::responses_about(ByteView serial_number) const {
  return found_in(held_->responses_by_serial, std::string(text_of(serial_number)));
}
std::vector<Certificate> RevocationSources::certificates_of(const Name& subject) const {
  return held_->certificates_at(found_in(held_->certificates_by_subject, subject.comparison_key()));
}
std::vector<Certificate> RevocationSources::responders_of(const Name& issuer) const {
  return held_->certificates_at(found_in(held_->responders_by_issuer, issuer.comparison_key()));
}

}  // namespace rakkan::pki
