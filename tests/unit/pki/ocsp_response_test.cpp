#include "rakkan/pki/ocsp_response.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "rakkan/pki/ocsp_response_builder.hpp"
#include "support/handmade_revocation.hpp"
#include "support/ocsp_responder.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::HandmadeOcsp;
using test::hex;
using test::IsOk;
using test::sequence;
using test::tagged;
using testing::HasSubstr;

constexpr der::Oid kNonce{1, 3, 6, 1, 5, 5, 7, 48, 1, 2};
constexpr der::Oid kArchiveCutoff{1, 3, 6, 1, 5, 5, 7, 48, 1, 6};
constexpr der::Oid kCertHash{1, 3, 36, 8, 3, 13};
constexpr der::Oid kMadeUp{1, 2, 392, 99999, 1};

class OcspResponses : public testing::Test {
 protected:
  using Change = std::function<void(OcspResponseTemplate&)>;

  OcspResponse answer(const Change& change = {}) { return responder_.answer(leaf_, issuer_, change); }

  Authority root_{"Root"};
  Certificate issuer_ = root_.self_signed();
  Certificate leaf_ = root_.certify("Leaf");
  test::OcspResponder responder_{root_};  // delegated
};

TEST_F(OcspResponses, EveryFieldIsRead) {
  const OcspResponse response = answer([&](OcspResponseTemplate& c) {
    c.nonce = hex("0a0b0c");
    SingleResponseTemplate& single = c.responses[0];
    single.status = OcspCertificateStatus::revoked;
    single.revocation_time = kNotBefore - 1h;
    single.reason = CrlReason::superseded;
    single.archive_cutoff = kNotBefore - 24h;
    single.cert_hash = leaf_.fingerprint();
  });
  EXPECT_FALSE(response.is_bare());
  EXPECT_EQ(response.produced_at(), kNotBefore);
  EXPECT_EQ(to_hex(response.nonce().value()), "0a0b0c");
  EXPECT_EQ(response.certificates().size(), 1U);
  EXPECT_FALSE(response.responder_id().name);
  EXPECT_EQ(response.responder_id().key_hash.size(), 20U);
  ASSERT_EQ(response.responses().size(), 1U);
  const SingleResponse* single = response.find(leaf_, issuer_);
  ASSERT_EQ(single, &response.responses()[0]);
  EXPECT_EQ(single->status, OcspCertificateStatus::revoked);
  EXPECT_EQ(single->revocation_time, kNotBefore - 1h);
  EXPECT_EQ(single->reason, CrlReason::superseded);
  EXPECT_EQ(single->this_update, kNotBefore);
  EXPECT_EQ(single->next_update, kNotBefore + 1h);
  EXPECT_EQ(single->archive_cutoff, kNotBefore - 24h);
  EXPECT_EQ(single->match_cert_hash(leaf_), OcspCertHashMatch::match);
  EXPECT_FALSE(single->unknown_critical_extension);
}

TEST_F(OcspResponses, EveryStatusIsRead) {
  const OcspResponse good = answer();
  EXPECT_EQ(good.find(leaf_, issuer_)->status, OcspCertificateStatus::good);
  EXPECT_FALSE(good.find(leaf_, issuer_)->revocation_time);
  const OcspResponse unknown =
      answer([](OcspResponseTemplate& c) { c.responses[0].status = OcspCertificateStatus::unknown; });
  EXPECT_EQ(unknown.find(leaf_, issuer_)->status, OcspCertificateStatus::unknown);
  const OcspResponse without_reason = answer([](OcspResponseTemplate& c) {
    c.responses[0].status = OcspCertificateStatus::revoked;
    c.responses[0].revocation_time = kNotBefore;
    c.responses[0].next_update = std::nullopt;
  });
  EXPECT_FALSE(without_reason.find(leaf_, issuer_)->reason);
  EXPECT_FALSE(without_reason.find(leaf_, issuer_)->next_update);
}

TEST_F(OcspResponses, ABareResponseIsReadAndWrapped) {
  const OcspResponse whole = answer();
  ASSERT_OK_AND_ASSIGN(const OcspResponse bare, OcspResponse::parse(whole.basic_response()));
  EXPECT_TRUE(bare.is_bare());
  EXPECT_TRUE(equal(bare.der(), whole.basic_response()));
  EXPECT_TRUE(equal(bare.response_der(), whole.der()));
  EXPECT_TRUE(equal(whole.response_der(), whole.der()));
  EXPECT_THAT(find_responder(bare, issuer_), IsOk());
}

