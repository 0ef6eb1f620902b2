#include "rakkan/cms/bare_signature.hpp"

#include <algorithm>
#include <array>

#include "cms/encoding.hpp"
#include "cms/signer_rules.hpp"
#include "rakkan/der/ber.hpp"
#include "rakkan/der/reader.hpp"

namespace rakkan::cms {
namespace {

constexpr std::array kHashes{crypto::HashAlgorithm::sha1, crypto::HashAlgorithm::sha256, crypto::HashAlgorithm::sha384,
                             crypto::HashAlgorithm::sha512};

// Tries the hashes; a value that verifies with one names it in its padding, and verifies with no other.
void verify(const crypto::VerificationKey& key, const SignedContent& content, crypto::VerificationBudget* budget,
            BareSignatureFacts& facts) {
  if (!content.is_known()) {
    facts.value = ValueCheck::no_content;
    return;
  }
  facts.value = ValueCheck::unsupported;
  if (const auto spent = spend(budget, kHashes.size() * key.cost()); !spent) {
    facts.reason = spent.error().detail;
    return;
  }
  for (const crypto::HashAlgorithm algorithm : kHashes) {
    const auto hash = content.hash(algorithm);
    if (!hash) {
      facts.reason = hash.error().detail;
      continue;
    }
    const auto verified = key.verify({crypto::VerificationScheme::rsa_pkcs1, algorithm, {}}, *hash, facts.signature);
    if (verified) {
      facts.hash_algorithm = algorithm;
      facts.value = ValueCheck::valid;
      facts.reason.clear();
      return;
    }
    facts.reason = verified.error().detail;
    if (verified.error().code != ErrorCode::unsupported_algorithm) {
      facts.value = ValueCheck::invalid;
    }
  }
}

}  // namespace

Result<BareSignatureFacts> bare_signature_facts(ByteView contents, std::span<const ByteView> cert,
                                                const SignedContent& content, crypto::VerificationBudget* budget) {
  BareSignatureFacts facts;
  auto string = der::from_ber_prefix(contents, {kMaxMessageSize, true});
  if (!string) {
    return malformed_as(ErrorCode::malformed_cms, std::move(string).error());
  }
  der::Reader reader(string->der);
  const auto octets = reader.octet_string();
  if (!octets) {
    return malformed_as(ErrorCode::malformed_cms, octets.error());
  }
  facts.signature = copy_of(*octets);
  const ByteView behind = contents.subspan(string->size);
  facts.encoding = {equal(string->der, contents.first(string->size)), behind.size(),
                    std::all_of(behind.begin(), behind.end(), [](Byte b) { return b == 0; })};
  for (std::size_t i = 0; i < cert.size(); ++i) {
    auto certificate = pki::Certificate::parse(cert[i]);
    if (!certificate) {
      ++facts.unreadable;
    } else if (i == 0) {
      facts.certificate = *std::move(certificate);
    } else {
      facts.others.push_back(*std::move(certificate));
    }
  }
  if (!facts.certificate) {
    return facts;
  }
  const auto& key = facts.certificate->verification_key();
  if (!key) {
    facts.value = ValueCheck::unsupported;
    facts.reason = key.error().detail;
    return facts;
  }
  verify(*key, content, budget, facts);
  return facts;
}

}  // namespace rakkan::cms
