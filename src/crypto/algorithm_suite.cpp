#include "rakkan/crypto/algorithm_suite.hpp"

#include <array>
#include <string>
#include <vector>

#include "crypto/same_name.hpp"
#include "rakkan/der/reader.hpp"
#include "rakkan/der/writer.hpp"

namespace rakkan::crypto {
namespace {

using der::Oid;
using der::Reader;
using der::Tag;
using der::Writer;

constexpr Oid kRsaEncryption{1, 2, 840, 113549, 1, 1, 1};
constexpr Oid kRsassaPss{1, 2, 840, 113549, 1, 1, 10};
constexpr Oid kMgf1{1, 2, 840, 113549, 1, 1, 8};
constexpr Oid kEd25519{1, 3, 101, 112};

// The one table of suites. `identifier` is the one that X.509 writes; for every scheme but PKCS#1 v1.5 CMS writes the
// same.
struct Row {
  std::string_view name;
  SignatureScheme scheme;
  DigestAlgorithm digest;
  Oid identifier;
};

constexpr std::array kRows = {
    Row{"rsa-pkcs1-sha256", SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha256, {1, 2, 840, 113549, 1, 1, 11}},
    Row{"rsa-pkcs1-sha384", SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha384, {1, 2, 840, 113549, 1, 1, 12}},
    Row{"rsa-pkcs1-sha512", SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha512, {1, 2, 840, 113549, 1, 1, 13}},
    Row{"rsa-pss-sha256", SignatureScheme::rsa_pss, DigestAlgorithm::sha256, kRsassaPss},
    Row{"rsa-pss-sha384", SignatureScheme::rsa_pss, DigestAlgorithm::sha384, kRsassaPss},
    Row{"rsa-pss-sha512", SignatureScheme::rsa_pss, DigestAlgorithm::sha512, kRsassaPss},
    Row{"ecdsa-sha256", SignatureScheme::ecdsa, DigestAlgorithm::sha256, {1, 2, 840, 10045, 4, 3, 2}},
    Row{"ecdsa-sha384", SignatureScheme::ecdsa, DigestAlgorithm::sha384, {1, 2, 840, 10045, 4, 3, 3}},
    Row{"ecdsa-sha512", SignatureScheme::ecdsa, DigestAlgorithm::sha512, {1, 2, 840, 10045, 4, 3, 4}},
    // RFC 8419 §3.1: with signed attributes the digestAlgorithm is SHA-512.
    Row{"ed25519", SignatureScheme::eddsa, DigestAlgorithm::sha512, kEd25519},
};

void write_digest_algorithm(Writer& writer, DigestAlgorithm digest, bool with_null) {
  writer.sequence([&] {
    writer.oid(info(digest).oid);
    if (with_null) {
      writer.null();
    }
  });
}

// RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] HashAlgorithm DEFAULT sha1, maskGenAlgorithm [1] MaskGenAlgorithm
//      DEFAULT mgf1SHA1, saltLength [2] INTEGER DEFAULT 20, trailerField [3] INTEGER DEFAULT 1 } (RFC 4055 §3.1)
// MGF1 is with the same hash, and the salt is as long as the digest. The hash identifiers have NULL parameters, which
// is the common form (§2.1: both forms must be accepted).
void write_pss_parameters(Writer& writer, DigestAlgorithm digest) {
  writer.sequence([&] {
    writer.constructed(der::context_constructed(0), [&] { write_digest_algorithm(writer, digest, true); });
    writer.constructed(der::context_constructed(1), [&] {
      writer.sequence([&] {
        writer.oid(kMgf1);
        write_digest_algorithm(writer, digest, true);
      });
    });
    writer.constructed(der::context_constructed(2), [&] { writer.small_unsigned(info(digest).size); });
  });
}

Bytes encode_identifier(const Oid& identifier, const Row& row) {
  Writer writer;
  writer.sequence([&] {
    writer.oid(identifier);
    switch (row.scheme) {
      case SignatureScheme::rsa_pkcs1:
        writer.null();  // RFC 4055 §5, RFC 3370 §3.2: parameters NULL
        break;
      case SignatureScheme::rsa_pss:
        write_pss_parameters(writer, row.digest);
        break;
      case SignatureScheme::ecdsa:  // RFC 5758 §3.2: parameters absent
      case SignatureScheme::eddsa:  // RFC 8410 §3: parameters absent
        break;
    }
  });
  return writer.take();
}

// Suites is the table as values of the public type, with their encodings, made once.
class Suites {
 public:
  Suites() {
    for (std::size_t i = 0; i < kRows.size(); ++i) {
      const Row& row = kRows[i];
      const bool pkcs1 = row.scheme == SignatureScheme::rsa_pkcs1;
      Writer digest_algorithm;
      write_digest_algorithm(digest_algorithm, row.digest, false);
      suites_[i] = {row.name,
                    row.scheme,
                    row.digest,
                    keep(encode_identifier(pkcs1 ? kRsaEncryption : row.identifier, row)),
                    keep(encode_identifier(row.identifier, row)),
                    keep(digest_algorithm.take())};
    }
  }

