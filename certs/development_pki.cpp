#include "development_pki.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "description.hpp"
#include "development_authority.hpp"
#include "listing.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/hex.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/hsm/module.hpp"
#include "rakkan/hsm/softhsm.hpp"
#include "rakkan/hsm/token.hpp"
#include "rakkan/pki/certificate_builder.hpp"

namespace rakkan::certs {
namespace {

namespace fs = std::filesystem;
using crypto::default_suite;
using pki::KeyUsage;
using std::chrono::days;

// The authorities began before everybody else, so that an expired certificate lay within their time.
constexpr days kAuthoritiesAge{3 * 365};
constexpr days kRestAge{1};  // clocks of other machines may be behind ours
constexpr days kPrivateKeyUse{365};
constexpr days kCrlLifetime{180};

struct Issued {
  const Description* description;
  std::shared_ptr<crypto::Signer> signer;
  Bytes key_id;
  std::optional<pki::Certificate> certificate;
};

class Builder {
 public:
  Builder(const fs::path& folder, Instant now, RandomSource& random, std::string authority)
      : folder_(folder), now_(now), random_(random), authority_(std::move(authority)) {}

  Result<void> build() {
    RAKKAN_CHECK(prepare_folder());
    RAKKAN_TRY(module_, hsm::Module::load({}));
    for (const Description& description : descriptions()) {
      RAKKAN_TRY(Issued issued, make_key(description));
      RAKKAN_TRY(issued.certificate, certify(issued));
      RAKKAN_CHECK(write_certificate(issued));
      issued_.push_back(std::move(issued));
    }
    RAKKAN_CHECK(write_crl(kRoot, {}));
    RAKKAN_CHECK(write_crl(kIssuingCa, revoked()));
    RAKKAN_CHECK(write_settings());
    return write_listing();
  }

 private:
  Result<void> prepare_folder() {
    if (fs::exists(folder_ / "listing.json") || fs::exists(folder_ / "tokens")) {
      return fail(ErrorCode::already_exists, "the folder holds a development PKI already", folder_.string());
    }
    for (const char* name : {"pins", "so-pins", "certificates", "trust", "crls"}) {
      std::error_code error;
      fs::create_directories(folder_ / name, error);
      if (error) {
        return fail(ErrorCode::file_unwritable, error.message(), (folder_ / name).string());
      }
    }
    fs::permissions(folder_ / "pins", fs::perms::owner_all);
    fs::permissions(folder_ / "so-pins", fs::perms::owner_all);
    RAKKAN_CHECK(hsm::make_softhsm_folder(folder_));
    return hsm::use_softhsm_folder(folder_);
  }

  // One token a credential, its PINs random and kept in files.
  Result<Issued> make_key(const Description& description) {
    const std::string name(description.name);
    RAKKAN_TRY(const SecureBytes so_pin, make_pin("so-pins/" + name + ".pin"));
    RAKKAN_TRY(SecureBytes pin, make_pin("pins/" + name + ".pin"));
    RAKKAN_CHECK(module_->initialise_token(name, so_pin, pin));
    RAKKAN_TRY(const auto token, hsm::Token::open(module_, {name, std::nullopt}, std::move(pin)));
    Bytes id(16);
    RAKKAN_CHECK(random_.fill(id));
    RAKKAN_CHECK(token->generate(description.key, name, id));
    RAKKAN_TRY(auto signer, token->signer(name, id));
    return Issued{&description, std::move(signer), std::move(id), std::nullopt};
  }

  Result<SecureBytes> make_pin(const std::string& file) {
    Bytes bytes(12);
    RAKKAN_CHECK(random_.fill(bytes));
    const std::string text = to_hex(bytes);
    RAKKAN_CHECK(write_file_atomically(folder_ / file, {bytes_of(text), bytes_of("\n")}, true));
    return SecureBytes(bytes_of(text));
  }

