// Certification authorities of any life and key, in any number of tiers, with CRLs, issuers' certificates and, where
// wanted, OCSP responders on a loopback port: for tests that move their clock over decades.
//
//   LoopbackPki pki(clock);
//   auto& root = pki.root("Root", crypto::KeyKind::ec_p384, {from, until});
//   auto& ca = pki.authority("CA", root, crypto::KeyKind::ec_p256, {from, until}, LoopbackPki::Status::crl_and_ocsp);
//   const pki::Certificate unit = ca.certify("Unit", spki, {from, until});
//   options.allowed_origins = {pki.origin()};
//
// The clock is read on the server's threads, as that of LoopbackAuthority. Authorities live as long as the PKI.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "status_authority.hpp"
#include "support/ocsp_get.hpp"
#include "support/pki_authority.hpp"
#include "support/scripted_server.hpp"

namespace rakkan::test {

class LoopbackPki {
 public:
  enum class Status { crl, crl_and_ocsp };  // what certificates of an authority name

  class Authority {
   public:
    [[nodiscard]] const pki::Certificate& certificate() const noexcept { return certificate_; }
    [[nodiscard]] crypto::SoftwareSigner& signer() noexcept { return keys_.signer(); }

    // A certificate that names the authority's URLs, with a serial number of its own.
    pki::Certificate certify(const std::string& name, ByteView spki, const pki::Validity& validity,
                             const pki::Change& change = {}) {
      pki::Certificate made = keys_.certify(name, spki, issued_for(validity, change));
      status_.issued(made);
      return made;
    }
    void revoke(const pki::Certificate& certificate, Instant at, pki::CrlReason reason) {
      status_.revoke(certificate.serial_number(), at, reason);
    }

   private:
    friend class LoopbackPki;
    Authority(pki::Authority keys, pki::Certificate certificate, std::string url, Status status)
        : keys_(std::move(keys)),
          certificate_(std::move(certificate)),
          url_(std::move(url)),
          has_responder_(status == Status::crl_and_ocsp),
          status_({certificate_, signer_of(keys_)}, responder()) {}

    static std::shared_ptr<crypto::Signer> signer_of(pki::Authority& keys) {
      return {std::shared_ptr<void>(), &keys.signer()};
    }
    pki::Change issued_for(const pki::Validity& validity, const pki::Change& more) {
      return [this, validity, more](pki::CertificateTemplate& content) {
        const unsigned number = ++serial_number_;
        content.serial_number = {0x40, static_cast<Byte>(number >> 8U), static_cast<Byte>(number)};
        content.validity = validity;
        content.crl_url = url_ + "/crl";
        content.ca_issuers_url = url_ + "/ca";
        content.ocsp_url = has_responder_ ? url_ + "/ocsp" : std::string();
        if (more) {
          more(content);
        }
      };
    }
    // To which the authority delegated (RFC 6960 §4.2.2.2), for its whole life and without a status of its own.
    std::optional<certs::CertifiedKey> responder() {
      if (!has_responder_) {
        return std::nullopt;
      }
      auto key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
      pki::Certificate made = keys_.certify("OCSP of " + certificate_.subject().text().substr(3, 2),
                                            key->public_key().spki(), [&](pki::CertificateTemplate& content) {
                                              content.serial_number = {0x0C, 0x5F};
                                              content.validity = certificate_.validity();
                                              content.extended_key_usage =
                                                  pki::ExtendedKeyUsage{{pki::kEkuOcspSigning}, false};
                                              content.ocsp_no_check = true;
                                            });
      return certs::CertifiedKey{std::move(made), std::move(key)};
    }

    pki::Authority keys_;
    pki::Certificate certificate_;
    std::string url_;
    bool has_responder_;
    std::atomic<unsigned> serial_number_ = 0;
    certs::StatusAuthority status_;
  };

  explicit LoopbackPki(const Clock& clock)
      : clock_(&clock), server_([this](const LoopbackExchange& client) { answer(client); }) {}

  [[nodiscard]] std::string origin() const { return server_.url(); }

  Authority& root(const std::string& name, crypto::KeyKind kind, const pki::Validity& validity,
                  Status status = Status::crl) {
    pki::Authority keys(name, kind);
    pki::Certificate certificate = keys.self_signed([&](pki::CertificateTemplate& content) {
      content.serial_number = {0x01};
      content.validity = validity;
    });
    return add(std::move(keys), std::move(certificate), status);
  }
  Authority& authority(const std::string& name, Authority& issuer, crypto::KeyKind kind, const pki::Validity& validity,
                       Status status = Status::crl) {
    pki::Authority keys(name, kind);
    pki::Certificate certificate = issuer.keys_.certify_ca(keys, issuer.issued_for(validity, {}));
    issuer.status_.issued(certificate);
    return add(std::move(keys), std::move(certificate), status);
  }

  // Whether questions are answered at all; 503 otherwise.
  void answers(bool yes) noexcept { answers_ = yes; }

 private:
  Authority& add(pki::Authority keys, pki::Certificate certificate, Status status) {
    const std::lock_guard lock(mutex_);
    const std::string url = origin() + "/" + std::to_string(authorities_.size());
    authorities_.push_back(
        std::unique_ptr<Authority>(new Authority(std::move(keys), std::move(certificate), url, status)));
    return *authorities_.back();
  }

  void answer(const LoopbackExchange& client) {
    const std::string target = target_of(client);
    const std::size_t slash = target.find('/', 1);
    Authority* const authority = slash == std::string::npos ? nullptr : find(target.substr(1, slash - 1));
    if (!answers_ || authority == nullptr) {
      client.send(http_answer(answers_ ? "404 Not Found" : "503 Service Unavailable", ""));
      return;
    }
    const Instant now = clock_->now();
    const std::string what = target.substr(slash);
    if (what.starts_with("/ocsp")) {
      const Bytes request = ocsp_request_in(client, target.substr(0, slash) + "/ocsp");
      send(client, authority->status_.ocsp(request, now).value(), "application/ocsp-response");
    } else if (what == "/crl") {
      send(client, authority->status_.crl(now).value(), "application/pkix-crl");
    } else {
      send(client, authority->certificate_.der(), "application/pkix-cert");
    }
  }
  Authority* find(const std::string& number) {
    const std::lock_guard lock(mutex_);
    const std::size_t index = std::stoul(number);
    return index < authorities_.size() ? authorities_[index].get() : nullptr;
  }
  static void send(const LoopbackExchange& client, ByteView body, const std::string& type) {
    client.send(http_answer("200 OK", text_of(body), "Content-Type: " + type + "\r\n"));
  }

  const Clock* clock_;
  std::mutex mutex_;
  std::deque<std::unique_ptr<Authority>> authorities_;
  std::atomic<bool> answers_ = true;
  ScriptedServer server_;  // last: its threads use the others
};

}  // namespace rakkan::test
