// An authority on a loopback port, with CRLs, an OCSP responder to which it delegated (id-pkix-ocsp-nocheck) and its
// own certificate for AIA, which can misbehave in the ways that a verifier must survive.
//
//   LoopbackAuthority authority(clock);
//   options.allowed_origins = {authority.origin()};
//   const pki::Certificate yamada = authority.certify("Yamada");     // names all three URLs
//   authority.revoke(yamada, clock.time);
//   authority.behave(fetch::ExchangeKind::ocsp, AuthorityBehaviour::garbage);
//
// The clock is read on the server's threads: a test that moves it while requests are under way needs one that may be.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "rakkan/fetch/exchange.hpp"
#include "rakkan/pki/ocsp_request.hpp"
#include "rakkan/pki/ocsp_response_builder.hpp"
#include "status_authority.hpp"
#include "support/ocsp_get.hpp"
#include "support/pki_authority.hpp"
#include "support/scripted_server.hpp"

namespace rakkan::test {

enum class AuthorityBehaviour {
  good,
  unknown,              // OCSP: does not know the certificate
  stale,                // as it was 30 days ago
  foreign,              // signed by a key of the same name that is not the authority's
  another_certificate,  // OCSP: about another certificate of the authority
  wrong_nonce,          // OCSP: the nonce of another request
  try_later,            // OCSP: an error message; the others: HTTP 503
  garbage,              // the right type, and no DER
  wrong_type,           // text/html
  redirect,             // to the place of redirect_to()
  endless,              // a body without end
  breaks_off,           // resets the connection in the middle of its answer
  hang,                 // reads the request and never answers
};

class LoopbackAuthority {
 public:
  explicit LoopbackAuthority(const Clock& clock, const std::string& name = "Loopback Root")
      : clock_(&clock),
        root_(name),
        impostor_(name),
        certificate_(root_.self_signed()),
        responder_(responder_of(root_)),
        answers_(key_of(root_), responder_),
        ignorant_(key_of(root_), responder_),
        foreign_(key_of(impostor_), responder_of(impostor_)),
        server_([this](const auto& client) { answer(client); }) {}

  [[nodiscard]] std::string origin() const { return server_.url(); }
  [[nodiscard]] std::string crl_url() const { return origin() + "/crl"; }
  [[nodiscard]] std::string ocsp_url() const { return origin() + "/ocsp"; }
  [[nodiscard]] std::string certificate_url() const { return origin() + "/ca"; }
  [[nodiscard]] const pki::Certificate& certificate() const noexcept { return certificate_; }
  [[nodiscard]] const pki::Certificate& responder() const noexcept { return responder_.certificate; }
  [[nodiscard]] int requests() const noexcept { return server_.requests(); }

  // A certificate that names the authority's URLs, with a serial number of its own; for `spki`, or for some key.
  pki::Certificate certify(const std::string& name, std::optional<ByteView> spki = std::nullopt,
                           const pki::Change& change = {}) {
    const auto names_urls = [&](pki::CertificateTemplate& content) {
      content.serial_number = {0x40, ++serial_number_};
      content.crl_url = crl_url();
      content.ocsp_url = ocsp_url();
      content.ca_issuers_url = certificate_url();
      if (change) {
        change(content);
      }
    };
    pki::Certificate made = spki ? root_.certify(name, *spki, names_urls) : root_.certify(name, names_urls);
    answers_.issued(made);
    foreign_.issued(made);
    return made;
  }
  void revoke(const pki::Certificate& certificate, Instant at, pki::CrlReason reason = pki::CrlReason::key_compromise) {
    answers_.revoke(certificate.serial_number(), at, reason);
  }

  // From the next request of that kind on; of ocsp, crl and certificates.
  void behave(fetch::ExchangeKind kind, AuthorityBehaviour behaviour) noexcept {
    behaviours_.at(static_cast<std::size_t>(kind)) = behaviour;
  }
  void redirect_to(std::string location) {
    const std::lock_guard lock(mutex_);
    location_ = std::move(location);
  }

