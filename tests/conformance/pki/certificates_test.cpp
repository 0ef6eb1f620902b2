// Every certificate of the corpora, whatever file it is wrapped in: our parser beside OpenSSL's.
#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "rakkan/base/base64.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/pki/certificate.hpp"
#include "support/corpora.hpp"

namespace rakkan::pki {
namespace {

namespace fs = std::filesystem;

using OpensslCertificate = std::unique_ptr<X509, decltype([](X509* x) { X509_free(x); })>;

// The certificates that we refuse and OpenSSL reads, and why. Nothing else may differ, in either direction.
struct Stricter {
  std::string_view file;
  std::string_view detail;
  std::string_view why;
};
constexpr Stricter kStricter[] = {
    {"pdf-eof.pdf", "the two signature algorithms differ", "RFC 5280 §4.1.1.2: NULL in one of them only"},
};

bool is_expected(const std::string& file, const Error& error) {
  return std::any_of(std::begin(kStricter), std::end(kStricter), [&](const Stricter& row) {
    return file.find(row.file) != std::string::npos && error.detail == row.detail;
  });
}

OpensslCertificate openssl_parse(ByteView der) {
  const unsigned char* at = der.data();
  OpensslCertificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return at == der.data() + der.size() ? std::move(certificate) : nullptr;
}

// A certificate of the corpora that both read.
struct Found {
  Certificate ours;
  OpensslCertificate theirs;
};

class Scan {
 public:
  // Every SEQUENCE of 128 octets or more that begins with another one is tried as a certificate.
  void bytes(ByteView input, const std::string& file) {
    for (std::size_t at = 0; at + 5 < input.size(); ++at) {
      if (input[at] != 0x30 || input[at + 1] != 0x82 || input[at + 4] != 0x30) {
        continue;
      }
      const std::size_t size = 4U + input[at + 2] * 256U + input[at + 3];
      if (size <= input.size() - at) {
        candidate(input.subspan(at, size), file);
      }
    }
  }

