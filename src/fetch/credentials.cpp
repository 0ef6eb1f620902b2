#include "rakkan/fetch/credentials.hpp"

#include <algorithm>

#include "rakkan/base/base64.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/fetch/origin.hpp"

namespace rakkan::fetch {
namespace {

constexpr std::uint64_t kMostOfACertificate = 256 * 1024;  // bytes

Result<void> check_exclusive(const CredentialFiles& files) {
  if (!files.basic.empty() && !files.bearer.empty()) {
    return fail(ErrorCode::configuration_invalid, "a password and a bearer token exclude each other", "bearer_file");
  }
  if (files.client_certificate.empty() != files.client_key.empty()) {
    return fail(ErrorCode::configuration_invalid, "a client certificate and its key belong together", "client_key");
  }
  return {};
}

// One line without control characters.
bool is_text(std::string_view text) noexcept {
  return !text.empty() && std::none_of(text.begin(), text.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

SecureBytes with_prefix(std::string_view prefix, std::string_view text) {
  std::string value;
  value.reserve(prefix.size() + text.size());
  value.append(prefix).append(text);
  SecureBytes secret(bytes_of(value));
  secure_wipe({reinterpret_cast<Byte*>(value.data()), value.size()});
  return secret;
}

Result<SecureBytes> authorization(const CredentialFiles& files) {
  if (!files.bearer.empty()) {
    RAKKAN_TRY(const SecureBytes token, read_secret_file(files.bearer));
    if (!is_text(token.text()) || token.text().find(' ') != std::string_view::npos) {
      return fail(ErrorCode::configuration_invalid, "the file holds no bearer token: one line without blanks",
                  "bearer_file");
    }
    return with_prefix("Bearer ", token.text());
  }
  if (files.basic.empty()) {
    return SecureBytes();
  }
  RAKKAN_TRY(const SecureBytes pair, read_secret_file(files.basic));
  if (!is_text(pair.text()) || pair.text().find(':') == std::string_view::npos) {
    return fail(ErrorCode::configuration_invalid, "the file holds no user:password, one line", "basic_file");
  }
  std::string encoded = to_base64(pair.view());
  SecureBytes value = with_prefix("Basic ", encoded);
  secure_wipe({reinterpret_cast<Byte*>(encoded.data()), encoded.size()});
  return value;
}

}  // namespace

Result<std::shared_ptr<const Credentials>> Credentials::read(const CredentialFiles& files) {
  if (files.empty()) {
    return nullptr;
  }
  RAKKAN_CHECK(check_exclusive(files));
  auto credentials = std::make_shared<Credentials>();
  RAKKAN_TRY(credentials->authorization, fetch::authorization(files));
  if (!files.client_certificate.empty()) {
    RAKKAN_TRY(const Bytes certificate, read_file(files.client_certificate, kMostOfACertificate));
    credentials->client_certificate = SecureBytes(certificate);
    RAKKAN_TRY(credentials->client_key, read_secret_file(files.client_key));
  }
  return credentials;
}

Result<void> check_credentials(const CredentialFiles& files, const std::string& url) {
  if (files.empty()) {
    return {};
  }
  RAKKAN_CHECK(check_exclusive(files));
  RAKKAN_TRY(const Origin origin, Origin::of(url));
  const auto literal = origin.literal();
  if (origin.scheme != "https" && !(literal && literal->is_loopback())) {
    return fail(ErrorCode::configuration_invalid, "credentials are shown over https alone", "url");
  }
  for (const std::string& file : {files.basic, files.bearer, files.client_key}) {
    RAKKAN_CHECK(file.empty() ? Result<void>() : check_secret_file(file));
  }
  return {};
}

}  // namespace rakkan::fetch