TEST_F(OcspResponses, ErrorMessagesSayTheirStatus) {
  for (const auto& [status, text] : {std::pair(OcspResponseStatus::malformed_request, "malformedRequest"),
                                     std::pair(OcspResponseStatus::internal_error, "internalError"),
                                     std::pair(OcspResponseStatus::try_later, "tryLater"),
                                     std::pair(OcspResponseStatus::sig_required, "sigRequired"),
                                     std::pair(OcspResponseStatus::unauthorized, "unauthorized")}) {
    const auto parsed = OcspResponse::parse(ocsp_error_response(status));
    ASSERT_THAT(parsed, FailsWith(ErrorCode::ocsp_unsuccessful));
    EXPECT_THAT(parsed.error().detail, HasSubstr(text));
    EXPECT_EQ(name(status), text);
  }
  EXPECT_THAT(OcspResponse::parse(hex("30030a0104")), FailsWith(ErrorCode::ocsp_unsuccessful));
}

TEST_F(OcspResponses, AnotherTypeOfResponseIsRefusedAsSuch) {
  HandmadeOcsp made;
  made.type = hex("06032a0304");
  EXPECT_THAT(OcspResponse::parse(made.encode()), FailsWith(ErrorCode::revocation_unsupported));
}

TEST_F(OcspResponses, MalformedOnesAreRefused) {
  const auto refused = [](std::string_view detail, const std::function<void(HandmadeOcsp&)>& change) {
    HandmadeOcsp made;
    change(made);
    for (const Bytes& der : {made.encode(), made.basic()}) {
      if (der == made.basic() && (!made.trailing.empty() || made.status != HandmadeOcsp().status)) {
        continue;  // faults of the envelope
      }
      const auto parsed = OcspResponse::parse(der);
      ASSERT_THAT(parsed, FailsWith(ErrorCode::malformed_ocsp_response)) << detail;
      EXPECT_THAT(parsed.error().detail, HasSubstr(detail));
      EXPECT_THAT(parsed.error().where, HasSubstr("offset "));
    }
  };
  EXPECT_THAT(OcspResponse::parse(HandmadeOcsp().encode()), IsOk());
  EXPECT_THAT(OcspResponse::parse(HandmadeOcsp().basic()), IsOk());
  EXPECT_THAT(OcspResponse::parse({}), FailsWith(ErrorCode::malformed_ocsp_response));
  EXPECT_THAT(OcspResponse::parse(bytes_of("<html>busy</html>")), FailsWith(ErrorCode::malformed_ocsp_response));
  EXPECT_THAT(OcspResponse::parse(hex("30030a0100")), FailsWith(ErrorCode::malformed_ocsp_response));

  refused("octets too many", [](HandmadeOcsp& o) { o.trailing = {0}; });
  refused("octets too many", [](HandmadeOcsp& o) { o.trailing_in_basic = hex("0500"); });
  refused("octets too many", [](HandmadeOcsp& o) { o.trailing_in_tbs = hex("0500"); });
  refused("octets too many", [](HandmadeOcsp& o) { o.trailing_in_single = hex("0500"); });
  refused("version is not v1", [](HandmadeOcsp& o) { o.version = hex("a003020101"); });
  refused("tag 0xa2 expected", [](HandmadeOcsp& o) { o.responder_id = hex("a3020500"); });
  refused("has not 20 octets", [](HandmadeOcsp& o) { o.responder_id = hex("a2030401aa"); });
  refused("tag 0x30 expected", [](HandmadeOcsp& o) { o.responder_id = hex("a1020500"); });
  refused("tag 0x18 expected", [](HandmadeOcsp& o) { o.produced_at = test::utc_time("260101000000Z"); });
  refused("GeneralizedTime", [](HandmadeOcsp& o) { o.produced_at = test::generalized_time("20260101000000.5Z"); });
  refused("tag 0x30 is missing", [](HandmadeOcsp& o) { o.no_responses = true; });
  refused("OBJECT IDENTIFIER", [](HandmadeOcsp& o) { o.hash_algorithm = hex("30020600"); });
  refused("NULL", [](HandmadeOcsp& o) { o.hash_algorithm = hex("300a06052b0e03021a050100"); });
  refused("INTEGER is not minimal", [](HandmadeOcsp& o) { o.serial_number = hex("02020001"); });
  refused("neither good, revoked nor unknown", [](HandmadeOcsp& o) { o.certificate_status = hex("8300"); });
  refused("NULL has content", [](HandmadeOcsp& o) { o.certificate_status = hex("800100"); });
  refused("NULL has content", [](HandmadeOcsp& o) { o.certificate_status = hex("820100"); });
  refused("tag 0x18 is missing", [](HandmadeOcsp& o) { o.certificate_status = hex("a100"); });
  refused("reason 7 is not defined", [](HandmadeOcsp& o) {
    o.certificate_status = tagged(0xA1, {test::generalized_time("20260101000000Z"), hex("a0030a0107")});
  });
  refused("octets too many", [](HandmadeOcsp& o) {
    o.certificate_status = tagged(0xA1, {test::generalized_time("20260101000000Z"), hex("0500")});
  });
  refused("GeneralizedTime", [](HandmadeOcsp& o) { o.this_update = test::generalized_time("20261301000000Z"); });
  refused("octets too many", [](HandmadeOcsp& o) {
    o.next_update = tagged(0xA0, {test::generalized_time("20260108000000Z"), hex("0500")});
  });
  refused("GeneralizedTime", [](HandmadeOcsp& o) {
    o.single_extensions = {test::extension(kArchiveCutoff, test::generalized_time("2026"))};
  });
  refused("OBJECT IDENTIFIER", [](HandmadeOcsp& o) {
    o.single_extensions = {test::extension(kCertHash, hex("30043002"
                                                          "0600"))};
  });
  refused("occurs twice", [](HandmadeOcsp& o) {
    o.response_extensions = {test::extension(kNonce, hex("0400")), test::extension(kNonce, hex("0400"))};
  });
  refused("BIT STRING", [](HandmadeOcsp& o) { o.signature = hex("0300"); });
  refused("tag 0x30 expected", [](HandmadeOcsp& o) { o.certificates = {hex("0500")}; });
}