  [[nodiscard]] std::span<const AlgorithmSuite> all() const noexcept { return suites_; }

 private:
  ByteView keep(Bytes encoding) { return encodings_.emplace_back(std::move(encoding)); }

  std::array<AlgorithmSuite, kRows.size()> suites_{};
  std::vector<Bytes> encodings_;  // growing moves the vectors, not their octets
};

tl::unexpected<Error> unsupported(std::string what) { return fail(ErrorCode::unsupported_algorithm, std::move(what)); }

// Reads RSASSA-PSS-params (RFC 4055 §3.1) with one hash throughout and a salt of its size; other parameters, also the
// defaults (SHA-1), are not supported.
Result<DigestAlgorithm> read_pss_parameters(Reader& identifier) {
  RAKKAN_TRY(Reader parameters, identifier.enter(Tag::sequence));
  if (parameters.peek() != der::context_constructed(0)) {
    return unsupported("RSASSA-PSS with SHA-1");
  }
  RAKKAN_TRY(Reader hash, parameters.enter(der::context_constructed(0)));
  RAKKAN_TRY(const DigestAlgorithm digest, read_digest_algorithm(hash));
  RAKKAN_CHECK(hash.end());

  if (parameters.peek() != der::context_constructed(1)) {
    return unsupported("RSASSA-PSS with SHA-1 in its mask generation");
  }
  RAKKAN_TRY(Reader mask, parameters.enter(der::context_constructed(1)));
  RAKKAN_TRY(Reader mask_generation, mask.enter(Tag::sequence));
  RAKKAN_CHECK(mask.end());
  RAKKAN_TRY(const Oid function, mask_generation.oid());
  if (function != kMgf1) {
    return unsupported("mask generation function " + function.dotted());
  }
  RAKKAN_TRY(const DigestAlgorithm mask_digest, read_digest_algorithm(mask_generation));
  RAKKAN_CHECK(mask_generation.end());
  if (mask_digest != digest) {
    return unsupported("RSASSA-PSS with two different digests");
  }

  std::uint64_t salt = 20;  // RFC 4055 §3.1: the default
  RAKKAN_TRY(auto salt_field, parameters.enter_if(der::context_constructed(2)));
  if (salt_field) {
    RAKKAN_TRY(salt, salt_field->small_unsigned());
    RAKKAN_CHECK(salt_field->end());
  }
  if (salt != info(digest).size) {
    return unsupported("RSASSA-PSS with a salt of " + std::to_string(salt) + " octets");
  }
  RAKKAN_CHECK(parameters.end());  // a trailerField could only be the default, which DER leaves out, or unknown
  return digest;
}

// The suite of a scheme. The digest that the identifier names and the one that its context gives must be the same.
Result<const AlgorithmSuite*> choose(SignatureScheme scheme, std::optional<DigestAlgorithm> named,
                                     std::optional<DigestAlgorithm> given) {
  if (named && given && *named != *given) {
    return unsupported("the signature algorithm is for another digest than the one given");
  }
  if (!named && !given) {
    return unsupported("the signature algorithm names no digest");
  }
  return find_suite(scheme, named ? *named : *given);
}

const Row* row_of(const Oid& identifier) noexcept {
  for (const Row& row : kRows) {
    if (row.identifier == identifier) {
      return &row;
    }
  }
  return nullptr;
}

// Reads parameters that are NULL or absent: RFC 4055 §5 demands that NULL is written and that absence is accepted.
Result<void> read_optional_null(Reader& identifier) {
  if (identifier.at_end()) {
    return {};
  }
  RAKKAN_CHECK(identifier.null());
  return identifier.end();
}

Result<const AlgorithmSuite*> read_identifier(ByteView encoding, std::optional<DigestAlgorithm> given) {
  Reader top(encoding);
  RAKKAN_TRY(Reader identifier, top.enter(Tag::sequence));
  RAKKAN_CHECK(top.end());
  RAKKAN_TRY(const Oid oid, identifier.oid());

  if (oid == kRsaEncryption) {
    RAKKAN_CHECK(read_optional_null(identifier));
    return choose(SignatureScheme::rsa_pkcs1, std::nullopt, given);
  }
  const Row* row = row_of(oid);
  if (row == nullptr) {
    return unsupported("signature algorithm " + oid.dotted());
  }
  std::optional<DigestAlgorithm> named = row->digest;
  switch (row->scheme) {
    case SignatureScheme::rsa_pkcs1:
      RAKKAN_CHECK(read_optional_null(identifier));
      break;
    case SignatureScheme::rsa_pss: {
      RAKKAN_TRY(named, read_pss_parameters(identifier));
      RAKKAN_CHECK(identifier.end());
      break;
    }
    case SignatureScheme::ecdsa:
    case SignatureScheme::eddsa:
      RAKKAN_CHECK(identifier.end());
      break;
  }
  return choose(row->scheme, named, given);
}

struct KindRow {
  KeyKind kind;
  std::string_view name;
  std::string_view default_suite;
  std::size_t max_signature_size;
};

// The kinds of keys with the sizes of their signatures. An Ecdsa-Sig-Value (RFC 3279 §2.2.3) is a SEQUENCE of two
// INTEGERs, each of up to one octet more than the field.
constexpr std::array kKinds = {
    KindRow{KeyKind::rsa_2048, "RSA-2048", "rsa-pkcs1-sha256", 256},
    KindRow{KeyKind::rsa_3072, "RSA-3072", "rsa-pkcs1-sha256", 384},
    KindRow{KeyKind::rsa_4096, "RSA-4096", "rsa-pkcs1-sha256", 512},
    KindRow{KeyKind::ec_p256, "P-256", "ecdsa-sha256", 2 + 2 * (2 + 33)},
    KindRow{KeyKind::ec_p384, "P-384", "ecdsa-sha384", 2 + 2 * (2 + 49)},
    KindRow{KeyKind::ed25519, "Ed25519", "ed25519", 64},
};

constexpr const KindRow& row_of(KeyKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)]; }

