#include "rakkan/crypto/verification_algorithm.hpp"

#include <array>

namespace rakkan::crypto {
namespace {

using der::Oid;
using der::Reader;
using der::Tag;

constexpr Oid kRsassaPss{1, 2, 840, 113549, 1, 1, 10};
constexpr Oid kMgf1{1, 2, 840, 113549, 1, 1, 8};
constexpr Oid kEd25519{1, 3, 101, 112};
constexpr Oid kEd448{1, 3, 101, 113};

// The largest salt that a key of 16384 bits has room for.
constexpr std::uint64_t kMostSalt = 2048;

// An identifier that names scheme and hash. The first row of a pair is the one that identifier() gives.
struct Row {
  Oid oid;
  VerificationScheme scheme;
  HashAlgorithm hash;
};

using enum VerificationScheme;
using H = HashAlgorithm;

constexpr std::array kRows = {
    Row{{1, 2, 840, 113549, 1, 1, 4}, rsa_pkcs1, H::md5},
    Row{{1, 2, 840, 113549, 1, 1, 5}, rsa_pkcs1, H::sha1},
    Row{{1, 3, 14, 3, 2, 29}, rsa_pkcs1, H::sha1},  // sha1WithRSASignature of the OIW, in old certificates
    Row{{1, 2, 840, 113549, 1, 1, 14}, rsa_pkcs1, H::sha224},
    Row{{1, 2, 840, 113549, 1, 1, 11}, rsa_pkcs1, H::sha256},
    Row{{1, 2, 840, 113549, 1, 1, 12}, rsa_pkcs1, H::sha384},
    Row{{1, 2, 840, 113549, 1, 1, 13}, rsa_pkcs1, H::sha512},
    Row{{1, 2, 840, 113549, 1, 1, 15}, rsa_pkcs1, H::sha512_224},
    Row{{1, 2, 840, 113549, 1, 1, 16}, rsa_pkcs1, H::sha512_256},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 13}, rsa_pkcs1, H::sha3_224},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 14}, rsa_pkcs1, H::sha3_256},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 15}, rsa_pkcs1, H::sha3_384},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 16}, rsa_pkcs1, H::sha3_512},
    Row{{1, 2, 840, 10040, 4, 3}, dsa, H::sha1},
    Row{{1, 3, 14, 3, 2, 27}, dsa, H::sha1},  // dsaWithSHA1 of the OIW
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 1}, dsa, H::sha224},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 2}, dsa, H::sha256},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 3}, dsa, H::sha384},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 4}, dsa, H::sha512},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 5}, dsa, H::sha3_224},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 6}, dsa, H::sha3_256},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 7}, dsa, H::sha3_384},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 8}, dsa, H::sha3_512},
    Row{{1, 2, 840, 10045, 4, 1}, ecdsa, H::sha1},
    Row{{1, 2, 840, 10045, 4, 3, 1}, ecdsa, H::sha224},
    Row{{1, 2, 840, 10045, 4, 3, 2}, ecdsa, H::sha256},
    Row{{1, 2, 840, 10045, 4, 3, 3}, ecdsa, H::sha384},
    Row{{1, 2, 840, 10045, 4, 3, 4}, ecdsa, H::sha512},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 9}, ecdsa, H::sha3_224},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 10}, ecdsa, H::sha3_256},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 11}, ecdsa, H::sha3_384},
    Row{{2, 16, 840, 1, 101, 3, 4, 3, 12}, ecdsa, H::sha3_512},
    Row{{1, 3, 6, 1, 5, 5, 7, 6, 33}, ecdsa, H::shake256},
};

// An identifier of a key, which CMS also writes for its signatures; the hash stands beside it.
struct KeyRow {
  Oid oid;
  VerificationScheme scheme;
};
constexpr std::array kKeyRows = {
    KeyRow{{1, 2, 840, 113549, 1, 1, 1}, rsa_pkcs1}, KeyRow{{1, 2, 840, 10040, 4, 1}, dsa},
    KeyRow{{1, 2, 840, 10045, 2, 1}, ecdsa},
    KeyRow{{1, 2, 840, 10045, 4}, ecdsa},  // id-ecSigType (ANSI X9.62), no algorithm, written for ECDSA all the same
};

tl::unexpected<Error> unsupported(std::string what) { return fail(ErrorCode::unsupported_algorithm, std::move(what)); }

Result<void> read_optional_null(Reader& identifier) {
  if (identifier.at_end()) {
    return {};
  }
  RAKKAN_CHECK(identifier.null());
  return identifier.end();
}

Result<HashAlgorithm> choose(std::optional<HashAlgorithm> named, std::optional<HashAlgorithm> given) {
  if (named && given && *named != *given) {
    return unsupported("the signature algorithm is for another hash than the one given");
  }
  if (!named && !given) {
    return unsupported("the signature algorithm names no hash");
  }
  return named ? *named : *given;
}

