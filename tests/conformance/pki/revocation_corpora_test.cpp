// Every CRL and OCSP response of the corpora, whatever file it is wrapped in: our parsers beside OpenSSL's.
#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "rakkan/base/base64.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pki/certificate_list.hpp"
#include "rakkan/pki/ocsp_response.hpp"
#include "support/corpora.hpp"

namespace rakkan::pki {
namespace {

namespace fs = std::filesystem;

// Objects that we refuse and OpenSSL reads, and why. Nothing else may differ, in either direction.
struct Stricter {
  std::string_view file;
  std::string_view detail;
  std::string_view why;
};
constexpr Stricter kStricter[] = {
    {"CAdES-BpLTA_removed_ocsp", "the two signature algorithms differ", "RFC 5280 5.1.1.2: they are the same"},
    {"archiveCutOff-invalid", "GeneralizedTime is not a time of the form YYYYMMDDHHMMSSZ", "RFC 6960 4.4.4"},
};

// OpenSSL validates the path of the responder's certificate as well, which find_responder leaves to the evidence table.
constexpr std::string_view kPathRefused = "lt-short.pdf";

template <class T, class Parse>
std::unique_ptr<T, void (*)(T*)> whole(ByteView der, Parse parse, void (*release)(T*)) {
  const unsigned char* at = der.data();
  std::unique_ptr<T, void (*)(T*)> parsed(parse(nullptr, &at, static_cast<long>(der.size())), release);
  ERR_clear_error();
  if (at != der.data() + der.size()) {
    parsed.reset();
  }
  return parsed;
}

struct FoundList {
  std::string file;
  CertificateList ours;
  std::shared_ptr<X509_CRL> theirs;
};
struct FoundResponse {
  std::string file;
  OcspResponse ours;
  std::shared_ptr<OCSP_BASICRESP> theirs;
};

class Scan {
 public:
  // Every SEQUENCE of 128 octets or more is tried, as all three kinds of objects.
  void bytes(ByteView input, const std::string& file) {
    for (std::size_t at = 0; at + 5 < input.size(); ++at) {
      if (input[at] != 0x30 || input[at + 1] < 0x81 || input[at + 1] > 0x84) {
        continue;
      }
      const std::size_t octets = input[at + 1] & 0x7FU;
      std::size_t size = 0;
      for (std::size_t i = 0; i < octets && at + 2 + i < input.size(); ++i) {
        size = size << 8 | input[at + 2 + i];
      }
      const std::size_t header = 2 + octets;
      if (input.size() - at > header && size <= input.size() - at - header && size >= 0x80 &&
          (input[at + header] == 0x30 || input[at + header] == 0x0A)) {
        candidate(input.subspan(at, header + size), file);
      }
    }
  }

  // The same inside hexadecimal strings and compressed streams of PDF, and in Base64.
  void file(const fs::path& path) {
    const Bytes content = test::file_bytes(path);
    const std::string name = path.filename().string();
    bytes(content, name);
    const std::string_view text = text_of(content);
    for (std::size_t at = text.find("<30"); at != std::string_view::npos; at = text.find("<30", at + 1)) {
      std::string digits(text.substr(at + 1, text.find('>', at) - at - 1));
      std::erase_if(digits, [](unsigned char c) { return std::isspace(c) != 0; });
      if (const auto decoded = from_hex(digits)) {
        bytes(*decoded, name);
      }
    }
    for (std::size_t at = text.find("stream"); at != std::string_view::npos; at = text.find("stream", at + 6)) {
      const std::size_t data = text.find_first_not_of("\r\n", at + 6);
      if (data != std::string_view::npos) {
        bytes(inflated(ByteView(content).subspan(data)), name);
      }
    }
    constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n";
    std::size_t end = 0;
    for (std::size_t at = text.find("MI"); at != std::string_view::npos; at = text.find("MI", end)) {
      end = std::min(text.find_first_not_of(kBase64, at), text.size());
      if (const auto decoded = from_base64_lines(text.substr(at, end - at))) {
        bytes(*decoded, name);
      }
    }
  }

  void folder(const fs::path& path) {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) {
        file(entry.path());
      }
    }
  }

