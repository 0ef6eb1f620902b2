#include "development_authority.hpp"

#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "description.hpp"
#include "rakkan/base/base64.hpp"
#include "rakkan/base/file.hpp"
#include "rakkan/base/ip_address.hpp"
#include "rakkan/hsm/module.hpp"
#include "rakkan/hsm/softhsm.hpp"
#include "rakkan/hsm/token.hpp"

namespace rakkan::certs {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view kOcspPath = "/ocsp";

// The listing as programs read it: names, lies, when it was made, and where the authority is.
struct Listing {
  struct Row {
    std::string name;
    std::string profile;
    bool revoked = false;
  };
  std::string authority;
  Instant made;
  std::vector<Row> rows;
};

Result<Listing> read_listing(const fs::path& folder) {
  const fs::path file = folder / "listing.json";
  RAKKAN_TRY(const Bytes content, read_file(file, 1 << 20));
  boost::system::error_code error;
  const json::value parsed = json::parse(text_of(content), error);
  const auto wrong = [&] {
    return fail(ErrorCode::configuration_invalid, "not the listing of a development PKI that names its authority",
                file.string());
  };
  const json::object* const members = error ? nullptr : parsed.if_object();
  const auto text = [](const json::object& from, std::string_view name) {
    const json::value* const value = from.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  if (members == nullptr) {
    return wrong();
  }
  Listing listing;
  listing.authority = text(*members, "authority");
  const auto made = parse_rfc3339(text(*members, "made"));
  const json::value* const rows = members->if_contains("certificates");
  if (listing.authority.empty() || !made || rows == nullptr || !rows->is_array()) {
    return wrong();
  }
  listing.made = *made;
  for (const json::value& row : rows->get_array()) {
    if (!row.is_object()) {
      return wrong();
    }
    const json::object& one = row.get_object();
    listing.rows.push_back({text(one, "name"), text(one, "profile"), text(one, "lie") == name(Lie::revoked)});
  }
  return listing;
}

Result<pki::Certificate> read_certificate(const fs::path& folder, const std::string& name) {
  RAKKAN_TRY(const Bytes pem, read_file(folder / "certificates" / (name + ".pem"), 1 << 16));
  RAKKAN_TRY(const std::vector<pki::Certificate> certificates, pki::parse_certificates(pem));
  return certificates.front();
}

Result<CertifiedKey> open_key(const std::shared_ptr<hsm::Module>& module, const fs::path& folder,
                              const std::string& name) {
  RAKKAN_TRY(pki::Certificate certificate, read_certificate(folder, name));
  RAKKAN_TRY(SecureBytes pin, read_secret_file(folder / "pins" / (name + ".pin")));
  RAKKAN_TRY(const auto token, hsm::Token::open(module, {name, std::nullopt}, std::move(pin)));
  RAKKAN_TRY(auto key, token->signer(name, {}));
  return CertifiedKey{std::move(certificate), std::move(key)};
}

// The text with its percent-encoded octets decoded (RFC 3986 §2.1); nothing when one of them is none.
std::optional<std::string> decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    unsigned octet = 0;
    const char* const begin = text.data() + i + 1;
    if (text.size() - i < 3 || std::from_chars(begin, begin + 2, octet, 16).ptr != begin + 2) {
      return std::nullopt;
    }
    result += static_cast<char>(octet);
    i += 2;
  }
  return result;
}

// "root-ca" of "/crls/root-ca.crl".
std::optional<std::string_view> named(std::string_view path, std::string_view begin, std::string_view end) {
  if (!path.starts_with(begin) || !path.ends_with(end) || path.size() <= begin.size() + end.size()) {
    return std::nullopt;
  }
  return path.substr(begin.size(), path.size() - begin.size() - end.size());
}

// The OCSPRequest of a request; nothing when it is for something else, or in no base64.
std::optional<Bytes> ocsp_request(std::string_view path, const std::optional<ByteView>& post) {
  if (post) {
    return path == kOcspPath || path == "/ocsp/" ? std::optional(copy_of(*post)) : std::nullopt;
  }
  if (!path.starts_with("/ocsp/")) {
    return std::nullopt;
  }
  const auto base64 = decoded(path.substr(std::string_view("/ocsp/").size()));
  return base64 ? from_base64(*base64) : std::nullopt;
}

}  // namespace

