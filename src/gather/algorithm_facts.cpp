#include "gather/algorithm_facts.hpp"

#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/digest.hpp"

namespace rakkan::gather {
namespace {

validation::KeyType key_type(crypto::VerificationKey::Type type) noexcept {
  using Type = crypto::VerificationKey::Type;
  switch (type) {
    case Type::rsa:
      return validation::KeyType::rsa;
    case Type::rsa_pss:
      return validation::KeyType::rsa_pss;
    case Type::dsa:
      return validation::KeyType::dsa;
    case Type::ec:
      return validation::KeyType::ec;
    case Type::ed25519:
      return validation::KeyType::ed25519;
    case Type::ed448:
      return validation::KeyType::ed448;
  }
  return validation::KeyType::other;
}

std::uint32_t size_of(std::size_t bits) noexcept { return checked_cast<std::uint32_t>(bits).value_or(0); }

}  // namespace

std::string id_of(ByteView object) { return to_hex(crypto::digest(crypto::DigestAlgorithm::sha256, object).view()); }

std::string id_of(const pki::Certificate& certificate) { return to_hex(certificate.fingerprint().view()); }

validation::Key key_facts(const crypto::VerificationKey& key) {
  return {key_type(key.type()), size_of(key.bits()), size_of(key.subgroup_bits()),
          key.type() == crypto::VerificationKey::Type::ec ? key.curve().dotted() : std::string()};
}

validation::Key key_facts(const pki::Certificate& certificate) {
  const auto& key = certificate.verification_key();
  return key ? key_facts(*key) : validation::Key{};
}

validation::Algorithm algorithm_facts(const Result<crypto::VerificationAlgorithm>& algorithm,
                                      const pki::Certificate* signer) {
  validation::Algorithm facts;
  if (algorithm) {
    facts.name = algorithm->name();
    facts.scheme = algorithm->scheme;
    facts.hash = algorithm->hash;
    if (algorithm->pss) {
      facts.mask_hash = algorithm->pss->mask_hash;
    }
  }
  if (signer != nullptr) {
    facts.key = key_facts(*signer);
  }
  return facts;
}

validation::Algorithm algorithm_facts(ByteView algorithm_identifier, const pki::Certificate* signer) {
  return algorithm_facts(crypto::VerificationAlgorithm::parse(algorithm_identifier), signer);
}

validation::Check check_of(const Result<void>& verified) {
  if (verified) {
    return validation::Check::good;
  }
  return verified.error().code == ErrorCode::signature_invalid || verified.error().code == ErrorCode::digest_mismatch
             ? validation::Check::bad
             : validation::Check::unsupported;
}

}  // namespace rakkan::gather