  [[nodiscard]] const std::vector<FoundList>& lists() const noexcept { return lists_; }
  [[nodiscard]] const std::vector<FoundResponse>& responses() const noexcept { return responses_; }
  [[nodiscard]] const std::vector<Certificate>& certificates() const noexcept { return certificates_; }
  [[nodiscard]] const std::set<std::string>& stricter() const noexcept { return stricter_; }

 private:
  // The data of a zlib stream, up to a megabyte; nothing when it is none.
  static Bytes inflated(ByteView compressed) {
    Bytes out(1U << 20U);
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK) {
      return {};
    }
    stream.next_in = const_cast<Byte*>(compressed.data());
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_FINISH);
    out.resize(result == Z_STREAM_END ? stream.total_out : 0);
    inflateEnd(&stream);
    return out;
  }

  void candidate(ByteView der, const std::string& file) {
    if (!seen_.insert(std::string(text_of(der))).second) {
      return;
    }
    if (auto certificate = Certificate::parse(der)) {
      certificates_.push_back(*std::move(certificate));
      return;
    }
    list(der, file);
    response(der, file);
  }

  void differ(bool ours, bool theirs, const Result<void>& refusal, const std::string& file, std::string_view kind) {
    if (ours && !theirs) {
      ADD_FAILURE() << file << ": we read a " << kind << " that OpenSSL refuses";
    }
    if (ours || !theirs) {
      return;
    }
    const Error& error = refusal.error();
    const auto* row = std::find_if(std::begin(kStricter), std::end(kStricter), [&](const Stricter& one) {
      return !one.file.empty() && file.find(one.file) != std::string::npos && error.detail == one.detail;
    });
    EXPECT_NE(row, std::end(kStricter)) << file << ": a " << kind << ": " << to_string(error);
    if (row != std::end(kStricter)) {
      stricter_.insert(std::string(row->file));
    }
  }

  void list(ByteView der, const std::string& file) {
    auto ours = CertificateList::parse(copy_of(der));
    auto theirs = whole<X509_CRL>(der, d2i_X509_CRL, X509_CRL_free);
    differ(ours.has_value(), theirs != nullptr, ours ? Result<void>() : fail(ours.error()), file, "CRL");
    if (ours && theirs) {
      lists_.push_back({file, *std::move(ours), std::shared_ptr<X509_CRL>(theirs.release(), X509_CRL_free)});
    }
  }

  void response(ByteView der, const std::string& file) {
    auto ours = OcspResponse::parse(der);
    if (!ours && ours.error().code == ErrorCode::ocsp_unsuccessful) {
      return;
    }
    auto theirs = whole<OCSP_BASICRESP>(der, d2i_OCSP_BASICRESP, OCSP_BASICRESP_free);
    if (!theirs) {
      const auto outer = whole<OCSP_RESPONSE>(der, d2i_OCSP_RESPONSE, OCSP_RESPONSE_free);
      theirs.reset(outer ? OCSP_response_get1_basic(outer.get()) : nullptr);
      ERR_clear_error();
    }
    differ(ours.has_value(), theirs != nullptr, ours ? Result<void>() : fail(ours.error()), file, "response");
    if (ours && theirs) {
      responses_.push_back(
          {file, *std::move(ours), std::shared_ptr<OCSP_BASICRESP>(theirs.release(), OCSP_BASICRESP_free)});
    }
  }

  std::set<std::string> seen_;
  std::vector<FoundList> lists_;
  std::vector<FoundResponse> responses_;
  std::vector<Certificate> certificates_;
  std::set<std::string> stricter_;
};

// The findings of the scan, which runs once for all tests.
const Scan& scan_of(const fs::path& corpora) {
  static const Scan scan = [&] {
    Scan result;
    for (const char* folder : {"pkits", "tst", "cms", "pades", "ers"}) {
      result.folder(corpora / folder);
    }
    return result;
  }();
  return scan;
}

Instant instant_of(const ASN1_TIME* time) {
  tm fields{};
  EXPECT_EQ(ASN1_TIME_to_tm(time, &fields), 1);
  return instant_from_utc({fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday, fields.tm_hour, fields.tm_min,
                           fields.tm_sec, 0})
      .value();
}

