#include "http/tls.hpp"

#include <openssl/ssl.h>

#include <string>

#include "rakkan/base/permissions.hpp"

namespace rakkan::http {
namespace {

namespace ssl = boost::asio::ssl;
namespace fs = std::filesystem;

// The suites of TLS 1.2, in the order of preference: fresh keys for each connection and authenticated encryption (RFC
// 9325 §4.2). TLS 1.3 has no others, and is preferred to 1.2 when the caller speaks it.
constexpr const char* kSuites12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr const char* kSuites13 = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
constexpr std::string_view kAlpn = "\x08http/1.1";  // RFC 7301 §3.1, RFC 7301 §6

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* selected = nullptr;
  const int found = SSL_select_next_proto(&selected, chosen_size, bytes_of(kAlpn).data(),
                                          static_cast<unsigned>(kAlpn.size()), offered, offered_size);
  *chosen = selected;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 §3.2
}

tl::unexpected<Error> unfit(const fs::path& file, std::string what) {
  return fail(ErrorCode::configuration_invalid, std::move(what), file.string());
}

// Checks the files' permissions: a user who may write them decides on the server's identity and on the accepted
// callers.
Result<void> check_files(const TlsOptions& options) {
  RAKKAN_CHECK(check_permissions(options.key_file, Readers::group));
  RAKKAN_CHECK(check_permissions(options.certificate_file, Readers::everybody));
  if (!options.client_ca_file.empty()) {
    RAKKAN_CHECK(check_permissions(options.client_ca_file, Readers::everybody));
  }
  return {};
}

}  // namespace

Result<TlsContext> load_tls(const TlsOptions& options) {
  if (!options.enabled()) {
    if (!options.client_ca_file.empty()) {
      return unfit(options.client_ca_file, "certificates of callers need TLS");
    }
    return TlsContext();
  }
  RAKKAN_CHECK(check_files(options));
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  // Every parameter is set here, so that the machine's openssl.cnf neither widens nor narrows them.
  const bool speaks = SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1 &&
                      SSL_CTX_set_max_proto_version(native, TLS1_3_VERSION) == 1 &&
                      SSL_CTX_set_cipher_list(native, kSuites12) == 1 &&
                      SSL_CTX_set_ciphersuites(native, kSuites13) == 1;
  if (!speaks) {
    return fail(ErrorCode::configuration_invalid, "this OpenSSL does not know the cipher suites");
  }
  // Decrypted bytes are wiped once they were handed on, since a PIN may be among them.
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // connections at rest keep no record buffers
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  boost::system::error_code error;
  context->use_certificate_chain_file(options.certificate_file.string(), error);
  if (error) {
    return unfit(options.certificate_file, "no certificate: " + error.message());
  }
  context->use_private_key_file(options.key_file.string(), ssl::context::pem, error);
  if (error) {
    return unfit(options.key_file, "no key of that certificate: " + error.message());
  }
  if (SSL_CTX_check_private_key(native) != 1) {
    return unfit(options.key_file, "the key is another certificate's");
  }
  if (!options.client_ca_file.empty()) {
    context->load_verify_file(options.client_ca_file.string(), error);
    STACK_OF(X509_NAME)* names = error ? nullptr : SSL_load_client_CA_file(options.client_ca_file.c_str());
    if (names == nullptr) {
      return unfit(options.client_ca_file, "no certificates of authorities");
    }
    SSL_CTX_set_client_CA_list(native, names);
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, error);
    constexpr std::string_view kSessions = "rakkan";  // sessions with verified callers need a context of their own
    SSL_CTX_set_session_id_context(native, bytes_of(kSessions).data(), static_cast<unsigned>(kSessions.size()));
  }
  return context;
}

}  // namespace rakkan::http
