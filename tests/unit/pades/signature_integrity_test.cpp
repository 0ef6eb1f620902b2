#include "rakkan/pades/signature_integrity.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <string>

#include "rakkan/base/hex.hpp"
#include "rakkan/cms/signed_attributes.hpp"
#include "support/handmade_cms.hpp"
#include "support/test_tsu.hpp"
#include "unit/pades/signing.hpp"

namespace rakkan::pades {
namespace {

using crypto::DigestAlgorithm;
using test::IsOk;

constexpr std::size_t kReserve = 8192;

// A document whose signature a test makes in pieces, so that any of them can be wrong.
class Integrity : public ::testing::Test {
 protected:
  using Change = std::function<void(test::HandmadeCms&)>;
  using Fill = std::function<Bytes(ByteView content)>;

  // A revision whose /Contents is what `fill` makes of the signed bytes. `sub_filter` has at most 19 characters.
  Bytes signed_as(std::string_view sub_filter, const Fill& fill, Bytes base = test::sample_pdf()) {
    SignatureFieldSpec spec;
    spec.reason = "合意";
    spec.signature_id = "sig_0123456789abcdef0123456789abcdef";
    const auto opened = test::value_or_throw(pdf::Document::open(base));
    test::FixedRandom random;
    const auto prepared = test::value_or_throw(prepare(opened, spec, kReserve, random));
    std::string document = std::string(text_of(base)) + std::string(text_of(prepared.tail()));
    constexpr std::string_view kOurs = "/SubFilter/ETSI.CAdES.detached";
    std::string other = "/SubFilter/" + std::string(sub_filter);
    other.resize(kOurs.size(), ' ');
    document.replace(document.rfind(kOurs), kOurs.size(), other);
    const auto& range = prepared.byte_range();
    const Bytes content =
        copy_of(bytes_of(document.substr(0, range.first_length) + document.substr(range.second_offset)));
    const std::string digits = to_hex(fill(content));
    document.replace(range.first_length + 1, digits.size(), digits);
    return copy_of(bytes_of(document));
  }
  Bytes signed_by_us(const Change& change = {}, std::string_view sub_filter = "ETSI.CAdES.detached",
                     Bytes base = test::sample_pdf()) {
    const auto fill = [&](ByteView content) {
      test::HandmadeCms cms(signer_, suite_, content);
      cms.sign();
      if (change) {
        change(cms);
      }
      return cms.encode();
    };
    return signed_as(sub_filter, fill, std::move(base));
  }
  // A signed document with a signature-time-stamp over `stamped`, or over the signature value.
  Bytes timestamped(std::optional<Bytes> stamped = std::nullopt, Bytes base = test::sample_pdf(),
                    const std::function<void(Bytes&)>& spoil = {}) {
    const auto add = [&](test::HandmadeCms& cms) {
      Bytes token = token_over(crypto::digest(DigestAlgorithm::sha256, stamped.value_or(cms.signature)));
      if (spoil) {
        spoil(token);
      }
      cms.unsigned_attributes = {test::attribute(cms::kIdSignatureTimeStampToken, {token})};
    };
    return signed_by_us(add, "ETSI.CAdES.detached", std::move(base));
  }
  Bytes token_over(const crypto::Digest& imprint) {
    const Bytes octets(8, 0x11);
    const auto token = test::issue(*tsu_.tsu, tsp::TimestampRequest::for_digest(imprint, octets));
    return copy_of(test::value_or_throw(token).der());
  }

  struct Seen {
    SignatureIntegrity integrity;
    std::optional<BaselineLevel> level;
    std::string id;
  };
  // The verdict on the first signature.
  static Seen see(ByteView bytes) {
    const auto document = test::value_or_throw(pdf::Document::open(bytes));
    const auto form = test::value_or_throw(pdf::AcroForm::read(document));
    const auto signatures = test::value_or_throw(pdf::signatures(document, form.value()));
    Seen seen{check_integrity(document, signatures.at(0)), {}, signature_id(signatures.at(0))};
    seen.level = test::value_or_throw(level_of_structure(document, signatures.at(0), seen.integrity, signatures));
    return seen;
  }
  static void expect(const SignatureIntegrity& seen, Check byte_range, Check digest, Check signature) {
    EXPECT_EQ(seen.byte_range.outcome, byte_range);
    EXPECT_EQ(seen.digest.outcome, digest);
    EXPECT_EQ(seen.signature.outcome, signature);
    for (const Checked& checked : {seen.byte_range, seen.digest, seen.signature}) {
      EXPECT_EQ(checked.why.has_value(), checked.outcome != Check::passed);
    }
  }