// Responders in use write the default version, which DER leaves out.
TEST_F(OcspResponses, AWrittenDefaultVersionIsTolerated) {
  HandmadeOcsp made;
  made.version = hex("a003020100");
  EXPECT_THAT(OcspResponse::parse(made.encode()), IsOk());
}

TEST_F(OcspResponses, ANonceIsReadInBothForms) {
  HandmadeOcsp made;
  made.response_extensions = {test::extension(kNonce, hex("04020102"))};
  EXPECT_EQ(to_hex(OcspResponse::parse(made.encode())->nonce().value()), "0102");
  made.response_extensions = {test::extension(kNonce, hex("010203"))};
  const auto raw = OcspResponse::parse(made.encode());
  EXPECT_EQ(to_hex(raw->nonce().value()), "010203");
  EXPECT_THAT(raw->check_nonce(hex("010203")), IsOk());
  EXPECT_THAT(raw->check_nonce(hex("010204")), FailsWith(ErrorCode::ocsp_nonce_mismatch));
  made.response_extensions = {};
  EXPECT_THAT(OcspResponse::parse(made.encode())->check_nonce(hex("0102")), IsOk()) << "made before the request";
}

TEST_F(OcspResponses, UnknownCriticalExtensionsAreNoted) {
  HandmadeOcsp made;
  made.response_extensions = {test::extension(kMadeUp, hex("0500"), true)};
  made.single_extensions = {test::extension(kMadeUp, hex("0500"))};
  const auto of_response = OcspResponse::parse(made.encode());
  EXPECT_EQ(of_response->unknown_critical_extension(), kMadeUp);
  EXPECT_FALSE(of_response->responses()[0].unknown_critical_extension);
  made.response_extensions = {test::extension(kMadeUp, hex("0500")), test::extension(kNonce, hex("0400"), true)};
  made.single_extensions = {test::extension(kMadeUp, hex("0500"), true)};
  const auto of_single = OcspResponse::parse(made.encode());
  EXPECT_FALSE(of_single->unknown_critical_extension());
  EXPECT_EQ(of_single->responses()[0].unknown_critical_extension, kMadeUp);
}

TEST_F(OcspResponses, OfSeveralAboutACertificateTheNewestIsFound) {
  const OcspResponse response = answer([&](OcspResponseTemplate& c) {
    SingleResponseTemplate newer = c.responses[0];
    newer.this_update += 10min;
    SingleResponseTemplate revoked = newer;
    revoked.status = OcspCertificateStatus::revoked;
    revoked.revocation_time = kNotBefore;
    SingleResponseTemplate of_another = newer;
    of_another.certificate_id =
        encode_ocsp_certificate_id(root_.certify("X", [](CertificateTemplate& t) { t.serial_number = {9}; }), issuer_)
            .value();
    of_another.this_update += 20min;
    c.responses = {newer, revoked, c.responses[0], of_another};
  });
  EXPECT_EQ(response.find(leaf_, issuer_), &response.responses()[1]);
  Authority other("Other");
  EXPECT_EQ(response.find(other.certify("Leaf"), other.self_signed()), nullptr);
}