  Result<pki::Certificate> certify(const Issued& subject) {
    const Description& description = *subject.description;
    const bool self_signed = description.profile == Profile::root;
    const Issued& issuer =
        self_signed ? subject : named(description.profile == Profile::issuing_ca ? kRoot : kIssuingCa);
    pki::CertificateTemplate content;
    content.serial_number.resize(16);
    RAKKAN_CHECK(random_.fill(content.serial_number));
    content.serial_number.front() =
        static_cast<Byte>((content.serial_number.front() & 0x3F) | 0x40);  // positive, no leading zero
    RAKKAN_TRY(content.subject, pki::Name::from_text(description.subject));
    RAKKAN_TRY(content.issuer, pki::Name::from_text(issuer.description->subject));
    content.validity = validity_of(description);
    content.spki = copy_of(subject.signer->public_key().spki());
    if (description.lie == Lie::mismatched_key) {
      RAKKAN_TRY(const auto other, crypto::SoftwareSigner::generate(description.key));
      content.spki = copy_of(other.public_key().spki());
    }
    RAKKAN_TRY(content.authority_key_identifier, pki::key_identifier(issuer.signer->public_key().spki()));
    if (!self_signed) {
      const std::string issuers_name(issuer.description->name);
      content.crl_url = authority_ + "/crls/" + issuers_name + ".crl";
      content.ca_issuers_url = authority_ + "/certificates/" + issuers_name + ".cer";
    }
    // The issuing authority has a responder; what the root says of it stands in the root's CRL alone.
    if (issuer.description->name == kIssuingCa && description.profile != Profile::ocsp) {
      content.ocsp_url = authority_ + "/ocsp";
    }
    add_profile(content, description);
    return pki::issue_certificate(content, default_suite(issuer.description->key), *issuer.signer);
  }

  [[nodiscard]] pki::Validity validity_of(const Description& description) const {
    const bool authority = description.profile == Profile::root || description.profile == Profile::issuing_ca;
    const Instant today = std::chrono::floor<std::chrono::seconds>(now_);
    if (description.lie == Lie::expired) {
      return {today - days(1) - description.lifetime, today - days(1)};
    }
    const Instant begin = today - (authority ? kAuthoritiesAge : kRestAge);
    return {begin, begin + description.lifetime};
  }