 private:
  static certs::CertifiedKey key_of(pki::Authority& authority) {
    return {authority.self_signed(), std::shared_ptr<crypto::Signer>(std::shared_ptr<void>(), &authority.signer())};
  }
  static certs::CertifiedKey responder_of(pki::Authority& authority) {
    auto key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(crypto::KeyKind::ec_p256));
    pki::Certificate certificate =
        authority.certify("OCSP", key->public_key().spki(), [](pki::CertificateTemplate& content) {
          content.serial_number = {0x0C, 0x5F};
          content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuOcspSigning}, false};
          content.ocsp_no_check = true;
        });
    return {std::move(certificate), std::move(key)};
  }

  void answer(const LoopbackExchange& client) {
    const std::string target = target_of(client);
    const auto kind = target.starts_with("/ocsp")  ? fetch::ExchangeKind::ocsp
                      : target.starts_with("/crl") ? fetch::ExchangeKind::crl
                                                   : fetch::ExchangeKind::certificates;
    const AuthorityBehaviour behaviour = behaviours_.at(static_cast<std::size_t>(kind));
    switch (behaviour) {
      case AuthorityBehaviour::hang:
        return client.wait_for_close();
      case AuthorityBehaviour::breaks_off:
        client.send("HTTP/1.1 200 OK\r\nContent-Type: " + type_of(kind) + "\r\nContent-Length: 1000\r\n\r\n0");
        return client.reset();
      case AuthorityBehaviour::endless:
        return send_endlessly(client, kind);
      case AuthorityBehaviour::garbage:
        return send(client, kind, bytes_of("これは証拠ではない"));
      case AuthorityBehaviour::redirect: {
        const std::lock_guard lock(mutex_);
        client.send(http_answer("302 Found", "", "Location: " + location_ + "\r\n"));
        return;
      }
      case AuthorityBehaviour::try_later:
        if (kind != fetch::ExchangeKind::ocsp) {
          client.send(http_answer("503 Service Unavailable", ""));
          return;
        }
        return send(client, kind, pki::ocsp_error_response(pki::OcspResponseStatus::try_later));
      case AuthorityBehaviour::good:
      case AuthorityBehaviour::unknown:
      case AuthorityBehaviour::stale:
      case AuthorityBehaviour::foreign:
      case AuthorityBehaviour::another_certificate:
      case AuthorityBehaviour::wrong_nonce:
      case AuthorityBehaviour::wrong_type:
        return send(client, kind, made(kind, behaviour, client),
                    behaviour == AuthorityBehaviour::wrong_type ? "text/html" : "");
    }
  }

  Bytes made(fetch::ExchangeKind kind, AuthorityBehaviour behaviour, const LoopbackExchange& client) {
    const Instant now =
        clock_->now() - (behaviour == AuthorityBehaviour::stale ? std::chrono::days(30) : std::chrono::days(0));
    if (kind == fetch::ExchangeKind::certificates) {
      return copy_of(behaviour == AuthorityBehaviour::foreign ? impostor_.self_signed().der() : certificate_.der());
    }
    certs::StatusAuthority& by = behaviour == AuthorityBehaviour::foreign   ? foreign_
                                 : behaviour == AuthorityBehaviour::unknown ? ignorant_
                                                                            : answers_;
    if (kind == fetch::ExchangeKind::crl) {
      return by.crl(now).value();
    }
    Bytes request = ocsp_request_in(client, "/ocsp");
    if (behaviour == AuthorityBehaviour::foreign) {
      // By the right key's name, so that the signature alone is wrong.
      return answered_by_impostor(request, now);
    }
    if (behaviour == AuthorityBehaviour::another_certificate) {
      request = copy_of(pki::OcspRequest::create(another(), certificate_).value().der());
    }
    if (behaviour == AuthorityBehaviour::wrong_nonce) {
      const auto parsed = pki::OcspRequest::parse(request);
      if (parsed && parsed->nonce()) {
        Bytes other = copy_of(*parsed->nonce());
        other.back() ^= 0x01U;
        const auto at = std::search(request.begin(), request.end(), parsed->nonce()->begin(), parsed->nonce()->end());
        std::copy(other.begin(), other.end(), at);
      }
    }
    return by.ocsp(request, now).value();
  }

  // A response as good as the responder's own, signed by a key to which another authority delegated.
  Bytes answered_by_impostor(ByteView request, Instant now) {
    certs::StatusAuthority with_foreign_responder(key_of(root_), responder_of(impostor_));
    return with_foreign_responder.ocsp(request, now).value();
  }

  pki::Certificate another() {
    const std::lock_guard lock(mutex_);
    if (!another_) {
      another_ =
          root_.certify("Another", [](pki::CertificateTemplate& content) { content.serial_number = {0x7F, 0x01}; });
      answers_.issued(*another_);
    }
    return *another_;
  }

  static std::string type_of(fetch::ExchangeKind kind) {
    return kind == fetch::ExchangeKind::ocsp  ? "application/ocsp-response"
           : kind == fetch::ExchangeKind::crl ? "application/pkix-crl"
                                              : "application/pkix-cert";
  }
  static void send(const LoopbackExchange& client, fetch::ExchangeKind kind, ByteView body, std::string type = "") {
    type = type.empty() ? type_of(kind) : type;
    client.send(http_answer("200 OK", text_of(body), "Content-Type: " + type + "\r\n"));
  }
  static void send_endlessly(const LoopbackExchange& client, fetch::ExchangeKind kind) {
    client.send("HTTP/1.1 200 OK\r\nContent-Type: " + type_of(kind) + "\r\nConnection: close\r\n\r\n");
    const std::string part(64 * 1024, '0');
    while (!client.stopping() && client.send(part)) {
    }
  }

  const Clock* clock_;
  pki::Authority root_;
  pki::Authority impostor_;
  pki::Certificate certificate_;
  certs::CertifiedKey responder_;
  certs::StatusAuthority answers_;
  certs::StatusAuthority ignorant_;  // issued nothing
  certs::StatusAuthority foreign_;
  Byte serial_number_ = 0;
  std::array<std::atomic<AuthorityBehaviour>, 4> behaviours_{};
  mutable std::mutex mutex_;
  std::string location_;
  std::optional<pki::Certificate> another_;
  ScriptedServer server_;  // last: its threads use the others
};

}  // namespace rakkan::test
