#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "support/pki_authority.hpp"

namespace rakkan::pki {
namespace {

// All values alike from the first case on, unlike rapidcheck by itself.
template <class T>
T any_in(T first, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(first, end));
}

struct Fixture {
  Authority root{"Root"};
  Certificate root_certificate = root.self_signed();
  Certificate leaf = root.certify("山田 太郎", [](CertificateTemplate& content) {
    content.extended_key_usage = ExtendedKeyUsage{{kEkuTimeStamping}, true};
    content.private_key_usage_period = PrivateKeyUsagePeriod{kNotBefore, kNotAfter};
    content.crl_url = "http://crl.example/";
  });
};
Fixture& fixture() {
  static Fixture made;
  return made;
}

// RFC 5280 §4.1.1.3: the signature is over the whole of the tbsCertificate, so no bit of it can change unseen.
RC_GTEST_PROP(Certificate, NoChangedBitIsVerified, ()) {
  Bytes changed = copy_of(fixture().leaf.der());
  const auto bit = any_in<std::size_t>(0, changed.size() * 8);
  changed[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
  if (const auto certificate = Certificate::parse(changed)) {
    RC_ASSERT(!certificate->verify_signed_by(fixture().root_certificate).has_value());
  }
}

RC_GTEST_PROP(Certificate, NoPrefixAndNoSuffixIsRead, (Bytes suffix)) {
  const ByteView der = fixture().leaf.der();
  const auto size = any_in<std::size_t>(0, der.size());
  RC_ASSERT(!Certificate::parse(der.first(size)).has_value());
  Bytes longer = copy_of(der);
  append(longer, suffix);
  RC_ASSERT(Certificate::parse(longer).has_value() == suffix.empty());
}

RC_GTEST_PROP(Certificate, WhatIsIssuedIsWhatWasAsked, (Bytes serial, bool is_ca, std::uint64_t path_length)) {
  Authority& root = fixture().root;
  CertificateTemplate content = root.content_for(name_of("Subject"), root.spki());
  serial.resize(std::min<std::size_t>(serial.size(), 19));
  serial.insert(serial.begin(), any_in<Byte>(1, 0x80));
  content.serial_number = serial;
  content.validity.not_before = Instant{std::chrono::seconds{any_in<std::int64_t>(-62135596800, 253402300799)}};
  content.validity.not_after = Instant{std::chrono::seconds{253402300799}};
  content.basic_constraints = BasicConstraints{is_ca, is_ca ? std::optional(path_length) : std::nullopt};
  const auto usages = any_in(1U, 512U);
  for (unsigned bit = 0; bit < 9; ++bit) {
    if ((usages >> bit & 1) != 0) {
      content.key_usage.push_back(static_cast<KeyUsage>(bit));
    }
  }
  const auto certificate = issue_certificate(content, root.suite(), root.signer());
  RC_ASSERT(certificate.has_value());
  RC_ASSERT(equal(certificate->serial_number(), serial));
  RC_ASSERT(certificate->validity().not_before == content.validity.not_before);
  RC_ASSERT(certificate->basic_constraints()->is_ca == is_ca);
  RC_ASSERT(certificate->basic_constraints()->path_length == content.basic_constraints->path_length);
  for (unsigned bit = 0; bit < 9; ++bit) {
    RC_ASSERT(certificate->has_key_usage(static_cast<KeyUsage>(bit)) == ((usages >> bit & 1) != 0));
  }
}

}  // namespace
}  // namespace rakkan::pki