  test::TestAuthority authority_;
  test::Identity signer_ = authority_.signer(crypto::KeyKind::ec_p256);
  const crypto::AlgorithmSuite& suite_ = crypto::default_suite(crypto::KeyKind::ec_p256);
  test::TestTsu tsu_{authority_};
};

TEST_F(Integrity, AnUntouchedSignatureIsIntactAndSaysWhoseItIs) {
  const Seen seen = see(signed_by_us());
  expect(seen.integrity, Check::passed, Check::passed, Check::passed);
  EXPECT_EQ(seen.integrity.outcome(), Check::passed);
  EXPECT_EQ(seen.integrity.certificate, signer_.certificate);
  EXPECT_TRUE(seen.integrity.has_signing_certificate_v2);
  EXPECT_EQ(seen.integrity.digest_algorithm, DigestAlgorithm::sha256);
  EXPECT_EQ(seen.integrity.suite, &suite_);
  EXPECT_EQ(seen.level, BaselineLevel::b_b);
  EXPECT_EQ(seen.id, "sig_0123456789abcdef0123456789abcdef");
}

TEST_F(Integrity, AChangedDocumentIsNotWhatWasSigned) {
  Bytes document = signed_by_us();
  std::string text(text_of(document));
  const std::size_t at = text.find("0 0 m 10 10 l S");
  document.at(at) = '9';
  const Seen seen = see(document);
  expect(seen.integrity, Check::passed, Check::failed, Check::passed);
  EXPECT_EQ(seen.integrity.digest.why->code, ErrorCode::digest_mismatch);
  EXPECT_EQ(seen.integrity.outcome(), Check::failed);
  EXPECT_EQ(seen.integrity.certificate, signer_.certificate);
}

// All bytes but those of /Contents are covered: whichever changes, no signature of the file stays intact.
TEST_F(Integrity, NoChangedByteOutsideContentsLeavesItIntact) {
  const Bytes whole = signed_by_us();
  const std::string_view text = text_of(whole);
  const std::size_t begin = text.find("/Contents <") + 10;
  const std::size_t end = text.find('>', begin) + 1;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at >= begin && at < end) {
      continue;
    }
    Bytes changed = whole;
    changed.at(at) ^= 0x01;
    const auto document = pdf::Document::open(changed);
    const auto form = document ? pdf::AcroForm::read(*document) : std::nullopt;
    if (!form || !*form) {
      continue;
    }
    const auto signatures = pdf::signatures(*document, **form);
    if (!signatures) {
      continue;
    }
    for (const pdf::Signature& signature : *signatures) {
      ASSERT_NE(check_integrity(*document, signature).outcome(), Check::passed) << "byte " << at;
    }
  }
}

TEST_F(Integrity, AChangedSignatureValueDoesNotVerify) {
  const Seen seen = see(signed_by_us([](test::HandmadeCms& cms) { cms.signature.back() ^= 0x01; }));
  expect(seen.integrity, Check::passed, Check::passed, Check::failed);
  EXPECT_EQ(seen.integrity.signature.why->code, ErrorCode::signature_invalid);
}

TEST_F(Integrity, AnotherCertificateInItsPlaceIsNotTaken) {
  const test::Identity other = authority_.signer(crypto::KeyKind::ec_p256);
  const Seen seen =
      see(signed_by_us([&](test::HandmadeCms& cms) { cms.certificates = {copy_of(other.certificate.der())}; }));
  expect(seen.integrity, Check::passed, Check::passed, Check::failed);
  EXPECT_EQ(seen.integrity.certificate, std::nullopt);
}

TEST_F(Integrity, AByteRangeThatLeavesOutMoreThanContentsIsWrong) {
  Bytes document = signed_by_us();
  std::string text(text_of(document));
  const std::size_t array = text.find("/ByteRange [") + 12;
  const std::string numbers = text.substr(array, pdf::ByteRange::kTextWidth);
  for (const std::size_t slot : {0U, 1U, 2U, 3U}) {
    std::string changed = text;
    const std::size_t last_digit = numbers.find_last_not_of(' ', (slot + 1) * pdf::ByteRange::kSlotWidth - 1);
    char& digit = changed.at(array + last_digit);
    digit = digit == '0' ? '1' : static_cast<char>(digit - 1);
    const Seen seen = see(bytes_of(changed));
    EXPECT_EQ(seen.integrity.outcome(), Check::failed) << slot;
    if (slot != 3) {  // a shorter end is a file that grew: the digest tells
      expect(seen.integrity, Check::failed, Check::not_done, Check::passed);
    }
  }
}

TEST_F(Integrity, AnUpdateBehindTheSignatureLeavesItIntact) {
  const Bytes once = signed_by_us();
  const Seen seen = see(signed_by_us({}, "ETSI.CAdES.detached", once));
  expect(seen.integrity, Check::passed, Check::passed, Check::passed);
}