  static void add_profile(pki::CertificateTemplate& content, const Description& description) {
    switch (description.profile) {
      case Profile::root:
        content.basic_constraints = pki::BasicConstraints{true, std::nullopt};
        content.key_usage = {KeyUsage::key_cert_sign, KeyUsage::crl_sign};
        return;
      case Profile::issuing_ca:
        content.basic_constraints = pki::BasicConstraints{true, 0};
        content.key_usage = {KeyUsage::key_cert_sign, KeyUsage::crl_sign};
        return;
      case Profile::document:
        content.key_usage = {KeyUsage::digital_signature, KeyUsage::content_commitment};
        return;
      case Profile::timestamp:
        content.key_usage = {KeyUsage::digital_signature};
        content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
        if (description.lie == Lie::wrong_eku) {
          content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping, pki::kEkuOcspSigning}, false};
        }
        // Japanese practice and EN 319 421 §7.6.7: the key is used for one year of a certificate that can be verified
        // for ten more.
        content.private_key_usage_period =
            pki::PrivateKeyUsagePeriod{content.validity.not_before, content.validity.not_before + kPrivateKeyUse};
        return;
      case Profile::ocsp:
        content.key_usage = {KeyUsage::digital_signature};
        content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuOcspSigning}, false};
        content.ocsp_no_check = true;
        return;
    }
  }

  Result<void> write_certificate(const Issued& issued) {
    const std::string name(issued.description->name);
    const std::string pem = pki::to_pem("CERTIFICATE", issued.certificate->der());
    RAKKAN_CHECK(write_text(folder_ / "certificates" / (name + ".pem"), pem));
    if (issued.description->profile == Profile::root) {
      return write_text(folder_ / "trust" / (name + ".pem"), pem);
    }
    std::string issuers = pki::to_pem("CERTIFICATE", named(kRoot).certificate->der());
    if (issued.description->profile != Profile::issuing_ca) {
      issuers = pki::to_pem("CERTIFICATE", named(kIssuingCa).certificate->der()) + issuers;
    }
    return write_text(folder_ / "certificates" / (name + ".chain.pem"), pem + issuers);
  }

  [[nodiscard]] std::vector<pki::RevokedCertificate> revoked() const {
    constexpr std::uint8_t kKeyCompromise = 1;  // RFC 5280 §5.3.1
    std::vector<pki::RevokedCertificate> revoked;
    for (const Issued& issued : issued_) {
      if (issued.description->lie == Lie::revoked) {
        const Instant when = std::chrono::floor<std::chrono::seconds>(now_) - std::chrono::hours(1);
        revoked.push_back({copy_of(issued.certificate->serial_number()), when, kKeyCompromise});
      }
    }
    return revoked;
  }

  Result<void> write_crl(std::string_view issuer_name, std::vector<pki::RevokedCertificate> revoked) {
    const Issued& issuer = named(issuer_name);
    const Instant today = std::chrono::floor<std::chrono::seconds>(now_);
    pki::CrlTemplate content;
    content.issuer = issuer.certificate->subject();
    content.this_update = today - std::chrono::minutes(5);
    content.next_update = today + kCrlLifetime;
    content.number = 1;
    content.revoked = std::move(revoked);
    RAKKAN_TRY(content.authority_key_identifier, pki::key_identifier(issuer.signer->public_key().spki()));
    RAKKAN_TRY(const Bytes crl, pki::issue_crl(content, default_suite(issuer.description->key), *issuer.signer));
    const fs::path file = folder_ / "crls" / (std::string(issuer_name) + ".crl");
    RAKKAN_CHECK(write_file_atomically(file, {crl}));
    return write_text(folder_ / "crls" / (std::string(issuer_name) + ".pem"), pki::to_pem("X509 CRL", crl));
  }

  Result<void> write_listing() {
    std::vector<ListedCertificate> rows;
    for (const Issued& issued : issued_) {
      rows.push_back({*issued.description, *issued.certificate, issued.key_id});
    }
    return write_text(folder_ / "listing.json", listing_json(rows, now_, authority_));
  }

  // Whom to trust, and the settings that let Rakkan ask the authority: relative to the folder, which may move.
  Result<void> write_settings() {
    const std::string root(kRoot);
    RAKKAN_CHECK(write_text(folder_ / "trust" / "trust.toml",
                            "# Trust in the development PKI. For development only.\n"
                            "[[anchor]]\n"
                            "label = \"ラッカン開発用ルート認証局\"\n"
                            "certificate_file = \"" +
                                root +
                                ".pem\"\n"
                                "purposes = [\"signing\", \"timestamping\", \"revocation\"]\n"));
    return write_text(
        folder_ / "authority.toml",
        "# The development PKI's authority (rakkan-dev-authority) is on loopback, which a certificate may\n"
        "# name only by this exception. For development only.\n"
        "[fetch]\n"
        "allowed_origins = [\"" +
            authority_ +
            "\"]\n"
            "[trust]\n"
            "file = \"trust/trust.toml\"\n");
  }

  static Result<void> write_text(const fs::path& file, std::string_view text) {
    return write_file_atomically(file, {bytes_of(text)});
  }

  // The authorities come first in the description, so they are there when they are asked for.
  [[nodiscard]] const Issued& named(std::string_view name) const {
    return *std::find_if(issued_.begin(), issued_.end(),
                         [&](const Issued& issued) { return issued.description->name == name; });
  }

  const fs::path folder_;
  const Instant now_;
  RandomSource& random_;
  const std::string authority_;
  std::shared_ptr<hsm::Module> module_;
  std::vector<Issued> issued_;
};

}  // namespace

Result<void> build_development_pki(const fs::path& folder, Instant now, RandomSource& random,
                                   const std::string& authority) {
  RAKKAN_CHECK(LoopbackOrigin::parse(authority));
  return Builder(fs::absolute(folder), now, random, authority).build();
}

}  // namespace rakkan::certs
