// A root and a CA below it whose certificates name CRLs and an OCSP responder on a loopback port, as those of a
// commercial authority do: the root lists the CA in a CRL, and a responder to which the CA delegated
// (id-pkix-ocsp-nocheck) answers for signers and units. Its keys are of one kind.
#pragma once

#include <sys/prctl.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "rakkan/base/base64.hpp"
#include "rakkan/crypto/software_signer.hpp"
#include "rakkan/pki/ocsp_request.hpp"
#include "status_authority.hpp"
#include "support/pki_authority.hpp"
#include "support/scripted_server.hpp"

namespace rakkan::bench {

class EvidenceAuthority {
 public:
  // The server's threads have this name, by which their time is told from others'.
  static constexpr const char* kThread = "authority";

  explicit EvidenceAuthority(crypto::KeyKind kind = crypto::KeyKind::ec_p256)
      : root_("Benchmark Root", kind), ca_("Benchmark CA", kind) {
    // A thread has the name of the one that made it.
    ::prctl(PR_SET_NAME, kThread);
    server_ = std::make_unique<test::ScriptedServer>([this](const auto& client) { answer(client); });
    ::prctl(PR_SET_NAME, "main");
    ca_certificate_ = root_.certify_ca(ca_, [&](pki::CertificateTemplate& content) {
      content.serial_number = {0x21};
      content.crl_url = origin() + "/root.crl";
      content.ca_issuers_url = origin() + "/root.cer";
    });
    of_root_ = std::make_unique<certs::StatusAuthority>(key_of(root_, root_certificate_), std::nullopt);
    const certs::CertifiedKey responder = make_responder(kind);
    responder_certificate_ = responder.certificate;
    of_ca_ = std::make_unique<certs::StatusAuthority>(key_of(ca_, *ca_certificate_), responder);
    of_root_->issued(*ca_certificate_);
  }

  [[nodiscard]] std::string origin() const { return server_->url(); }
  [[nodiscard]] const pki::Certificate& root() const noexcept { return root_certificate_; }
  [[nodiscard]] const pki::Certificate& ca() const noexcept { return *ca_certificate_; }
  [[nodiscard]] const pki::Certificate& responder() const noexcept { return *responder_certificate_; }
  [[nodiscard]] int requests() const noexcept { return server_->requests(); }

  // The server's answers at `time`: the root's CRL, and the response about a certificate of the CA.
  [[nodiscard]] Bytes crl_of_root(Instant time) { return of_root_->crl(time).value(); }
  [[nodiscard]] Bytes ocsp(const pki::Certificate& about, Instant time) {
    return of_ca_->ocsp(pki::OcspRequest::create(about, ca()).value().der(), time).value();
  }

  // A certificate of the CA for a signer, or for a time-stamping unit.
  pki::Certificate certify(const std::string& name, ByteView spki, bool timestamping) {
    pki::Certificate made = ca_.certify(name, spki, [&](pki::CertificateTemplate& content) {
      content.serial_number = {0x40, ++serial_number_};
      content.crl_url = origin() + "/ca.crl";
      content.ocsp_url = origin() + "/ocsp";
      content.ca_issuers_url = origin() + "/ca.cer";
      if (timestamping) {
        content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuTimeStamping}, true};
      } else {
        content.key_usage = {pki::KeyUsage::digital_signature, pki::KeyUsage::content_commitment};
      }
    });
    of_ca_->issued(made);
    return made;
  }

 private:
  static certs::CertifiedKey key_of(pki::Authority& authority, pki::Certificate certificate) {
    return {std::move(certificate),
            std::shared_ptr<crypto::Signer>(std::shared_ptr<void>(), &authority.signer())};  // not owned
  }
  certs::CertifiedKey make_responder(crypto::KeyKind kind) {
    auto key = std::make_shared<crypto::SoftwareSigner>(pki::new_key(kind));
    pki::Certificate certificate = ca_.certify("OCSP", key->public_key().spki(), [](pki::CertificateTemplate& content) {
      content.serial_number = {0x0C, 0x5F};
      content.extended_key_usage = pki::ExtendedKeyUsage{{pki::kEkuOcspSigning}, false};
      content.ocsp_no_check = true;
    });
    return {std::move(certificate), std::move(key)};
  }

  void answer(const test::LoopbackExchange& client) {
    const std::size_t begin = client.head.find(' ') + 1;
    const std::string target = client.head.substr(begin, client.head.find(' ', begin) - begin);
    const Instant now = SystemClock().now();
    if (target.starts_with("/ocsp")) {
      const Bytes request = client.body.empty() ? request_in(target) : client.body;
      send(client, of_ca_->ocsp(request, now).value(), "application/ocsp-response");
    } else if (target.ends_with(".crl")) {
      send(client, (target == "/root.crl" ? of_root_ : of_ca_)->crl(now).value(), "application/pkix-crl");
    } else {
      send(client, target == "/root.cer" ? root().der() : ca().der(), "application/pkix-cert");
    }
  }
  // The OCSPRequest of "/ocsp/BASE64", percent-encoded (RFC 5019 §5).
  static Bytes request_in(const std::string& target) {
    std::string base64;
    for (std::size_t i = std::string_view("/ocsp/").size(); i < target.size(); ++i) {
      if (target[i] == '%') {
        base64 += static_cast<char>(std::stoi(target.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        base64 += target[i];
      }
    }
    return from_base64(base64).value();
  }
  static void send(const test::LoopbackExchange& client, ByteView body, const std::string& type) {
    client.send(test::http_answer("200 OK", text_of(body), "Content-Type: " + type + "\r\n"));
  }

  pki::Authority root_;
  pki::Authority ca_;
  pki::Certificate root_certificate_ = root_.self_signed();
  std::optional<pki::Certificate> ca_certificate_, responder_certificate_;
  std::unique_ptr<certs::StatusAuthority> of_root_, of_ca_;
  std::atomic<Byte> serial_number_ = 0;
  std::unique_ptr<test::ScriptedServer> server_;  // last: its threads use the others
};

}  // namespace rakkan::bench