Result<VerificationAlgorithm> read(ByteView encoding, std::optional<HashAlgorithm> given) {
  Reader top(encoding);
  RAKKAN_TRY(Reader identifier, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(const Oid oid, identifier.oid());

  if (oid == kEd25519 || oid == kEd448) {
    RAKKAN_CHECK(identifier.end());  // RFC 8410 §3
    return VerificationAlgorithm{oid == kEd25519 ? ed25519 : ed448, std::nullopt, std::nullopt};
  }
  if (oid == kRsassaPss) {
    RAKKAN_TRY(const PssParameters pss, read_pss_parameters(identifier));
    RAKKAN_CHECK(identifier.end());
    RAKKAN_TRY(const HashAlgorithm hash, choose(pss.hash, given));
    return VerificationAlgorithm{rsa_pss, hash, pss};
  }
  for (const KeyRow& row : kKeyRows) {
    if (row.oid == oid) {
      RAKKAN_CHECK(read_optional_null(identifier));
      RAKKAN_TRY(const HashAlgorithm hash, choose(std::nullopt, given));
      return VerificationAlgorithm{row.scheme, hash, std::nullopt};
    }
  }
  for (const Row& row : kRows) {
    if (row.oid == oid) {
      RAKKAN_CHECK(read_optional_null(identifier));
      RAKKAN_TRY(const HashAlgorithm hash, choose(row.hash, given));
      return VerificationAlgorithm{row.scheme, hash, std::nullopt};
    }
  }
  return unsupported("signature algorithm " + oid.dotted());
}

}  // namespace

// RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] HashAlgorithm DEFAULT sha1, maskGenAlgorithm [1] MaskGenAlgorithm
//      DEFAULT mgf1SHA1, saltLength [2] INTEGER DEFAULT 20, trailerField [3] INTEGER DEFAULT 1 } (RFC 4055 §3.1)
// Written defaults, which DER would leave out, are accepted: signatures in use have them.
Result<PssParameters> read_pss_parameters(Reader& reader) {
  RAKKAN_TRY(Reader parameters, reader.enter(Tag::sequence));
  PssParameters result;
  RAKKAN_TRY(auto hash, parameters.enter_if(der::context_constructed(0)));
  if (hash) {
    RAKKAN_TRY(result.hash, read_hash_algorithm(*hash));
    RAKKAN_CHECK(hash->end());
  }
  RAKKAN_TRY(auto mask, parameters.enter_if(der::context_constructed(1)));
  if (mask) {
    RAKKAN_TRY(Reader generation, mask->enter(Tag::sequence));
    RAKKAN_CHECK(mask->end());
    RAKKAN_TRY(const Oid function, generation.oid());
    if (function != kMgf1) {
      return unsupported("mask generation function " + function.dotted());
    }
    RAKKAN_TRY(result.mask_hash, read_hash_algorithm(generation));
    RAKKAN_CHECK(generation.end());
  }
  RAKKAN_TRY(auto salt, parameters.enter_if(der::context_constructed(2)));
  if (salt) {
    RAKKAN_TRY(const std::uint64_t octets, salt->small_unsigned());
    RAKKAN_CHECK(salt->end());
    if (octets > kMostSalt) {
      return unsupported("RSASSA-PSS with a salt of " + std::to_string(octets) + " octets");
    }
    result.salt_length = static_cast<std::uint32_t>(octets);
  }
  RAKKAN_TRY(auto trailer, parameters.enter_if(der::context_constructed(3)));
  if (trailer) {
    RAKKAN_TRY(const std::uint64_t field, trailer->small_unsigned());
    RAKKAN_CHECK(trailer->end());
    if (field != 1) {
      return unsupported("RSASSA-PSS with trailerField " + std::to_string(field));
    }
  }
  RAKKAN_CHECK(parameters.end());
  if (result.hash == HashAlgorithm::shake256 || result.mask_hash == HashAlgorithm::shake256) {
    return unsupported("RSASSA-PSS with SHAKE256");  // RFC 8692 §2.2: no MGF1; OpenSSL has no such mask
  }
  return result;
}

Result<VerificationAlgorithm> VerificationAlgorithm::parse(ByteView algorithm_identifier,
                                                           std::optional<HashAlgorithm> given) {
  auto algorithm = read(algorithm_identifier, given);
  if (!algorithm && algorithm.error().code == ErrorCode::malformed_der) {
    return fail(Error{ErrorCode::unsupported_algorithm, "the signature algorithm's identifier is malformed", {}, {}, {}}
                    .because(std::move(algorithm).error()));
  }
  return algorithm;
}

Oid VerificationAlgorithm::identifier() const noexcept {
  switch (scheme) {
    case rsa_pss:
      return kRsassaPss;
    case ed25519:
      return kEd25519;
    case ed448:
      return kEd448;
    case rsa_pkcs1:
    case dsa:
    case ecdsa:
      break;
  }
  for (const Row& row : kRows) {
    if (row.scheme == scheme && row.hash == hash) {
      return row.oid;
    }
  }
  return {};
}

std::string VerificationAlgorithm::name() const {
  const std::string with = hash ? " with " + std::string(info(*hash).name) : std::string();
  switch (scheme) {
    case rsa_pkcs1:
      return "RSA PKCS#1 v1.5" + with;
    case rsa_pss:
      return "RSASSA-PSS" + with;
    case dsa:
      return "DSA" + with;
    case ecdsa:
      return "ECDSA" + with;
    case ed25519:
      return "Ed25519";
    case ed448:
      return "Ed448";
  }
  return {};
}

}  // namespace rakkan::crypto