TEST_F(Integrity, ATimestampOfTheSignatureValueMakesItBT) {
  const Seen seen = see(timestamped());
  ASSERT_EQ(seen.integrity.timestamps.size(), 1U);
  EXPECT_EQ(seen.integrity.timestamps.front().outcome(), Check::passed);
  EXPECT_EQ(seen.integrity.timestamps.front().certificate, tsu_.identity.certificate);
  EXPECT_EQ(seen.integrity.outcome(), Check::passed);
  EXPECT_EQ(seen.level, BaselineLevel::b_t);
}

TEST_F(Integrity, ATimestampOfSomethingElseBreaksIt) {
  const Seen seen = see(timestamped(Bytes{1, 2, 3}));
  expect(seen.integrity, Check::passed, Check::passed, Check::passed);
  ASSERT_EQ(seen.integrity.timestamps.size(), 1U);
  EXPECT_EQ(seen.integrity.timestamps.front().imprint.outcome, Check::failed);
  EXPECT_EQ(seen.integrity.timestamps.front().signature.outcome, Check::passed);
  EXPECT_EQ(seen.integrity.outcome(), Check::failed);
}

TEST_F(Integrity, ATimestampThatDoesNotVerifyBreaksIt) {
  const Seen seen = see(timestamped(std::nullopt, test::sample_pdf(), [](Bytes& token) { token.back() ^= 0x01; }));
  ASSERT_EQ(seen.integrity.timestamps.size(), 1U);
  EXPECT_EQ(seen.integrity.timestamps.front().imprint.outcome, Check::passed);
  EXPECT_EQ(seen.integrity.timestamps.front().signature.outcome, Check::failed);
  EXPECT_EQ(seen.integrity.outcome(), Check::failed);
}

TEST_F(Integrity, ValidationDataAndALaterDocumentTimestampAreSeenInTheLevel) {
  const Bytes with_dss = test::sample_pdf(
      {.catalog = "/DSS<</Certs[20 0 R]/CRLs[20 0 R]>>", .objects = {{20, "(a certificate, a list)"}}});
  const Bytes b_lt = timestamped(std::nullopt, with_dss);
  EXPECT_EQ(see(b_lt).level, BaselineLevel::b_lt);
  const auto stamp = [&](ByteView content) { return token_over(crypto::digest(DigestAlgorithm::sha512, content)); };
  const Seen archived = see(signed_as("ETSI.RFC3161", stamp, b_lt));
  EXPECT_EQ(archived.level, BaselineLevel::b_lta);
  EXPECT_EQ(archived.integrity.outcome(), Check::passed);
}

// The field says that it holds a document timestamp; nothing of a signer is in it.
TEST_F(Integrity, AFieldIsPreparedForADocumentTimestamp) {
  const Bytes base = signed_by_us();
  SignatureFieldSpec spec{.kind = FieldKind::document_timestamp};
  spec.name = "somebody";
  spec.reason = "nothing";
  spec.signature_id = "sig_0123456789abcdef0123456789abcdef";
  const auto opened = test::value_or_throw(pdf::Document::open(base));
  test::FixedRandom random;
  ASSERT_OK_AND_ASSIGN(PreparedRevision prepared, prepare(opened, spec, kReserve, random));
  const Bytes token = token_over(digest_byte_range(base, prepared, DigestAlgorithm::sha256));
  ASSERT_OK_AND_ASSIGN(const SignedRevision stamped, SignedRevision::embed(std::move(prepared), token));
  Bytes document = base;
  append(document, stamped.tail());

  ASSERT_OK_AND_ASSIGN(const auto reopened, pdf::Document::open(document));
  ASSERT_OK_AND_ASSIGN(const auto form, pdf::AcroForm::read(reopened));
  ASSERT_OK_AND_ASSIGN(const auto signatures, pdf::signatures(reopened, form.value()));
  ASSERT_EQ(signatures.size(), 2U);
  const pdf::Signature& timestamp = signatures.at(1);
  EXPECT_EQ(timestamp.type, "DocTimeStamp");
  EXPECT_TRUE(is_document_timestamp(timestamp));
  for (const std::string_view claim : {"M", "Name", "Reason", "Location", "ContactInfo"}) {
    EXPECT_FALSE(timestamp.dictionary.find(claim)) << claim;
  }
  EXPECT_EQ(signature_id(timestamp), "");
  EXPECT_EQ(check_integrity(reopened, timestamp).outcome(), Check::passed);
  EXPECT_EQ(check_integrity(reopened, signatures.at(0)).outcome(), Check::passed);
}