constexpr bool kinds_in_order() {
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (static_cast<std::size_t>(kKinds[i].kind) != i) {
      return false;
    }
  }
  return true;
}
static_assert(kinds_in_order(), "a row per KeyKind, in the order of the enumeration");

}  // namespace

std::span<const AlgorithmSuite> algorithm_suites() noexcept {
  static const Suites suites;
  return suites.all();
}

const AlgorithmSuite* suite_from_name(std::string_view name) noexcept {
  for (const AlgorithmSuite& suite : algorithm_suites()) {
    if (suite.name == name) {
      return &suite;
    }
  }
  return nullptr;
}

const AlgorithmSuite* find_suite(SignatureScheme scheme, DigestAlgorithm digest) noexcept {
  for (const AlgorithmSuite& suite : algorithm_suites()) {
    if (suite.scheme == scheme && suite.digest == digest) {
      return &suite;
    }
  }
  return nullptr;
}

Result<const AlgorithmSuite*> suite_from_identifier(ByteView algorithm_identifier,
                                                    std::optional<DigestAlgorithm> digest) {
  auto suite = read_identifier(algorithm_identifier, digest);
  if (!suite && suite.error().code == ErrorCode::malformed_der) {
    return fail(Error{ErrorCode::unsupported_algorithm, "the signature algorithm's identifier is malformed", {}, {}, {}}
                    .because(std::move(suite).error()));
  }
  return suite;
}

const AlgorithmSuite& default_suite(KeyKind kind) noexcept { return *suite_from_name(row_of(kind).default_suite); }

bool suits(const AlgorithmSuite& suite, KeyKind kind) noexcept {
  switch (kind) {
    case KeyKind::rsa_2048:
    case KeyKind::rsa_3072:
    case KeyKind::rsa_4096:
      return suite.scheme == SignatureScheme::rsa_pkcs1 || suite.scheme == SignatureScheme::rsa_pss;
    case KeyKind::ec_p256:
    case KeyKind::ec_p384:
      return suite.scheme == SignatureScheme::ecdsa;
    case KeyKind::ed25519:
      return suite.scheme == SignatureScheme::eddsa;
  }
  return false;
}

std::string_view name(KeyKind kind) noexcept { return row_of(kind).name; }

std::optional<KeyKind> key_kind_from_name(std::string_view name) noexcept {
  for (const KindRow& row : kKinds) {
    if (same_name(row.name, name)) {
      return row.kind;
    }
  }
  return std::nullopt;
}

std::size_t max_signature_size(KeyKind kind) noexcept { return row_of(kind).max_signature_size; }

Result<DigestAlgorithm> read_digest_algorithm(Reader& reader) {
  RAKKAN_TRY(Reader identifier, reader.enter(Tag::sequence));
  RAKKAN_TRY(const Oid oid, identifier.oid());
  if (!identifier.at_end()) {
    RAKKAN_CHECK(identifier.null());
    RAKKAN_CHECK(identifier.end());
  }
  const auto digest = digest_algorithm_from_oid(oid);
  if (!digest) {
    return unsupported("digest algorithm " + oid.dotted());
  }
  return *digest;
}

}  // namespace rakkan::crypto