  // The same inside hexadecimal strings of PDF and Base64.
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
    constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n";
    for (std::size_t at = text.find("MII"); at != std::string_view::npos; at = text.find("MII", at + 3)) {
      const std::size_t end = std::min(text.find_first_not_of(kBase64, at), text.size());
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

  [[nodiscard]] const std::vector<Found>& found() const noexcept { return found_; }
  [[nodiscard]] std::size_t stricter() const noexcept { return stricter_; }

 private:
  void candidate(ByteView der, const std::string& file) {
    if (!seen_.insert(std::string(text_of(der))).second) {
      return;
    }
    OpensslCertificate theirs = openssl_parse(der);
    auto ours = Certificate::parse(der);
    if (ours && theirs) {
      found_.push_back({*std::move(ours), std::move(theirs)});
    } else if (ours) {
      ADD_FAILURE() << file << ": we read what OpenSSL refuses";
    } else if (theirs) {
      EXPECT_TRUE(is_expected(file, ours.error())) << file << ": " << to_string(ours.error());
      ++stricter_;
    }
  }

  std::set<std::string> seen_;
  std::vector<Found> found_;
  std::size_t stricter_ = 0;
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

TEST(Certificates, AreReadExactlyWhenOpensslReadsThem) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const Scan& scan = scan_of(corpora);
  EXPECT_GT(scan.found().size(), 1000U);
  EXPECT_EQ(scan.stricter(), std::size(kStricter)) << "every row of the list is needed";
  std::cout << scan.found().size() << " certificates read by both, " << scan.stricter() << " by OpenSSL alone\n";
}

TEST(Certificates, FieldsAreTheSame) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  for (const Found& each : scan_of(corpora).found()) {
    SCOPED_TRACE(each.ours.subject().text());
    unsigned char* tbs = nullptr;
    const int tbs_size = i2d_re_X509_tbs(each.theirs.get(), &tbs);
    EXPECT_TRUE(equal(each.ours.tbs(), {tbs, static_cast<std::size_t>(tbs_size)}));
    OPENSSL_free(tbs);
    EXPECT_EQ(each.ours.extensions().size(),
              static_cast<std::size_t>(std::max(0, X509_get_ext_count(each.theirs.get()))));
    const std::uint32_t theirs = X509_get_key_usage(each.theirs.get());
    EXPECT_EQ(each.ours.has_key_usage(KeyUsage::digital_signature), (theirs & X509v3_KU_DIGITAL_SIGNATURE) != 0);
    EXPECT_EQ(each.ours.has_key_usage(KeyUsage::content_commitment), (theirs & X509v3_KU_NON_REPUDIATION) != 0);
    EXPECT_EQ(each.ours.has_key_usage(KeyUsage::key_cert_sign), (theirs & X509v3_KU_KEY_CERT_SIGN) != 0);
    tm before{};
    ASSERT_EQ(ASN1_TIME_to_tm(X509_get0_notBefore(each.theirs.get()), &before), 1);
    const UtcFields ours = utc_fields(each.ours.validity().not_before);
    EXPECT_EQ(std::tuple(ours.year, ours.month, ours.day, ours.hour, ours.minute, ours.second),
              std::tuple(before.tm_year + 1900, before.tm_mon + 1, before.tm_mday, before.tm_hour, before.tm_min,
                         before.tm_sec));
  }
}

// For every certificate and every other one whose subject is its issuer.
TEST(Certificates, SignaturesVerifyExactlyWhenOpensslVerifiesThem) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  const auto& found = scan_of(corpora).found();
  std::multimap<unsigned long, const Found*> by_subject;
  for (const Found& each : found) {
    by_subject.emplace(X509_subject_name_hash(each.theirs.get()), &each);
  }
  std::size_t good = 0;
  std::size_t bad = 0;
  std::map<std::string, std::size_t> unsupported;
  for (const Found& each : found) {
    const auto [first, last] = by_subject.equal_range(X509_issuer_name_hash(each.theirs.get()));
    for (auto issuer = first; issuer != last; ++issuer) {
      const auto ours = each.ours.verify_signed_by(issuer->second->ours);
      if (!ours && ours.error().code == ErrorCode::unsupported_algorithm) {
        ++unsupported[ours.error().detail];
        continue;
      }
      const bool theirs = X509_verify(each.theirs.get(), X509_get0_pubkey(issuer->second->theirs.get())) == 1;
      ERR_clear_error();
      EXPECT_EQ(ours.has_value(), theirs) << each.ours.subject().text();
      ++(theirs ? good : bad);
    }
  }
  EXPECT_GT(good, 500U);
  EXPECT_GT(bad, 0U);
  std::cout << good << " verify, " << bad << " do not, and of algorithms we do not use:\n";
  for (const auto& [detail, count] : unsupported) {
    std::cout << "  " << count << " " << detail << "\n";
  }
}

// PKITS 4.3 has names that differ in case, white space and string type.
TEST(Certificates, NamesMatchExactlyWhenOpensslSaysSo) {
  RAKKAN_CORPORA_OR_SKIP(corpora);
  Scan pkits;
  pkits.folder(corpora / "pkits");
  std::map<std::string, const Found*> by_name;
  for (const Found& each : pkits.found()) {
    by_name.emplace(text_of(each.ours.subject().der()), &each);
  }
  std::size_t unequal_matches = 0;
  for (const auto& [name, one] : by_name) {
    for (const Found& other : pkits.found()) {
      const bool theirs =
          X509_NAME_cmp(X509_get_subject_name(one->theirs.get()), X509_get_issuer_name(other.theirs.get())) == 0;
      EXPECT_EQ(one->ours.subject().matches(other.ours.issuer()), theirs)
          << one->ours.subject().text() << " and " << other.ours.issuer().text();
      unequal_matches += theirs && one->ours.subject() != other.ours.issuer() ? 1 : 0;
    }
  }
  EXPECT_GT(unequal_matches, 0U);
}

}  // namespace
}  // namespace rakkan::pki