TEST_F(OcspResponses, TheIssuerItselfMaySign) {
  for (const ResponderIdForm form : {ResponderIdForm::by_name, ResponderIdForm::by_key}) {
    const OcspResponse response =
        test::answer_by_issuer(root_, leaf_, [&](OcspResponseTemplate& c) { c.responder_id = form; });
    ASSERT_OK_AND_ASSIGN(const OcspResponder found, find_responder(response, issuer_));
    EXPECT_EQ(found.authorization, OcspAuthorization::issuer);
    EXPECT_EQ(found.certificate, issuer_);
    EXPECT_FALSE(found.no_check);
  }
}

TEST_F(OcspResponses, ADelegatedResponderMaySign) {
  for (const ResponderIdForm form : {ResponderIdForm::by_name, ResponderIdForm::by_key}) {
    const OcspResponse response = answer([&](OcspResponseTemplate& c) { c.responder_id = form; });
    ASSERT_OK_AND_ASSIGN(const OcspResponder found, find_responder(response, issuer_));
    EXPECT_EQ(found.authorization, OcspAuthorization::delegated);
    EXPECT_EQ(found.certificate, responder_.certificate());
    EXPECT_TRUE(found.no_check);
  }
}

TEST_F(OcspResponses, TheRespondersCertificateMayComeFromElsewhere) {
  const OcspResponse response = answer([](OcspResponseTemplate& c) { c.certificates = {}; });
  EXPECT_THAT(find_responder(response, issuer_), FailsWith(ErrorCode::ocsp_responder_unknown));
  const Certificate others[] = {leaf_, responder_.certificate()};
  ASSERT_OK_AND_ASSIGN(const OcspResponder found, find_responder(response, issuer_, others));
  EXPECT_EQ(found.certificate, responder_.certificate());
}

TEST_F(OcspResponses, EmbeddedCertificatesThatAreNoneArePassedOver) {
  HandmadeOcsp made;
  made.certificates = {sequence({hex("0500")})};
  const auto response = OcspResponse::parse(made.encode());
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(find_responder(*response, issuer_), FailsWith(ErrorCode::ocsp_responder_unknown));
}

TEST_F(OcspResponses, OthersMayNotSign) {
  const auto refused = [&](std::string_view detail, test::OcspResponder responder) {
    const auto found = find_responder(responder.answer(leaf_, issuer_), issuer_);
    ASSERT_THAT(found, FailsWith(ErrorCode::revocation_signer_unauthorized)) << detail;
    EXPECT_THAT(found.error().detail, HasSubstr(detail));
  };
  using T = CertificateTemplate;
  refused("purpose OCSPSigning", test::OcspResponder(root_, [](T& c) { c.extended_key_usage = std::nullopt; }));
  refused("purpose OCSPSigning", test::OcspResponder(root_, [](T& c) {
            c.extended_key_usage = ExtendedKeyUsage{{kEkuTimeStamping, der::Oid{2, 5, 29, 37, 0}}, false};
          }));
  refused("keyUsage", test::OcspResponder(root_, [](T& c) { c.key_usage = {KeyUsage::key_encipherment}; }));
  refused("unknown critical extension 1.2.392.99999.1",
          test::OcspResponder(root_, [](T& c) { c.other_extensions = {{kMadeUp, true, hex("0500")}}; }));
  refused("not valid when it signed",
          test::OcspResponder(root_, [](T& c) { c.validity.not_before = kNotBefore + 1s; }));
  refused("not valid when it signed",
          test::OcspResponder(root_, [](T& c) { c.validity = {kNotBefore - 48h, kNotBefore - 1s}; }));
  Authority other("Other");
  refused("not by the issuer", test::OcspResponder(other));
  Authority namesake("Root");
  refused("not by the issuer", test::OcspResponder(namesake));
}

