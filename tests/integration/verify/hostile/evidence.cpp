// Hostile evidence: certificates, lists, responses and timestamps without number, or with keys that cost much.
#include <algorithm>

#include "integration/verify/hostile/workshop.hpp"
#include "rakkan/cms/embedded_timestamps.hpp"
#include "rakkan/pki/ocsp_response_builder.hpp"
#include "support/handmade_revocation.hpp"
#include "support/rsa_spki.hpp"

namespace rakkan::test {
namespace {

// Certificates of the CA's name with keys of their own, which nobody signed.
Hostile ten_thousand_certificates(Workshop& workshop) {
  constexpr std::uint32_t kMany = 10'000;
  constexpr std::size_t kPoint = 65;
  static const Bytes kSerial{0x71, 0x01, 0x01};
  const Bytes one = copy_of(workshop.world.root.certify_ca(workshop.world.ca, EvidenceWorld::numbered(kSerial)).der());
  const ByteView spki = workshop.world.ca.spki();
  const auto point_at = std::search(one.begin(), one.end(), spki.end() - kPoint, spki.end()) - one.begin();
  const auto serial_at = std::search(one.begin(), one.end(), kSerial.begin(), kSerial.end()) - one.begin();
  std::vector<pki::Certificate> all{workshop.world.ca_certificate};
  for (std::uint32_t i = 0; i < kMany; ++i) {
    Bytes other = one;
    other[static_cast<std::size_t>(serial_at) + 1] = static_cast<Byte>(i >> 8U);
    other[static_cast<std::size_t>(serial_at) + 2] = static_cast<Byte>(i);
    const crypto::SoftwareSigner key = pki::new_key(crypto::KeyKind::ec_p256);
    const ByteView point = key.public_key().spki().last(kPoint);
    std::copy(point.begin(), point.end(), other.begin() + point_at);
    if (auto certificate = pki::Certificate::parse(other)) {
      all.push_back(*std::move(certificate));
    }
  }
  return workshop.message_with(all);
}

// Tiers of authorities, each certified by each one of the tier above.
std::vector<pki::Certificate> tangle(Workshop& workshop, int tiers, int width, bool reaches_root) {
  std::vector<pki::Certificate> all;
  std::vector<pki::Authority> above;
  if (reaches_root) {
    above.push_back(workshop.world.root);
  } else {
    above.emplace_back("Nobody");
  }
  for (int tier = 0; tier < tiers; ++tier) {
    std::vector<pki::Authority> below;
    for (int i = 0; i < width; ++i) {
      below.emplace_back("Tier " + std::to_string(tier) + " " + std::to_string(i));
      for (pki::Authority& issuer : above) {
        all.push_back(issuer.certify_ca(below.back()));
      }
    }
    above = std::move(below);
  }
  for (pki::Authority& issuer : above) {
    all.push_back(issuer.certify_ca(workshop.world.ca));
  }
  return all;
}

Hostile cross_certificates(Workshop& workshop) {
  std::vector<pki::Certificate> all = tangle(workshop, 9, 15, true);
  all.push_back(workshop.world.ca_certificate);
  return workshop.message_with(all);
}

Hostile cross_certificates_to_nowhere(Workshop& workshop) {
  return workshop.message_with(tangle(workshop, 9, 15, false));
}

// RSA keys of 16,384 bits with exponents of 64: a verification takes milliseconds. The moduli are no products of
// primes, which nobody can tell from outside.
class DearKey {
 public:
  static constexpr std::size_t kModulus = 16'384 / 8;

  explicit DearKey(std::uint32_t seed) {
    Bytes modulus(kModulus);
    for (Byte& byte : modulus) {
      seed = seed * 1'664'525 + 1'013'904'223;
      byte = static_cast<Byte>(seed >> 24U);
    }
    modulus.front() |= 0x80U;
    modulus.back() |= 1U;
    spki = rsa_spki(modulus, Bytes(8, 0xFF));
  }
  // The signed part with the signature of no key; it is as long as the modulus, and smaller.
  static Bytes unsigned_object(const Bytes& tbs) {
    Bytes signature(kModulus, 0x11);
    return encoded([&](der::Writer& w) {
      w.sequence([&] {
        w.raw(tbs);
        w.raw(algorithm());
        w.bit_string(signature);
      });
    });
  }
  static Bytes algorithm() { return from_hex("300d06092a864886f70d01010b0500").value(); }  // sha256WithRSAEncryption