// The content octets of an INTEGER.
Bytes content_of(const ASN1_INTEGER* integer) {
  unsigned char* der = nullptr;
  const int size = i2d_ASN1_INTEGER(integer, &der);
  const Bytes content(der + 2, der + size);
  OPENSSL_free(der);
  return content;
}

Bytes sha1_of_key(const Certificate& certificate) {
  const auto parsed = whole<X509>(certificate.der(), d2i_X509, X509_free);
  Bytes digest(20);
  unsigned size = 0;
  X509_pubkey_digest(parsed.get(), EVP_sha1(), digest.data(), &size);
  return digest;
}

TEST(RevocationCorpora, AreReadExactlyWhenOpensslReadsThem) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Scan& scan = scan_of(corpora);
  EXPECT_GT(scan.lists().size(), 200U);
  EXPECT_GT(scan.responses().size(), 60U);
  EXPECT_EQ(scan.stricter().size(), std::size(kStricter)) << "every row of the list is needed";
  std::cout << scan.lists().size() << " CRLs, " << scan.responses().size() << " OCSP responses and "
            << scan.certificates().size() << " certificates\n";
}

TEST(RevocationCorpora, EveryListOfPkitsIsRead) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  std::size_t read = 0;
  std::vector<std::string> refused;
  for (const auto& entry : fs::directory_iterator(corpora / "pkits" / "crls")) {
    const auto list = CertificateList::parse(test::file_bytes(entry.path()));
    if (list) {
      ++read;
    } else {
      refused.push_back(entry.path().filename().string() + ": " + to_string(list.error()));
    }
  }
  EXPECT_GE(read, 170U);
  EXPECT_THAT(refused, testing::IsEmpty());
}

TEST(RevocationCorpora, ListsHaveTheSameFields) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  std::map<std::string, std::size_t> limits;
  for (const FoundList& each : scan_of(corpora).lists()) {
    SCOPED_TRACE(each.file);
    EXPECT_EQ(each.ours.version(), static_cast<unsigned>(X509_CRL_get_version(each.theirs.get())) + 1);
    EXPECT_EQ(each.ours.this_update(), instant_of(X509_CRL_get0_lastUpdate(each.theirs.get())));
    const ASN1_TIME* next = X509_CRL_get0_nextUpdate(each.theirs.get());
    ASSERT_EQ(each.ours.next_update().has_value(), next != nullptr);
    if (next != nullptr) {
      EXPECT_EQ(each.ours.next_update(), instant_of(next));
    }
    EXPECT_EQ(each.ours.extensions().size(),
              static_cast<std::size_t>(std::max(0, X509_CRL_get_ext_count(each.theirs.get()))));
    EXPECT_EQ(each.ours.base_crl_number().has_value(),
              X509_CRL_get_ext_by_NID(each.theirs.get(), NID_delta_crl, -1) >= 0);
    EXPECT_EQ(each.ours.issuing_distribution_point().has_value(),
              X509_CRL_get_ext_by_NID(each.theirs.get(), NID_issuing_distribution_point, -1) >= 0);
    const auto limit = each.ours.limit();
    ++limits[!limit                            ? "complete"
             : *limit == CrlLimit::delta       ? "delta"
             : *limit == CrlLimit::indirect    ? "indirect"
             : *limit == CrlLimit::partitioned ? "partitioned"
                                               : "unknown critical extension"];
  }
  for (const auto& [limit, count] : limits) {
    std::cout << count << " " << limit << "\n";
  }
  for (const char* limit : {"complete", "delta", "indirect", "partitioned", "unknown critical extension"}) {
    EXPECT_GT(limits[limit], 0U) << limit;
  }
}

