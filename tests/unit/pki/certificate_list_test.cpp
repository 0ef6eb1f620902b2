#include "rakkan/pki/certificate_list.hpp"

#include <gmock/gmock.h>
#include <malloc.h>

#include <functional>

#include "rakkan/pki/certificate_profile.hpp"
#include "support/handmade_revocation.hpp"
#include "support/pki_authority.hpp"
#include "support/result_matchers.hpp"

namespace rakkan::pki {
namespace {

using namespace std::chrono_literals;
using test::FailsWith;
using test::HandmadeCrl;
using test::hex;
using test::IsOk;
using testing::HasSubstr;

constexpr der::Oid kReasonCode{2, 5, 29, 21};
constexpr der::Oid kInvalidityDate{2, 5, 29, 24};
constexpr der::Oid kIssuingDistributionPoint{2, 5, 29, 28};
constexpr der::Oid kCertificateIssuer{2, 5, 29, 29};
constexpr der::Oid kCrlNumber{2, 5, 29, 20};
constexpr der::Oid kMadeUp{1, 2, 392, 99999, 1};

class RevocationList : public testing::Test {
 protected:
  CrlTemplate content() {
    CrlTemplate crl;
    crl.issuer = root_.name();
    crl.this_update = kNotBefore;
    crl.next_update = kNotBefore + 24h;
    crl.number = 129;
    crl.authority_key_identifier = key_identifier(root_.spki()).value();
    return crl;
  }
  CertificateList issue(const CrlTemplate& crl) {
    return CertificateList::parse(issue_crl(crl, root_.suite(), root_.signer()).value()).value();
  }
  CertificateList issue(const std::function<void(CrlTemplate&)>& change) {
    CrlTemplate crl = content();
    change(crl);
    return issue(crl);
  }