// The issuer's key under another name is no issuer, and neither is its name with another key.
TEST_F(OcspResponses, TheIssuerIsItsNameAndItsKey) {
  const Certificate other_name = root_.certify("Other", root_.spki());
  EXPECT_EQ(authorize_responder(issuer_, issuer_, kNotBefore), OcspAuthorization::issuer);
  EXPECT_THAT(authorize_responder(other_name, issuer_, kNotBefore),
              FailsWith(ErrorCode::revocation_signer_unauthorized));
  Authority namesake("Root");
  EXPECT_THAT(authorize_responder(namesake.self_signed(), issuer_, kNotBefore),
              FailsWith(ErrorCode::revocation_signer_unauthorized));
  const Certificate renewed = root_.self_signed([](CertificateTemplate& c) { c.serial_number = {7}; });
  EXPECT_EQ(authorize_responder(renewed, issuer_, kNotBefore), OcspAuthorization::issuer);
}

// RFC 6960 §4.2.2.2: the responder is certified by the CA itself, not by another one further up or down.
TEST_F(OcspResponses, AResponderOfTheCaAboveMayNotSign) {
  Authority issuing("Issuing");
  const Certificate issuing_certificate = root_.certify_ca(issuing);
  const Certificate leaf = issuing.certify("Leaf");
  const OcspResponse response = responder_.answer(leaf, issuing_certificate);
  EXPECT_THAT(find_responder(response, issuing_certificate), FailsWith(ErrorCode::revocation_signer_unauthorized));
}

TEST_F(OcspResponses, TheSignatureIsVerified) {
  const OcspResponse response = answer();
  EXPECT_THAT(response.verify_signature(responder_.certificate()), IsOk());
  EXPECT_THAT(response.verify_signature(issuer_), FailsWith(ErrorCode::signature_invalid));
  Bytes tampered = copy_of(response.der());
  const std::string_view text = text_of(tampered);
  tampered[text.find("20260101010000Z") + 3] = '7';  // nextUpdate
  ASSERT_OK_AND_ASSIGN(const OcspResponse forged, OcspResponse::parse(tampered));
  EXPECT_THAT(find_responder(forged, issuer_), FailsWith(ErrorCode::signature_invalid));
}

// Of two certificates for one name and key, the one that may sign is found, wherever it stands.
TEST_F(OcspResponses, TheOrderOfCertificatesDoesNotMatter) {
  const Certificate without_purpose = root_.certify("OCSP", responder_.spki());
  for (const auto& order : {std::vector{without_purpose, responder_.certificate()},
                            std::vector{responder_.certificate(), without_purpose}}) {
    const OcspResponse response = answer([&](OcspResponseTemplate& c) { c.certificates = order; });
    EXPECT_THAT(find_responder(response, issuer_), IsOk());
  }
}

TEST_F(OcspResponses, CertHashesAreCompared) {
  const auto match = [&](std::string_view value) {
    HandmadeOcsp made;
    made.single_extensions = {test::extension(kCertHash, hex(value))};
    return OcspResponse::parse(made.encode())->responses()[0].match_cert_hash(leaf_);
  };
  const std::string of_leaf = to_hex(leaf_.fingerprint().view());
  const std::string sha256 =
      "302f300b0609608648016503040201"
      "0420";
  EXPECT_EQ(match(sha256 + of_leaf), OcspCertHashMatch::match);
  EXPECT_EQ(match(sha256 + std::string(64, '0')), OcspCertHashMatch::mismatch);
  EXPECT_EQ(match("300b300706052b0e03021a"
                  "0400"),
            OcspCertHashMatch::not_comparable);
  EXPECT_EQ(OcspResponse::parse(HandmadeOcsp().encode())->responses()[0].match_cert_hash(leaf_),
            OcspCertHashMatch::absent);
}

TEST_F(OcspResponses, TheBuilderRefusesTemplatesThatMakeNoResponse) {
  const auto refused = [&](const Change& change) {
    OcspResponseTemplate content = responder_.content_for(leaf_, issuer_);
    change(content);
    EXPECT_THAT(issue_ocsp_response(content, issuer_, root_.suite(), root_.signer()),
                FailsWith(ErrorCode::invalid_argument));
  };
  refused([](OcspResponseTemplate& c) { c.responses = {}; });
  refused([](OcspResponseTemplate& c) { c.responses[0].revocation_time = kNotBefore; });
  refused([](OcspResponseTemplate& c) { c.responses[0].status = OcspCertificateStatus::revoked; });
  refused([](OcspResponseTemplate& c) { c.responses[0].reason = CrlReason::superseded; });
  refused([](OcspResponseTemplate& c) { c.responses[0].next_update = kNotBefore - 1s; });
}

}  // namespace
}  // namespace rakkan::pki