TEST_F(Integrity, ADocumentTimestampIsCheckedLikeASignature) {
  const auto stamp = [&](ByteView content) { return token_over(crypto::digest(DigestAlgorithm::sha384, content)); };
  Bytes document = signed_as("ETSI.RFC3161", stamp);
  const Seen seen = see(document);
  expect(seen.integrity, Check::passed, Check::passed, Check::passed);
  EXPECT_EQ(seen.integrity.certificate, tsu_.identity.certificate);
  EXPECT_EQ(seen.integrity.digest_algorithm, DigestAlgorithm::sha384);
  EXPECT_EQ(seen.level, std::nullopt);
  document.at(text_of(document).find("0 0 m 10 10 l S")) = '9';
  expect(see(document).integrity, Check::passed, Check::failed, Check::passed);
}

// Older programs name the certificate by the signer identifier alone: that is no baseline signature, but not a broken
// one.
TEST_F(Integrity, WithoutSigningCertificateTheIdentifierNamesTheSignerAndThereIsNoLevel) {
  const Change without = [](test::HandmadeCms& cms) {
    cms.replace_attribute(cms::kIdSigningCertificateV2, std::nullopt);
    cms.sign();
  };
  for (const char* sub_filter : {"adbe.pkcs7.detached", "ETSI.CAdES.detached"}) {
    const Seen older = see(signed_by_us(without, sub_filter));
    expect(older.integrity, Check::passed, Check::passed, Check::passed);
    EXPECT_EQ(older.integrity.certificate, signer_.certificate);
    EXPECT_FALSE(older.integrity.has_signing_certificate_v2);
    EXPECT_EQ(older.level, std::nullopt);
  }
}

TEST_F(Integrity, ASigningCertificateThatIsThereCountsWhateverTheSubFilter) {
  const test::Identity other = authority_.signer(crypto::KeyKind::ec_p256);
  const auto names_another = [&](test::HandmadeCms& cms) {
    const test::HandmadeCms of_other(other, suite_, bytes_of("x"));
    for (const Bytes& one : of_other.attributes) {
      der::Reader top(one);
      if (test::value_or_throw(test::value_or_throw(top.enter(der::Tag::sequence)).oid()) ==
          cms::kIdSigningCertificateV2) {
        cms.replace_attribute(cms::kIdSigningCertificateV2, one);
      }
    }
    cms.sign();
  };
  EXPECT_EQ(see(signed_by_us(names_another, "adbe.pkcs7.detached")).integrity.signature.outcome, Check::failed);
}

TEST_F(Integrity, WhatIsNotReadIsNotCalledBroken) {
  const auto nothing = [](ByteView) { return Bytes{0x04, 0x00}; };
  for (const char* sub_filter : {"adbe.pkcs7.sha1", "adbe.x509.rsa_sha1", "x"}) {
    EXPECT_EQ(see(signed_as(sub_filter, nothing)).integrity.outcome(), Check::not_done) << sub_filter;
  }
  const auto indefinite = [](ByteView) { return Bytes{0x30, 0x80, 0x06, 0x00, 0x00, 0x00}; };
  EXPECT_EQ(see(signed_as("ETSI.CAdES.detached", indefinite)).integrity.outcome(), Check::not_done);
  EXPECT_EQ(see(signed_as("ETSI.RFC3161", indefinite)).integrity.outcome(), Check::not_done);
  const auto with_sha1 = [](test::HandmadeCms& cms) {
    cms.digest_algorithm = *from_hex("300906052b0e03021a0500");
    cms.sign();
  };
  EXPECT_EQ(see(signed_by_us(with_sha1)).integrity.outcome(), Check::not_done);
}

// A strange encoding and a spoiled one look the same, so neither is called right or wrong.
TEST_F(Integrity, ACmsThatCannotBeReadCannotBeChecked) {
  const auto garbage = [](ByteView) { return Bytes{0x30, 0x03, 0x02, 0x01, 0x01}; };
  expect(see(signed_as("ETSI.CAdES.detached", garbage)).integrity, Check::passed, Check::not_done, Check::not_done);
  expect(see(signed_as("ETSI.RFC3161", garbage)).integrity, Check::passed, Check::not_done, Check::not_done);
  const auto unordered = [](test::HandmadeCms& cms) {
    std::reverse(cms.attributes.begin(), cms.attributes.end());
    cms.sign();
  };
  EXPECT_EQ(see(signed_by_us(unordered)).integrity.outcome(), Check::not_done);
}

TEST_F(Integrity, AShapeThatIsNoPdfSignatureIsBroken) {
  const Seen two = see(signed_by_us([](test::HandmadeCms& cms) { cms.signer_count = 2; }));
  EXPECT_EQ(two.integrity.outcome(), Check::failed);
  const auto with_content = [](test::HandmadeCms& cms) {
    cms.content = test::encoded([](der::Writer& w) { w.octet_string(Bytes{1}); });
  };
  EXPECT_EQ(see(signed_by_us(with_content)).integrity.outcome(), Check::failed);
}

}  // namespace
}  // namespace rakkan::pades