  Bytes spki;
};

Bytes dear_certificate(const pki::Name& issuer, const pki::Name& subject, std::uint32_t number) {
  return DearKey::unsigned_object(encoded([&](der::Writer& w) {
    w.sequence([&] {
      w.constructed(der::context_constructed(0), [&] { w.small_unsigned(2); });
      w.small_unsigned(number);
      w.raw(DearKey::algorithm());
      w.raw(issuer.der());
      w.sequence([&] {
        w.time(pki::kNotBefore);
        w.time(pki::kNotAfter);
      });
      w.raw(subject.der());
      w.raw(DearKey(number).spki);
      w.constructed(der::context_constructed(3), [&] {
        w.sequence([&] { w.raw(from_hex("300f0603551d130101ff040530030101ff").value()); });  // basicConstraints, a CA
      });
    });
  }));
}

// The certificates of one name with dear keys: each of them may be the issuer of each one.
std::vector<Bytes> dear_certificates(const pki::Name& name, std::uint32_t count) {
  std::vector<Bytes> all;
  for (std::uint32_t i = 0; i < count; ++i) {
    all.push_back(dear_certificate(name, name, 1000 + i));
  }
  return all;
}

// Many signers, each below very many authorities with dear keys.
Hostile dear_keys(Workshop& workshop) {
  const std::vector<Bytes> authorities = dear_certificates(workshop.world.root.name(), 180);
  HandmadeCms cms(workshop.some_signer, workshop.world.suite, bytes_of("content"));
  cms.certificates.insert(cms.certificates.end(), authorities.begin(), authorities.end());
  std::vector<Bytes> signers;
  for (std::uint32_t i = 0; i < 24; ++i) {
    const Bytes serial{0x51, static_cast<Byte>(i + 1)};
    const pki::Name subject = pki::name_of("Signer " + std::to_string(i));
    Bytes certificate = dear_certificate(workshop.world.root.name(), subject, 5000 + i);
    const pki::Certificate parsed = value_or_throw(pki::Certificate::parse(certificate));
    cms.certificates.push_back(std::move(certificate));
    cms.signer_identifier = encoded([&](der::Writer& w) {
      w.sequence([&] {
        w.raw(parsed.issuer().der());
        w.integer(parsed.serial_number());
      });
    });
    signers.push_back(cms.signer_info());
  }
  cms.signer_count = 1;
  for (const Bytes& each : signers) {
    append(cms.more_signers, each);
  }
  return {.file = cms.encode(), .ending = "p7s", .content = copy_of(bytes_of("content"))};
}

// Lists of the CA's name, any of which one of very many keys may have signed.
Hostile dear_lists(Workshop& workshop) {
  const std::vector<Bytes> authorities = dear_certificates(workshop.world.root.name(), 100);
  std::vector<Bytes> lists;
  for (std::uint32_t i = 0; i < 150; ++i) {
    HandmadeCrl list;
    list.algorithm = list.outer_algorithm = DearKey::algorithm();
    list.issuer = copy_of(workshop.world.root.name().der());
    list.this_update = encoded([&](der::Writer& w) { w.time(kJudged - std::chrono::minutes{i}); });
    list.next_update = encoded([&](der::Writer& w) { w.time(kJudged + kDay); });
    list.signature = encoded([&](der::Writer& w) { w.bit_string(Bytes(DearKey::kModulus, 0x11)); });
    lists.push_back(list.encode());
  }
  return {.file = workshop.with_store(authorities, {}, lists)};
}

Hostile a_large_list(Workshop& workshop) {
  constexpr std::uint32_t kEntries = 100'000;
  const pki::CertificateList list = EvidenceWorld::crl(workshop.world.root, kJudged, [](pki::CrlTemplate& content) {
    for (std::uint32_t i = 0; i < kEntries; ++i) {
      Bytes serial{0x10, 0x11};
      for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        serial.push_back(static_cast<Byte>(i >> shift));
      }
      content.revoked.push_back({serial, kSigned, std::nullopt, std::nullopt, std::nullopt, {}});
    }
  });
  Hostile made;
  made.file = workshop.with_store({}, {}, {copy_of(list.der())});
  made.evidence = {workshop.world.response(kJudged).response_der()};
  return made;
}

Hostile many_lists(Workshop& workshop) {
  std::vector<Bytes> lists;
  for (int i = 0; i < 2500; ++i) {
    const pki::CertificateList list = EvidenceWorld::crl(workshop.world.root, kJudged - std::chrono::seconds{i});
    lists.push_back(copy_of(list.der()));
  }
  Hostile made;
  made.file = workshop.with_store({}, {}, lists);
  made.evidence = {workshop.world.response(kJudged).response_der()};
  return made;
}

// Responders that vouch for one another, without id-pkix-ocsp-nocheck.
class Responders {
 public:
  Responders(Workshop& workshop, std::uint32_t count) : ca_(workshop.world.ca), of_ca_(workshop.world.ca_certificate) {
    for (std::uint32_t i = 0; i < count; ++i) {
      keys_.push_back(pki::new_key(crypto::KeyKind::ec_p256));
      certificates_.push_back(ca_.certify(
          "Responder " + std::to_string(i), keys_.back().public_key().spki(), [i](pki::CertificateTemplate& content) {
            content.serial_number = {0x61, static_cast<Byte>(i >> 8U), static_cast<Byte>(i)};
            content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuOcspSigning}, false};
          }));
    }
  }
  [[nodiscard]] Bytes says_good(std::uint32_t who, const pki::Certificate& about) {
    pki::OcspResponseTemplate content = good_response(about, of_ca_);
    content.certificates = {certificates_.at(who)};
    EvidenceWorld::made_at(kJudged)(content);
    return value_or_throw(pki::issue_ocsp_response(content, certificates_.at(who),
                                                   crypto::default_suite(crypto::KeyKind::ec_p256), keys_.at(who)));
  }
  [[nodiscard]] const pki::Certificate& certificate(std::uint32_t number) const { return certificates_.at(number); }

 private:
  pki::Authority& ca_;
  const pki::Certificate& of_ca_;
  std::vector<crypto::SoftwareSigner> keys_;
  std::vector<pki::Certificate> certificates_;
};