  Authority root_{"Root"};
  Certificate leaf_ = root_.certify("Leaf");  // serial number 5A01
};

TEST_F(RevocationList, EveryFieldIsRead) {
  CrlTemplate crl = content();
  crl.freshest_crl_url = "http://crl.example/delta.crl";
  crl.revoked = {{Bytes{0x5A, 0x01}, kNotBefore - 1h, std::uint8_t{1}, kNotBefore - 2h},
                 {Bytes{0x80}, kNotBefore - 3h}};
  const CertificateList list = issue(crl);
  EXPECT_EQ(list.version(), 2U);
  EXPECT_EQ(list.issuer(), root_.name());
  EXPECT_EQ(list.this_update(), kNotBefore);
  EXPECT_EQ(list.next_update(), kNotBefore + 24h);
  EXPECT_EQ(to_hex(list.crl_number().value()), "81");
  EXPECT_FALSE(list.base_crl_number());
  EXPECT_TRUE(equal(list.authority_key_identifier().value(), crl.authority_key_identifier));
  EXPECT_FALSE(list.issuing_distribution_point());
  ASSERT_EQ(list.freshest_crl().size(), 1U);
  EXPECT_THAT(list.freshest_crl()[0].name->urls(), testing::ElementsAre("http://crl.example/delta.crl"));
  EXPECT_EQ(list.entry_count(), 2U);
  EXPECT_FALSE(list.limit());

  const auto first = list.find(root_.name(), hex("5a01"));
  ASSERT_TRUE(first);
  EXPECT_EQ(to_hex(first->serial_number), "5a01");
  EXPECT_EQ(first->revocation_date, kNotBefore - 1h);
  EXPECT_EQ(first->reason, CrlReason::key_compromise);
  EXPECT_EQ(first->invalidity_date, kNotBefore - 2h);
  const auto second = list.find(root_.name(), hex("0080"));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->revocation_date, kNotBefore - 3h);
  EXPECT_FALSE(second->reason);
  EXPECT_FALSE(list.find(root_.name(), hex("5a02")));
  EXPECT_FALSE(list.find(name_of("Other"), hex("5a01")));
}

TEST_F(RevocationList, AListWithoutEntriesRevokesNothing) {
  const CertificateList list = issue(content());
  EXPECT_EQ(list.entry_count(), 0U);
  EXPECT_THAT(list.covers(leaf_), IsOk());
  EXPECT_FALSE(list.find(root_.name(), leaf_.serial_number()));
}

TEST_F(RevocationList, VersionOneIsRead) {
  HandmadeCrl crl;
  crl.version = {};
  crl.next_update = {};
  crl.entries = {HandmadeCrl::entry(hex("07"), test::utc_time("251231235959Z"))};
  ASSERT_OK_AND_ASSIGN(const CertificateList list, CertificateList::parse(crl.encode()));
  EXPECT_EQ(list.version(), 1U);
  EXPECT_FALSE(list.next_update());
  EXPECT_EQ(list.find(name_of("Issuer"), hex("07"))->revocation_date, kNotBefore - 1s);
}

// Entries that are not of the common form are read as well: long ones, and those with a GeneralizedTime.
TEST_F(RevocationList, EntriesOfEveryFormAreRead) {
  HandmadeCrl crl;
  const Bytes long_extension =
      test::sequence({test::extension(kMadeUp, Bytes(300, 0x41)), test::extension(kReasonCode, hex("0a0104"))});
  crl.entries = {HandmadeCrl::entry(hex("01"), test::generalized_time("20500101000000Z")),
                 HandmadeCrl::entry(hex("02"), test::utc_time("260101000000Z"), long_extension),
                 HandmadeCrl::entry(hex("03"), test::utc_time("260101000000Z")),
                 HandmadeCrl::entry(hex("ff"), test::utc_time("260101000000Z"))};
  ASSERT_OK_AND_ASSIGN(const CertificateList list, CertificateList::parse(crl.encode()));
  EXPECT_EQ(list.entry_count(), 4U);
  EXPECT_EQ(to_rfc3339(list.find(name_of("Issuer"), hex("01"))->revocation_date), "2050-01-01T00:00:00.000Z");
  EXPECT_EQ(list.find(name_of("Issuer"), hex("02"))->reason, CrlReason::superseded);
  EXPECT_TRUE(list.find(name_of("Issuer"), hex("03")));
  EXPECT_TRUE(list.find(name_of("Issuer"), hex("ff")));
}

// The list is moved in and never copied.
TEST_F(RevocationList, KeepsTheGivenBuffer) {
  Bytes der = issue_crl(content(), root_.suite(), root_.signer()).value();
  const Byte* data = der.data();
  ASSERT_OK_AND_ASSIGN(const CertificateList list, CertificateList::parse(std::move(der)));
  EXPECT_EQ(list.der().data(), data);
  const CertificateList copy = list;
  EXPECT_EQ(copy.der().data(), data);
}

// A list of 63 MB takes its own size and nothing that grows with it. (ASan keeps its own count: then both are zero.)
TEST_F(RevocationList, MemoryIsThatOfTheBuffer) {
  constexpr std::uint32_t kEntries = 1'600'000;
  Bytes der = test::large_crl(kEntries);
  EXPECT_GT(der.size(), 60'000'000U);
  const auto in_use = [] {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  const std::size_t before = in_use();
  ASSERT_OK_AND_ASSIGN(const CertificateList list, CertificateList::parse(std::move(der)));
  EXPECT_LT(in_use(), before + 16'384);
  EXPECT_EQ(list.entry_count(), kEntries);
  const Name issuer = name_of("Issuer");
  EXPECT_EQ(list.find(issuer, test::serial_in_large_crl(1))->reason, std::nullopt);
  EXPECT_EQ(list.find(issuer, test::serial_in_large_crl(kEntries - 1))->reason, CrlReason::superseded);
  EXPECT_FALSE(list.find(issuer, test::serial_in_large_crl(kEntries)));
}

TEST_F(RevocationList, MalformedOnesAreRefused) {
  const auto refused = [](std::string_view detail, const std::function<void(HandmadeCrl&)>& change) {
    HandmadeCrl crl;
    crl.entries = {HandmadeCrl::entry(hex("01"), test::utc_time("260101000000Z"))};
    change(crl);
    const auto parsed = CertificateList::parse(crl.encode());
    ASSERT_THAT(parsed, FailsWith(ErrorCode::malformed_crl)) << detail;
    EXPECT_THAT(parsed.error().detail, HasSubstr(detail));
    EXPECT_THAT(parsed.error().where, HasSubstr("offset "));
  };
  using Time = std::string_view;
  const auto entry = [](std::string_view serial, Time time = "260101000000Z", ByteView extensions = {}) {
    return HandmadeCrl::entry(hex(serial), test::utc_time(time), extensions);
  };
  HandmadeCrl good;
  EXPECT_THAT(CertificateList::parse(good.encode()), IsOk());

  refused("octets too many", [](HandmadeCrl& c) { c.trailing = {0}; });
  refused("octets too many", [](HandmadeCrl& c) { c.trailing_in_list = hex("0500"); });
  refused("octets too many", [](HandmadeCrl& c) { c.trailing_in_tbs = hex("0500"); });
  refused("version is not v2", [](HandmadeCrl& c) { c.version = hex("020100"); });
  refused("version is not v2", [](HandmadeCrl& c) { c.version = hex("020102"); });
  refused("two signature algorithms differ",
          [](HandmadeCrl& c) { c.outer_algorithm = hex("300a06082a8648ce3d040303"); });
  refused("issuer is empty", [](HandmadeCrl& c) { c.issuer = hex("3000"); });
  refused("tag 0x31 expected", [](HandmadeCrl& c) { c.issuer = hex("30020500"); });
  refused("UTCTime", [](HandmadeCrl& c) { c.this_update = test::utc_time("2601010000Z"); });
  refused("UTCTime", [](HandmadeCrl& c) { c.next_update = test::utc_time("260230000000Z"); });
  refused("tag 0x17 expected", [](HandmadeCrl& c) { c.this_update = hex("0500"); });
  refused("BIT STRING", [](HandmadeCrl& c) { c.signature = hex("03020101"); });
  refused("tag 0x30 is missing", [](HandmadeCrl& c) { c.extensions = {Bytes()}; });
  // Extensions belong to version 2, and so do those of entries.
  refused("octets too many", [](HandmadeCrl& c) {
    c.version = {};
    c.extensions = {test::extension(kCrlNumber, hex("020101"))};
  });
  refused("version 1 has extensions", [&](HandmadeCrl& c) {
    c.version = {};
    c.entries = {entry("01", "260101000000Z", test::sequence({test::extension(kReasonCode, hex("0a0101"))}))};
  });
  // Entries, in the common form and in others.
  refused("INTEGER is not minimal", [&](HandmadeCrl& c) { c.entries = {entry("0001")}; });
  refused("INTEGER is not minimal", [&](HandmadeCrl& c) { c.entries = {entry("ffff")}; });
  refused("INTEGER without content", [&](HandmadeCrl& c) { c.entries = {entry("")}; });
  refused("longer than 20 octets",
          [&](HandmadeCrl& c) { c.entries = {entry("7f11111111111111111111111111111111111111ff")}; });
  refused("UTCTime", [&](HandmadeCrl& c) { c.entries = {entry("01", "261301000000Z")}; });
  refused("UTCTime", [&](HandmadeCrl& c) { c.entries = {entry("01", "26010100000Z")}; });
  refused("octets too many", [&](HandmadeCrl& c) {
    c.entries = {test::sequence({hex("020101"), test::utc_time("260101000000Z"), hex("0500")})};
  });
  refused("tag 0x30 expected", [](HandmadeCrl& c) { c.entries = {hex("0500")}; });
  refused("beyond its container", [](HandmadeCrl& c) { c.entries = {hex("3013020101170d3236303130313030")}; });
  refused("missing", [&](HandmadeCrl& c) { c.entries = {entry("01", "260101000000Z", hex("3000"))}; });
  refused("reason 7 is not defined", [&](HandmadeCrl& c) {
    c.entries = {entry("01", "260101000000Z", test::sequence({test::extension(kReasonCode, hex("0a0107"))}))};
  });
  refused("octets too many", [&](HandmadeCrl& c) {
    c.entries = {entry("01", "260101000000Z", test::sequence({test::extension(kReasonCode, hex("0a01010500"))}))};
  });
  refused("GeneralizedTime", [&](HandmadeCrl& c) {
    c.entries = {entry("01", "260101000000Z",
                       test::sequence({test::extension(kInvalidityDate, test::generalized_time("202601010000Z"))}))};
  });
  refused("certificateIssuer without a directoryName", [&](HandmadeCrl& c) {
    c.entries = {
        entry("01", "260101000000Z", test::sequence({test::extension(kCertificateIssuer, hex("3003820141"))}))};
  });
  refused("occurs twice", [&](HandmadeCrl& c) {
    const Bytes twice = test::extension(kReasonCode, hex("0a0101"));
    c.entries = {entry("01", "260101000000Z", test::sequence({twice, twice}))};
  });
  // Extensions of the list.
  refused("INTEGER is negative", [](HandmadeCrl& c) { c.extensions = {test::extension(kCrlNumber, hex("0201ff"))}; });
  refused("longer than 20 octets", [](HandmadeCrl& c) {
    c.extensions = {test::extension(kCrlNumber, hex("0215010000000000000000000000000000000000000000"))};
  });
  refused("flag of issuingDistributionPoint is not TRUE",
          [](HandmadeCrl& c) { c.extensions = {test::extension(kIssuingDistributionPoint, hex("3003810100"), true)}; });
  refused("octets too many", [](HandmadeCrl& c) {
    c.extensions = {test::extension(kIssuingDistributionPoint, hex("30038201ff30"), true)};
  });
  refused("reasons are no BIT STRING",
          [](HandmadeCrl& c) { c.extensions = {test::extension(kIssuingDistributionPoint, hex("3003830109"), true)}; });
  refused("not a GeneralName", [](HandmadeCrl& c) {
    c.extensions = {test::extension(kIssuingDistributionPoint, hex("3006a004a0020500"), true)};
  });
}

// The error names the place of the entry in the whole list, wherever it is.
TEST_F(RevocationList, ErrorsNameTheEntry) {
  HandmadeCrl crl;
  crl.entries = {HandmadeCrl::entry(hex("01"), test::utc_time("260101000000Z")),
                 HandmadeCrl::entry(hex("02"), test::utc_time("261301000000Z"))};
  const Bytes der = crl.encode();
  const std::size_t at = std::string(text_of(der)).find("261301");
  const auto parsed = CertificateList::parse(der);
  ASSERT_THAT(parsed, FailsWith(ErrorCode::malformed_crl));
  EXPECT_THAT(parsed.error().where, HasSubstr("entry at offset " + std::to_string(at - 7)));
}

TEST_F(RevocationList, AnEmptyListOfEntriesIsTolerated) {
  HandmadeCrl crl;
  crl.empty_list = true;
  ASSERT_OK_AND_ASSIGN(const CertificateList list, CertificateList::parse(crl.encode()));
  EXPECT_EQ(list.entry_count(), 0U);
}

TEST_F(RevocationList, TheSignatureIsThatOfTheIssuer) {
  const CertificateList list = issue(content());
  EXPECT_THAT(list.verify_signed_by(root_.self_signed()), IsOk());

  Authority same_name("Root");
  EXPECT_THAT(list.verify_signed_by(same_name.self_signed()), FailsWith(ErrorCode::signature_invalid));
  Authority other("Other");
  EXPECT_THAT(list.verify_signed_by(other.self_signed()), FailsWith(ErrorCode::revocation_signer_unauthorized));
  const Certificate without_crl_sign =
      root_.self_signed([](CertificateTemplate& c) { c.key_usage = {KeyUsage::key_cert_sign}; });
  EXPECT_THAT(list.verify_signed_by(without_crl_sign), FailsWith(ErrorCode::revocation_signer_unauthorized));
  const Certificate without_key_usage = root_.self_signed([](CertificateTemplate& c) { c.key_usage = {}; });
  EXPECT_THAT(list.verify_signed_by(without_key_usage), IsOk());

  Bytes tampered = copy_of(list.der());
  tampered[static_cast<std::size_t>(list.tbs().data() - list.der().data()) + list.tbs().size() - 1] ^= 1;  // CRL number
  ASSERT_OK_AND_ASSIGN(const CertificateList parsed, CertificateList::parse(tampered));
  EXPECT_THAT(parsed.verify_signed_by(root_.self_signed()), FailsWith(ErrorCode::signature_invalid));
}

// PKITS 4.4.4 has such a list: it is read, and nobody signed it.
TEST_F(RevocationList, ASignatureThatIsNotOfWholeOctetsVerifiesWithNoKey) {
  HandmadeCrl crl;
  crl.issuer = copy_of(root_.name().der());
  crl.signature = hex("030201fe");
  ASSERT_OK_AND_ASSIGN(const CertificateList list, CertificateList::parse(crl.encode()));
  EXPECT_TRUE(list.signature().empty());
  EXPECT_THAT(list.verify_signed_by(root_.self_signed()), FailsWith(ErrorCode::signature_invalid));
}

TEST_F(RevocationList, CompleteListsCoverTheCertificatesOfTheirIssuer) {
  EXPECT_THAT(issue(content()).covers(leaf_), IsOk());
  Authority other("Other");
  EXPECT_THAT(issue(content()).covers(other.certify("Leaf")), FailsWith(ErrorCode::revocation_mismatch));
}

struct Limited {
  CrlLimit limit;
  std::string_view detail;
  std::function<void(CrlTemplate&)> change;
};

TEST_F(RevocationList, OthersAreReadButDoNotCover) {
  const Limited cases[] = {
      {CrlLimit::delta, "delta", [](CrlTemplate& c) { c.base_number = 128; }},
      {CrlLimit::indirect, "indirect", [](CrlTemplate& c) { c.scope = CrlScope{.indirect_crl = true}; }},
      {CrlLimit::indirect, "indirect",
       [](CrlTemplate& c) {
         c.revoked = {{.serial_number = Bytes{1}, .revoked_at = kNotBefore, .certificate_issuer = name_of("Other")}};
       }},
      {CrlLimit::partitioned, "part of", [](CrlTemplate& c) { c.scope = CrlScope{.url = "http://crl.example/1.crl"}; }},
      {CrlLimit::partitioned, "part of",
       [](CrlTemplate& c) { c.scope = CrlScope{.only_contains_ca_certificates = true}; }},
      {CrlLimit::partitioned, "part of",
       [](CrlTemplate& c) { c.scope = CrlScope{.only_contains_attribute_certificates = true}; }},
      {CrlLimit::partitioned, "part of",
       [](CrlTemplate& c) { c.scope = CrlScope{.only_some_reasons = std::uint16_t{0x02}}; }},
      {CrlLimit::critical_extension, "1.2.392.99999.1",
       [](CrlTemplate& c) { c.other_extensions = {{kMadeUp, true, hex("0500")}}; }},
      {CrlLimit::critical_extension, "1.2.392.99999.1",
       [](CrlTemplate& c) {
         c.revoked = {
             {.serial_number = Bytes{1}, .revoked_at = kNotBefore, .other_extensions = {{kMadeUp, true, hex("0500")}}}};
       }},
  };
  for (const Limited& one : cases) {
    const CertificateList list = issue(one.change);
    EXPECT_EQ(list.limit(), one.limit) << one.detail;
    EXPECT_THAT(list.verify_signed_by(root_.self_signed()), IsOk());
    const auto covers = list.covers(leaf_);
    ASSERT_THAT(covers, FailsWith(ErrorCode::revocation_unsupported));
    EXPECT_THAT(covers.error().detail, HasSubstr(one.detail));
  }
  const CertificateList harmless = issue([](CrlTemplate& c) { c.other_extensions = {{kMadeUp, false, hex("0500")}}; });
  EXPECT_THAT(harmless.covers(leaf_), IsOk());
}

// RFC 5280 §6.3.3 (b): the part that the certificate names as its own is all that there is about it.
TEST_F(RevocationList, APartitionedListCoversTheCertificatesThatNameIt) {
  const auto of_point = [&](const CrlScope& scope) { return issue([&](CrlTemplate& c) { c.scope = scope; }); };
  const Certificate named =
      root_.certify("Leaf", [](CertificateTemplate& c) { c.crl_url = "http://crl.example/1.crl"; });
  const Certificate ca =
      root_.certify_ca(root_, [](CertificateTemplate& c) { c.crl_url = "http://crl.example/1.crl"; });
  const CertificateList part = of_point({.url = "http://crl.example/1.crl"});
  EXPECT_EQ(part.limit(), CrlLimit::partitioned);
  EXPECT_THAT(part.covers(named), IsOk());
  EXPECT_THAT(part.covers(leaf_), FailsWith(ErrorCode::revocation_unsupported)) << "it names no point";
  EXPECT_THAT(of_point({.url = "http://crl.example/2.crl"}).covers(named),
              FailsWith(ErrorCode::revocation_unsupported));
  const CertificateList of_users =
      of_point({.url = "http://crl.example/1.crl", .only_contains_user_certificates = true});
  EXPECT_THAT(of_users.covers(named), IsOk());
  EXPECT_THAT(of_users.covers(ca), FailsWith(ErrorCode::revocation_unsupported));
  EXPECT_THAT(of_point({.only_contains_user_certificates = true}).covers(leaf_), IsOk()) << "of every point";
  EXPECT_THAT(of_point({.url = "http://crl.example/1.crl", .only_contains_ca_certificates = true}).covers(ca), IsOk());
  EXPECT_THAT(of_point({.url = "http://crl.example/1.crl", .only_some_reasons = std::uint16_t{0x002}}).covers(named),
              FailsWith(ErrorCode::revocation_unsupported))
      << "not for all reasons";
  EXPECT_THAT(of_point({.url = "http://crl.example/1.crl", .indirect_crl = true}).covers(named),
              FailsWith(ErrorCode::revocation_unsupported));
  const CertificateList delta = issue([](CrlTemplate& c) {
    c.scope = CrlScope{.url = "http://crl.example/1.crl"};
    c.base_number = 128;
  });
  EXPECT_THAT(delta.covers(named), FailsWith(ErrorCode::revocation_unsupported));
}

TEST_F(RevocationList, TheScopeIsRead) {
  const CertificateList list = issue([](CrlTemplate& c) {
    c.scope = CrlScope{.url = "http://crl.example/1.crl",
                       .only_contains_user_certificates = true,
                       .only_some_reasons = std::uint16_t{0x102},
                       .indirect_crl = true};
  });
  const auto& point = list.issuing_distribution_point();
  ASSERT_TRUE(point);
  EXPECT_THAT(point->distribution_point->urls(), testing::ElementsAre("http://crl.example/1.crl"));
  EXPECT_TRUE(point->only_contains_user_certificates);
  EXPECT_FALSE(point->only_contains_ca_certificates);
  EXPECT_FALSE(point->only_contains_attribute_certificates);
  EXPECT_TRUE(point->indirect_crl);
  EXPECT_EQ(point->only_some_reasons->bits, 0x102);  // keyCompromise, aACompromise
  const CertificateList delta = issue([](CrlTemplate& c) {
    c.base_number = 128;
    c.revoked = {{Bytes{1}, kNotBefore, std::uint8_t{8}}};
  });
  EXPECT_EQ(to_hex(delta.base_crl_number().value()), "80");
  EXPECT_EQ(delta.find(root_.name(), hex("01"))->reason, CrlReason::remove_from_crl);
}

// RFC 5280 §5.3.3: the issuer that an entry names is that of the entries behind it, too.
TEST_F(RevocationList, EntriesOfIndirectListsBelongToTheIssuerNamedLast) {
  const CertificateList list = issue([](CrlTemplate& c) {
    c.scope = CrlScope{.indirect_crl = true};
    c.revoked = {
        {.serial_number = Bytes{1}, .revoked_at = kNotBefore + 1h},
        {.serial_number = Bytes{2}, .revoked_at = kNotBefore + 2h, .certificate_issuer = name_of("A")},
        {.serial_number = Bytes{1}, .revoked_at = kNotBefore + 3h},
        {.serial_number = Bytes{1}, .revoked_at = kNotBefore + 4h, .certificate_issuer = name_of("B")},
        {.serial_number = Bytes{3}, .revoked_at = kNotBefore + 5h, .certificate_issuer = name_of("Root")},
    };
  });
  const auto at = [&](const std::string& issuer, std::string_view serial) -> std::optional<Instant> {
    const auto entry = list.find(name_of(issuer), hex(serial));
    return entry ? std::optional(entry->revocation_date) : std::nullopt;
  };
  EXPECT_EQ(at("Root", "01"), kNotBefore + 1h);
  EXPECT_EQ(at("Root", "02"), std::nullopt);
  EXPECT_EQ(at("A", "02"), kNotBefore + 2h);
  EXPECT_EQ(at("A", "01"), kNotBefore + 3h);
  EXPECT_EQ(at("B", "01"), kNotBefore + 4h);
  EXPECT_EQ(at("B", "03"), std::nullopt);
  EXPECT_EQ(at("Root", "03"), kNotBefore + 5h);
  EXPECT_EQ(list.find(name_of("A"), hex("01"))->certificate_issuer, name_of("A"));
}

TEST_F(RevocationList, PemIsDecodedAtTheEdge) {
  const CertificateList list = issue(content());
  const std::string pem = "# of today\n" + to_pem("X509 CRL", list.der());
  ASSERT_OK_AND_ASSIGN(const CertificateList decoded, decode_certificate_list(copy_of(bytes_of(pem))));
  EXPECT_EQ(decoded, list);
  EXPECT_EQ(decode_certificate_list(copy_of(list.der())).value(), list);

  const auto refused = [](const std::string& text) {
    EXPECT_THAT(decode_certificate_list(copy_of(bytes_of(text))), FailsWith(ErrorCode::malformed_crl)) << text;
  };
  refused("");
  refused("<html>not found</html>");
  refused(to_pem("CERTIFICATE", list.der()));
  refused(pem.substr(0, pem.size() - 10));
  refused("-----BEGIN X509 CRL-----\n!!!!\n-----END X509 CRL-----\n");
  refused(pem + pem);
  EXPECT_THAT(CertificateList::parse(copy_of(bytes_of(pem))), FailsWith(ErrorCode::malformed_crl));
}

TEST_F(RevocationList, ReasonsHaveTheNamesOfTheStandard) {
  EXPECT_EQ(name(CrlReason::key_compromise), "keyCompromise");
  EXPECT_EQ(name(CrlReason::remove_from_crl), "removeFromCRL");
  EXPECT_EQ(crl_reason_from_value(10), CrlReason::aa_compromise);
  EXPECT_EQ(crl_reason_from_value(7), std::nullopt);
  EXPECT_EQ(crl_reason_from_value(11), std::nullopt);
}

}  // namespace
}  // namespace rakkan::pki