Result<LoopbackOrigin> LoopbackOrigin::parse(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  const auto wrong = [&] {
    return fail(ErrorCode::configuration_invalid,
                "the development authority answers on this machine alone: its URL is like http://127.0.0.1:8889",
                std::string(url));
  };
  if (!url.starts_with(kScheme)) {
    return wrong();
  }
  const std::string_view host_and_port = url.substr(kScheme.size());
  const std::size_t colon = host_and_port.rfind(':');
  if (colon == std::string_view::npos) {
    return wrong();
  }
  std::string_view host = host_and_port.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  const auto address = IpAddress::parse(host);
  const std::string_view digits = host_and_port.substr(colon + 1);
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!address || !address->is_loopback() || read.ec != std::errc() || read.ptr != digits.data() + digits.size() ||
      port == 0) {
    return wrong();
  }
  return LoopbackOrigin{std::string(host), port};
}

Result<std::unique_ptr<DevelopmentAuthority>> DevelopmentAuthority::open(const fs::path& given) {
  const fs::path folder = fs::absolute(given);
  RAKKAN_TRY(const Listing listing, read_listing(folder));
  RAKKAN_CHECK(LoopbackOrigin::parse(listing.authority));
  RAKKAN_CHECK(hsm::use_softhsm_folder(folder));
  RAKKAN_TRY(const auto module, hsm::Module::load({}));
  std::unique_ptr<DevelopmentAuthority> authority(new DevelopmentAuthority());
  authority->origin_ = listing.authority;
  RAKKAN_TRY(CertifiedKey root, open_key(module, folder, std::string(kRoot)));
  RAKKAN_TRY(CertifiedKey issuing, open_key(module, folder, std::string(kIssuingCa)));
  RAKKAN_TRY(CertifiedKey responder, open_key(module, folder, "ocsp"));
  for (const CertifiedKey* const ca : {&root, &issuing}) {
    authority->certificates_.emplace(ca == &root ? kRoot : kIssuingCa, copy_of(ca->certificate.der()));
  }
  auto of_root = std::make_unique<StatusAuthority>(root, std::nullopt);
  of_root->issued(issuing.certificate);
  auto of_issuing = std::make_unique<StatusAuthority>(issuing, std::move(responder));
  for (const Listing::Row& row : listing.rows) {
    if (row.profile == name(Profile::root) || row.profile == name(Profile::issuing_ca)) {
      continue;
    }
    RAKKAN_TRY(pki::Certificate certificate, read_certificate(folder, row.name));
    if (row.revoked) {
      of_issuing->revoke(certificate.serial_number(), listing.made - std::chrono::hours(1),
                         pki::CrlReason::key_compromise);
    }
    of_issuing->issued(std::move(certificate));
  }
  authority->authorities_.emplace(kRoot, std::move(of_root));
  authority->authorities_.emplace(kIssuingCa, std::move(of_issuing));
  return authority;
}

Result<DevelopmentAuthority::Answer> DevelopmentAuthority::answer(std::string_view path, std::optional<ByteView> post,
                                                                  Instant now) {
  if (const auto request = ocsp_request(path, post)) {
    RAKKAN_TRY(Bytes response, authorities_.find(kIssuingCa)->second->ocsp(*request, now));
    return Answer{200, "application/ocsp-response", std::move(response)};
  }
  if (const auto name = post ? std::nullopt : named(path, "/crls/", ".crl")) {
    if (const auto found = authorities_.find(*name); found != authorities_.end()) {
      RAKKAN_TRY(Bytes crl, found->second->crl(now));
      return Answer{200, "application/pkix-crl", std::move(crl)};
    }
  }
  if (const auto name = post ? std::nullopt : named(path, "/certificates/", ".cer")) {
    if (const auto found = certificates_.find(*name); found != certificates_.end()) {
      return Answer{200, "application/pkix-cert", found->second};
    }
  }
  return Answer{404, "text/plain", copy_of(bytes_of("not found\n"))};
}

}  // namespace rakkan::certs