TEST(RevocationCorpora, ListsHaveTheSameEntries) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  std::size_t compared = 0;
  for (const FoundList& each : scan_of(corpora).lists()) {
    SCOPED_TRACE(each.file);
    const STACK_OF(X509_REVOKED)* entries = X509_CRL_get_REVOKED(each.theirs.get());
    ASSERT_EQ(each.ours.entry_count(), static_cast<std::size_t>(std::max(0, sk_X509_REVOKED_num(entries))));
    const int some = std::min(sk_X509_REVOKED_num(entries), 200);  // each is searched for from the beginning
    for (int i = 0; i < some; ++i) {
      const X509_REVOKED* theirs = sk_X509_REVOKED_value(entries, i);
      if (each.ours.limit() == CrlLimit::indirect) {
        break;  // other issuers
      }
      const auto ours = each.ours.find(each.ours.issuer(), content_of(X509_REVOKED_get0_serialNumber(theirs)));
      ASSERT_TRUE(ours);
      EXPECT_EQ(ours->revocation_date, instant_of(X509_REVOKED_get0_revocationDate(theirs)));
      int critical = 0;
      std::unique_ptr<ASN1_ENUMERATED, decltype([](ASN1_ENUMERATED* x) { ASN1_ENUMERATED_free(x); })> reason(
          static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(theirs, NID_crl_reason, &critical, nullptr)));
      EXPECT_EQ(ours->reason.has_value(), reason != nullptr);
      if (reason && ours->reason) {
        EXPECT_EQ(static_cast<long>(*ours->reason), ASN1_ENUMERATED_get(reason.get()));
      }
      ++compared;
    }
  }
  EXPECT_GT(compared, 100U);
}

// For every list and every certificate whose subject is its issuer.
TEST(RevocationCorpora, SignaturesOfListsVerifyExactlyWhenOpensslVerifiesThem) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Scan& scan = scan_of(corpora);
  std::size_t good = 0;
  std::size_t bad = 0;
  std::size_t without_crl_sign = 0;
  std::map<std::string, std::size_t> unsupported;
  for (const FoundList& each : scan.lists()) {
    for (const Certificate& issuer : scan.certificates()) {
      if (!issuer.subject().matches(each.ours.issuer())) {
        continue;
      }
      const auto ours = each.ours.verify_signed_by(issuer);
      if (!ours && ours.error().code == ErrorCode::unsupported_algorithm) {
        ++unsupported[ours.error().detail];
        continue;
      }
      if (!ours && ours.error().code == ErrorCode::revocation_signer_unauthorized) {
        EXPECT_FALSE(issuer.has_key_usage(KeyUsage::crl_sign));
        ++without_crl_sign;
        continue;
      }
      const auto certificate = whole<X509>(issuer.der(), d2i_X509, X509_free);
      const bool theirs = X509_CRL_verify(each.theirs.get(), X509_get0_pubkey(certificate.get())) == 1;
      ERR_clear_error();
      EXPECT_EQ(ours.has_value(), theirs) << each.file;
      ++(theirs ? good : bad);
    }
  }
  EXPECT_GT(good, 150U);
  EXPECT_GT(bad, 0U);
  EXPECT_GT(without_crl_sign, 0U);
  std::cout << good << " verify, " << bad << " do not, " << without_crl_sign
            << " by keys without cRLSign; of others:\n";
  for (const auto& [detail, count] : unsupported) {
    std::cout << "  " << count << " " << detail << "\n";
  }
}

TEST(RevocationCorpora, ResponsesHaveTheSameFields) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  std::map<OcspCertificateStatus, std::size_t> statuses;
  for (const FoundResponse& each : scan_of(corpora).responses()) {
    SCOPED_TRACE(each.file);
    OCSP_BASICRESP* theirs = each.theirs.get();
    ASSERT_EQ(each.ours.responses().size(), static_cast<std::size_t>(OCSP_resp_count(theirs)));
    EXPECT_EQ(each.ours.produced_at(), instant_of(OCSP_resp_get0_produced_at(theirs)));
    EXPECT_EQ(each.ours.nonce().has_value(), OCSP_BASICRESP_get_ext_by_NID(theirs, NID_id_pkix_OCSP_Nonce, -1) >= 0);
    EXPECT_EQ(each.ours.certificates().size(),
              static_cast<std::size_t>(std::max(0, sk_X509_num(OCSP_resp_get0_certs(theirs)))));
    for (std::size_t i = 0; i < each.ours.responses().size(); ++i) {
      const SingleResponse& ours = each.ours.responses()[i];
      int reason = -1;
      ASN1_GENERALIZEDTIME* revoked = nullptr;
      ASN1_GENERALIZEDTIME* this_update = nullptr;
      ASN1_GENERALIZEDTIME* next_update = nullptr;
      OCSP_SINGLERESP* single = OCSP_resp_get0(theirs, static_cast<int>(i));
      const int status = OCSP_single_get0_status(single, &reason, &revoked, &this_update, &next_update);
      EXPECT_EQ(static_cast<int>(ours.status), status);  // good 0, revoked 1, unknown 2
      EXPECT_EQ(ours.this_update, instant_of(this_update));
      ASSERT_EQ(ours.next_update.has_value(), next_update != nullptr);
      ASSERT_EQ(ours.revocation_time.has_value(), revoked != nullptr);
      if (next_update != nullptr) {
        EXPECT_EQ(ours.next_update, instant_of(next_update));
      }
      if (revoked != nullptr) {
        EXPECT_EQ(ours.revocation_time, instant_of(revoked));
        EXPECT_EQ(ours.reason ? static_cast<int>(*ours.reason) : -1, reason);
      }
      ASN1_INTEGER* serial = nullptr;
      OCSP_id_get0_info(nullptr, nullptr, nullptr, &serial, const_cast<OCSP_CERTID*>(OCSP_SINGLERESP_get0_id(single)));
      EXPECT_TRUE(equal(ours.certificate_id.serial_number, content_of(serial)));
      ++statuses[ours.status];
    }
  }
  EXPECT_GT(statuses[OcspCertificateStatus::good], 50U);
  EXPECT_GT(statuses[OcspCertificateStatus::revoked], 0U);
}