Hostile responders_in_a_line(Workshop& workshop) {
  constexpr std::uint32_t kMany = 900;
  Responders responders(workshop, kMany);
  std::vector<Bytes> responses{responders.says_good(0, workshop.world.signer)};
  for (std::uint32_t i = 0; i < kMany; ++i) {
    responses.push_back(responders.says_good((i + 1) % kMany, responders.certificate(i)));
  }
  return {.file = workshop.with_store({}, responses, {})};
}

Hostile responders_in_a_circle(Workshop& workshop) {
  constexpr std::uint32_t kMany = 30;
  Responders responders(workshop, kMany);
  std::vector<Bytes> responses;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    responses.push_back(responders.says_good(i, workshop.world.signer));
    for (std::uint32_t other = 0; other < kMany; ++other) {
      responses.push_back(responders.says_good(i, responders.certificate(other)));
    }
  }
  return {.file = workshop.with_store({}, responses, {})};
}

Hostile many_timestamps_of_a_signature(Workshop& workshop) {
  const Bytes content = copy_of(bytes_of("content"));
  const Identity signer{std::make_shared<crypto::SoftwareSigner>(workshop.world.signer_key), workshop.world.signer};
  HandmadeCms cms(signer, workshop.world.suite, content);
  cms.certificates.push_back(copy_of(workshop.world.ca_certificate.der()));
  cms.sign();
  const crypto::Digest imprint = crypto::digest(crypto::DigestAlgorithm::sha256, cms.signature);
  std::vector<Bytes> tokens;
  for (int i = 0; i < 800; ++i) {
    tokens.push_back(copy_of(workshop.world.token_over(imprint, kSigned + std::chrono::seconds{i}).der()));
  }
  cms.unsigned_attributes.push_back(attribute(cms::kIdSignatureTimeStampToken, tokens));
  return {.file = cms.encode(), .ending = "p7s", .evidence = workshop.outside(), .content = content};
}

Hostile many_document_timestamps(Workshop& workshop) {
  SignedWorld::Draft draft = workshop.world.sign(sample_pdf(), kSigned, Stamped::no);
  for (int i = 0; i < 100; ++i) {
    workshop.world.add_timestamp(draft, kSigned + std::chrono::minutes{i});
  }
  return {.file = draft.bytes(), .evidence = workshop.outside()};
}

}  // namespace

std::vector<HostileRow> hostile_evidence() {
  return {
      {"ten thousand certificates of the issuer's name", {0}, ten_thousand_certificates},
      {"cross-certificates without number", {0}, cross_certificates},
      {"cross-certificates that lead nowhere", {2}, cross_certificates_to_nowhere},
      {"certificates whose keys cost much", {1, 2}, dear_keys},
      {"lists whose keys cost much", {2}, dear_lists},
      {"a list of a hundred thousand entries", {0}, a_large_list},
      {"thousands of lists", {0, 2}, many_lists},
      {"OCSP responders that vouch for the next one", {2}, responders_in_a_line},
      {"OCSP responders that all vouch for one another", {2}, responders_in_a_circle},
      {"hundreds of timestamps of one signature", {0}, many_timestamps_of_a_signature},
      {"a hundred document timestamps", {0}, many_document_timestamps},
  };
}

}  // namespace rakkan::test