// Every response, with every certificate of the corpora among which its subject, issuer and responder may be: it is
// signed by an authorized responder for us exactly when it is for OCSP_basic_verify with that issuer alone as anchor.
TEST(RevocationCorpora, RespondersAreAuthorizedExactlyWhenOpensslSaysSo) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Scan& scan = scan_of(corpora);
  std::size_t good = 0;
  std::map<std::string, std::size_t> refused;
  std::multimap<Bytes, const Certificate*> by_key_hash;
  for (const Certificate& certificate : scan.certificates()) {
    by_key_hash.emplace(sha1_of_key(certificate), &certificate);
  }
  for (const FoundResponse& each : scan.responses()) {
    SCOPED_TRACE(each.file);
    const auto [first, last] =
        by_key_hash.equal_range(copy_of(each.ours.responses()[0].certificate_id.issuer_key_hash));
    for (auto found = first; found != last; ++found) {
      const Certificate& issuer = *found->second;
      const auto of_issuer = [&](const Certificate& leaf) { return each.ours.find(leaf, issuer) != nullptr; };
      const auto leaf = std::find_if(scan.certificates().begin(), scan.certificates().end(), of_issuer);
      if (leaf == scan.certificates().end()) {
        continue;
      }
      const auto ours = find_responder(each.ours, issuer);
      if (!ours && ours.error().code == ErrorCode::unsupported_algorithm) {
        ++refused[ours.error().detail];
        continue;
      }
      const std::unique_ptr<X509_STORE, void (*)(X509_STORE*)> store(X509_STORE_new(), X509_STORE_free);
      const auto anchor = whole<X509>(issuer.der(), d2i_X509, X509_free);
      X509_STORE_add_cert(store.get(), anchor.get());
      X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
      STACK_OF(X509)* certificates = sk_X509_new_null();
      sk_X509_push(certificates, anchor.get());
      const bool theirs = OCSP_basic_verify(each.theirs.get(), certificates, store.get(), 0) == 1;
      sk_X509_free(certificates);
      std::array<char, 256> why{};
      ERR_error_string_n(ERR_peek_last_error(), why.data(), why.size());
      ERR_clear_error();
      if (ours && !theirs && each.file.find(kPathRefused) != std::string::npos) {
        ++refused["path of the responder refused by OpenSSL alone: " + std::string(why.data())];
        continue;
      }
      EXPECT_EQ(ours.has_value(), theirs) << (ours ? why.data() : to_string(ours.error()));
      good += ours ? 1 : 0;
      if (!ours) {
        ++refused[to_string(ours.error()).substr(0, 100)];
      }
    }
  }
  EXPECT_GT(good, 40U);
  std::cout << good << " authorized; others:\n";
  for (const auto& [detail, count] : refused) {
    std::cout << "  " << count << " " << detail << "\n";
  }
}

}  // namespace
}  // namespace rakkan::pki
